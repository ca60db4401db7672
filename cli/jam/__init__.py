"""`./boumb jam`: a loop that plays while it is made and changed, key by key."""
