"""Melody: composes pitched parts, a bar at a time."""
