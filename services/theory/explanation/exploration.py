"""Ways to make a vague prompt precise: ranked keys and questions, from the catalogue's tables."""

from boumbapp.music.v2.intent_pb2 import SOURCE_HINT, SOURCE_OVERRIDE, SOURCE_PROMPT, Alternative, Evidence, Intent
from boumbapp.music.v2.music_pb2 import ROLE_DRUMS, Key
from boumbapp.theory.v2.theory_service_pb2 import Question

from language.localized_text import LocalizedText
from services.theory.catalogue.catalogue import Catalogue
from services.theory.explanation.labels import key_name, key_notes, part
from services.theory.explanation.proposals import Proposal

# What to offer where nothing narrows the choice: contrasting colours, the most usual first.
_USUAL = (
    "minor",
    "major",
    "dorian",
    "minor_pentatonic",
    "phrygian",
    "lydian",
    "mixolydian",
    "harmonic_minor",
    "hirajoshi",
)
_NEIGHBOURS = {
    "minor": ("harmonic_minor", "dorian", "minor_pentatonic", "phrygian", "blues"),
    "major": ("lydian", "mixolydian", "major_pentatonic", "harmonic_major"),
}
_TONICS = ("A", "C", "D", "E", "G")
_STYLES_TO_ASK = ("lofi", "house", "trap", "funk", "cinematic")
_DRUM_STYLES_TO_ASK = ("boom_bap", "house", "trap", "drum_and_bass", "reggaeton")
_MOODS_TO_ASK = ("sad", "happy", "dark", "dreamy", "energetic")
_ROLES_TO_ASK = ("melody", "bass", "chords", "arpeggio", "pad", "drums")
_PARTS_OF_STYLES = ("bass", "chords", "drums", "melody", "arpeggio")
_EVERYDAY_SCALES = frozenset(
    {"minor", "major", "dorian", "mixolydian", "minor_pentatonic", "major_pentatonic", "blues"}
)
_ANSWERS = 5
_TEXTS = {
    "key": LocalizedText("Which key?", "Dans quelle tonalité ?"),
    "style": LocalizedText("Which style?", "Dans quel style ?"),
    "mood": LocalizedText("What should it feel like?", "Quelle ambiance ?"),
    "role": LocalizedText("Which part?", "Quelle partie ?"),
    "bpm": LocalizedText("How fast?", "À quel tempo ?"),
    "bars": LocalizedText("How long?", "Sur combien de mesures ?"),
}


def explore(
    intent: Intent, max_alternatives: int, locale: str, catalogue: Catalogue, proposal: Proposal | None = None
) -> tuple[list[Alternative], list[Question]]:
    """Rank keys that suit an intent, and ask what it leaves open.

    Args:
        intent: A filled intent with its evidence.
        max_alternatives: Most alternatives wanted.
        locale: Language of the texts, "fr" or "en".
        catalogue: What styles and moods suggest.
        proposal: What a language model makes of the words, where one was asked.

    Returns:
        Alternatives, best first; none for drums, which have no key. Questions, most useful first.
    """
    if _asks_for_part(intent, catalogue) and proposal is None:
        return _parts(intent, locale, catalogue)[:max_alternatives], _questions(intent, [], locale, catalogue)
    keys = [] if intent.role == ROLE_DRUMS else _keys(intent, max_alternatives, catalogue, proposal)
    alternatives = [
        Alternative(
            key=key,
            label=catalogue.scales[key.scale].label.in_(locale),
            description=_sentence(key, locale, catalogue),
            slot="key",
            value=f"{key.tonic} {key.scale.replace('_', ' ')}",
        )
        for key in keys
    ]
    return alternatives, _questions(intent, keys, locale, catalogue)


def _asks_for_part(intent: Intent, catalogue: Catalogue) -> bool:
    """Whether the part is what is open: a style is said, no part is, and the style's scale is an everyday one.

    A style such as Japanese lives by its scales, so that they are what to choose among.
    """
    if not _is_open(intent, "role") or _is_open(intent, "style") or not _is_open(intent, "key.tonic"):
        return False
    return bool(intent.style) and catalogue.styles[intent.style].scales[0] in _EVERYDAY_SCALES


def _parts(intent: Intent, locale: str, catalogue: Catalogue) -> list[Alternative]:
    """The parts of a style, each as what to add to the prompt."""
    style = catalogue.styles[intent.style]
    return [
        Alternative(
            key=intent.key,
            label=catalogue.roles[slug].label.in_(locale),
            description=_capital(f"{part(catalogue.roles[slug].role, style, locale)}."),
            slot="role",
            value=slug,
        )
        for slug in _PARTS_OF_STYLES
    ]


