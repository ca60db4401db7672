"""Whether what the catalogue says of a style holds for one piece, whose words may ask for something else."""

import re

from boumbapp.music.v2.intent_pb2 import Intent

from services.theory.catalogue.entries import StyleProfile

_LENGTHS = {"twelve bars": 12, "eight bars": 8, "sixteen bars": 16}
_SWUNG = re.compile(r"\b(?:swung|swing|shuffle|shuffled)\b")
_SLOW = re.compile(r"\b(?:slow|unhurried|half-time|lazy)\b|slow-moving")
_FAST = re.compile(r"\b(?:fast|frantic|quick)\b")
_THREE = re.compile(r"\bthree beats\b")


def is_true_of(style: StyleProfile, intent: Intent) -> bool:
    """Whether the description of a style contradicts nothing that was decided: length, swing, tempo, metre.

    Args:
        style: The style of the intent.
        intent: A filled intent.
    """
    text = style.description.en
    low, _, high = style.bpm
    return not (
        any(name in text and intent.bars != bars for name, bars in _LENGTHS.items())
        or (_SWUNG.search(text) and not intent.swing.amount)
        or (_SLOW.search(text) and intent.bpm > high)
        or (_FAST.search(text) and intent.bpm < low)
        or (_THREE.search(text) and intent.meter.beats % 3)
    )
