"""Clauses that leave out what the one before them said: "fewer kicks in bar 1, more in bar 4"."""

from collections.abc import Sequence
from dataclasses import replace

from services.composition.refining.clauses import AMOUNTS, Clause
from services.composition.refining.tags import Tag

_DEGREES = frozenset({Tag.MORE, Tag.LESS})
_GOES_WITHOUT_SAYING = frozenset({Tag.NOTES, Tag.PART})


def completed(clauses: Sequence[Clause]) -> list[Clause]:
    """Clauses of a degree and a place alone, with what the degree of the one before is of.

    Args:
        clauses: In the order of the instruction.
    """
    found: list[Clause] = []
    for clause in clauses:
        before = found[-1] if found else None
        if before is not None and _is_elliptical(clause) and before.has(*_DEGREES) and before.locations:
            objects = [token for token in before.tokens if token.tag in _GOES_WITHOUT_SAYING]
            found.append(replace(clause, tokens=[*clause.tokens, *objects]))
        else:
            found.append(clause)
    return found


def _is_elliptical(clause: Clause) -> bool:
    tags = {token.tag for token in clause.tokens}
    return bool(clause.locations) and bool(tags & _DEGREES) and tags <= _DEGREES | AMOUNTS