def _capital(text: str) -> str:
    return text[0].upper() + text[1:]


def _keys(intent: Intent, wanted: int, catalogue: Catalogue, proposal: Proposal | None) -> list[Key]:
    """Where the scale is settled, its usual tonics and its neighbours; otherwise scales that suit style and mood."""
    if _is_open(intent, "key.scale"):
        scales = suited_scales(proposal.suggested(intent) if proposal else intent, catalogue)
        if proposal:
            scales = list(dict.fromkeys([*proposal.scales, *scales]))
        return [Key(tonic=intent.key.tonic, scale=scale) for scale in scales][:wanted]
    scale = intent.key.scale
    neighbours = [slug for slug in (*_NEIGHBOURS.get(scale, ()), *suited_scales(intent, catalogue)) if slug != scale]
    colours = [Key(tonic=intent.key.tonic, scale=slug) for slug in dict.fromkeys(neighbours)]
    if not _is_open(intent, "key.tonic"):
        return [intent.key, *colours][:wanted]
    tonics = [Key(tonic=tonic, scale=scale) for tonic in dict.fromkeys((intent.key.tonic, *_TONICS))]
    return [*tonics[: (wanted + 1) // 2], *colours][:wanted]


def suited_scales(intent: Intent, catalogue: Catalogue) -> list[str]:
    """Slugs of scales that suit an intent's mood and style.

    Args:
        intent: A filled intent.
        catalogue: What styles and moods suggest.

    Returns:
        The intent's own scale first, then those that mood and style share, then the others; usual scales where there is
        neither mood nor style.
    """
    mood = catalogue.moods[intent.mood].scales if intent.mood else ()
    style = catalogue.styles[intent.style].scales if intent.style else ()
    shared = [slug for slug in mood if slug in style]
    usual = () if mood or style else _USUAL
    own = [intent.key.scale] if mood or style else []
    return list(dict.fromkeys([*own, *shared, *mood, *style, *usual]))


def _is_open(intent: Intent, slot: str) -> bool:
    """Whether the prompt and the options leave a slot open."""
    evidence = evidence_of(intent, slot)
    return evidence is None or evidence.source not in (SOURCE_OVERRIDE, SOURCE_PROMPT, SOURCE_HINT)


def evidence_of(intent: Intent, slot: str) -> Evidence | None:
    """Why a slot has its value.

    Args:
        intent: A filled intent.
        slot: Name of the slot, such as "key.scale".

    Returns:
        The evidence, or None where the intent has none for the slot.
    """
    return next((evidence for evidence in intent.evidence if evidence.slot == slot), None)


def _sentence(key: Key, locale: str, catalogue: Catalogue) -> str:
    """What a key sounds like, and its notes."""
    description = catalogue.scales[key.scale].description.in_(locale)
    return f"{description[0].upper()}{description[1:]} ({key_notes(key, locale, catalogue)})."


def _questions(intent: Intent, keys: list[Key], locale: str, catalogue: Catalogue) -> list[Question]:
    drums = intent.role == ROLE_DRUMS
    styles = _DRUM_STYLES_TO_ASK if drums else _STYLES_TO_ASK
    answers = {
        "style": [catalogue.styles[slug].label.in_(locale) for slug in styles],
        "key": [key_name(key, locale, catalogue) for key in keys][:_ANSWERS],
        "mood": [catalogue.moods[slug].label.in_(locale) for slug in _MOODS_TO_ASK],
        "role": [catalogue.roles[slug].label.in_(locale) for slug in _ROLES_TO_ASK],
        "bpm": [f"{bpm:g} BPM" for bpm in _tempos(intent, catalogue)],
        "bars": ["4 mesures", "8 mesures", "16 mesures"] if locale == "fr" else ["4 bars", "8 bars", "16 bars"],
    }
    order: tuple[str, ...] = ("style", "role", "bpm", "bars")
    if not drums:
        order = ("key", "style", "mood", "role", "bpm", "bars")
    if _asks_for_part(intent, catalogue):
        order = ("role", "key", "bpm", "mood", "bars")
        answers["role"] = [catalogue.roles[slug].label.in_(locale) for slug in _PARTS_OF_STYLES]
        answers["key"] = [key_name(key, locale, catalogue) for key in _keys(intent, _ANSWERS, catalogue, None)]
    return [
        Question(slot=slot, text=_TEXTS[slot].in_(locale), answers=answers[slot])
        for slot in order
        if answers[slot] and _is_open(intent, "key.tonic" if slot == "key" else slot)
    ]


def _tempos(intent: Intent, catalogue: Catalogue) -> tuple[float, ...]:
    return catalogue.styles[intent.style].bpm if intent.style else (70, 100, 130)
