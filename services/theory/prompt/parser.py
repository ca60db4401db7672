"""Reading a prompt: every slot that its words speak about, denied ones left out."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache

from boumbapp.music.v1.music_pb2 import LEVEL_HIGH, LEVEL_LOW, LEVEL_MEDIUM, Level

from language.spelling import Corrector
from music.pitch import PitchName
from services.theory.catalogue.catalogue import Catalogue
from services.theory.prompt import numbers
from services.theory.prompt.choice import choose_role, choose_style
from services.theory.prompt.chord_lists import Progression, read_progression
from services.theory.prompt.lexicon import Tempo
from services.theory.prompt.machines import read_machines
from services.theory.prompt.modulations import LaterKey, split_keys
from services.theory.prompt.negation import is_softened, negated_tokens, negator_before
from services.theory.prompt.ordinary_words import ordinary_words
from services.theory.prompt.spans import KeyMention, Mention, Reading
from services.theory.prompt.swing_words import SwingWords, read_machine_swing, read_swing
from services.theory.prompt.text import Prompt
from services.theory.prompt.timing import Timing, read_timing
from services.theory.prompt.tonality import read_keys
from services.theory.prompt.vocabulary import Kind, Phrase, Vocabulary

_FURTHER_WORDS = "mesures mesure bars bemol diese sharp flat quelque"
_CONTRAST = {"minor": "major", "major": "minor"}
_SWING_STYLE = (Kind.STYLE, "swing")
_MODERATE = Tempo(100, 0.4)


@dataclass(slots=True)
class Findings:
    """What the words of a prompt say; None or empty where they say nothing."""

    prompt: Prompt
    tonic: Mention[PitchName] | None = None
    scale: Mention[str] | None = None
    later_keys: list[LaterKey] = field(default_factory=list)
    role: Mention[str] | None = None
    style: Mention[str] | None = None
    colours: list[str] = field(default_factory=list)  # slugs of further styles
    mood: Mention[str] | None = None
    register: Mention[Level.ValueType] | None = None
    density: Mention[Level.ValueType] | None = None
    tempo: Mention[Tempo] | None = None
    swing: Mention[SwingWords] | None = None
    pattern: bool = False
    timing: Timing = field(default_factory=Timing)
    progression: Progression | None = None
    excluded: frozenset[tuple[Kind, str]] = frozenset()


class Reader:
    """Reads prompts with the vocabulary of a catalogue.

    Args:
        catalogue: Whose entries prompts may name.
    """

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self.vocabulary = Vocabulary(catalogue)
        telling = self.vocabulary.telling_words | set(_FURTHER_WORDS.split())
        self._corrector = Corrector(telling, ordinary_words() | numbers.WORDS | self.vocabulary.words)

    def read(self, text: str) -> Findings:
        """Read a prompt."""
        prompt = self._corrected(Prompt.of(text))
        negated = negated_tokens(prompt)
        reading = Reading(prompt, self.vocabulary.find(prompt.tokens))
        for phrase in reading.phrases:
            if phrase.kind is Kind.PASSED_OVER:
                reading.take(phrase.first, phrase.last)
        machines = read_machines(reading)
        findings = Findings(prompt)
        findings.progression = read_progression(reading)
        if findings.progression is not None and findings.progression.first in negated:
            findings.progression = None
        findings.timing = read_timing(reading, negated)
        _read_keys(findings, reading, negated)
        for machine in machines:
            reading.release(machine.first, machine.last)
        _read_phrases(findings, reading, negated)
        return findings

    def _corrected(self, prompt: Prompt) -> Prompt:
        """The prompt with typing errors put right in the tokens' texts."""
        tokens = tuple(
            token if (meant := self._corrector.correct(token.text)) == token.text else replace(token, text=meant)
            for token in prompt.tokens
        )
        return replace(prompt, tokens=tokens)


@lru_cache(maxsize=4)
def reader_for(catalogue: Catalogue) -> Reader:
    """The reader of a catalogue, built once."""
    return Reader(catalogue)


