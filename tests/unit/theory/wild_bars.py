"""Bars from any source, and constraints to hold them against."""

from boumbapp.music.v2 import music_pb2
from boumbapp.music.v2.intent_pb2 import BarPlan, Constraints
from boumbapp.music.v2.music_pb2 import (
    ROLE_MELODY,
    Bar,
    DrumHit,
    Flam,
    Key,
    Meter,
    Note,
    Role,
    Roll,
)
from hypothesis import strategies as st

from services.theory.catalogue.catalogue import Catalogue
from services.theory.harmony.chord_symbols import parse_symbol
from services.theory.harmony.progressions import scale_mask

CATALOGUE = Catalogue.load()
METERS = [
    Meter(beats=beats, beat_unit=unit) for beats, unit in ((4, 4), (3, 4), (6, 8), (7, 8), (2, 4), (5, 4), (1, 16))
]


def constraints(
    tonic: str = "G",
    scale: str = "minor",
    role: Role.ValueType = ROLE_MELODY,
    *,
    low: int = 55,
    high: int = 79,
    voices: int = 1,
    meter: Meter = METERS[0],
    chords: str = "",
) -> Constraints:
    key = Key(tonic=tonic, scale=scale)
    found = [chord for symbol in chords.split() if (chord := parse_symbol(symbol))]
    mask = scale_mask(key, CATALOGUE)
    for chord in found:
        mask |= chord.pitch_classes
    tonic_class = {"C": 0, "G": 7, "A": 9, "D": 2}[tonic]
    plan = BarPlan(key=key, tonic=tonic_class, pitch_classes=mask, chords=found)
    return Constraints(meter=meter, role=role, lowest_pitch=low, highest_pitch=high, max_polyphony=voices, plans=[plan])


def note(pitch: int, start: int = 0, duration: int = 1, **more: float) -> Note:
    return Note(pitch=pitch, start_step=start, duration_steps=duration, velocity=90, **more)  # type: ignore[arg-type]


def line(*pitches: int) -> Bar:
    return Bar(meter=METERS[0], notes=[note(pitch, 2 * index, 2) for index, pitch in enumerate(pitches)])


wild_notes = st.builds(
    Note,
    pitch=st.integers(0, 140),
    start_step=st.integers(0, 30),
    duration_steps=st.integers(0, 40),
    velocity=st.integers(0, 200),
    offset_ticks=st.integers(-240, 240) | st.just(-(2**31)),
    release_ticks=st.integers(-240, 240) | st.just(2**31 - 1),
    tied=st.booleans(),
)
wild_hits = st.builds(
    DrumHit,
    piece=st.sampled_from(music_pb2.DrumPiece.values()),
    step=st.integers(0, 30),
    velocity=st.integers(0, 200),
    offset_ticks=st.integers(-240, 240) | st.just(-(2**31)),
    flam=st.none() | st.builds(Flam, lead_ticks=st.integers(0, 300), velocity=st.integers(0, 200)),
)
wild_hits |= st.builds(
    DrumHit,
    piece=st.sampled_from(music_pb2.DrumPiece.values()),
    step=st.integers(0, 30),
    velocity=st.integers(0, 200),
    roll=st.builds(
        Roll, strokes=st.integers(0, 40), span_ticks=st.integers(0, 3000), last_velocity=st.integers(0, 200)
    ),
)
wild_bars = st.builds(
    Bar,
    index=st.integers(0, 9),
    meter=st.sampled_from(METERS),
    notes=st.lists(wild_notes, max_size=24),
    hits=st.lists(wild_hits, max_size=12),
)


@st.composite
def any_constraints(draw: st.DrawFn) -> Constraints:
    low = draw(st.integers(0, 100))
    return constraints(
        draw(st.sampled_from("CGAD")),
        draw(st.sampled_from(sorted(CATALOGUE.scales))),
        draw(st.sampled_from([role for role in Role.values() if role])),
        low=low,
        high=draw(st.integers(low + 12, 127)),
        voices=draw(st.integers(1, 6)),
        meter=draw(st.sampled_from(METERS)),
        chords=draw(st.sampled_from(["", "E7", "Cmaj7 F#dim"])),
    )
