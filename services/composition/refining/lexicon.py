"""The lexer: words of both languages to tagged tokens. Typing errors are corrected.

A lexicon is made of layers. What a later one says of a phrase counts, so that a domain gives common words a meaning of
its own: "grave" is much to a drummer, and low to a bass.
"""

import asyncio
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, TypeAlias, TypeVar

import yaml

from language.spelling import Corrector
from services.composition.refining.tags import Tag

Meaning: TypeAlias = tuple[Tag, Any]
Entry: TypeAlias = tuple[object, Meaning]  # a phrase and what it means

_TOKEN = re.compile(r"1/\d\d?|\d{1,5}\.\d{1,5}|0,\d{1,5}|\d{1,5}|[a-z]+|[-+](?=\s*\d)|%|[,.;:!?()/]")
_ORDINAL = re.compile(r"(\d{1,5})\s*(?:e|er|ere|eme|ieme|st|nd|rd|th)\b")
# "8ths" and "16th notes" are pulses; "the 8th bar" is not.
_PULSES = tuple(
    (re.compile(rf"\b{number}ths?\b(?!\s+(?:bar|measure|beat|step))"), word)
    for number, word in ((8, "eighth"), (16, "sixteenth"))
)
# "2et", "3&": half a beat later.
_AND_OF = re.compile(r"\b(\d)\s?&|\b(\d)et\b(?!\s*\d)")
_AND_THEN = re.compile(r"\b(?:the (?:and|&) of|le et (?:du|de)|l'et (?:du|de)) (?:beat |temps )?(\d)\b")
# "right before the 2", "la ghost avant le 2": a sixteenth away. "Everything before the 3" is a stretch instead.
_BESIDE = re.compile(
    r"(?:\b(?:just|right|juste) |(?<=note )|(?<=notes )|(?<=ghost )|(?<=ghosts )|(?<=kick )|(?<=snare )|(?<=clap ))"
    r"(before|avant|after|apres) (?:the |le )?(?:beat |temps )?(\d)\b(?! ?(?:mesure|bar|measure))"
)
_SIXTEENTH = 0.25  # of a beat
# "take the kick out of bar 2": the verb and its particle have one meaning.
_PARTED = re.compile(
    r"\b(take|bring|put|cut|pull|leave|thin|mess|switch|mix|drop|flesh|beef)"
    r"((?: (?!and\b|but\b|then\b)[a-z]+){1,3}?) (out|back|up)\b(?! of 2)"
)
_PARTICLES = {
    "out": frozenset("take cut pull leave thin drop flesh bring".split()),
    "back": frozenset("bring put".split()),
    "up": frozenset("mess switch mix beef".split()),
}
# "dans la 2", "à la 3": a bar is meant, whose name is feminine; a beat is "le 2".
_FEMININE = re.compile(
    r"\b(dans|a|pour|sauf|hormis|comme|fais|refais|change|coupe|vire|garde) la (\d{1,2})"
    r"(?:\b(?! ?(?:mesure|derniere|premiere|fois|moitie))"
    r"|(?:ere|eme|e)\b(?=\s*(?:$|[,.;:!?)]|(?:et|mais|puis|stp|svp)\b)))"
)
# "enlève un kick sur deux", "drop every other hat": half of what a part plays, and neither beat 2 nor bars.
_EVERY_OTHER = re.compile(
    r"\b(?:(?:supprime|enleve|vire|retire|coupe|garde)[rz]? (?:juste )?une? (?!note|mesure|temps)([a-z]+)"
    r" sur (?:deux|2)(?! et)"
    r"|(?:remove|drop|take out|cut|mute|kill|lose|delete|keep) every (?:other|second)"
    r" (?!bar|measure|beat|note)([a-z]+))\b"
)
# "the snare is late", "the hats rush": complaints about what "snare late" and "rush the hats" ask for.
_MISTIMED = re.compile(
    r"\b(is|are|sounds?|comes?|falls?|est|sont|arrivent?|tombent?) ((?:a (?:bit|little)|un peu) )?"
    r"(?=(?:late|early|en retard|en avance)\b)"
    r"|\b((?:the|my|la|le|les|it|they|ca)(?: [a-z]+)?) (?=(?:rush(?:es)?|drags?|trainent?|pressent?)\b)"
)
# "layer a clap with the snare": what comes with an article of its own is new.
_LAYERED = re.compile(r"\b(layer|superpose|stack) (an?|une?) ([a-z]+(?: [a-z]+)?) (?:with|avec) ")
_RELATIVE = frozenset({"de", "d", "by", "of", "+", "-"})
T = TypeVar("T")
_SHORT = 200  # characters, which are read in a millisecond
_MAX_TOKENS = 400  # longer instructions are cut here, which bounds the time of parsing

