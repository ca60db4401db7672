"""Parts that a prompt names: "basse et batterie", "trio jazz", "boucle lofi avec nappes"."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from services.theory.prompt.parse.instruments import Instrument, ensembles, instruments
from services.theory.prompt.parse.spans import Mention
from services.theory.prompt.parse.tokenizer import Prompt

# Words between an instrument and the part that it plays: "mélodie à la flûte", "chords on a piano".
_PLAYED_ON = frozenset("a au aux la le les l du de des d on the for pour en in with avec an sur un une solo".split())
_REACH = 4  # tokens between the two
_OPEN_ROLE = "chords"  # what an instrument of many parts plays among others
_MOST = 16
_MOST_MENTIONS = 24


@dataclass(frozen=True, slots=True)
class PartMention:
    """A part in a prompt.

    Attributes:
        role: Slug of its role; empty where only an instrument of many parts is named.
        instrument: Slug of its instrument; empty for none.
        first: First token.
        last: Token after the last one.
    """

    role: str
    instrument: str
    first: int
    last: int


def list_parts(
    prompt: Prompt, roles: Sequence[Mention[str]], played: Sequence[Mention[str]], groups: Sequence[Mention[str]]
) -> list[PartMention]:
    """The parts of a prompt, one for each role and instrument, in its order.

    Args:
        prompt: The prompt.
        roles: Roles that are asked for.
        played: Slugs of instruments.
        groups: Slugs of groups of players.
    """
    roles, played = roles[:_MOST_MENTIONS], played[:_MOST_MENTIONS]  # each is compared with each
    parts = [_with_instrument(role, played) for role in roles]
    alone = [mention for mention in played if not _belongs(prompt, mention, roles)]
    parts += [_of_instrument(mention) for mention in alone]
    parts += [part for group in groups for part in _of_group(group)]
    parts.sort(key=lambda part: (part.first, part.last))
    attached = [_attached(prompt, part, played, roles) for part in parts]
    several = len(attached) > 1
    named: dict[tuple[str, str], PartMention] = {}
    for part in attached:
        role = part.role or (_OPEN_ROLE if several else "")
        named.setdefault((role, part.instrument), PartMention(role, part.instrument, part.first, part.last))
    roles_with_instrument = {role for role, instrument in named if instrument}
    return [part for (role, instrument), part in named.items() if instrument or role not in roles_with_instrument][
        :_MOST
    ]


def suggested_role(parts: Sequence[PartMention]) -> str:
    """Slug of the role that the first instrument plays where no word names a role; empty for none."""
    return next((part.role for part in parts if part.role), "")


def _with_instrument(role: Mention[str], played: Sequence[Mention[str]]) -> PartMention:
    """A role with the instrument whose name is inside its words: "808 bass"."""
    inside = next((each.value for each in played if role.first <= each.first and each.last <= role.last), "")
    return PartMention(role.value, inside, role.first, role.last)


def _attached(
    prompt: Prompt, part: PartMention, played: Sequence[Mention[str]], roles: Sequence[Mention[str]]
) -> PartMention:
    """The part with an instrument that stands beside it: "mélodie à la flûte"."""
    if part.instrument:
        return part
    for each in played:
        own = next((role for role in roles if role.first == part.first), None)
        if own is not None and _beside(prompt, each, own):
            return PartMention(part.role, each.value, min(part.first, each.first), max(part.last, each.last))
    return part


def _belongs(prompt: Prompt, instrument: Mention[str], roles: Sequence[Mention[str]]) -> bool:
    """Whether an instrument plays one of the roles that are named."""
    return any((role.first <= instrument.first < role.last) or _beside(prompt, instrument, role) for role in roles)


def _beside(prompt: Prompt, instrument: Mention[str], role: Mention[str]) -> bool:
    if _instrument(instrument.value).says_role and _instrument(instrument.value).role != role.value:
        return False
    low, high = sorted(((instrument.first, instrument.last), (role.first, role.last)))
    between = range(low[1], high[0])
    return len(between) <= _REACH and all(prompt.text(index) in _PLAYED_ON for index in between)


def _of_instrument(mention: Mention[str]) -> PartMention:
    return PartMention(_instrument(mention.value).role, mention.value, mention.first, mention.last)


def _of_group(group: Mention[str]) -> Iterator[PartMention]:
    for role, instrument in ensembles()[group.value].parts:
        yield PartMention(role, instrument, group.first, group.last)


def _instrument(slug: str) -> Instrument:
    return _by_slug()[slug]


@cache
def _by_slug() -> dict[str, Instrument]:
    return {instrument.slug: instrument for instrument in instruments()}
