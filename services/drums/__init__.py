"""Drums: composes and refines grooves, a bar at a time. Hits, never notes."""
