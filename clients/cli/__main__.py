"""Entry point of `python -m clients.cli`."""

from clients.cli.app import main

main()
