"""The error catalogue and its translation to and from gRPC statuses."""
