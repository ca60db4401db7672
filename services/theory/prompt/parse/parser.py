"""The prompt parser: values of every slot that the words name, negated ones left out."""

from dataclasses import replace
from functools import lru_cache

from language.spelling import Corrector
from services.theory.catalogue.catalogue import Catalogue
from services.theory.prompt.parse import numbers
from services.theory.prompt.parse.blast_beats import parse_blast_beat
from services.theory.prompt.parse.chord_lists import parse_progression
from services.theory.prompt.parse.drum_words import parse_pieces
from services.theory.prompt.parse.foreign import foreign_words
from services.theory.prompt.parse.gear_names import parse_gear_names
from services.theory.prompt.parse.keys import parse_keys
from services.theory.prompt.parse.leftovers import leftover_spans
from services.theory.prompt.parse.modulations import section_of, split_keys
from services.theory.prompt.parse.negation import negated_tokens, negator_before
from services.theory.prompt.parse.ordinary_words import ordinary_words
from services.theory.prompt.parse.parsed_prompt import ParsedPrompt
from services.theory.prompt.parse.phrase_slots import parse_phrases
from services.theory.prompt.parse.reference_cues import has_cue
from services.theory.prompt.parse.relative_keys import parse_moves
from services.theory.prompt.parse.sections import parse_sections
from services.theory.prompt.parse.shape_words import parse_shape
from services.theory.prompt.parse.spans import KeyMention, Mention, ParserState
from services.theory.prompt.parse.timing import parse_timing
from services.theory.prompt.parse.tokenizer import Prompt, PromptToken, fold
from services.theory.prompt.parse.tunes import parse_tune
from services.theory.prompt.parse.vocabulary import PhraseKind, Vocabulary

_FURTHER_WORDS = "mesures mesure bars bemol diese sharp flat quelque"
_CONTRAST = {"minor": "major", "major": "minor"}


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
        self._foreign, self._little_foreign = (
            {fold(word): meaning for word, meaning in words.items()} for words in foreign_words()
        )

    def parse(self, text: str) -> ParsedPrompt:
        """Parse a prompt."""
        prompt = self._corrected(Prompt.of(text))
        negated = negated_tokens(prompt)
        state = ParserState(prompt, self.vocabulary.find(prompt.tokens))
        for phrase in state.phrases:
            if phrase.kind in (PhraseKind.STOP_PHRASE, PhraseKind.REFINEMENT):
                state.consume(phrase.first, phrase.last)
            elif phrase.kind is PhraseKind.SOUND:
                state.consumed.update(range(phrase.first, phrase.last))
        gear_names = parse_gear_names(state)
        parsed = ParsedPrompt(prompt)
        parsed.refinements = [phrase for phrase in state.phrases if phrase.kind is PhraseKind.REFINEMENT]
        parsed.progression = parse_progression(state)
        if parsed.progression is not None and parsed.progression.first in negated:
            parsed.progression = None
        if parsed.progression is None:
            parsed.tune = parse_tune(state)
        parsed.sections = parse_sections(state)
        parsed.pieces = [*parse_blast_beat(state), *parse_pieces(state)]
        parsed.timing = parse_timing(state, negated)
        parsed.shape = parse_shape(state, negated)
        _parse_keys(parsed, state, negated)
        for gear in gear_names:
            state.release(gear.first, gear.last)
        parse_phrases(parsed, state, negated)
        parsed.leftovers = leftover_spans(state)
        parsed.unknown_names = [span for span in parsed.leftovers if has_cue(prompt, *span)]
        return parsed

    def _corrected(self, prompt: Prompt) -> Prompt:
        """The prompt with typing errors corrected, and words of other languages translated, in the tokens' texts."""
        foreign = any(token.text in self._foreign for token in prompt.tokens)
        return replace(prompt, tokens=tuple(self._meant(token, foreign=foreign) for token in prompt.tokens))

    def _meant(self, token: PromptToken, *, foreign: bool) -> PromptToken:
        meaning = self._foreign.get(token.text) or (self._little_foreign.get(token.text) if foreign else None)
        if meaning is not None:
            return replace(token, text=fold(meaning), cased=meaning, size=token.end - token.at)
        meant = self._corrector.correct(token.text)
        return token if meant == token.text else replace(token, text=meant)


@lru_cache(maxsize=4)
def parser_for(catalogue: Catalogue) -> PromptParser:
    """The parser of a catalogue, built once."""
    return PromptParser(catalogue)


def _parse_keys(parsed: ParsedPrompt, state: ParserState, negated: frozenset[int]) -> None:
    moves = [move for move in parse_moves(state) if move.first not in negated]
    keys = parse_keys(state)
    wanted = [key for key in keys if key.first not in negated]
    initial, parsed.later_keys = split_keys(
        state.prompt,
        wanted,
        parsed.timing.positions,
        parsed.sections,
        moves,
        parsed.progression.last if parsed.progression and parsed.progression.symbols else None,
    )
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
    if parsed.tonic is None and parsed.shape.first_note is not None:  # "start with Eb" and no other key
        first, last = parsed.shape.spans.pop("first_note")
        parsed.tonic, parsed.shape.first_note = Mention(parsed.shape.first_note, first, last, 0.7), None
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
