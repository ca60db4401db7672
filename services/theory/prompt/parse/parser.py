"""The prompt parser: values of every slot that the words name, negated ones left out."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache

from boumbapp.music.v2.music_pb2 import LEVEL_HIGH, LEVEL_LOW, LEVEL_MEDIUM, Level

from language.spelling import Corrector
from music.pitch import PitchName
from services.theory.catalogue.catalogue import Catalogue
from services.theory.prompt.parse import numbers
from services.theory.prompt.parse.chord_lists import ProgressionMention, parse_progression
from services.theory.prompt.parse.gear_names import parse_gear_names
from services.theory.prompt.parse.keys import parse_keys
from services.theory.prompt.parse.lexicon import Tempo
from services.theory.prompt.parse.modulations import LaterKey, section_of, split_keys
from services.theory.prompt.parse.negation import is_softened, negated_tokens, negator_before
from services.theory.prompt.parse.ordinary_words import ordinary_words
from services.theory.prompt.parse.parts import PartMention, list_parts
from services.theory.prompt.parse.role_and_style import asked_roles, choose_role, choose_style
from services.theory.prompt.parse.sections import SectionMention, parse_sections
from services.theory.prompt.parse.spans import KeyMention, Mention, ParserState
from services.theory.prompt.parse.swing_words import SwingWords, read_machine_swing, read_swing
from services.theory.prompt.parse.timing import Timing, parse_timing
from services.theory.prompt.parse.tokenizer import Prompt
from services.theory.prompt.parse.vocabulary import Phrase, PhraseKind, Vocabulary

_FURTHER_WORDS = "mesures mesure bars bemol diese sharp flat quelque"
_CONTRAST = {"minor": "major", "major": "minor"}
_SWING_STYLE = (PhraseKind.STYLE, "swing")
_MODERATE = Tempo(100, 0.4)


@dataclass(slots=True)
class ParsedPrompt:
    """A parsed prompt, slot by slot; None or empty where no words name a value."""

    prompt: Prompt
    tonic: Mention[PitchName] | None = None
    scale: Mention[str] | None = None
    later_keys: list[LaterKey] = field(default_factory=list)
    role: Mention[str] | None = None
    parts: list[PartMention] = field(default_factory=list)
    sections: list[SectionMention] = field(default_factory=list)
    first_key_section: int | None = None  # the section that the first key is said for
    style: Mention[str] | None = None
    colours: list[str] = field(default_factory=list)  # slugs of further styles
    mood: Mention[str] | None = None
    register: Mention[Level.ValueType] | None = None
    density: Mention[Level.ValueType] | None = None
    tempo: Mention[Tempo] | None = None
    swing: Mention[SwingWords] | None = None
    pattern: bool = False
    timing: Timing = field(default_factory=Timing)
    progression: ProgressionMention | None = None
    excluded: frozenset[tuple[PhraseKind, str]] = frozenset()


class PromptParser:
    """Parses prompts with the vocabulary of a catalogue.

    Args:
        catalogue: Whose entries prompts may name.
    """

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self.vocabulary = Vocabulary(catalogue)
        meaningful = self.vocabulary.meaningful_words | set(_FURTHER_WORDS.split())
        self._corrector = Corrector(meaningful, ordinary_words() | numbers.WORDS | self.vocabulary.words)

    def parse(self, text: str) -> ParsedPrompt:
        """Parse a prompt."""
        prompt = self._corrected(Prompt.of(text))
        negated = negated_tokens(prompt)
        state = ParserState(prompt, self.vocabulary.find(prompt.tokens))
        for phrase in state.phrases:
            if phrase.kind is PhraseKind.STOP_PHRASE:
                state.consume(phrase.first, phrase.last)
        gear_names = parse_gear_names(state)
        parsed = ParsedPrompt(prompt)
        parsed.progression = parse_progression(state)
        if parsed.progression is not None and parsed.progression.first in negated:
            parsed.progression = None
        parsed.sections = parse_sections(state)
        parsed.timing = parse_timing(state, negated)
        _parse_keys(parsed, state, negated)
        for gear in gear_names:
            state.release(gear.first, gear.last)
        _parse_phrases(parsed, state, negated)
        return parsed

    def _corrected(self, prompt: Prompt) -> Prompt:
        """The prompt with typing errors corrected in the tokens' texts."""
        tokens = tuple(
            token if (meant := self._corrector.correct(token.text)) == token.text else replace(token, text=meant)
            for token in prompt.tokens
        )
        return replace(prompt, tokens=tokens)


