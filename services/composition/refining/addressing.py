"""Which of several parts words are about: by the role that they name, or by a track's own name."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from statistics import mean

from boumbapp.music.v2.music_pb2 import (
    ROLE_BASS,
    ROLE_CHORDS,
    ROLE_MELODY,
    ROLE_PAD,
    ROLE_UNSPECIFIED,
    Bar,
    Role,
    Track,
)

from music.roles import role_name
from services.composition.refining.lexicon import InstructionToken, canonical, words_of
from services.composition.refining.roles import ALL, RolePart, role_words
from services.composition.refining.tags import Tag

_BASSES, _PADS = range(32, 40), range(88, 96)  # General MIDI programmes
_HIGHEST_BASS = 50  # mean MIDI key number
_CHORDAL = 1.6  # notes that begin together, on average
_NAMING = frozenset({Tag.PART, Tag.FOREIGN, Tag.UNKNOWN})


@dataclass(frozen=True, slots=True)
class Player:
    """A part of an arrangement, as words may name it.

    Attributes:
        role: Name of its role, such as "bass".
        name: What people call it; empty for nothing.
    """

    role: str
    name: str = ""

    @classmethod
    def of(cls, track: Track) -> "Player":
        """The player of a track."""
        return cls(role_name(track.role or role_of(track)), track.name)

    @property
    def words(self) -> frozenset[str]:
        """The words of its name."""
        return frozenset(map(canonical, words_of(self.name)))


@dataclass(frozen=True, slots=True)
class Addressee:
    """A part that reads an instruction, and those beside it.

    Attributes:
        own: The part.
        others: The parts beside it.
    """

    own: Player
    others: tuple[Player, ...] = ()

    def named(self, tokens: Iterable[InstructionToken]) -> frozenset[Player | str]:
        """What tokens name: parts of this arrangement by their names, else roles, by name."""
        found: set[Player | str] = set()
        players = (self.own, *self.others)
        for token in tokens:
            if token.tag not in _NAMING:
                continue
            called = {player for player in players if canonical(token.text) in player.words}
            if called and len(called) < len(players):
                found |= called
            elif isinstance(token.value, RolePart):
                found.add(token.value.slug)
        return frozenset(found)

    def is_meant(self, named: Collection[Player | str]) -> bool:
        """Whether what is named is this part: itself, its role, everything, or, where it plays alone, any line."""
        if not named or self.own in named or self.own.role in named or ALL in named:
            return True
        beside = {player.role for player in self.others}
        if any(each in beside or isinstance(each, Player) for each in named):
            return False
        # "the melody" is what people call any single line, and "other" any part.
        return not self.others and "drums" not in named and ("melody" in named or "other" in named)


def role_of(track: Track) -> Role.ValueType:
    """The role of a track that does not say it: by its name, its programme, then its notes."""
    if track.role:
        return track.role
    words = frozenset(map(canonical, words_of(track.name)))
    for role, names in role_words().items():
        if role != "other" and words.intersection(canonical(name) for name in names):
            return Role.Value(f"ROLE_{role.upper()}")
    if track.HasField("program") and track.program in _BASSES:
        return ROLE_BASS
    if track.HasField("program") and track.program in _PADS:
        return ROLE_PAD
    return role_of_notes(track.bars) or ROLE_MELODY


def role_of_notes(bars: Sequence[Bar]) -> Role.ValueType:
    """The role of a part by its notes: chords where several begin together, a bass where they are low."""
    notes = [note for bar in bars for note in bar.notes]
    if not notes:
        return ROLE_UNSPECIFIED
    begun = len({(bar.index, note.start_step) for bar in bars for note in bar.notes})
    if len(notes) / begun >= _CHORDAL:
        return ROLE_CHORDS
    return ROLE_BASS if mean(note.pitch for note in notes) < _HIGHEST_BASS else ROLE_MELODY
