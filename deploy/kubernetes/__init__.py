"""Kubernetes: manifests that follow from those of the services, and a check against a real API server."""
