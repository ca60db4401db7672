"""Estimates the key and the meter of bars."""
