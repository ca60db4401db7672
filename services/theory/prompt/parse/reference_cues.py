"""Whether words name an artist, a work or a scene, or are the everyday words that they look like."""

from services.theory.prompt.parse.references import references
from services.theory.prompt.parse.spans import Mention
from services.theory.prompt.parse.tokenizer import Prompt, fold

# Words before and behind a name that say that it is one.
_CUES = frozenset(
    "facon style genre type like comme by par inspired inspire inspiree maniere vibe vibes esprit feat featuring ft "
    "theme univers".split()
)
_CUES_AFTER = frozenset("type style vibe vibes beat esque like inspired ish".split())
_PASSED = frozenset("a la l le les the an of un une".split())
_REACH = 3  # tokens


def is_meant(prompt: Prompt, mention: Mention[str]) -> bool:
    """Whether a name that may be an everyday word is one here.

    Args:
        prompt: The prompt.
        mention: The usual name of an entry, and its tokens.
    """
    entry = references()[mention.value]
    written = " ".join(prompt.text(index) for index in range(mention.first, mention.last))
    cued = entry.cued if fold(entry.name) == written else any(fold(name) == written and c for name, c in entry.also)
    return not cued or has_cue(prompt, mention.first, mention.last)


def has_cue(prompt: Prompt, first: int, last: int) -> bool:
    """Whether words around some tokens make them a name: "à la ...", "like ...", "... type beat".

    Args:
        prompt: The prompt.
        first: First token.
        last: Token after the last one.
    """
    index = first - 1
    a_la = (prompt.text(first - 2), prompt.text(first - 1)) == ("a", "la")
    while prompt.text(index) in _PASSED and first - index <= _REACH:
        index -= 1
    return a_la or prompt.text(index) in _CUES or prompt.text(last) in _CUES_AFTER
