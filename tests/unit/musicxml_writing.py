"""Small MusicXML scores for tests, written in a line of text for each measure."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

_TOKEN = re.compile(r"(?:(?P<name>[A-Gr])(?P<octave>\d)?|(?P<whole>R)|(?P<move>[<>]))/?(?P<steps>\d+)(?P<place>\S*)")


@dataclass(frozen=True, slots=True)
class Measure:
    """A measure with attributes of its own; `notes` as `write_score` reads them."""

    notes: str
    number: str = "1"
    implicit: bool = False


def write_score(parts: Sequence[Sequence[str | Measure]], time: str = "4/4") -> bytes:
    """A partwise score with four divisions to a quarter.

    Args:
        parts: For each part its measures: `C5/4` is a note of four divisions, `r/4` a rest, `R/4` a whole-bar rest,
            `>4` a forward, `<4` a backup; `v2` and `@2` after a note name its voice and staff.
        time: The time signature.
    """
    names = "".join(f'<score-part id="P{index}"><part-name/></score-part>' for index in range(len(parts)))
    bodies = "".join(f'<part id="P{index}">{"".join(_measures(part, time))}</part>' for index, part in enumerate(parts))
    return f'<score-partwise version="4.0"><part-list>{names}</part-list>{bodies}</score-partwise>'.encode()


def _measures(part: Sequence[str | Measure], time: str) -> Iterator[str]:
    beats, unit = time.split("/")
    staves = "<staves>2</staves>" if any("@" in str(measure) for measure in part) else ""
    attributes = (
        "<attributes><divisions>4</divisions><key><fifths>0</fifths></key>"
        f"<time><beats>{beats}</beats><beat-type>{unit}</beat-type></time>{staves}</attributes>"
    )
    for index, written in enumerate(part):
        measure = written if isinstance(written, Measure) else Measure(written, str(index + 1))
        implicit = ' implicit="yes"' if measure.implicit else ""
        notes = "".join(_element(token) for token in measure.notes.split())
        yield f'<measure number="{measure.number}"{implicit}>{"" if index else attributes}{notes}</measure>'


def _element(token: str) -> str:
    match = _TOKEN.fullmatch(token)
    assert match, token
    duration = f"<duration>{match['steps']}</duration>"
    if match["move"]:
        tag = "backup" if match["move"] == "<" else "forward"
        return f"<{tag}>{duration}</{tag}>"
    head = f"<pitch><step>{match['name']}</step><octave>{match['octave']}</octave></pitch>"
    if match["whole"] or match["name"] == "r":
        head = '<rest measure="yes"/>' if match["whole"] else "<rest/>"
    voice, staff = (re.search(rf"{sign}(\d)", match["place"]) for sign in "v@")
    tail = (f"<voice>{voice[1]}</voice>" if voice else "") + (f"<staff>{staff[1]}</staff>" if staff else "")
    return f"<note>{head}{duration}{tail}</note>"
