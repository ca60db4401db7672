"""Briefs for tests of the specialist: arbitrary ones, and hand-written ones with known harmony."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path

from boumbapp.music.v2.intent_pb2 import BarPlan, Constraints, Intent, RhythmSkeleton
from boumbapp.music.v2.music_pb2 import (
    ROLE_ARPEGGIO,
    ROLE_BASS,
    ROLE_CHORDS,
    ROLE_MELODY,
    ROLE_PAD,
    SWING_UNIT_EIGHTH,
    SWING_UNIT_SIXTEENTH,
    Bar,
    Chord,
    Meter,
    Role,
    Swing,
)
from hypothesis import strategies as st

from music.meter import steps_per_bar
from music.pitch import mask_of
from services.composition.brief import AcceptedBars, CompositionBrief
from services.composition.in_process_engine import Piece
from services.melody import line_model
from services.melody.engines.melody_engine import bar_of
from services.melody.engines.rule_based import start_piece
from services.melody.next_note_models.backoff import folk_models
from services.melody.next_note_models.folk_weights import load
from services.melody.next_note_models.neural import neural_models
from services.melody.next_note_models.protocol import NextNoteModels

MODELS = Path(__file__).resolve().parents[3] / "models"
PITCHED = (ROLE_MELODY, ROLE_BASS, ROLE_CHORDS, ROLE_ARPEGGIO, ROLE_PAD)
G_MINOR = (7, 9, 10, 0, 2, 3, 5)
FOUR_FOUR = Meter(beats=4, beat_unit=4)

# Chance of a bass onset per sixteenth, strongest on the one and on off-beats.
FUNK = RhythmSkeleton(
    onset_weights=[100, 10, 20, 55, 20, 10, 60, 45, 30, 10, 65, 40, 35, 15, 60, 40], anchors=[0], gate=0.6
)
_RANGES = {
    ROLE_MELODY: (60, 79),
    ROLE_BASS: (31, 48),
    ROLE_CHORDS: (50, 70),
    ROLE_ARPEGGIO: (55, 79),
    ROLE_PAD: (48, 72),
}
_ONSETS = {ROLE_MELODY: (4, 8), ROLE_BASS: (8, 14), ROLE_CHORDS: (2, 5), ROLE_ARPEGGIO: (8, 12), ROLE_PAD: (1, 2)}


@cache
def models(engine: str = "specialist") -> NextNoteModels:
    """The next-note models of an engine that ships."""
    if engine == "statistical":
        return folk_models(load(MODELS / "specialist-folk")[0])
    return neural_models(line_model.load(MODELS / "specialist-line")[0])


def compose(brief: CompositionBrief, engine: str = "specialist") -> list[Bar]:
    """The bars that follow the given ones."""
    next_bar = start_piece(models(engine), brief)
    played = list(brief.given_bars)
    while len(played) < brief.bars:
        played.append(next_bar(played))
    return played[len(brief.given_bars) :]


def fill(brief: CompositionBrief, engine: str = "specialist") -> list[Bar]:
    """The bars that are missing, with given ones anywhere."""
    piece = Piece(start_piece(models(engine), brief), bar_of, AcceptedBars(brief))
    return [piece.next(None) for _ in brief.missing]


def triad(root: int, third: int = 3, fifth: int = 7) -> Chord:
    """A chord by intervals above its root; minor when nothing else is said."""
    return Chord(root=root, bass=root, pitch_classes=mask_of([root, root + third, root + fifth]))


def minor_loop(index: int) -> Chord:
    """Gm Eb Bb F, a bar each."""
    return (triad(7), triad(3, 4), triad(10, 4), triad(5, 4))[index % 4]


def g_minor_piece(
    role: Role.ValueType,
    seed: int,
    *,
    bars: int = 4,
    meter: Meter = FOUR_FOUR,
    onsets: tuple[int, int] | None = None,
    pitches: tuple[int, int] | None = None,
    rhythm: RhythmSkeleton | None = None,
) -> CompositionBrief:
    """A piece in G minor over Gm Eb Bb F, with a usual range and density for its role."""
    lowest, highest = pitches or _RANGES[role]
    fewest, most = onsets or _ONSETS[role]
    plans = [
        BarPlan(tonic=7, pitch_classes=mask_of(G_MINOR), chords=[minor_loop(bar)], cadence=bar % 4 == 3)
        for bar in range(bars)
    ]
    constraints = Constraints(
        meter=meter,
        role=role,
        lowest_pitch=lowest,
        highest_pitch=highest,
        max_polyphony=5 if role in (ROLE_CHORDS, ROLE_PAD) else 1,
        min_onsets=fewest,
        max_onsets=most,
        plans=plans,
        rhythm=rhythm,
    )
    return CompositionBrief(
        constraints=constraints, intent=Intent(role=role, bpm=104, bars=bars, meter=meter), bars=bars, seed=seed
    )


def funk_bass(seed: int, bars: int = 4) -> CompositionBrief:
    """The prompt that everybody tries first, as constraints."""
    return g_minor_piece(ROLE_BASS, seed, bars=bars, rhythm=FUNK)


meters = st.sampled_from(
    [(2, 4), (3, 4), (4, 4), (5, 4), (6, 8), (7, 8), (9, 8), (12, 8), (5, 16), (3, 2), (1, 16), (13, 16)]
)


@st.composite
def chords(draw: st.DrawFn, steps: int) -> list[Chord]:
    """Chords in order, of any tones, whether the key has them or not."""
    starts = draw(st.lists(st.integers(0, steps + 2), max_size=4, unique=True).map(sorted))
    return [
        Chord(
            root=draw(st.integers(0, 11)),
            bass=draw(st.integers(0, 11)),
            pitch_classes=draw(st.integers(0, 4095)),
            start_step=start,
        )
        for start in starts
    ]


@st.composite
def rhythms(draw: st.DrawFn, steps: int) -> RhythmSkeleton:
    """Skeletons of any kind."""
    return RhythmSkeleton(
        onset_weights=draw(st.lists(st.integers(0, 100), min_size=steps, max_size=steps)),
        anchors=draw(st.lists(st.integers(0, steps - 1), max_size=steps)),
        gate=draw(st.integers(10, 100).map(lambda percent: percent / 100)),
    )


@st.composite
def briefs(draw: st.DrawFn, roles: Sequence[Role.ValueType] = PITCHED, most_bars: int = 6) -> CompositionBrief:
    """Briefs with any mask, metre, role, range, density, polyphony and rhythm that the contract allows."""
    beats, beat_unit = draw(meters)
    meter = Meter(beats=beats, beat_unit=beat_unit)
    steps = steps_per_bar(meter)
    lowest = draw(st.integers(0, 115))
    fewest = draw(st.integers(0, steps + 2))
    bars = draw(st.integers(1, most_bars))
    plans = [
        BarPlan(
            tonic=draw(st.integers(0, 11)),
            pitch_classes=draw(st.integers(1, 4095)),
            chords=draw(chords(steps)),
            cadence=draw(st.booleans()),
        )
        for _ in range(draw(st.integers(1, bars)))
    ]
    constraints = Constraints(
        meter=meter,
        role=draw(st.sampled_from(list(roles))),
        lowest_pitch=lowest,
        highest_pitch=draw(st.integers(lowest + 12, 127)),
        max_polyphony=draw(st.integers(1, 16)),
        min_onsets=fewest,
        max_onsets=draw(st.integers(fewest, steps + 4)),
        plans=plans,
        rhythm=draw(st.none() | rhythms(steps)),
        swing=Swing(
            amount=draw(st.integers(0, 50)) / 100,
            unit=draw(st.sampled_from((SWING_UNIT_SIXTEENTH, SWING_UNIT_EIGHTH))),
        ),
    )
    intent = Intent(role=constraints.role, bpm=draw(st.sampled_from([0.0, 60.0, 104.0, 174.0])), bars=bars, meter=meter)
    return CompositionBrief(constraints=constraints, intent=intent, bars=bars, seed=draw(st.integers(0, 2**32 - 1)))
