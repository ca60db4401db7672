"""Folk tunes of music21's corpus, read from ABC and kept on disk because reading them takes minutes.

Only collections whose headers and music21's own notes leave their use open are listed: the tunes
were published between 1782 and 1903. The Essen collection is not, because it allows non-commercial
use only; nor are the Nottingham tunes, which are the frozen test set.
"""

import hashlib
import json
import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from fractions import Fraction
from pathlib import Path

import music21
from music21 import base, chord, common, converter, key, meter, note, stream

from training.progress import track

COLLECTIONS = ("airdsAirs", "oneills1850", "ryansMammoth")
FROZEN = ("nottingham-dataset",)
PROCESSES = 2
# Tells an old cache from what this module would read now.
_FORMAT = 4
_STEPS_PER_QUARTER = 4
_FEWEST_NOTES = 16
_TUNE = re.compile(r"^X:", re.MULTILINE)
_KEY_OR_METRE = re.compile(r"^([KM]):[ \t]*([^\s%]+)|\[([KM]):[ \t]*([^\]\s]+)", re.MULTILINE)


_Music = stream.Stream[base.Music21Object]


class UnreadableTune(Exception):
    """A tune that training cannot use; its text is the reason, as counted in the metrics."""


@dataclass(frozen=True, slots=True)
class TuneNote:
    """A note of a tune.

    Attributes:
        bar: Index of its bar, from 0.
        step: Onset in the bar, in sixteenths.
        steps: Length in sixteenths; ties are joined, so it may cross bar lines.
        pitch: MIDI key number.
    """

    bar: int
    step: int
    steps: int
    pitch: int


@dataclass(frozen=True, slots=True)
class TuneChord:
    """A chord of a tune.

    Attributes:
        step: Where it begins, in sixteenths from the start of the tune; it lasts until the next one.
        root: Pitch class of the root, 0-11; None when no chord sounds.
        mask: Pitch classes as bits, bit p for pitch class p.
    """

    step: int
    root: int | None
    mask: int


@dataclass(frozen=True, slots=True)
class Tune:
    """A monophonic tune on the grid.

    Attributes:
        name: Collection, file and number: identifies the tune.
        title: As printed.
        beats: Upper figure of the metre.
        beat_unit: Lower figure of the metre.
        tonic: Pitch class of the tonic, 0-11.
        mode: Name of the mode: "major", "minor", "dorian"...
        bars: Number of bars.
        notes: In order.
        role: What the line is in its piece: "melody", "counter" (a second melody) or "bass".
        chords: In order, from step 0; empty when the source tells none.
    """

    name: str
    title: str
    beats: int
    beat_unit: int
    tonic: int
    mode: str
    bars: int
    notes: tuple[TuneNote, ...]
    role: str = "melody"
    chords: tuple[TuneChord, ...] = ()


@dataclass(frozen=True, slots=True)
class Corpus:
    """Tunes and what became of the others.

    Attributes:
        tunes: Those that could be read, in the order of their names.
        skipped: Reasons and how many tunes each one cost.
    """

    tunes: tuple[Tune, ...]
    skipped: dict[str, int]


def read_collections(names: Sequence[str], cache: Path, limit: int | None = None) -> Corpus:
    """Read collections of music21's corpus, from the cache when they have been read before.

    Args:
        names: Folders of music21's corpus.
        cache: Folder to keep what was read in.
        limit: Most tunes to read from each collection, for a quick trial; None reads all.
    """
    corpus = Path(common.getCorpusFilePath())
    return _read([source for name in names for source in _sources(corpus / name, limit)], cache)


def read_folder(folder: Path, cache: Path) -> Corpus:
    """Read the ABC files of any folder, likewise."""
    return _read(_sources(folder, None), cache)


def _read(sources: Sequence["_Source"], cache: Path) -> Corpus:
    kept = cache / f"{_cache_key(sources)}.json"
    if not kept.exists():
        cache.mkdir(parents=True, exist_ok=True)
        _write(kept, _read_sources(sources))
    return _load(kept)


@dataclass(frozen=True, slots=True)
class _Source:
    """Text of one tune."""

    name: str
    text: str


def _sources(folder: Path, limit: int | None) -> list[_Source]:
    sources = []
    for path in sorted(folder.glob("*.abc")):
        text = path.read_text(encoding="utf-8", errors="replace").replace("\r\n", "\n").replace("\r", "\n")
        starts = [match.start() for match in _TUNE.finditer(text)]
        for number, (start, end) in enumerate(zip(starts, [*starts[1:], len(text)], strict=True), start=1):
            sources.append(_Source(f"{folder.name}/{path.stem}/{number}", text[start:end].strip() + "\n"))
    return sources[:limit]


def _cache_key(sources: Iterable[_Source]) -> str:
    digest = hashlib.sha256(f"{_FORMAT} {music21.__version__}".encode())
    for source in sources:
        digest.update(f"{source.name}\n{source.text}".encode())
    return digest.hexdigest()[:16]


def _read_sources(sources: Sequence[_Source]) -> Corpus:
    tunes: list[Tune] = []
    skipped: Counter[str] = Counter()
    with ProcessPoolExecutor(PROCESSES) as pool:
        for result in track(pool.map(_read_tune, sources, chunksize=8), "Reading tunes", len(sources)):
            if isinstance(result, Tune):
                tunes.append(result)
            else:
                skipped[result] += 1
    return Corpus(tuple(sorted(tunes, key=lambda tune: tune.name)), dict(sorted(skipped.items())))


