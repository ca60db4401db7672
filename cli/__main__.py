"""Entry point of `python -m cli`."""

import sys

try:
    from cli.app import main

    main()
except KeyboardInterrupt:  # while Python still loads what it needs, or leaves
    sys.exit(130)
