"""Calls that would hold the event loop, done in processes beside the service."""
