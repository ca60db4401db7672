"""Magenta: continues melodies with Magenta's recurrent networks, a bar at a time."""
