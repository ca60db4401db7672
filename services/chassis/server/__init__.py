"""The server side of RPC: life cycle, admission, validation of requests."""
