"""The `boumb` command."""
