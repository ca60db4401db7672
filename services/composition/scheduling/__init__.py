"""Which bar is made next: the one that is due first. Nothing here knows engines or theory."""
