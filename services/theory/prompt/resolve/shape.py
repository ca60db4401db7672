"""Shape and drum patterns of an intent, from the words."""

from boumbapp.music.v2.intent_pb2 import Contour, DrumPattern, Dynamics, Shape
from boumbapp.music.v2.music_pb2 import LEVEL_UNSPECIFIED, Meter

from services.theory.prompt.parse.parsed_prompt import ParsedPrompt


def resolve_shape(parsed: ParsedPrompt) -> Shape | None:
    """The shape of the line; None where the words say nothing about it."""
    said, tune = parsed.shape, parsed.tune
    if not said and tune is None:
        return None
    start, end = said.dynamics or (LEVEL_UNSPECIFIED, LEVEL_UNSPECIFIED)
    return Shape(
        contour=said.contour or Contour.CONTOUR_UNSPECIFIED,
        note_values=said.note_values,
        dynamics=Dynamics(start=start, end=end) if said.dynamics else None,
        final_note=str(said.final_note or ""),
        first_note=str(said.first_note or ""),
        avoided_intervals=said.avoided_intervals,
        spelled_notes=[str(note) for note in tune.notes] if tune else (),
        roots_only=said.roots_only,
        walking_bass=said.walking_bass,
        slides=said.slides,
    )


def resolve_drum_patterns(parsed: ParsedPrompt, meter: Meter) -> list[DrumPattern]:
    """What single pieces of the kit play, one entry for a piece.

    Args:
        parsed: The parsed prompt.
        meter: In which beats are counted.
    """
    patterns: dict[int, DrumPattern] = {}
    for words in parsed.pieces:
        text = parsed.prompt.words(words.first, words.last)
        played, *silent = words.pieces
        patterns[played] = DrumPattern(
            piece=played, steps=words.steps(meter), exact=True, words=text, divisions=words.divisions
        )
        for piece in silent:
            patterns.setdefault(piece, DrumPattern(piece=piece, exact=True, words=text))
    return list(patterns.values())
