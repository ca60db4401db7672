"""The client side of RPC: channels and deadlines."""