_PUNCTUATION: Mapping[str, Tag] = {
    **dict.fromkeys(",()/", Tag.SEPARATOR),
    **dict.fromkeys(".;!?", Tag.STOP),
    ":": Tag.COLON,
}


@dataclass(frozen=True, slots=True)
class InstructionToken:
    """One or more words with one meaning.

    Attributes:
        tag: Kind of token.
        text: The words as typed, folded: lower case, no accents. Of an entity, as typed.
        value: A part for parts, a Location for locations, a number for numbers and pulses (steps); what a domain's own
            tags need; None for others.
        relative: For a number: it is an amount of change ("by 10", "+10"), not a position or a total. For a location:
            it is said with "in" or "on", so that it is where something happens and not what is changed.
    """

    tag: Tag
    text: str
    value: Any = None
    relative: bool = False


@dataclass(frozen=True, slots=True)
class Entity:
    """Something that is read as a whole, before words are: a metre, a key, chords.

    Attributes:
        pattern: Where it stands in a text as typed.
        tag: Kind of its token.
        value: The token's value; None where this is no such thing after all.
    """

    pattern: re.Pattern[str]
    tag: Tag
    value: Callable[[re.Match[str]], Any]


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Phrases and what they mean.

    Attributes:
        phrases: Canonical words to tag and value.
        longest: Words of the longest phrase.
        corrector: Corrects typing errors.
        entities: What is read as a whole, the first that fits.
    """

    phrases: Mapping[tuple[str, ...], Meaning]
    longest: int
    corrector: Corrector
    entities: tuple[Entity, ...]

    @classmethod
    def of(cls, layers: Sequence[Sequence[Entry]], entities: Sequence[Entity] = ()) -> "Lexicon":
        """Make a lexicon.

        Args:
            layers: Phrases with their meanings; what a later layer says of a phrase counts.
            entities: What is read as a whole.

        Raises:
            ValueError: A phrase has two meanings in one layer.
        """
        phrases: dict[tuple[str, ...], Meaning] = {}
        spelled: set[str] = set()
        for layer in layers:
            own: dict[tuple[str, ...], Meaning] = {}
            for phrase, meaning in layer:
                words = tuple(map(canonical, str(phrase).split()))
                spelled.update(str(phrase).split())
                if own.setdefault(words, meaning) != meaning:
                    raise ValueError(f"{phrase!r} means both {own[words][0]} and {meaning[0]}")
            phrases.update(own)
        vocabulary = spelled | {canonical(word) for word in spelled}
        plurals = frozenset(f"{word}s" for word in vocabulary if word.isalpha())  # "coups" is no slip for "coupe"
        return cls(phrases, max(map(len, phrases)), Corrector(vocabulary, plurals), tuple(entities))

    def tokenize(self, text: str) -> list[InstructionToken]:
        """Tokens of a text, in order; words without meaning here are left out."""
        found: list[InstructionToken] = []
        at = 0
        for match, entity in self._entities_in(text):
            value = entity.value(match) if match.start() >= at else None
            if value is None:
                continue
            found += self._tokens(words_of(text[at : match.start()]))
            found.append(InstructionToken(entity.tag, match[0].strip(), value))
            at = match.end()
            if len(found) >= _MAX_TOKENS:
                break
        found += self._tokens(words_of(text[at:]))
        return [token for token in found if token.tag is not Tag.NOISE][:_MAX_TOKENS]

    def _entities_in(self, text: str) -> list[tuple[re.Match[str], Entity]]:
        """What may be an entity, in the order of the text; of those that begin together, the first in the lexicon."""
        matches = [(match, entity) for entity in self.entities for match in entity.pattern.finditer(text) if match[0]]
        return sorted(matches, key=lambda each: each[0].start())

    def _tokens(self, raw: list[str]) -> Iterator[InstructionToken]:
        words = [canonical(self.corrector.correct(word)) for word in raw]
        at = 0
        while at < len(raw):
            length, (tag, value) = self._longest_phrase(words, at)
            text = " ".join(raw[at : at + length])
            before = raw[at - 1] if at else ""
            yield InstructionToken(tag, text, value, tag is Tag.NUMBER and before in _RELATIVE)
            at += length

    def _longest_phrase(self, words: list[str], at: int) -> tuple[int, Meaning]:
        for length in range(min(self.longest, len(words) - at), 0, -1):
            meaning = self.phrases.get(tuple(words[at : at + length]))
            if meaning is not None:
                return length, meaning
        word = words[at]
        if word in _PUNCTUATION:
            return 1, (_PUNCTUATION[word], None)
        if word == "%":
            return 1, (Tag.PERCENT, None)
        if word in "+-":
            return 1, (Tag.MORE if word == "+" else Tag.LESS, None)
        if word[0].isdigit() and "/" not in word:
            return 1, (Tag.NUMBER, float(word.replace(",", ".")))
        return 1, (Tag.UNKNOWN, None)


async def off_loop(text: str, read: Callable[[str], T]) -> T:
    """Read a text, in a thread where it is long, so that other callers are served meanwhile.

    Args:
        text: The text.
        read: Reads it.
    """
    return read(text) if len(text) <= _SHORT else await asyncio.to_thread(read, text)


@cache
def document(path: Path) -> Mapping[str, Any]:
    """A file of words; once per process."""
    loaded: Mapping[str, Any] = yaml.safe_load(path.read_text("utf-8"))
    return loaded


def entries_of(words: Mapping[str, Any]) -> list[Entry]:
    """Every phrase of a file of words with its meaning.

    Args:
        words: The file: `words` by tag, `pulses`, `numbers`, `noise`, `foreign`; each may be missing.

    Raises:
        ValueError: There is no such tag.
    """
    groups: list[tuple[Iterable[object], Tag, Any]] = [
        (words.get("noise", ()), Tag.NOISE, None),
        (words.get("foreign", ()), Tag.FOREIGN, None),
    ]
    groups += [(phrases, Tag(tag), None) for tag, phrases in words.get("words", {}).items()]
    groups += [(phrases, Tag.PULSE, steps) for steps, phrases in words.get("pulses", {}).items()]
    groups += [(phrases, Tag.NUMBER, float(number)) for number, phrases in words.get("numbers", {}).items()]
    return [(phrase, (tag, value)) for phrases, tag, value in groups for phrase in phrases]


def shared_entries() -> list[Entry]:
    """Words that mean the same in every domain."""
    return entries_of(document(Path(__file__).with_name("words.yaml")))


def words_of(text: str) -> list[str]:
    """Words, numbers and separators of a text, folded: lower case, no accents, "n't" as one word with its verb."""
    folded = unicodedata.normalize("NFKD", text.lower().replace("œ", "oe").replace("’", "'"))
    plain = "".join(char for char in folded if not unicodedata.combining(char)).replace("n't", "nt")
    plain = re.sub(r"(\d)\s*[-–]\s*(\d)", r"\1 to \2", plain)
    plain = _FEMININE.sub(r"\1 la mesure \2", _PARTED.sub(_together, _BESIDE.sub(_beside, plain)))
    plain = _EVERY_OTHER.sub(lambda match: f"half as many {match[1] or match[2]}", plain)
    plain = _LAYERED.sub(r"\1 \2 \3 on ", _MISTIMED.sub(_complained, plain))
    plain = _AND_THEN.sub(r" on \1.5 ", plain)
    plain = re.sub(r"(?<=\d)\s*=\s*(?=bar|mesure|measure)", " like ", plain)  # "bar 3 = bar 1"
    plain = _AND_OF.sub(lambda match: f" on {match[1] or match[2]}.5 ", plain)
    for pattern, word in _PULSES:
        plain = pattern.sub(word, plain)
    return _TOKEN.findall(_ORDINAL.sub(r"\1 ", plain))[:_MAX_TOKENS]


def _complained(match: re.Match[str]) -> str:
    """A complaint with the "too" that it means."""
    return f"{match[1] or match[3]} {match[2] or ''}too "


def _together(match: re.Match[str]) -> str:
    """A verb beside its particle, where the two belong together."""
    verb, between, particle = match[1], match[2], match[3]
    return f"{verb} {particle}{between}" if verb in _PARTICLES[particle] else match[0]


def _beside(match: re.Match[str]) -> str:
    """The beat that lies a sixteenth before or after the one named; before the first is no place in the bar."""
    beat = float(match[2]) + (_SIXTEENTH if match[1] in ("after", "apres") else -_SIXTEENTH)
    return f" on {beat:g} " if beat >= 1 else match[0]


def canonical(word: str) -> str:
    """The word without the s of a plural, which changes no meaning here."""
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word
