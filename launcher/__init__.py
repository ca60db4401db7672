"""Runs the mesh on one machine: the gateway and every service as processes, started, watched and stopped together."""