def _read_tune(source: _Source) -> Tune | str:
    """A tune, or why there is none."""
    # music21 applies a later key to the notes but does not tell it, so the text must.
    fields = {match.group(1, 2) if match[1] else match.group(3, 4) for match in _KEY_OR_METRE.finditer(source.text)}
    for field, reason in (("K", "changes key"), ("M", "changes metre")):
        if sum(name == field for name, _ in fields) > 1:
            return reason
    try:
        score = converter.parse(source.text, format="abc")
    except Exception as error:  # noqa: BLE001  music21 raises anything on malformed ABC; one bad tune must not end it all
        return f"music21: {type(error).__name__}"
    try:
        return read_score(score, source.name)
    except UnreadableTune as reason:
        return str(reason)


def read_score(score: _Music, name: str) -> Tune:
    """Put a music21 score's first part on the grid.

    Args:
        score: A monophonic score in one metre and one key.
        name: Identifies the tune.

    Raises:
        UnreadableTune: It changes metre or key, has none, or does not fit the grid.
    """
    part = next(iter(score.getElementsByClass(stream.Part)), score)
    measures = list(part.getElementsByClass(stream.Measure))
    beats, beat_unit = _metre(part, measures)
    tonality = _key(part)
    notes = _notes(measures, beats * 16 // beat_unit)
    return Tune(
        name=name,
        title=str(score.metadata.title or "") if score.metadata else "",
        beats=beats,
        beat_unit=beat_unit,
        tonic=tonality.tonic.pitchClass,
        mode=tonality.mode,
        bars=notes[-1].bar + 1,
        notes=tuple(notes),
    )


def _metre(part: _Music, measures: Sequence[stream.Measure]) -> tuple[int, int]:
    """Upper and lower figure of the only metre."""
    # music21 writes the true length of an incomplete bar as a metre of its own; only complete bars tell.
    lengths = Counter(measure.duration.quarterLength for measure in measures)
    signatures = {
        (found.numerator, found.denominator)
        for found in part.recurse().getElementsByClass(meter.TimeSignature)
        if lengths[found.barDuration.quarterLength] * 2 > len(measures)
    }
    if len(signatures) != 1:
        raise UnreadableTune("no single metre")
    beats, beat_unit = signatures.pop()
    # Alla breve is the same grid as common time, and the tune collections use both for reels.
    beats, beat_unit = (4, 4) if (beats, beat_unit) == (2, 2) else (beats, beat_unit)
    if beat_unit not in (2, 4, 8, 16):
        raise UnreadableTune("metre off the grid")
    return beats, beat_unit


def _key(part: _Music) -> key.Key:
    """The only key."""
    keys = list(part.recurse().getElementsByClass(key.KeySignature))
    if len({(found.sharps, getattr(found, "mode", None)) for found in keys}) != 1:
        raise UnreadableTune("no single key")
    if not isinstance(keys[0], key.Key):
        raise UnreadableTune("no tonic")
    return keys[0]


def _notes(measures: Sequence[stream.Measure], bar_steps: int) -> list[TuneNote]:
    """Notes of all bars on the grid, ties joined."""
    notes: list[TuneNote] = []
    bar, filled = -1, bar_steps
    for index, measure in enumerate(measures):
        length = round(measure.duration.quarterLength * _STEPS_PER_QUARTER)
        if length > bar_steps:
            raise UnreadableTune("overfull bar")
        # An incomplete bar completes the incomplete one before it (a repeat inside a bar), or is a pickup.
        if index and filled + length <= bar_steps:
            shift = filled
        else:
            bar += 1
            shift = bar_steps - length if index == 0 else 0
        filled = shift + length
        for element in measure.recurse().notes:
            notes = _with_note(notes, element, bar, shift, bar_steps)
    if len(notes) < _FEWEST_NOTES:
        raise UnreadableTune("too short")
    return notes


def _with_note(notes: list[TuneNote], element: note.NotRest, bar: int, shift: int, bar_steps: int) -> list[TuneNote]:
    """Notes with one more; grace notes leave them as they are, a tied note makes the last one longer."""
    if element.duration.isGrace or not element.quarterLength or not isinstance(element, note.Note | chord.Chord):
        return notes
    start = _nearest_step(element.offset)
    step = start + shift
    steps = max(_nearest_step(element.offset + element.quarterLength) - start, 1)
    pitch = max(sounding.midi for sounding in element.pitches)
    last = notes[-1] if notes else None
    if last is not None and element.tie is not None and element.tie.type != "start" and last.pitch == pitch:
        return [*notes[:-1], TuneNote(last.bar, last.step, last.steps + steps, pitch)]
    if step >= bar_steps or (last is not None and (last.bar, last.step) >= (bar, step)):
        return notes  # triplets in sixteenths do not all fit the grid
    return [*notes, TuneNote(bar, step, steps, pitch)]


def _nearest_step(quarters: float | Fraction) -> int:
    """Nearest grid step; half a step rounds down, so that the end of a bar stays inside it."""
    return math.ceil(quarters * _STEPS_PER_QUARTER - Fraction(1, 2))


def _write(path: Path, corpus: Corpus) -> None:
    content = {"tunes": [asdict(tune) for tune in corpus.tunes], "skipped": corpus.skipped}
    path.write_text(json.dumps(content), encoding="utf-8")


def _load(path: Path) -> Corpus:
    content = json.loads(path.read_text(encoding="utf-8"))
    tunes = tuple(
        Tune(
            **{
                **tune,
                "notes": tuple(TuneNote(**played) for played in tune["notes"]),
                "chords": tuple(TuneChord(**chord) for chord in tune.get("chords", ())),
            }
        )
        for tune in content["tunes"]
    )
    return Corpus(tunes, content["skipped"])
