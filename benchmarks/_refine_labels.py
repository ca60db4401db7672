"""Labelled instructions for refining, and edits written as labels are."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from boumbapp.music.v2 import edits_pb2 as pb

DATA = Path(__file__).with_name("data")
REFUSED = "refuse"
HALVES = (
    "held_out", "colloquial", "recent", "chat", "chat_2", "chat_3", "chat_4", "typed", "typed_later", "typed_again",
    "plain", "plain_2", "plain_3", "tuning",
)  # fmt: skip
_ROLES = {
    pb.METRICAL_ROLE_BEATS: "beats",
    pb.METRICAL_ROLE_BACKBEATS: "backbeats",
    pb.METRICAL_ROLE_STRONG_BEATS: "strong_beats",
    pb.METRICAL_ROLE_OFFBEATS: "offbeats",
}
_EDGES = {pb.PLACE_EDGE_START: "start", pb.PLACE_EDGE_END: "end"}


@dataclass(frozen=True, slots=True)
class LabelledInstruction:
    """An instruction and what it asks for.

    Attributes:
        half: One of HALVES; the data say what each is.
        text: The instruction.
        edits: The edits as a label: joined by " & "; REFUSED for none. Equally right ones are
            joined by " or ".
    """

    half: str
    text: str
    edits: str

    def allows(self, edits: str) -> bool:
        """Whether edits, written as labels are, are what the instruction asks for."""
        return edits in self.edits.split(" or ")


def labelled(domain: str) -> list[LabelledInstruction]:
    """The labelled instructions of a domain: "melody" or "drums"."""
    lines = (DATA / f"refine_{domain}.tsv").read_text("utf-8").splitlines()
    rows = [line.split("\t") for line in lines if line and not line.startswith("#")]
    return [LabelledInstruction(half, text, edits) for half, text, edits in rows]


def outline(edits: Sequence[pb.Edit]) -> str:
    """Edits written as labels are."""
    return " & ".join(map(_edit, edits)) or REFUSED


def _edit(edit: pb.Edit) -> str:
    figure = f"{edit.percent:g}%" if edit.HasField("percent") else edit.text
    if not figure and edit.HasField("value"):
        figure = f"{round(edit.value, 3):g}"
    parts = ",".join(edit.parts)
    if edit.except_parts:
        parts += "-" + ",".join(edit.except_parts)
    return "".join(
        (
            edit.action,
            f"={figure}" if figure else "",
            f"~{edit.amount:g}" if edit.amount not in (0, 1) and not figure else "",
            f"({parts})" if parts else "",
            f"@{'+'.join(map(_place, edit.places))}" if edit.places else "",
            f"!{'+'.join(map(_place, edit.except_places))}" if edit.except_places else "",
        )
    )


def _place(place: pb.Place) -> str:
    words = [_span(span) for span in place.bars]
    words += [f"n{place.count}"] if place.count else []
    words += [_EDGES[place.edge]] if place.edge else []
    if place.HasField("portion"):
        words.append(_stretch(place.portion))
    if place.HasField("within"):
        words.append(f"in {_stretch(place.within)}")
    words += [f"{'T' if place.whole_beats else 't'}{beat:g}" for beat in place.beats]
    words += [f"s{step}" for step in place.steps]
    words += [_ROLES[place.role]] if place.role else []
    if place.HasField("notes"):
        first, last = place.notes.first, place.notes.last
        words.append(f"note{first}" if first == last else f"note{first}-{last}")
    return "+".join(words)


def _span(span: pb.BarSpan) -> str:
    bars = f"b{span.first}" if span.first == span.last else f"b{span.first}-{span.last}"
    return bars + (f"e{span.every}" if span.every > 1 else "")


def _stretch(stretch: pb.Stretch) -> str:
    halves = {(0.0, 0.5): "half1", (0.5, 1.0): "half2"}
    return halves.get((stretch.start, stretch.end), f"{stretch.start:g}-{stretch.end:g}")
