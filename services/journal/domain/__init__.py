"""What the journal knows, free of storage and of RPC."""
