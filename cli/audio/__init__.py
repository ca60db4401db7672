"""Sound in the terminal: synthesis and playback."""
