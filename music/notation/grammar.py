"""A grammar (GBNF, as llama.cpp reads it) of lines in the notation, in which every bar fills its metre exactly.

Whatever model decodes under it can write nothing but readable bars; with the degrees of a scale, nothing out of key.
The grammar is right-linear: a rule for each number of steps that are still free in the bar.
"""

from boumbapp.music.v2.music_pb2 import Meter

from music.meter import steps_per_bar
from music.notation.notes import BAR_LINE, DEGREES, LONGEST

CHROMATIC = (1 << 12) - 1
_OCTAVES = '","? "," | ":" | "\'" "\'"?'


def grammar(meter: Meter, degrees: int = CHROMATIC) -> str:
    """Rules for whole bars, at least one, each symbol after a space.

    Args:
        meter: Metre of the bars.
        degrees: Semitones above the tonic that may sound, as bits.

    Raises:
        ValueError: No degree may sound.
    """
    names = [name for above, name in enumerate(DEGREES) if degrees >> above & 1]
    if not names:
        raise ValueError("a line needs at least one degree")
    length = steps_per_bar(meter)
    rules = {
        # A bar after silence, and a bar whose first symbol may prolong the note that reached the bar line.
        "root": f"free{length}",
        "next": f"free{length} | " + " | ".join(_moves("~", length, "sounding")),
        "sounding0": f'" {BAR_LINE}" next?',
        "silent0": f'" {BAR_LINE}" root?',
        "degree": " | ".join(f'"{name}"' for name in names),
        "octave": _OCTAVES,
    }
    for free in range(1, length + 1):
        notes = _moves("note", free, "sounding")
        rules[f"free{free}"] = " | ".join([*notes, *_moves("r", free, "silent")])
    return "".join(f"{name} ::= {body}\n" for name, body in rules.items())


def _moves(kind: str, free: int, after: str) -> list[str]:
    """Symbols of one kind, each with what may follow it."""
    start = '" " degree octave "' if kind == "note" else f'" {kind}'
    return [
        f'{start}{steps}" ' + (f"free{free - steps}" if steps < free else f"{after}0")
        for steps in range(1, min(free, LONGEST) + 1)
    ]
