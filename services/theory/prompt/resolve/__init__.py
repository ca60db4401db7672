"""Resolves the slots of an intent: words, then options, then what style and mood imply, then project, then default."""
