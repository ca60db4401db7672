"""Sections that a prompt names: "intro 4, couplet 8, refrain 8", "16 bars verse", "form AABA", "B section"."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from boumbapp.music.v2.music_pb2 import LEVEL_HIGH, LEVEL_LOW, LEVEL_MEDIUM, Level

from services.theory.prompt.parse.lengths import BAR_WORDS, is_each, parse_bars
from services.theory.prompt.parse.numbers import parse_number
from services.theory.prompt.parse.spans import Mention, ParserState
from services.theory.prompt.parse.tempo_figures import OTHER_UNITS
from services.theory.prompt.parse.tokenizer import Prompt

_KINDS: Mapping[str, str] = {
    "intro": "intro;intros;introduction",
    "verse": "verse;verses;couplet;couplets",
    "pre_chorus": "pre chorus;prechorus;pre refrain;prerefrain;pont vers le refrain",
    "chorus": "chorus;choruses;refrain;refrains",
    "post_chorus": "post chorus;postchorus;post refrain",
    "bridge": "bridge;bridges;pont;middle eight;middle 8",
    "break": "breakdown;breakdowns;break down",
    "build": "build up;buildup;build ups;buildups;build;builds;riser;montee;montees;montee en puissance",
    "drop": "drop;drops",
    "interlude": "interlude;interludes",
    "outro": "outro;outros;coda",
}
_BY_WORDS = {tuple(words.split()): kind for kind, names in _KINDS.items() for words in names.split(";")}
_LONGEST = max(map(len, _BY_WORDS))
_SHORTEST_FORM, _LONGEST_FORM = 3, 9
_USUAL_ENERGY: Mapping[str, Level.ValueType] = {
    **dict.fromkeys(("intro", "break", "interlude", "outro"), LEVEL_LOW),
    **dict.fromkeys(("verse", "pre_chorus", "bridge", "build", "section"), LEVEL_MEDIUM),
    **dict.fromkeys(("chorus", "post_chorus", "drop"), LEVEL_HIGH),
}
_ENERGIES: Mapping[str, Level.ValueType] = {
    **dict.fromkeys(
        "quiet calm calme calmes soft doux douce tranquille intimate intime sparse light leger legere minimal".split(),
        LEVEL_LOW,
    ),
    **dict.fromkeys("medium moyen moyenne".split(), LEVEL_MEDIUM),
    **dict.fromkeys(
        "big huge loud enorme enormes gros grosse massive massif puissant puissante powerful explosive explosif "
        "explosif energetic energique epic epique hard lourd lourde heavy fort forte intense".split(),
        LEVEL_HIGH,
    ),
}
# "build" is a verb before these, and these make it one behind them.
_VERB_OBJECTS = frozenset("a an the me us it my this that some something on from up around".split())
_VERB_SUBJECTS = frozenset("to you please can could i we that which slowly".split())
_LETTER_NOUNS = frozenset("section sections part partie parties theme themes".split())
_FIRST_WORDS = _LETTER_NOUNS | {words[0] for words in _BY_WORDS}
_KEY_ENDS = frozenset(
    "minor major mineur majeur mineure majeure m min maj # b flat sharp bemol diese dorian phrygian lydian mixolydian "
    "dorien phrygien lydien mixolydien".split()
)
_FORM_WORDS = frozenset({"form", "forme", "structure", "format", "song"})
_FORM = re.compile(r"A{0,2}B{1,2}[A-D]{1,6}|AA[BC][A-D]{0,5}")
_KNOWN_FORMS = frozenset({"AABA", "ABAB", "ABAC", "ABACA", "ABABCB", "ABACABA", "AABB", "AABC", "ABCA", "ABCB"})
_OF = frozenset({"de", "of", "d", "sur", "a", "in", ":", "=", "(", "x"})
_MOST_BARS = 128
_COUNTED_ONLY = 3  # "verse 2" counts verses; "intro 4" counts bars
_MOST_SECTIONS = 32
_NEAR = 2  # tokens
_CLAUSE = 7  # tokens
_ENDS = frozenset(", . ; / | > + - then puis ensuite".split())


@dataclass(frozen=True, slots=True)
class SectionMention:
    """A section in a prompt.

    Attributes:
        kind: Slug of its kind; "section" for one that only has a letter.
        letter: Its letter; empty for none.
        bars: Its length; 0 where the words leave it open.
        energy: How strong it is.
        first: First token of its name.
        last: Token after its name and length.
    """

    kind: str
    letter: str
    bars: int
    energy: Level.ValueType
    first: int
    last: int


def parse_sections(state: ParserState) -> list[SectionMention]:
    """Sections in the order of the prompt. Tokens of their lengths and letters are consumed, their names are not."""
    found: list[SectionMention] = []
    index = 0
    while index < len(state.prompt.tokens) and len(found) < _MOST_SECTIONS:
        mentions = list(_form(state.prompt, index)) or list(_section(state, index))
        for mention in mentions:
            state.consume(mention.first, mention.last)
        found += mentions
        index = mentions[-1].last if mentions else index + 1
    return _with_common_length(state, found[:_MOST_SECTIONS])


def _form(prompt: Prompt, index: int) -> Iterator[SectionMention]:
    """Reads "AABA" and "form ABA"."""
    letters = prompt.tokens[index].cased
    if not _SHORTEST_FORM <= len(letters) <= _LONGEST_FORM:
        return
    around = {prompt.text(index - 1), prompt.text(index + 1)}
    if letters in _KNOWN_FORMS or (around & _FORM_WORDS and _FORM.fullmatch(letters)):
        for letter in letters:
            yield SectionMention("section", letter, 0, LEVEL_MEDIUM, index, index + 1)


def _section(state: ParserState, index: int) -> Iterator[SectionMention]:
    prompt = state.prompt
    if len(prompt.tokens[index].text) > 1 and prompt.text(index) not in _FIRST_WORDS:
        return
    named = _kind_at(prompt, index) or _lettered(prompt, index)
    if named is None:
        return
    kind, letter, after = named
    first, bars, last = _length(prompt, index, after)
    if not bars and (further := _length_in_clause(prompt, after)):
        bars = int(further.value)
        state.consume(further.first, further.last)
    yield SectionMention(kind, letter, bars, _energy(prompt, kind, index, after), first, last)


def _kind_at(prompt: Prompt, index: int) -> tuple[str, str, int] | None:
    if prompt.text(index) not in _FIRST_WORDS:
        return None
    for length in range(_LONGEST, 0, -1):
        kind = _BY_WORDS.get(tuple(prompt.text(at) for at in range(index, index + length)))
        if kind is not None and not (kind == "build" and length == 1 and _is_verb(prompt, index)):
            return kind, "", index + length
    return None


def _is_verb(prompt: Prompt, index: int) -> bool:
    return (
        index == 0 or prompt.text(index + 1) in _VERB_OBJECTS or prompt.text(index - 1) in _VERB_SUBJECTS
    ) and not parse_number(prompt, index + 1)


def _lettered(prompt: Prompt, index: int) -> tuple[str, str, int] | None:
    """Reads "B section", "partie A", "thème B"."""
    for letter, noun in ((index, index + 1), (index + 1, index)):
        token = prompt.tokens[letter] if letter < len(prompt.tokens) else None
        if token and len(token.cased) == 1 and "A" <= token.cased <= "E" and prompt.text(noun) in _LETTER_NOUNS:
            if letter < noun and prompt.text(noun) in ("theme", "part") and token.cased == "A":
                continue  # an article
            if letter > noun and prompt.text(letter + 1) in _KEY_ENDS:
                continue  # "part A minor"
            return "section", token.cased, index + 2
    return None


def _length(prompt: Prompt, first: int, after: int) -> tuple[int, int, int]:
    """First token, bars and last token of a section's name with its length: "8 bars verse", "verse of 8", "intro 4"."""
    at = after
    while prompt.text(at) in _OF and at - after < _NEAR:
        at += 1
    if number := parse_number(prompt, at):
        value, end = number
        counted = prompt.text(end) in BAR_WORDS
        bare = prompt.text(end) not in OTHER_UNITS - {":"} and prompt.text(end) not in ("bpm", "bpms", "x")
        whole = 1 <= value <= _MOST_BARS and value == int(value)
        if whole and (counted or (bare and _COUNTED_ONLY < value <= _MOST_BARS // 2 and prompt.tokens[at].is_number)):
            return first, int(value), end + counted + (prompt.text(end + counted) == ")")
    begin = first - 1
    while prompt.text(begin) in ("de", "of", "d") and first - begin <= _NEAR:
        begin -= 1
    if prompt.text(begin) in BAR_WORDS:
        for start in (begin - 1, begin - 2):
            number = parse_number(prompt, start)
            if number and number[1] == begin and 1 <= number[0] <= _MOST_BARS and number[0] == int(number[0]):
                return start, int(number[0]), after
    return first, 0, after


def _length_in_clause(prompt: Prompt, after: int) -> Mention[float] | None:
    """The length that follows within the clause: "verse in C minor 8 bars"."""
    for index in range(after, min(after + _CLAUSE, len(prompt.tokens))):
        if prompt.text(index) in _ENDS or _kind_at(prompt, index):
            return None
        bars = parse_bars(prompt, index)
        if bars is not None and 1 <= bars.value <= _MOST_BARS and bars.value == int(bars.value):
            return None if is_each(prompt, bars) else bars
    return None


def _energy(prompt: Prompt, kind: str, first: int, last: int) -> Level.ValueType:
    for at in (first - 1, last, last + 1):
        if (said := _ENERGIES.get(prompt.text(at))) is not None:
            return said
    return _USUAL_ENERGY[kind]


def _with_common_length(state: ParserState, found: list[SectionMention]) -> list[SectionMention]:
    """Reads "8 bars each" behind sections that have no lengths of their own."""
    if not found or any(mention.bars for mention in found):
        return found
    for index in range(len(state.prompt.tokens)):
        bars = parse_bars(state.prompt, index)
        if bars and is_each(state.prompt, bars) and 1 <= bars.value <= _MOST_BARS // len(found):
            state.consume(bars.first, bars.last + 1)
            return [replace(each, bars=int(bars.value)) for each in found]
    return found
