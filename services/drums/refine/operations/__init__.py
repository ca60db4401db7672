"""One function per edit."""