@lru_cache(maxsize=4)
def parser_for(catalogue: Catalogue) -> PromptParser:
    """The parser of a catalogue, built once."""
    return PromptParser(catalogue)


def _parse_keys(parsed: ParsedPrompt, state: ParserState, negated: frozenset[int]) -> None:
    keys = parse_keys(state)
    wanted = [key for key in keys if key.first not in negated]
    initial, parsed.later_keys = split_keys(state.prompt, wanted, parsed.timing.positions, parsed.sections)
    lone = len(parsed.sections) == 1 or parsed.later_keys  # else a key behind a list of sections is that of all
    parsed.first_key_section = section_of(initial[0], parsed.sections, 0) if initial and lone else None
    for key in initial:
        if key.tonic is not None and parsed.tonic is None:
            parsed.tonic = Mention(key.tonic, key.first, _end_of_tonic(key), key.confidence)
            if key.scale is not None:
                parsed.scale = Mention(key.scale, key.middle, key.last, key.confidence)
    for key in initial:
        if key.tonic is None and key.scale is not None and parsed.scale is None:
            parsed.scale = Mention(key.scale, key.middle, key.last, key.confidence)
    unwanted = [key for key in keys if key.first in negated and key.scale is not None]
    parsed.excluded = frozenset((PhraseKind.SCALE, key.scale) for key in unwanted if key.scale is not None)
    if parsed.scale is None:
        for key in unwanted:
            if key.tonic is None and key.scale in _CONTRAST:
                first = negator_before(state.prompt, key.first)
                parsed.scale = Mention(_CONTRAST[key.scale], first, key.last, 0.7)
                break


def _end_of_tonic(key: KeyMention) -> int:
    return key.middle if key.middle > key.first else key.last


def _parse_phrases(parsed: ParsedPrompt, state: ParserState, negated: frozenset[int]) -> None:
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
            if isinstance(value, str):
                excluded.add((kind, value))
            opposite = _opposite(prompt, kind, value, phrase.first)
            if opposite is None:
                continue
            mention = Mention(opposite, negator_before(prompt, phrase.first), phrase.last, 0.6)
        found[kind].append(mention)
    found[PhraseKind.SWING].extend(read_machine_swing(prompt))
    parsed.excluded = frozenset(excluded)
    roles = [_of_text(mention) for mention in found[PhraseKind.ROLE]]
    parsed.role = choose_role(prompt, roles, parsed.progression)
    parsed.parts = list_parts(
        prompt,
        asked_roles(prompt, roles, parsed.progression),
        [_of_text(mention) for mention in found[PhraseKind.INSTRUMENT]],
        [_of_text(mention) for mention in found[PhraseKind.ENSEMBLE]],
    )
    parsed.style, parsed.colours = choose_style(prompt, [_of_text(m) for m in found[PhraseKind.STYLE]])
    parsed.mood = _of_text(found[PhraseKind.MOOD][0]) if found[PhraseKind.MOOD] else None
    parsed.pattern = bool(found[PhraseKind.PATTERN])
    for kind, slot in (
        (PhraseKind.REGISTER, "register"),
        (PhraseKind.DENSITY, "density"),
        (PhraseKind.TEMPO, "tempo"),
        (PhraseKind.SWING, "swing"),
    ):
        if found[kind]:
            setattr(parsed, slot, found[kind][0])


def _of_text(mention: Mention[object]) -> Mention[str]:
    return Mention(str(mention.value), mention.first, mention.last, mention.confidence)


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
        yield phrase, kind, phrase.meanings[kind]
        if kind is not PhraseKind.INSTRUMENT and PhraseKind.INSTRUMENT in phrase.meanings:
            yield phrase, PhraseKind.INSTRUMENT, phrase.meanings[PhraseKind.INSTRUMENT]
        if kind is PhraseKind.ROLE and PhraseKind.STYLE in phrase.meanings:
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
