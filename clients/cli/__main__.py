"""Entry point of `python -m clients.cli`."""

import sys

try:
    from clients.cli.app import main

    main()
except KeyboardInterrupt:  # while Python still loads what it needs, or leaves
    sys.exit(130)
