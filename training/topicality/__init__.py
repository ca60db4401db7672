"""Learns to tell questions about music from questions about anything else; see README.md."""
