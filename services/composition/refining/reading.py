"""From the words of an instruction to its clauses, in every domain."""

from services.composition.refining.clauses import Clause, Grammar, split
from services.composition.refining.ellipsis import completed
from services.composition.refining.lexicon import Lexicon
from services.composition.refining.location_parser import mark_locations


def clauses_of(text: str, lexicon: Lexicon, grammar: Grammar) -> list[Clause]:
    """The clauses of an instruction, each with what it leaves out.

    Args:
        text: The instruction.
        lexicon: The words of the domain.
        grammar: What the domain says of them.
    """
    return completed(split(mark_locations(lexicon.tokenize(text)), grammar))
