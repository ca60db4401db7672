"""Entry point of `python -m cli`."""

import sys

try:
    from cli.app import main

    main()
except KeyboardInterrupt:  # while Python still loads what it needs, or leaves
    sys.exit(130)
except MemoryError:
    print("boumb: there is not enough memory here (a limit of the shell or of the container?).", file=sys.stderr)
    sys.exit(3)