def _read_keys(findings: Findings, reading: Reading, negated: frozenset[int]) -> None:
    keys = read_keys(reading)
    wanted = [key for key in keys if key.first not in negated]
    initial, findings.later_keys = split_keys(reading.prompt, wanted, findings.timing.positions)
    for key in initial:
        if key.tonic is not None and findings.tonic is None:
            findings.tonic = Mention(key.tonic, key.first, _end_of_tonic(key), key.confidence)
            if key.scale is not None:
                findings.scale = Mention(key.scale, key.middle, key.last, key.confidence)
    for key in initial:
        if key.tonic is None and key.scale is not None and findings.scale is None:
            findings.scale = Mention(key.scale, key.middle, key.last, key.confidence)
    denied = [key for key in keys if key.first in negated and key.scale is not None]
    findings.excluded = frozenset((Kind.SCALE, key.scale) for key in denied if key.scale is not None)
    if findings.scale is None:
        for key in denied:
            if key.tonic is None and key.scale in _CONTRAST:
                first = negator_before(reading.prompt, key.first)
                findings.scale = Mention(_CONTRAST[key.scale], first, key.last, 0.7)
                break


def _end_of_tonic(key: KeyMention) -> int:
    return key.middle if key.middle > key.first else key.last


def _read_phrases(findings: Findings, reading: Reading, negated: frozenset[int]) -> None:
    prompt = reading.prompt
    found: dict[Kind, list[Mention[object]]] = {kind: [] for kind in Kind}
    excluded = set(findings.excluded)
    for phrase, kind, value in _meanings(reading, findings.progression):
        mention: Mention[object] = Mention(value, phrase.first, phrase.last)
        if kind is Kind.SWING or (kind, value) == _SWING_STYLE:
            amount, denied = (value if isinstance(value, float) else None), phrase.first in negated
            if swing := read_swing(prompt, phrase.first, phrase.last, amount, denied=denied):
                found[Kind.SWING].append(swing)
                continue
        if phrase.first in negated:
            if isinstance(value, str):
                excluded.add((kind, value))
            opposite = _opposite(prompt, kind, value, phrase.first)
            if opposite is None:
                continue
            mention = Mention(opposite, negator_before(prompt, phrase.first), phrase.last, 0.6)
        found[kind].append(mention)
    found[Kind.SWING].extend(read_machine_swing(prompt))
    findings.excluded = frozenset(excluded)
    findings.role = choose_role(prompt, [_of_text(m) for m in found[Kind.ROLE]], findings.progression)
    findings.style, findings.colours = choose_style(prompt, [_of_text(m) for m in found[Kind.STYLE]])
    findings.mood = _of_text(found[Kind.MOOD][0]) if found[Kind.MOOD] else None
    findings.pattern = bool(found[Kind.PATTERN])
    for kind, slot in (
        (Kind.REGISTER, "register"),
        (Kind.DENSITY, "density"),
        (Kind.TEMPO, "tempo"),
        (Kind.SWING, "swing"),
    ):
        if found[kind]:
            setattr(findings, slot, found[kind][0])


def _of_text(mention: Mention[object]) -> Mention[str]:
    return Mention(str(mention.value), mention.first, mention.last, mention.confidence)


def _meanings(reading: Reading, progression: Progression | None) -> Iterator[tuple[Phrase, Kind, object]]:
    """Meanings of the phrases whose tokens nothing else used."""
    for phrase in reading.phrases:
        named = progression is not None and progression.name and progression.first == phrase.first
        if not reading.free(phrase.first, phrase.last) and not named:
            continue
        kind = phrase.kind
        if kind in (Kind.SCALE, Kind.PROGRESSION):
            continue
        yield phrase, kind, phrase.meanings[kind]
        if kind is Kind.ROLE and Kind.STYLE in phrase.meanings:
            yield phrase, Kind.STYLE, phrase.meanings[Kind.STYLE]


def _opposite(prompt: Prompt, kind: Kind, value: object, first: int) -> object | None:
    """What denying a value says: "pas trop dense" is sparse, "pas trop aigu" is in the middle."""
    if kind is Kind.TEMPO:
        return _MODERATE
    if kind is Kind.DENSITY and value in (LEVEL_LOW, LEVEL_HIGH):
        return LEVEL_LOW if value == LEVEL_HIGH else LEVEL_MEDIUM if is_softened(prompt, first) else LEVEL_HIGH
    if kind is Kind.REGISTER and value in (LEVEL_LOW, LEVEL_HIGH):
        if is_softened(prompt, first):
            return LEVEL_MEDIUM
        return LEVEL_LOW if value == LEVEL_HIGH else LEVEL_HIGH
    return None
