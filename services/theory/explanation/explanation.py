"""Explains an intent, and suggests prompts to try next, in words a musician uses."""

from boumbapp.music.v2.intent_pb2 import (
    SOURCE_DEFAULT,
    SOURCE_HINT,
    SOURCE_OVERRIDE,
    SOURCE_PROJECT,
    SOURCE_PROMPT,
    SOURCE_STYLE,
    Constraints,
    Intent,
    Source,
)
from boumbapp.music.v2.music_pb2 import (
    LEVEL_HIGH,
    ROLE_ARPEGGIO,
    ROLE_BASS,
    ROLE_CHORDS,
    ROLE_DRUMS,
    ROLE_MELODY,
    ROLE_PAD,
    Key,
    Role,
)

from music.pitch import PitchName
from services.theory.catalogue.catalogue import Catalogue
from services.theory.catalogue.entries import StyleProfile
from services.theory.explanation.descriptions import is_true_of
from services.theory.explanation.exploration import evidence_of, suited_scales
from services.theory.explanation.labels import article, key_name, key_notes, length, part

_COMPANIONS: dict[Role.ValueType, Role.ValueType] = {
    ROLE_MELODY: ROLE_BASS,
    ROLE_BASS: ROLE_CHORDS,
    ROLE_CHORDS: ROLE_MELODY,
    ROLE_ARPEGGIO: ROLE_BASS,
    ROLE_PAD: ROLE_ARPEGGIO,
    ROLE_DRUMS: ROLE_BASS,
}
_NEIGHBOURS = ("dorian", "harmonic_minor", "phrygian", "minor_pentatonic"), ("lydian", "mixolydian", "major_pentatonic")
_MOST_BARS = 64
_WHY: dict[Source.ValueType, tuple[str, str]] = {
    SOURCE_PROMPT: ("as asked", "comme demandé"),
    SOURCE_OVERRIDE: ("as set", "comme réglé"),
    SOURCE_HINT: ("as set", "comme réglé"),
    SOURCE_PROJECT: ("the project's key", "la tonalité du projet"),
    SOURCE_DEFAULT: ("as nothing else was asked for", "faute d'autre indication"),
}


def explain(intent: Intent, constraints: Constraints, locale: str, catalogue: Catalogue) -> str:
    """Explain the key, the groove and what was assumed, in one or two sentences.

    Args:
        intent: A filled intent with its evidence.
        constraints: What follows from it; its harmony is named where the prompt names chords.
        locale: "fr" or "en".
        catalogue: Where labels and descriptions are looked up.
    """
    sentences = [] if intent.role == ROLE_DRUMS else [_key_sentence(intent, locale, catalogue)]
    sentences.append(_part_sentence(intent, constraints, locale, catalogue))
    if gave_way := _overruled_words(intent):
        sentences.append(_overrides_sentence(gave_way, locale))
    return " ".join(sentences)


def _overruled_words(intent: Intent) -> list[str]:
    """Words of the prompt that gave way to overrides, in the order of the slots."""
    words = [evidence.words for evidence in intent.evidence if evidence.source == SOURCE_OVERRIDE and evidence.words]
    if _source(intent, "key.tonic") == _source(intent, "key.scale") == SOURCE_OVERRIDE:
        tonic, scale = _words(intent, "key.tonic"), _words(intent, "key.scale")
        if tonic and scale and tonic != scale:  # "Sol mineur" is one name
            place = words.index(tonic)
            words[place : place + 2] = [f"{tonic} {scale}"]
    return list(dict.fromkeys(words))


def _overrides_sentence(words: list[str], locale: str) -> str:
    quoted = [f"« {each} »" if locale == "fr" else f"“{each}”" for each in words]
    joined = ", ".join(quoted[:-1]) + (" et " if locale == "fr" else " and ") + quoted[-1] if quoted[1:] else quoted[0]
    return f"Vos réglages l'emportent sur {joined}." if locale == "fr" else f"Your settings win over {joined}."


def _key_sentence(intent: Intent, locale: str, catalogue: Catalogue) -> str:
    key = intent.key
    scale = catalogue.scales[key.scale]
    why = _reason(intent, locale, catalogue)
    colon = " : " if locale == "fr" else ": "
    name, notes = key_name(key, locale, catalogue), key_notes(key, locale, catalogue)
    return f"{name} ({notes}), {why}{colon}{scale.description.in_(locale)}."


def _reason(intent: Intent, locale: str, catalogue: Catalogue) -> str:
    """Why the key has its scale."""
    source = _source(intent, "key.scale")
    if source == SOURCE_STYLE:
        style = catalogue.styles[intent.style].label.in_(locale) if intent.style else ""
        mood = catalogue.moods[intent.mood].label.in_(locale) if intent.mood else ""
        if mood and (not style or intent.key.scale in catalogue.moods[intent.mood].scales):
            # "caractère" is masculine, as the moods' labels are
            return f"pour un caractère {mood}" if locale == "fr" else f"for {article(mood)} {mood} mood"
        if style:
            return f"une gamme typique du style {style}" if locale == "fr" else f"a scale typical of {style}"
        return "que suggèrent les accords" if locale == "fr" else "as the chords suggest"
    if source == SOURCE_PROMPT and _words(intent, "key.scale") == _words(intent, "progression") != "":
        return "que dessinent les accords demandés" if locale == "fr" else "as the chords ask for"
    if source == SOURCE_DEFAULT and _asks_for_more(intent):
        return "un choix courant" if locale == "fr" else "a usual choice"
    english, french = _WHY.get(source, _WHY[SOURCE_DEFAULT])
    return french if locale == "fr" else english


