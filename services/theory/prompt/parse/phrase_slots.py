"""Slots that phrases of the vocabulary name: parts, style, mood, register, density, tempo, swing."""

from collections.abc import Iterator

from boumbapp.music.v2.music_pb2 import LEVEL_HIGH, LEVEL_LOW, LEVEL_MEDIUM

from services.theory.prompt.parse.chord_devices import ChordDevice
from services.theory.prompt.parse.chord_lists import ProgressionMention
from services.theory.prompt.parse.lexicon import HALF_TIME, Tempo
from services.theory.prompt.parse.negation import is_softened, negator_before
from services.theory.prompt.parse.parsed_prompt import ParsedPrompt
from services.theory.prompt.parse.parts import list_parts
from services.theory.prompt.parse.reference_cues import is_meant
from services.theory.prompt.parse.role_and_style import asked_roles, choose_role, choose_style
from services.theory.prompt.parse.spans import Mention, ParserState
from services.theory.prompt.parse.swing_words import read_machine_swing, read_swing
from services.theory.prompt.parse.tokenizer import Prompt
from services.theory.prompt.parse.vocabulary import Phrase, PhraseKind

_RHYTHM = frozenset({"rythme", "rhythm", "rythmique", "groove"})
_DENIED = 0.6  # confidence in what a denial stands for
_MODEL = "type"
_SWING_STYLE = (PhraseKind.STYLE, "swing")
# Kinds of which every mention is in the result, and kinds of which the first one counts.
_ALL_OF_KIND = (PhraseKind.ROLE, PhraseKind.INSTRUMENT, PhraseKind.ENSEMBLE, PhraseKind.PATTERN, PhraseKind.MOOD)
_SLOTS = (
    (PhraseKind.REGISTER, "register"),
    (PhraseKind.DENSITY, "density"),
    (PhraseKind.TEMPO, "tempo"),
    (PhraseKind.SWING, "swing"),
)
_MODERATE = Tempo(100, 0.4)


def parse_phrases(parsed: ParsedPrompt, state: ParserState, negated: frozenset[int]) -> None:
    """Fill the slots that phrases of the vocabulary name.

    Args:
        parsed: The prompt so far; its slots are filled.
        state: Its phrases, and which tokens other parsers have used.
        negated: Indices of negated tokens.
    """
    found = _found(parsed, state, negated)
    for kind in _ALL_OF_KIND:
        for mention in found[kind]:
            state.understand(mention)
    _fill_chord_devices(parsed, state, found[PhraseKind.CHORD_DEVICE])
    _fill_parts(parsed, found)
    _fill_references(parsed, state, _texts(found[PhraseKind.REFERENCE]))
    _fill_style(parsed, state, _texts(found[PhraseKind.STYLE]))
    if moods := _texts(found[PhraseKind.MOOD]):
        parsed.mood = moods[0]
        parsed.further_moods = [mood.value for mood in moods[1:] if mood.value != moods[0].value]
    parsed.pattern = bool(found[PhraseKind.PATTERN] or parsed.pieces)
    parsed.half_time = any(mention.value == HALF_TIME for mention in found[PhraseKind.PATTERN])
    if len({mention.value for mention in found[PhraseKind.DENSITY] if mention.confidence == _DENIED}) > 1:
        first = found[PhraseKind.DENSITY][0]  # neither too busy nor too sparse
        last = found[PhraseKind.DENSITY][-1].last
        found[PhraseKind.DENSITY] = [Mention(LEVEL_MEDIUM, first.first, last, _DENIED)]
    for kind, slot in _SLOTS:
        if found[kind]:
            setattr(parsed, slot, found[kind][0])
        for mention in found[kind]:
            if mention.value == found[kind][0].value:
                state.understand(mention)


def _found(
    parsed: ParsedPrompt, state: ParserState, negated: frozenset[int]
) -> dict[PhraseKind, list[Mention[object]]]:
    """Mentions by kind; what is denied goes to `parsed.excluded`, or stands for its opposite."""
    prompt = state.prompt
    found: dict[PhraseKind, list[Mention[object]]] = {kind: [] for kind in PhraseKind}
    excluded = set(parsed.excluded)
    for phrase, kind, value in _meanings(state, parsed.progression):
        mention: Mention[object] = Mention(value, phrase.first, phrase.last)
        if kind is PhraseKind.SWING or (kind, value) == _SWING_STYLE:
            amount, denied = (value if isinstance(value, float) else None), phrase.first in negated
            if swing := read_swing(prompt, phrase.first, phrase.last, amount, denied=denied):
                found[PhraseKind.SWING].append(swing)
                continue
        if phrase.first in negated:
            state.understand(phrase)
            if isinstance(value, str):
                excluded.add((kind, value))
            opposite = _opposite(prompt, kind, value, phrase.first)
            if opposite is None:
                continue
            mention = Mention(opposite, negator_before(prompt, phrase.first), phrase.last, _DENIED)
        found[kind].append(mention)
    found[PhraseKind.SWING].extend(read_machine_swing(prompt))
    parsed.excluded = frozenset(excluded)
    return found


