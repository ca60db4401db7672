"""OpenEWLD as lines on the grid: public-domain lead sheets of jazz standards, waltzes and songs, with their chords.

Simonetta, "Enhanced Wikifonia Leadsheet Dataset", 2018, MIT licence.
"""

import math
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

from music21 import base, harmony, key, stream

from training.data.music21_bars import pickup_quarters
from training.data.music21_score import parse_musicxml, read_score
from training.data.parallel_reader import read_corpus
from training.data.tunes import Corpus, Tune, TuneChord

_Music = stream.Stream[base.Music21Object]


def read_openewld(folder: Path) -> Corpus:
    """Read the sheets of a folder.

    Args:
        folder: Holds compressed MusicXML files, at any depth.
    """
    sheets = sorted(folder.glob("**/*.mxl"))
    return read_corpus(_read_sheet, sheets, "Reading sheets")


def _read_sheet(path: Path) -> Tune:
    score = parse_musicxml(path.read_bytes())
    # Symbols are chords without length to music21; as notes they would be grace notes at best.
    symbols = [
        (symbol, float(symbol.getOffsetInHierarchy(score)))
        for symbol in score.recurse().getElementsByClass(harmony.ChordSymbol)
    ]
    score.remove([symbol for symbol, _ in symbols], recurse=True)
    _name_keys(score)
    tune = read_score(score, f"openewld/{path.stem}")
    return replace(tune, chords=tuple(_chords(symbols, tune, score)))


def _name_keys(score: _Music) -> None:
    """Give key signatures without a mode the one that the notes suggest (Krumhansl's profiles)."""
    nameless = [
        found for found in score.recurse().getElementsByClass(key.KeySignature) if not isinstance(found, key.Key)
    ]
    if not nameless:
        return
    estimated = score.analyze("key")
    mode = estimated.mode if estimated.sharps == nameless[0].sharps else "major"
    for signature in nameless:
        score.replace(signature, signature.asKey(mode), recurse=True)


def _chords(symbols: list[tuple[harmony.ChordSymbol, float]], tune: Tune, score: _Music) -> Iterator[TuneChord]:
    pickup = round(pickup_quarters(score, Fraction(tune.beats * 4, tune.beat_unit)) * 4)
    for symbol, quarters in symbols:
        step = max(math.floor(quarters * 4) + pickup, 0)
        if isinstance(symbol, harmony.NoChord):
            yield TuneChord(step, None, 0)
            continue
        root = symbol.root().pitchClass
        yield TuneChord(step, root, sum(1 << pitch for pitch in set(symbol.pitchClasses)))
