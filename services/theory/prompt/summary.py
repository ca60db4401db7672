"""An intent as a flat JSON object: null where only a default fills a slot."""

from collections.abc import Sequence

from boumbapp.music.v2.events_pb2 import Notice
from boumbapp.music.v2.intent_pb2 import SOURCE_DEFAULT, SOURCE_STYLE, Contour, Intent, IntentSection, NoteValue
from boumbapp.music.v2.music_pb2 import LEVEL_HIGH, LEVEL_LOW, LEVEL_MEDIUM, ROLE_DRUMS, DrumPiece

from music.pitch import PitchName
from music.roles import role_name

_LEVELS = {LEVEL_LOW: "low", LEVEL_MEDIUM: "medium", LEVEL_HIGH: "high"}
# Evidence is kept per field of the intent; the printed object has names of its own.
_NAMES = {"key.tonic": "tonic", "key.scale": "mode", "modulations": "modulation"}


def summary(intent: Intent, notices: Sequence[Notice] = ()) -> dict[str, object]:
    """The slots of an intent by name.

    Args:
        intent: A filled intent.
        notices: What there is to tell besides.

    Returns:
        `tonic` (pitch class 0-11), `mode`, `role`, `style`, `mood`, `register`, `density`, `bpm`, `bars`, `meter`
        ("3/4"), `progression` (chord symbols), `modulation` (later keys with tonic, mode and bar), each None where
        only a default fills it, and `mode` also where a style implies it for drums, which have none; `vague`;
        `alternatives` (ranked scales of the intent's alternatives, or
        parts where the part is open); `evidence` (words of the prompt by slot); `parts`
        (roles, where several are named) and `sections`, None where there are none;
        the members of its shape, `drum_patterns` (steps by piece) and `half_time`, None where nothing is said;
        `notices` (code, words and message of each).
    """
    slots: dict[str, object] = {
        "tonic": PitchName.parse(intent.key.tonic).pitch_class,
        "mode": intent.key.scale,
        "role": role_name(intent.role),
        "style": intent.style,
        "mood": intent.mood,
        "register": _LEVELS[intent.register],
        "density": _LEVELS[intent.density],
        "bpm": int(intent.bpm) if intent.bpm == int(intent.bpm) else intent.bpm,
        "bars": intent.bars,
        "meter": f"{intent.meter.beats}/{intent.meter.beat_unit}",
        "progression": [chord.symbol for chord in intent.progression],
        "modulation": [
            {
                "tonic": PitchName.parse(modulation.key.tonic).pitch_class,
                "mode": modulation.key.scale,
                "bar": modulation.bar,
            }
            for modulation in intent.modulations
        ],
    }
    evidence = {}
    for item in intent.evidence:
        name = _NAMES.get(item.slot, item.slot)
        unused = name == "mode" and intent.role == ROLE_DRUMS and item.source == SOURCE_STYLE
        if (item.source == SOURCE_DEFAULT or unused) and name in slots:
            slots[name] = None
        if item.words:
            evidence[name] = item.words
    offers = list(
        dict.fromkeys(
            alternative.key.scale if alternative.slot in ("", "key") else alternative.value
            for alternative in intent.alternatives
        )
    )
    return {
        **slots,
        "vague": intent.vague,
        "alternatives": offers,
        "evidence": evidence,
        "parts": [role_name(part.role) for part in intent.parts] if len(intent.parts) > 1 else None,
        "sections": [_section(section) for section in intent.sections] or None,
        "references": [reference.name for reference in intent.references] or None,
        **_shape(intent),
        "notices": [{"code": notice.code, "words": _words(notice), "message": notice.message} for notice in notices],
    }


def _shape(intent: Intent) -> dict[str, object]:
    """What is said about the line's shape and about pieces of the kit, None where nothing is."""
    shape = intent.shape
    dynamics = [_LEVELS[shape.dynamics.start], _LEVELS[shape.dynamics.end]] if shape.HasField("dynamics") else None
    return {
        "contour": Contour.Name(shape.contour).removeprefix("CONTOUR_").lower() if shape.contour else None,
        "note_values": [NoteValue.Name(each).removeprefix("NOTE_VALUE_").lower() for each in shape.note_values] or None,
        "dynamics": dynamics,
        "first_note": shape.first_note or None,
        "final_note": shape.final_note or None,
        "avoided_intervals": list(shape.avoided_intervals) or None,
        "spelled_notes": list(shape.spelled_notes) or None,
        "roots_only": shape.roots_only or None,
        "walking_bass": shape.walking_bass or None,
        "slides": shape.slides or None,
        "drum_patterns": {
            DrumPiece.Name(each.piece).removeprefix("DRUM_PIECE_").lower(): list(each.steps)
            for each in intent.drum_patterns
        }
        or None,
        "half_time": intent.half_time or None,
    }


def _words(notice: Notice) -> list[str]:
    """The words of the prompt that a notice is about; none for one that is about the whole."""
    words = notice.metadata.get("words", "")
    return words.split("; ") if words else []


def _section(section: IntentSection) -> dict[str, object]:
    return {
        "kind": section.kind,
        "letter": section.letter or None,
        "bars": section.bars or None,
        "tonic": PitchName.parse(section.key.tonic).pitch_class if section.HasField("key") else None,
        "mode": section.key.scale or None,
        "energy": _LEVELS[section.energy],
    }
