"""Tempi of a score: what the file sounds like where it says so, else what its metronome mark says."""

import re
import xml.etree.ElementTree as ET  # elements that have been built already
from fractions import Fraction

from music.musicxml.numbers import number

SLOWEST, FASTEST = 60e6 / 0xFFFFFF, 60e6  # quarters a minute; what bars can have
_BEATS = {
    "long": Fraction(16), "breve": Fraction(8), "whole": Fraction(4), "half": Fraction(2), "quarter": Fraction(1),
    "eighth": Fraction(1, 2), "16th": Fraction(1, 4), "32nd": Fraction(1, 8), "64th": Fraction(1, 16),
}  # fmt: skip
_FIGURE = re.compile(r"\d{1,9}(?:[.,]\d{1,9})?")
_MOST_DOTS = 3


def tempo_of(element: ET.Element) -> float | None:
    """Quarters a minute that a `sound` or `metronome` says; None where it says none."""
    if element.tag == "sound":
        return _within(float(number(element.get("tempo"))))
    unit = _BEATS.get((element.findtext("beat-unit") or "").strip())
    figure = _FIGURE.search(element.findtext("per-minute") or "")
    if unit is None or figure is None or element.find("metronome-note") is not None:
        return None
    # Dots follow the unit that they belong to; a second unit would make it an equation of two.
    dots = min(len(element.findall("beat-unit-dot")), _MOST_DOTS)
    return _within(float(figure[0].replace(",", ".")) * float(unit * (2 - Fraction(1, 2**dots))))


def _within(bpm: float) -> float | None:
    return min(max(bpm, SLOWEST), FASTEST) if bpm > 0 else None
