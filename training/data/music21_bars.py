"""Scores as music21 reads them: how long their bars last, and the pickup that they begin with."""

# music21 is typed in part only.
# mypy: disable-error-code="no-untyped-call"

import xml.etree.ElementTree as ET  # only named; what comes has been parsed already
from itertools import zip_longest
from typing import Any

from music21 import stream
from music21.common.types import OffsetQL
from music21.musicxml.xmlToM21 import MusicXMLImporter

from training.data.bar_lengths import fill_bars


def score_of(root: ET.Element) -> stream.Score:
    """Read a partwise score; every bar lasts as long as the longest of its parts. Raises whatever music21 raises."""
    fill_bars(root)
    importer = MusicXMLImporter()
    importer.xmlRootToScore(root, importer.stream)
    return importer.stream


def bar_quarters(score: stream.Stream[Any]) -> list[OffsetQL]:
    """Quarters that each bar lasts, by the part that fills it most: a staff may fall silent before its bar is over."""
    bars = zip_longest(*_measures(score))
    return [max(bar.highestTime for bar in together if bar is not None) for together in bars]


def pickup_quarters(score: stream.Stream[Any], whole: OffsetQL | None = None) -> OffsetQL:
    """Quarters that the first bar lacks at its start because it is short in all parts; 0 where it is whole.

    Args:
        score: Parts of measures, or one part.
        whole: Quarters in a whole bar; None for the length in the score's first time signature.
    """
    firsts = [measures[0] for measures in _measures(score) if measures]
    if not firsts:
        return 0.0
    longest = max(firsts, key=lambda bar: bar.highestTime)
    named = next((bar for bar in firsts if bar.timeSignature is not None), longest)
    lacking: OffsetQL = (named.barDuration.quarterLength if whole is None else whole) - longest.highestTime
    return max(lacking, 0.0)


def _measures(score: stream.Stream[Any]) -> list[list[stream.Measure]]:
    """The measures of each part."""
    parts: list[stream.Stream[Any]] = list(score.getElementsByClass(stream.Part)) or [score]
    return [list(part.getElementsByClass(stream.Measure)) for part in parts]