def _asks_for_more(intent: Intent) -> bool:
    """Whether words ask for more than a part, so that "as nothing else was asked for" would not be true."""
    said = any(evidence.words and evidence.slot not in ("role", "modulations") for evidence in intent.evidence)
    return said or bool(intent.sections or intent.references or intent.HasField("shape") or len(intent.parts) > 1)


def _part_sentence(intent: Intent, constraints: Constraints, locale: str, catalogue: Catalogue) -> str:
    """The part, its style, harmony and length, and which of these were assumed."""
    style = catalogue.styles[intent.style] if intent.style else None
    text = _capital(part(intent.role, style, locale))
    if style and is_true_of(style, intent):
        text += f" ({style.description.in_(locale)})"
    if intent.progression:
        named = " ".join(plan.chords[0].symbol for plan in constraints.plans[: len(intent.progression)] if plan.chords)
        text += f" {'sur' if locale == 'fr' else 'over'} {named}"
    text += f", {length(intent.bars, intent.meter, intent.bpm, locale)}"
    for modulation in intent.modulations:
        name = key_name(modulation.key, locale, catalogue)
        bar = modulation.bar + 1
        text += f", puis {name} à la mesure {bar}" if locale == "fr" else f", then {name} from bar {bar}"
    assumed = _assumed(intent, locale)
    if assumed:
        last = f" {'et' if locale == 'fr' else 'and'} {assumed[-1]}" if len(assumed) > 1 else ""
        joined = ", ".join(assumed[:-1] if last else assumed) + last
        text += f" ; {joined} au choix de l'expert" if locale == "fr" else f"; {joined} chosen for you"
    return f"{text}."


_ASSUMABLE = (
    ("key.tonic", "tonic", "tonique"),
    ("bpm", "tempo", "tempo"),
    ("bars", "length", "longueur"),
)


def _assumed(intent: Intent, locale: str) -> list[str]:
    """Names of the main slots that neither the prompt nor an option fills."""
    return [
        french if locale == "fr" else english
        for slot, english, french in _ASSUMABLE
        if _source(intent, slot) in (SOURCE_STYLE, SOURCE_DEFAULT)
        and not (slot == "key.tonic" and intent.role == ROLE_DRUMS)
    ]


def _source(intent: Intent, slot: str) -> Source.ValueType:
    evidence = evidence_of(intent, slot)
    return evidence.source if evidence else SOURCE_DEFAULT


def _words(intent: Intent, slot: str) -> str:
    evidence = evidence_of(intent, slot)
    return evidence.words if evidence else ""


def suggest(intent: Intent, locale: str, catalogue: Catalogue) -> list[str]:
    """Three prompts to try next: another colour, a part that goes with this one, and a longer form.

    Args:
        intent: A filled intent.
        locale: "fr" or "en".
        catalogue: Where labels are looked up.
    """
    style = catalogue.styles[intent.style] if intent.style else None
    if intent.role == ROLE_DRUMS:
        return _suggest_for_drums(intent, style, locale, catalogue)
    key = key_name(intent.key, locale, catalogue)
    other = key_name(_other_colour(intent, catalogue), locale, catalogue)
    later = key_name(_relative(intent.key, catalogue), locale, catalogue)
    bars = min(intent.bars * 2, _MOST_BARS)
    this = part(intent.role, style, locale)
    companion = part(_COMPANIONS[intent.role], style, locale)
    if locale == "fr":
        return [
            _capital(f"{this} en {other}"),
            _capital(f"{companion} en {key} à {intent.bpm:g} bpm"),
            _capital(f"{this} en {key} puis en {later}, {bars} mesures"),
        ]
    return [
        _capital(f"{this} in {other}"),
        _capital(f"{companion} in {key} at {intent.bpm:g} bpm"),
        _capital(f"{this} in {key} then in {later}, {bars} bars"),
    ]


def _suggest_for_drums(intent: Intent, style: StyleProfile | None, locale: str, catalogue: Catalogue) -> list[str]:
    this = part(ROLE_DRUMS, style or catalogue.styles["funk"], locale)
    bass = part(ROLE_BASS, style, locale)
    key = key_name(intent.key, locale, catalogue)
    dense = intent.density == LEVEL_HIGH
    if locale == "fr":
        return [
            _capital(f"{this} {'épurée' if dense else 'très chargée'} à {intent.bpm:g} bpm"),
            _capital(f"{this} avec du swing, {min(intent.bars * 2, _MOST_BARS)} mesures"),
            _capital(f"{bass} en {key} à {intent.bpm:g} bpm"),
        ]
    return [
        _capital(f"{'sparse' if dense else 'busy'} {this} at {intent.bpm:g} bpm"),
        _capital(f"{this} with swing, {min(intent.bars * 2, _MOST_BARS)} bars"),
        _capital(f"{bass} in {key} at {intent.bpm:g} bpm"),
    ]


def _other_colour(intent: Intent, catalogue: Catalogue) -> Key:
    """The same tonic in the next scale that suits style and mood, or in a close one."""
    minor = catalogue.scales[intent.key.scale].is_minor
    suited = suited_scales(intent, catalogue) if intent.style or intent.mood else []
    scales = (*suited, *_NEIGHBOURS[0 if minor else 1])
    return Key(tonic=intent.key.tonic, scale=next(slug for slug in scales if slug != intent.key.scale))


def _relative(key: Key, catalogue: Catalogue) -> Key:
    """The relative major of a minor key and the other way round."""
    home = PitchName.parse(key.tonic)
    if catalogue.scales[key.scale].is_minor:
        return Key(tonic=str((home + "m3").readable()), scale="major")
    return Key(tonic=str((home + "M6").readable()), scale="minor")


def _capital(text: str) -> str:
    return text[0].upper() + text[1:]
