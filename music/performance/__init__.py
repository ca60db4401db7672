"""Humanisation that every pitched engine shares: how loud, how late and how long written notes sound."""
