"""Pieces of the journal as tunes: those that were liked, and pairs of one that was kept and one that gave way to it."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from boumbapp.journal.v2.interaction_pb2 import (
    SIGNAL_KIND_DISCARDED,
    SIGNAL_KIND_EXPORTED,
    SIGNAL_KIND_KEPT,
    SIGNAL_KIND_REGENERATED,
    Interaction,
    Piece,
)
from boumbapp.music.v2.events_pb2 import Started
from boumbapp.music.v2.music_pb2 import ROLE_BASS, ROLE_MELODY, Bar, Role
from google.protobuf.json_format import ParseDict, ParseError

from training.data.line_arrays import KEYS
from training.data.tunes import Tune, TuneChord, TuneNote, UnreadableTune

# A rating from here on says that a piece is one to learn from.
LIKED_STARS = 4
_ROLES: Mapping[Role.ValueType, str] = {ROLE_MELODY: "melody", ROLE_BASS: "bass"}
_MODES = {"ionian": "major", "aeolian": "minor", "natural_minor": "minor", "harmonic_minor": "minor"}
_FEWEST_NOTES = 12


@dataclass(frozen=True, slots=True)
class Pair:
    """Two takes on one request: one that was kept, and one that was regenerated or thrown away."""

    kept: Tune
    dropped: Tune


@dataclass(frozen=True, slots=True)
class JournalTunes:
    """What a journal has to learn from.

    Attributes:
        liked: Lines that were kept, exported or rated well.
        pairs: Takes on one request of which one was preferred.
        skipped: Reasons and how many lines each one cost.
    """

    liked: tuple[Tune, ...]
    pairs: tuple[Pair, ...]
    skipped: Mapping[str, int]


def read_journal(path: Path) -> JournalTunes:
    """Read the lines of an export, `./boumb journal export --format jsonl`.

    Raises:
        UnreadableTune: The file is none.
    """
    liked: list[Tune] = []
    skipped: Counter[str] = Counter()
    takes: dict[str, list[tuple[bool, Tune]]] = defaultdict(list)
    for piece, interaction in _entries(path):
        judgement = _judgement(piece)
        if judgement is None:
            skipped["neither liked nor rejected"] += 1
            continue
        for tune in _tunes(piece, interaction, skipped):
            if judgement:
                liked.append(tune)
            takes[f"{piece.prompt}\n{tune.role}"].append((judgement, tune))
    pairs = [pair for group in takes.values() for pair in _pairs(group)]
    return JournalTunes(tuple(liked), tuple(pairs), dict(skipped))


def _entries(path: Path) -> Iterator[tuple[Piece, Interaction]]:
    try:
        for line in path.read_text("utf-8").splitlines():
            content: dict[str, Any] = json.loads(line)
            yield (
                ParseDict(content["piece"], Piece(), ignore_unknown_fields=True),
                ParseDict(content["interaction"], Interaction(), ignore_unknown_fields=True),
            )
    except (OSError, ValueError, KeyError, ParseError) as error:
        raise UnreadableTune(f"{path} is no export of the journal: {error}") from error


def _judgement(piece: Piece) -> bool | None:
    """Whether a piece was liked; None where nothing says it, or both."""
    good = piece.stars >= LIKED_STARS or bool({SIGNAL_KIND_KEPT, SIGNAL_KIND_EXPORTED} & set(piece.signals))
    bad = 0 < piece.stars < LIKED_STARS - 1 or bool(
        {SIGNAL_KIND_REGENERATED, SIGNAL_KIND_DISCARDED} & set(piece.signals)
    )
    return None if good == bad else good


def _pairs(takes: Sequence[tuple[bool, Tune]]) -> Iterator[Pair]:
    kept = [tune for good, tune in takes if good]
    dropped = [tune for good, tune in takes if not good]
    yield from (Pair(one, other) for one, other in zip(kept, dropped, strict=False))


def _tunes(piece: Piece, interaction: Interaction, skipped: Counter[str]) -> Iterator[Tune]:
    started = next((event.started for event in interaction.events if event.HasField("started")), Started())
    by_track: dict[str, list[Bar]] = defaultdict(list)
    for event in interaction.events:
        if event.HasField("bar"):
            by_track[event.bar.track].append(event.bar.bar)
    for track in started.tracks:
        if track.role in _ROLES and by_track[track.id]:
            try:
                yield tune_of(f"journal/{piece.request_id}/{track.id}", by_track[track.id], track.role, started)
            except UnreadableTune as reason:
                skipped[str(reason)] += 1


def tune_of(name: str, bars: Iterable[Bar], role: Role.ValueType, started: Started) -> Tune:
    """The line of a track, its highest note where several sound together.

    Args:
        name: Of the tune.
        bars: Of the track, as theory left them.
        role: Of the track.
        started: With intent and constraints.

    Raises:
        UnreadableTune: The model has no use for it; the text is the reason.
    """
    ordered = sorted(bars, key=lambda bar: bar.index)
    intent = started.intent
    scale = intent.key.scale
    mode = scale if scale in KEYS else _MODES.get(scale, "")
    if not mode:
        raise UnreadableTune("another scale")
    plans = started.constraints.plans
    if not plans:
        raise UnreadableTune("no constraints")
    meter = ordered[0].meter
    if any(bar.meter != meter or bar.divisions not in (0, 4) for bar in ordered):
        raise UnreadableTune("several metres, or a finer grid")
    steps = meter.beats * 16 // meter.beat_unit
    first = ordered[0].index
    notes: list[TuneNote] = []
    for bar in ordered:
        highest = {note.start_step: note for note in sorted(bar.notes, key=lambda note: note.pitch)}
        notes += [
            TuneNote(bar.index - first, note.start_step, max(1, note.duration_steps), note.pitch)
            for _, note in sorted(highest.items())
        ]
    if len(notes) < _FEWEST_NOTES:
        raise UnreadableTune("too few notes")
    return Tune(
        name=name,
        title="",
        beats=meter.beats,
        beat_unit=meter.beat_unit,
        tonic=plans[0].tonic,
        mode=mode,
        bars=ordered[-1].index - first + 1,
        notes=tuple(_one_at_a_time(notes, steps)),
        role=_ROLES[role],
        chords=tuple(_chords(started, first, ordered[-1].index, steps)),
    )


def _one_at_a_time(notes: Sequence[TuneNote], steps: int) -> Iterator[TuneNote]:
    """Notes that end where the next one begins, at the latest."""
    for note, following in zip(notes, [*notes[1:], None], strict=True):
        start = note.bar * steps + note.step
        room = note.steps if following is None else following.bar * steps + following.step - start
        yield TuneNote(note.bar, note.step, min(note.steps, room), note.pitch)


def _chords(started: Started, first: int, last: int, steps: int) -> Iterator[TuneChord]:
    plans = started.constraints.plans
    for index in range(first, last + 1) if plans else ():
        for chord in plans[index % len(plans)].chords:
            yield TuneChord((index - first) * steps + chord.start_step, chord.root, chord.pitch_classes)
