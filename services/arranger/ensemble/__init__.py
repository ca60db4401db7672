"""Parts that are composed at the same time, and put in playing order."""
