"""Which wishes about the shape of a line the engines cannot follow, so that the person is told."""

from collections.abc import Iterator

from boumbapp.music.v2.intent_pb2 import NoteValue
from boumbapp.music.v2.music_pb2 import ROLE_CHORDS, ROLE_PAD

from language.localized_text import LocalizedText
from music.meter import is_dotted
from music.pitch import PitchName
from services.composition.brief import CompositionBrief
from services.melody.parts.shape import STEPS
from services.melody.parts.triplets import TRIPLETS

# Engines that shape what they write; others write as they like.
SHAPING = frozenset({"specialist", "statistical"})
_CHORDAL = (ROLE_CHORDS, ROLE_PAD)
_CONTOUR = LocalizedText("the contour", "le contour")
_VALUES = LocalizedText("note values of sextuplets or thirty-seconds", "les sextolets et les triples croches")
_ENDS = LocalizedText("the note {note}, which is not in the key", "la note {note}, hors tonalité")
_INTERVALS = LocalizedText("avoided intervals", "les intervalles à éviter")
_ROOTS = LocalizedText("roots alone", "les fondamentales seules")
_TUNE = LocalizedText("the spelled tune", "l'air épelé")
_ALL = LocalizedText("the shape of the line", "la forme de la ligne")


def not_followed(brief: CompositionBrief, engine: str, locale: str) -> Iterator[str]:
    """What of the shape that is asked for the music will not have.

    Args:
        brief: What is composed.
        engine: Name of the engine.
        locale: Language, "fr" or "en".
    """
    if not brief.intent.HasField("shape"):
        return
    shape, constraints = brief.intent.shape, brief.constraints
    if engine not in SHAPING:
        yield _ALL.in_(locale)
        return
    known = STEPS.keys() | (TRIPLETS.keys() if not is_dotted(constraints.meter) else set())
    if any(value not in known for value in shape.note_values if value in NoteValue.values()):
        yield _VALUES.in_(locale)
    if constraints.role in _CHORDAL:
        members = (
            (shape.contour, _CONTOUR),
            (shape.avoided_intervals, _INTERVALS),
            (shape.roots_only, _ROOTS),
            (shape.spelled_notes, _TUNE),
            (shape.first_note or shape.final_note, _ENDS),
        )
        for said, text in members:
            if said:
                yield text.in_(locale).format(note=shape.first_note or shape.final_note)
        return
    plans = constraints.plans
    for name, plan in ((shape.first_note, plans[0]), (shape.final_note, plans[(brief.bars - 1) % len(plans)])):
        if name and not plan.pitch_classes >> PitchName.parse(name).pitch_class & 1:
            yield _ENDS.in_(locale).format(note=name)
