"""Grooves to try edits on: made by hypothesis, and one plain backbeat."""

from collections.abc import Iterable
from pathlib import Path

from boumbapp.drums.v2.drums_service_pb2 import BarFeels
from boumbapp.music.v2 import music_pb2 as pb
from boumbapp.music.v2.feel_pb2 import HitFeel
from boumbapp.music.v2.music_pb2 import Bar, DrumHit, DrumPiece, Meter
from hypothesis import strategies as st

from music.meter import steps_per_bar
from services.drums.performance.deviation_model import FeelModel
from services.drums.refine.model.editable_groove import EditableGroove

MODELS = Path(__file__).parents[3] / "models"
MODEL, _ = FeelModel.load(MODELS / "groove-feel")
STATISTICAL = (MODEL, None)  # what the statistical engine plays with

KICK, SNARE, CLAP, HAT, OPEN_HAT, RIDE = (
    pb.DRUM_PIECE_KICK,
    pb.DRUM_PIECE_SNARE,
    pb.DRUM_PIECE_CLAP,
    pb.DRUM_PIECE_CLOSED_HAT,
    pb.DRUM_PIECE_OPEN_HAT,
    pb.DRUM_PIECE_RIDE,
)
PIECES = [piece for piece in DrumPiece.values() if piece != pb.DRUM_PIECE_UNSPECIFIED]
FOUR_FOUR = Meter(beats=4, beat_unit=4)
METERS = [FOUR_FOUR, Meter(beats=3, beat_unit=4), Meter(beats=6, beat_unit=8), Meter(beats=7, beat_unit=8)]


def bar_of(index: int, meter: Meter, **rows: str) -> Bar:
    """A bar written as a grid: one row per piece, 'X' loud, 'x' plain, 'g' ghost, '.' nothing."""
    velocity = {"X": 112, "x": 80, "g": 34}
    hits = [
        DrumHit(piece=DrumPiece.Value(f"DRUM_PIECE_{name.upper()}"), step=step, velocity=velocity[sign])
        for name, row in rows.items()
        for step, sign in enumerate(row.replace(" ", ""))
        if sign != "."
    ]
    return Bar(index=index, meter=meter, hits=sorted(hits, key=lambda hit: (hit.step, hit.piece)))


def backbeat(bars: int = 4) -> EditableGroove:
    """Kick, snare and eighths, as every drummer's first groove; with ghost notes on the snare."""
    rows = {"kick": "X... ..x. X... ....", "snare": ".... X..g .g.. X...", "closed_hat": "X.x. X.x. X.x. X.x."}
    return EditableGroove(tuple(bar_of(index, FOUR_FOUR, **rows) for index in range(bars)), (), 96.0)


def steps_of(bar: Bar, *pieces: int) -> list[int]:
    """Steps on which any of the pieces is hit."""
    return [hit.step for hit in bar.hits if hit.piece in pieces]


def hits_of(bar: Bar, pieces: Iterable[int]) -> list[DrumHit]:
    """Hits of some pieces."""
    wanted = set(pieces)
    return [hit for hit in bar.hits if hit.piece in wanted]


@st.composite
def grooves(draw: st.DrawFn) -> EditableGroove:
    """One to six valid bars, with or without what feel added."""
    meter = draw(st.sampled_from(METERS))
    swing = draw(st.sampled_from([0, 14, 40]))
    told = draw(st.booleans())
    bars, feels = [], []
    for index in range(draw(st.integers(1, 6))):
        locations = st.tuples(st.integers(0, steps_per_bar(meter) - 1), st.sampled_from(PIECES))
        found = sorted(draw(st.sets(locations, max_size=40)))
        hits, felt = [], []
        for step, piece in found:
            velocity = draw(st.integers(1, 127))
            human = draw(st.integers(max(velocity - 127, -12), min(velocity - 1, 12)))
            late = draw(st.integers(-15, 15))
            swung = swing if step % 2 else 0
            hits.append(DrumHit(piece=piece, step=step, velocity=velocity, offset_ticks=swung + late))
            felt.append(HitFeel(swing_ticks=swung, human_ticks=late, human_velocity=human))
        bars.append(Bar(index=index, meter=meter, hits=hits))
        feels.append(BarFeels(feels=felt))
    return EditableGroove(tuple(bars), tuple(feels) if told else (), draw(st.sampled_from([60.0, 96.0, 174.0])))
