"""Engines of melody: embedded ones that decode under constraint masks, and one that Magenta helps."""
