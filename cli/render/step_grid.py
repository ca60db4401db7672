"""Draws drums as a step grid of text: a row for each piece that plays, a column for each step, velocity as shade."""

from collections.abc import Mapping

from boumbapp.music.v2 import music_pb2 as pb
from boumbapp.music.v2.music_pb2 import DrumHit, DrumPiece
from rich.text import Text

from cli.render.piano_roll import LABEL_WIDTH, UNICODE, Glyphs, Slice, System, background, numbers, rests

# As a drummer's chart has them, from cymbals down to the foot.
_ROWS: tuple[DrumPiece.ValueType, ...] = (
    pb.DRUM_PIECE_CRASH, pb.DRUM_PIECE_RIDE, pb.DRUM_PIECE_TAMBOURINE, pb.DRUM_PIECE_SHAKER, pb.DRUM_PIECE_COWBELL,
    pb.DRUM_PIECE_OPEN_HAT, pb.DRUM_PIECE_CLOSED_HAT, pb.DRUM_PIECE_PEDAL_HAT, pb.DRUM_PIECE_HIGH_TOM,
    pb.DRUM_PIECE_MID_TOM, pb.DRUM_PIECE_LOW_TOM, pb.DRUM_PIECE_CLAP, pb.DRUM_PIECE_RIM, pb.DRUM_PIECE_SNARE,
    pb.DRUM_PIECE_KICK,
)  # fmt: skip
_SHADES_FROM = (45, 75, 100)  # velocities from which a hit gets the second, third and fourth shade
_STYLES = ("dim yellow", "yellow", "yellow", "bold yellow")
_FLAM = "f"
_MANY = 10  # strokes of a roll that no longer fit into one column


def draw(system: System, labels: Mapping[str, str], glyphs: Glyphs = UNICODE) -> list[Text]:
    """Lines of a system: bar numbers, then pieces.

    A roll shows how many strokes it has, or + for ten and more, a flam an f.

    Args:
        system: What is drawn.
        labels: Short names of pieces by their names in the contract: "closed_hat".
        glyphs: Characters to draw with.
    """
    playing = {hit.piece for piece in system for hit in piece.bar.hits if piece.start <= hit.step < piece.stop}
    lines = [numbers(system)]
    for row in _ROWS:
        if row not in playing:
            continue
        label = labels[DrumPiece.Name(row).removeprefix("DRUM_PIECE_").lower()]
        line = Text(f"{label:>{LABEL_WIDTH - 1}} ", no_wrap=True)
        line.append(glyphs.line, "dim")
        for piece in system:
            _append_row(line, piece, row, glyphs)
            line.append(glyphs.line, "dim")
        lines.append(line)
    return lines if playing else [*lines, rests(system, glyphs)]


def _append_row(line: Text, piece: Slice, row: DrumPiece.ValueType, glyphs: Glyphs) -> None:
    cells = [(background(piece, step, glyphs), "dim") for step in range(piece.start, piece.stop)]
    for hit in piece.bar.hits:
        if hit.piece == row and piece.start <= hit.step < piece.stop:
            cells[hit.step - piece.start] = _cell(hit, glyphs)
    for cell, style in cells:
        line.append(cell, style)


def _cell(hit: DrumHit, glyphs: Glyphs) -> tuple[str, str]:
    shade = sum(hit.velocity >= velocity for velocity in _SHADES_FROM)
    if hit.HasField("roll"):
        return str(hit.roll.strokes) if hit.roll.strokes < _MANY else "+", _STYLES[shade]
    return _FLAM if hit.HasField("flam") else glyphs.shades[shade], _STYLES[shade]
