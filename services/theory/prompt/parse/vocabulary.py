"""The vocabulary: every phrase that means something, found in a prompt by its longest match.

Phrases come from the catalogue's labels and aliases and from the lexicon. They are compiled once per catalogue.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from services.theory.catalogue.catalogue import Catalogue
from services.theory.catalogue.entries import CatalogueItem
from services.theory.prompt.parse import lexicon
from services.theory.prompt.parse.chord_devices import ChordDevice
from services.theory.prompt.parse.instruments import ensembles, instruments
from services.theory.prompt.parse.references import names_of_references
from services.theory.prompt.parse.tokenizer import PromptToken, split


class PhraseKind(StrEnum):
    """The slot that a phrase fills; of several meanings, the kind that comes first here is preferred."""

    STOP_PHRASE = "stop_phrase"
    REFINEMENT = "refinement"
    SOUND = "sound"
    CHORD_DEVICE = "chord_device"
    PATTERN = "pattern"
    ENSEMBLE = "ensemble"
    ROLE = "role"
    STYLE = "style"
    TEMPO = "tempo"
    SWING = "swing"
    DENSITY = "density"
    REGISTER = "register"
    MOOD = "mood"
    PROGRESSION = "progression"
    SCALE = "scale"
    INSTRUMENT = "instrument"
    REFERENCE = "reference"


# Short names of instruments lie close to too many everyday words for typing errors to be looked for in them.
_INSTRUMENT_ONLY, _LONG_WORD = {PhraseKind.INSTRUMENT}, 7
_REFERENCE_ONLY = {PhraseKind.REFERENCE}  # people misspell names in their own ways
_RANK = {kind: rank for rank, kind in enumerate(PhraseKind)}


@dataclass(frozen=True, slots=True)
class Phrase:
    """A phrase of the vocabulary found in a prompt: tokens `first` to before `last`, and its meanings by kind."""

    first: int
    last: int
    meanings: Mapping[PhraseKind, Hashable]

    @property
    def kind(self) -> PhraseKind:
        """The preferred meaning's kind."""
        return next(iter(self.meanings))


class Vocabulary:
    """Phrases by their tokens.

    Args:
        catalogue: Whose labels and aliases to know.

    Attributes:
        words: Every word of every phrase.
        telling_words: Words that mean something by themselves or name a scale; typing errors are looked for in these.
    """

    def __init__(self, catalogue: Catalogue) -> None:
        meanings: dict[str, dict[PhraseKind, Hashable]] = defaultdict(dict)
        for kind, value, name in _named(catalogue):
            _add(meanings, kind, value, name)
        self._phrases = {
            phrase: dict(sorted(found.items(), key=lambda item: _RANK[item[0]])) for phrase, found in meanings.items()
        }
        self._longest: dict[str, int] = defaultdict(int)
        for phrase in self._phrases:
            words = phrase.split(" ")
            self._longest[words[0]] = max(self._longest[words[0]], len(words))
        self.words = frozenset(word for phrase in self._phrases for word in phrase.split(" "))
        self.meaningful_words = frozenset(
            word
            for phrase, found in self._phrases.items()
            for word in phrase.split(" ")
            if PhraseKind.STOP_PHRASE not in found
            and (" " not in phrase or PhraseKind.SCALE in found)
            and found.keys() != _REFERENCE_ONLY
            and (found.keys() != _INSTRUMENT_ONLY or len(word) >= _LONG_WORD)
        )

    def find(self, tokens: Iterable[PromptToken]) -> list[Phrase]:
        """Phrases of a prompt from left to right, the longest at each place, without overlap."""
        texts = [token.text for token in tokens]
        found: list[Phrase] = []
        index = 0
        while index < len(texts):
            phrase = self.at(texts, index)
            if phrase is None:
                index += 1
            else:
                found.append(phrase)
                index = phrase.last
        return found

    def at(self, texts: list[str], index: int) -> Phrase | None:
        """The longest phrase that begins at a token.

        Args:
            texts: Texts of the prompt's tokens.
            index: Index of the token, from 0.
        """
        for length in range(min(self._longest.get(texts[index], 0), len(texts) - index), 0, -1):
            meanings = self._phrases.get(" ".join(texts[index : index + length]))
            if meanings:
                return Phrase(index, index + length, meanings)
        return None

    def lookup(self, text: str, kind: PhraseKind) -> Hashable | None:
        """The meaning of a whole text.

        Args:
            text: A phrase in any case, with or without accents.
            kind: Which of its meanings.

        Returns:
            The meaning, a slug or a value of the lexicon; None where the text has none of this kind.
        """
        return self._phrases.get(" ".join(split(text)), {}).get(kind)


def _named(catalogue: Catalogue) -> Iterator[tuple[PhraseKind, Hashable, str]]:
    """Every kind of meaning, its value and a name for it."""
    for kind, entries in _entries(catalogue):
        for entry in entries:
            yield from ((kind, entry.slug, name) for name in (entry.label.en, entry.label.fr, *entry.aliases))
    for instrument in instruments():
        for name in instrument.names:
            yield PhraseKind.INSTRUMENT, instrument.slug, name
            if instrument.says_role:
                yield PhraseKind.ROLE, instrument.role, name
    yield from ((PhraseKind.REFERENCE, usual, name) for usual, name in names_of_references())
    for slug, ensemble in ensembles().items():
        for name in ensemble.names:
            yield PhraseKind.ENSEMBLE, slug, name
            if ensemble.style:
                yield PhraseKind.STYLE, ensemble.style, name
    for kind, table in _TABLES:
        yield from ((kind, value, name) for value, names in table for name in names.split(";"))


def _entries(catalogue: Catalogue) -> tuple[tuple[PhraseKind, Iterable[CatalogueItem]], ...]:
    return (
        (PhraseKind.ROLE, catalogue.roles.values()),
        (PhraseKind.STYLE, catalogue.styles.values()),
        (PhraseKind.MOOD, catalogue.moods.values()),
        (PhraseKind.PROGRESSION, catalogue.progressions.values()),
        (PhraseKind.SCALE, catalogue.scales.values()),
    )


_TABLES: tuple[tuple[PhraseKind, Iterable[tuple[Hashable, str]]], ...] = (
    (PhraseKind.TEMPO, lexicon.TEMPOS.items()),
    (PhraseKind.SWING, lexicon.SWINGS.items()),
    (PhraseKind.DENSITY, lexicon.DENSITIES.items()),
    (PhraseKind.REGISTER, lexicon.REGISTERS.items()),
    (PhraseKind.PATTERN, [(True, lexicon.PATTERNS), (lexicon.HALF_TIME, lexicon.HALF_TIMES)]),
    (PhraseKind.CHORD_DEVICE, [(device, device.value) for device in ChordDevice]),
    (PhraseKind.STOP_PHRASE, [(True, lexicon.STOP_PHRASES)]),
    (PhraseKind.REFINEMENT, [(True, lexicon.REFINEMENTS)]),
    (PhraseKind.SOUND, [(True, lexicon.SOUNDS)]),
)


def _add(meanings: dict[str, dict[PhraseKind, Hashable]], kind: PhraseKind, value: Hashable, name: str) -> None:
    """Add a phrase, and the same written as one word ("hip hop", "hiphop")."""
    words = split(name)
    meanings[" ".join(words)].setdefault(kind, value)
    if len(words) == 2 and all(word.isalpha() and len(word) > 1 for word in words):
        meanings["".join(words)].setdefault(kind, value)