def _fill_parts(parsed: ParsedPrompt, found: dict[PhraseKind, list[Mention[object]]]) -> None:
    prompt = parsed.prompt
    styles = {mention.first for mention in found[PhraseKind.STYLE]}
    roles = [
        mention
        for mention in _texts(found[PhraseKind.ROLE])
        # Beside chords, "rythme reggaeton" is how they go and no part.
        if not (parsed.progression and prompt.text(mention.first) in _RHYTHM and mention.last in styles)
    ]
    parsed.role = choose_role(prompt, roles, parsed.progression)
    parsed.parts = list_parts(
        prompt,
        asked_roles(prompt, roles, parsed.progression),
        _texts(found[PhraseKind.INSTRUMENT]),
        _texts(found[PhraseKind.ENSEMBLE]),
    )


def _fill_chord_devices(parsed: ParsedPrompt, state: ParserState, devices: list[Mention[object]]) -> None:
    """Without chords that the words name there is nothing to change but the last one; other words stay unused then."""
    for mention in devices:
        if isinstance(mention.value, ChordDevice) and (parsed.progression or mention.value is ChordDevice.PICARDY):
            parsed.chord_devices.append(mention.value)
            state.understand(mention)


def _fill_references(parsed: ParsedPrompt, state: ParserState, names: list[Mention[str]]) -> None:
    parsed.references = names
    for mention in names:
        state.understand(mention)


def _fill_style(parsed: ParsedPrompt, state: ParserState, styles: list[Mention[str]]) -> None:
    if parsed.references:  # then "type beat" only says that the name is a model
        for mention in styles:
            if parsed.prompt.text(mention.first) == _MODEL:
                state.understand(mention)
        styles = [mention for mention in styles if parsed.prompt.text(mention.first) != _MODEL]
    parsed.style, parsed.colours = choose_style(parsed.prompt, styles)
    chosen = {parsed.style.value if parsed.style else "", *parsed.colours}
    for mention in styles:
        if mention.value in chosen:
            state.understand(mention)


def _texts(mentions: list[Mention[object]]) -> list[Mention[str]]:
    return [Mention(str(mention.value), mention.first, mention.last, mention.confidence) for mention in mentions]


def _meanings(
    state: ParserState, progression: ProgressionMention | None
) -> Iterator[tuple[Phrase, PhraseKind, object]]:
    """Meanings of the phrases whose tokens nothing else used."""
    for phrase in state.phrases:
        named = progression is not None and progression.name and progression.first == phrase.first
        if not state.is_free(phrase.first, phrase.last) and not named:
            continue
        kind = phrase.kind
        if kind in (PhraseKind.SCALE, PhraseKind.PROGRESSION):
            continue
        named_after = phrase.meanings.get(PhraseKind.REFERENCE)
        if named_after and kind in (PhraseKind.STYLE, PhraseKind.REFERENCE):
            if is_meant(state.prompt, Mention(str(named_after), phrase.first, phrase.last)):
                yield phrase, PhraseKind.REFERENCE, named_after
            if kind is PhraseKind.REFERENCE:
                continue
        yield phrase, kind, phrase.meanings[kind]
        if kind is not PhraseKind.INSTRUMENT and PhraseKind.INSTRUMENT in phrase.meanings:
            yield phrase, PhraseKind.INSTRUMENT, phrase.meanings[PhraseKind.INSTRUMENT]
        if kind in (PhraseKind.ROLE, PhraseKind.ENSEMBLE) and PhraseKind.STYLE in phrase.meanings:
            yield phrase, PhraseKind.STYLE, phrase.meanings[PhraseKind.STYLE]


def _opposite(prompt: Prompt, kind: PhraseKind, value: object, first: int) -> object | None:
    """The value that a negated one stands for: "pas trop dense" is sparse, "pas trop aigu" is in the middle."""
    if kind is PhraseKind.TEMPO:
        return _MODERATE
    if kind is PhraseKind.DENSITY and value in (LEVEL_LOW, LEVEL_HIGH):
        return LEVEL_LOW if value == LEVEL_HIGH else LEVEL_MEDIUM if is_softened(prompt, first) else LEVEL_HIGH
    if kind is PhraseKind.REGISTER and value in (LEVEL_LOW, LEVEL_HIGH):
        if is_softened(prompt, first):
            return LEVEL_MEDIUM
        return LEVEL_LOW if value == LEVEL_HIGH else LEVEL_HIGH
    return None
