"""Estimates the key and the metre of bars."""

from services.theory.detection.key import detect_keys
from services.theory.detection.meter import detect_meter

__all__ = ["detect_keys", "detect_meter"]
