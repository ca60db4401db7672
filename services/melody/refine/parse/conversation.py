"""Which clauses of an instruction are about one part, among several that play together."""

from services.composition.refining.addressing import Addressee, Player
from services.composition.refining.clauses import Clause
from services.composition.refining.roles import ALL
from services.composition.refining.tags import Tag

_CHORDS = "chords"


class Conversation:
    """What the clauses so far have named.

    Args:
        addressee: The part that reads them, and those beside it.
    """

    def __init__(self, addressee: Addressee) -> None:
        self._addressee = addressee
        self._latest: frozenset[Player | str] = frozenset()
        self._all: frozenset[Player | str] = frozenset()

    def names_parts(self, clause: Clause) -> bool:
        """Whether a clause names parts of the arrangement, fewer than all."""
        named = self._addressee.named(clause.tokens)
        return bool(named) and ALL not in named

    def means(self, clause: Clause) -> bool:
        """Whether a clause is about this part; one that names none is about what the one before named.

        Args:
            clause: The next clause of the instruction.
        """
        before = clause.before_exception
        named = self._addressee.named(before)
        if clause.has(Tag.CHORDS, Tag.FOLLOW):  # "follow these chords" is not about the part that plays chords
            named = frozenset(each for each in named if _role(each) != _CHORDS)
        left_out = self._addressee.named(clause.tokens[len(before) :])
        if clause.has(Tag.REST) and not named:  # "keep the drums, change everything else"
            left_out |= self._all
            self._latest = frozenset({ALL})
        else:
            self._latest = named or self._latest
        self._all |= named
        own = self._addressee.own
        if left_out and (own in left_out or own.role in left_out):
            return False
        return self._addressee.is_meant(self._latest)


def _role(named: Player | str) -> str:
    return named.role if isinstance(named, Player) else named
