"""What plays beside each bar of a part: the tracks of the request, read a bar at a time."""

from collections.abc import Mapping, Sequence

from boumbapp.music.v2.music_pb2 import (
    DRUM_PIECE_KICK,
    ROLE_ARPEGGIO,
    ROLE_CHORDS,
    ROLE_MELODY,
    ROLE_PAD,
    ROLE_UNSPECIFIED,
    Bar,
    Meter,
    Role,
    Swing,
    Track,
)

from music.divisions import at_sixteenths
from music.meter import steps_per_bar
from music.swing import straighten, straightened
from services.composition.brief import CompositionBrief
from services.composition.refining.addressing import role_of
from services.melody.plan.beside import NOTHING, Beside

_HARMONY = (ROLE_CHORDS, ROLE_ARPEGGIO, ROLE_PAD)
_LOUDEST = 127
_ACCENTED, _MOST_ACCENTED = 60, 100  # accents from which a bass takes a step for a kick; the strongest


class TracksBeside:
    """The tracks beside a piece.

    Args:
        brief: The piece.
    """

    def __init__(self, brief: CompositionBrief) -> None:
        constraints = brief.constraints
        self._meter = constraints.meter
        self._swing = constraints.swing
        self._tracks: Sequence[tuple[Role.ValueType, Mapping[int, Bar]]] = [
            (_role(track), {bar.index: bar for bar in track.bars}) for track in brief.context
        ]
        self._accents = {each.index: each.accents for each in brief.accents}
        self._harmony = any(role in _HARMONY for role, _ in self._tracks)
        self._lead = any(role == ROLE_MELODY for role, _ in self._tracks)

    def of(self, index: int) -> Beside:
        """What plays beside a bar."""
        if not self._tracks and not self._accents:
            return NOTHING
        bars = [(role, known[index]) for role, known in self._tracks if index in known]
        bars = [(role, at_sixteenths(bar)) for role, bar in bars if bar.meter == self._meter]
        kicks: dict[int, float] = {}
        for _, bar in bars:
            _add_kicks(kicks, bar, self._meter, self._swing)
        if not kicks:
            kicks = {
                step: accent / _MOST_ACCENTED
                for step, accent in enumerate(self._accents.get(index, ()))
                if accent >= _ACCENTED and step < steps_per_bar(self._meter)
            }
        pitched = [(role, straighten(bar, self._swing)) for role, bar in bars if bar.notes]
        leads = [bar for role, bar in pitched if role == ROLE_MELODY]
        chords = [bar for role, bar in pitched if role == ROLE_CHORDS]
        held = [bar for role, bar in pitched if role in (ROLE_CHORDS, ROLE_PAD)]
        return Beside(
            kicks=kicks,
            chords=_onsets(chords),
            leads=_onsets(leads),
            sounding=_sounding([bar for _, bar in pitched], steps_per_bar(self._meter)),
            harmony=self._harmony,
            lead=self._lead,
            lowest_lead=min((note.pitch for bar in leads for note in bar.notes), default=None),
            highest_chord=max((note.pitch for bar in held for note in bar.notes), default=None),
        )


def _role(track: Track) -> Role.ValueType:
    """The part that a track plays, by its name, programme and notes where it does not say."""
    return track.role or (role_of(track) if any(bar.notes for bar in track.bars) else ROLE_UNSPECIFIED)


def _add_kicks(kicks: dict[int, float], bar: Bar, meter: Meter, swing: Swing) -> None:
    for hit in bar.hits:
        if hit.piece == DRUM_PIECE_KICK and hit.step < steps_per_bar(meter):
            step = straightened(hit.step, meter, swing, hit.offset_ticks)
            kicks[step] = max(kicks.get(step, 0.0), hit.velocity / _LOUDEST)


def _onsets(bars: Sequence[Bar]) -> frozenset[int]:
    return frozenset(note.start_step for bar in bars for note in bar.notes if not note.tied)


def _sounding(bars: Sequence[Bar], steps: int) -> tuple[frozenset[int], ...]:
    if not bars:
        return ()
    sounding: list[set[int]] = [set() for _ in range(steps)]
    for bar in bars:
        for note in bar.notes:
            for step in range(note.start_step, min(note.start_step + note.duration_steps, steps)):
                sounding[step].add(note.pitch)
    return tuple(map(frozenset, sounding))
