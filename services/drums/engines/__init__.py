"""Engines that compose grooves."""
