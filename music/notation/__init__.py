"""The compact text notation of notes and drums, and its grammar."""
