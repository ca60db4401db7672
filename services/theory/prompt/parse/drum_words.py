"""What single pieces of the kit play: "snare on 2 and 4", "caisse claire sur le 3 seulement", "offbeat hats".

The words are those of refining: its lexicon, its kit and its places, so that a prompt and an edit say the same.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cache

from boumbapp.music.v2.music_pb2 import DRUM_PIECE_KICK, DRUM_PIECE_SNARE, DrumPiece, Meter

from music.divisions import SIXTEENTHS
from music.meter import steps_per_bar
from services.composition.refining.entities import COUNTED_METER, METER
from services.composition.refining.kit import KIT, KitPart, kit_entries, kit_parts
from services.composition.refining.lexicon import InstructionToken, Lexicon, shared_entries
from services.composition.refining.location_parser import mark_locations
from services.composition.refining.locations import Location, MetricalRole
from services.composition.refining.roles import role_entries
from services.composition.refining.tags import Tag
from services.theory.prompt.parse.spans import ParserState
from services.theory.prompt.parse.tokenizer import Prompt
from services.theory.prompt.parse.vocabulary import PhraseKind

_ENDS = frozenset({Tag.SEPARATOR, Tag.STOP, Tag.THEN})
_USED = frozenset({Tag.ON, Tag.IN, Tag.BY, Tag.ONLY, Tag.AND, Tag.EACH, Tag.PUT})
_SAYS = frozenset({Tag.PART, Tag.ROLL, Tag.NO, Tag.PULSE, Tag.TRIPLET, Tag.LOCATION})
_FEEL = frozenset({Tag.LOUD, Tag.SOFT, Tag.BUSY, Tag.SIMPLE, Tag.HUMAN, Tag.MECHANICAL, Tag.QUANTISE})
_BESIDE_FEEL = frozenset({Tag.NOISE, Tag.LITTLE, Tag.MUCH, Tag.AND, Tag.SEPARATOR, Tag.MORE, Tag.LESS})
_COUNTS = frozenset("th ths 8 16 4 1 /".split())
_LOOK_AHEAD = 8  # tokens in which the words of a piece are found again
_TRIPLETS = Fraction(4, 3)  # sixteenths between triplets of eighths
Place = Location | int | Fraction


@dataclass(frozen=True, slots=True)
class PieceWords:
    """What words say about one part of the kit.

    Attributes:
        pieces: The piece that plays, then those that are silent.
        place: Where it plays: positions, a pulse in sixteenths, triplets, or None for nowhere.
        first: First token.
        last: Token after the last one.
    """

    pieces: tuple[DrumPiece.ValueType, ...]
    place: Place | None
    first: int
    last: int

    @property
    def divisions(self) -> int:
        """Steps of a quarter note that `steps` counts; 0 for sixteenths."""
        return int(SIXTEENTHS / self.place) if isinstance(self.place, Fraction) else 0

    def steps(self, meter: Meter) -> tuple[int, ...]:
        """Steps of a bar on which the piece plays.

        Args:
            meter: Of the bar.
        """
        if self.place is None:
            return ()
        if isinstance(self.place, Fraction):
            return tuple(range(int(steps_per_bar(meter) / self.place)))
        if isinstance(self.place, int):
            return tuple(range(0, steps_per_bar(meter), self.place))
        return tuple(sorted(self.place.steps_of(0, [meter])))


def parse_pieces(state: ParserState) -> list[PieceWords]:
    """What the pieces of the kit play, one entry for each part that words place. Their tokens are consumed."""
    if not any(_is_about_drums(phrase.meanings) for phrase in state.phrases):
        return []
    reader = _Reader(state.prompt)
    found: dict[DrumPiece.ValueType, PieceWords] = {}
    for words in reader.pieces(mark_locations(_lexicon().tokenize(state.prompt.folded.lower()))):
        found[words.pieces[0]] = words
        state.consume(words.first, words.last)
    for phrase in state.phrases:  # "triplet hats over a house beat" is house
        if phrase.kind is PhraseKind.STYLE:
            state.release(phrase.first, phrase.last)
    return list(found.values())


def says_feel(words: str) -> bool:
    """Whether words say how drums are played, which the drums read themselves: "mécanique", "very soft".

    Args:
        words: A part of a prompt.
    """
    tags = [token.tag for token in _lexicon().tokenize(words.lower())]
    return bool(_FEEL.intersection(tags)) and all(tag in _FEEL | _BESIDE_FEEL for tag in tags)


def _is_about_drums(meanings: object) -> bool:
    assert hasattr(meanings, "get")
    return meanings.get(PhraseKind.ROLE) == "drums" or bool(meanings.get(PhraseKind.PATTERN))


class _Reader:
    """Reads marked tokens clause by clause, and finds their words again in the prompt.

    Args:
        prompt: The prompt.
    """

    def __init__(self, prompt: Prompt) -> None:
        self._prompt = prompt
        self._at = 0  # the next token of the prompt
        self._first = 0  # token at which the current statement begins
        self._last = 0  # token after its last one: what follows says something else ("... over a house beat at 130")
        self._parts: list[KitPart] = []
        self._place: Place | None = None
        self._said = False  # whether a place or a denial was said

    def pieces(self, tokens: list[InstructionToken]) -> Iterator[PieceWords]:
        """What the tokens say about each part.

        Args:
            tokens: Of the whole prompt, places marked.
        """
        for token in tokens:
            if token.tag in _ENDS:
                yield from self._flush()
                self._pass(token)
                continue
            named = token.tag is Tag.PART and token.value.slug != KIT
            if named and self._parts and self._said:
                yield from self._flush()
            begins = not self._parts and not self._said
            start = self._pass(token)
            if begins and token.tag not in _USED:
                self._first = start
            if token.tag in _SAYS:
                self._last = self._at
            if token.tag is Tag.FOUR_ON_FLOOR:
                yield PieceWords((DRUM_PIECE_KICK,), Location(role=MetricalRole.BEATS), start, self._at)
            elif named:
                self._parts.append(token.value)
            elif token.tag is Tag.ROLL and "hat" in token.text:  # "trap hi-hat triplets"
                self._parts.append(kit_parts()["hats"])
            else:
                self._note(token)
        yield from self._flush()

    def _note(self, token: InstructionToken) -> None:
        """Keep where a part plays, or that it does not."""
        if token.tag is Tag.NO:
            self._said, self._place = True, None
        elif token.tag is Tag.PULSE:
            self._said, self._place = True, int(token.value)
        elif token.tag is Tag.TRIPLET:
            self._said, self._place = True, _TRIPLETS
        elif token.tag is Tag.LOCATION and token.value.has_positions:
            at: Location = token.value
            self._said, self._place = True, Location(beats=at.beats, steps=at.steps, role=at.role)
        elif token.tag in (Tag.UNKNOWN, Tag.FOREIGN) and not self._parts:
            self._said, self._place = False, None

    def _flush(self) -> Iterator[PieceWords]:
        parts, place, said = self._parts, self._place, self._said
        self._parts, self._place, self._said = [], None, False
        if not said:
            return
        if not parts and isinstance(place, Location) and place.role is MetricalRole.BACKBEATS:
            yield PieceWords((DRUM_PIECE_SNARE,), place, self._first, self._last)
        for part in parts:
            others = sorted(part.pieces - {part.adds})
            yield PieceWords((part.adds, *others), place, self._first, self._last)

    def _pass(self, token: InstructionToken) -> int:
        """Go past the words of a token in the prompt; its first one."""
        start: int | None = None
        for word in token.text.split():
            ahead = range(self._at, min(self._at + _LOOK_AHEAD, len(self._prompt.tokens)))
            place = next((index for index in ahead if self._prompt.text(index) == word), None)
            if place is None:
                continue
            start = place if start is None else start
            self._at = place + 1
        if start is None and token.tag is Tag.PULSE:  # "8ths" is read as "eighth"
            start = self._at
            while self._prompt.text(self._at) not in _COUNTS and self._at < start + _LOOK_AHEAD:
                self._at += 1
            while self._prompt.text(self._at) in _COUNTS:
                self._at += 1
        return self._at if start is None else start


@cache
def _lexicon() -> Lexicon:
    return Lexicon.of([shared_entries(), role_entries(Tag.FOREIGN), kit_entries()], (METER, COUNTED_METER))
