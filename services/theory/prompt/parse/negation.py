"""Finds negated tokens: "pas en mineur", "sans swing", "not too fast", "no drums"."""

from services.theory.prompt.parse.tokenizer import Prompt

_NEGATORS = frozenset(
    "pas sans ni not no without non jamais never aucun aucune except sauf hormis excepte avoid evite eviter evitez "
    "nor neither excluding exclude excluant dont skip cannot anything don moins less".split()
)
_CONTRACTED = frozenset("don isn doesn shouldn won can wouldn aren".split())
_PAIRS = frozenset(
    {
        ("instead", "of"), ("lieu", "de"), ("lieu", "d"), ("plutot", "que"), ("plutot", "qu"), ("rather", "than"),
        ("tout", "sauf"), ("nothing", "like"), ("rien", "de"),
    }
)  # fmt: skip
# What makes a negator something else: "pourquoi pas", "pas mal de", "not only", "non-stop".
_HARMLESS_BEFORE = frozenset({"pourquoi", "why", "un", "le", "or", "whether", "if", "les", "chaque", "premier", "deux"})
_HARMLESS_AFTER = frozenset(
    "mal seulement que qu only just stop bad fin limit limite problem probleme souci soucis doute worries need besoin "
    "idea idee".split()
)
_BREAKS = frozenset(
    ", . ; : ! ? ( ) - mais but plutot rather instead just seulement only juste puis then car because parce donc so "
    "sinon except preferably preference however cependant though".split()
)
_PREPOSITIONS = frozenset("en in a at avec with sur on over pour for from au aux around vers style tempo".split())
_CONJUNCTIONS = frozenset({"et", "and"})
_FILLERS = frozenset(
    "de du d des la le les un une the any a an l en in trop too tres very most plus more trop so si that use "
    "want".split()
)
_SOFT = frozenset({"trop", "too", "tres", "very", "so", "overly", "si", "super", "that"})
_REACH = 7  # tokens


def negated_tokens(prompt: Prompt) -> frozenset[int]:
    """Indices of the tokens within the scope of a negation."""
    negated: set[int] = set()
    for index in range(len(prompt.tokens)):
        start = _scope_start(prompt, index)
        if start is not None:
            negated.update(_scope(prompt, start))
    return frozenset(negated)


def is_softened(prompt: Prompt, first: int) -> bool:
    """Whether only the excess of a word is negated: "pas trop rapide", "not very dense".

    Args:
        prompt: The prompt.
        first: Index of the word's first token.
    """
    return any(prompt.text(index) in _SOFT for index in range(max(0, first - 2), first + 1))


def negator_before(prompt: Prompt, first: int) -> int:
    """Index of the negator whose scope holds a token.

    Args:
        prompt: The prompt.
        first: Index of the token.

    Returns:
        The index; `first` itself where there is no negator near.
    """
    for index in range(first - 1, max(-1, first - _REACH - 1), -1):
        if _scope_start(prompt, index) is not None:
            return index
    return first


def _scope_start(prompt: Prompt, index: int) -> int | None:
    """The token after a negator that begins at `index`, or None."""
    text = prompt.text(index)
    if (text, prompt.text(index + 1)) in _PAIRS:
        return index + 2
    if text == "t" and prompt.text(index - 1) in _CONTRACTED:
        return index + 1
    if text not in _NEGATORS or (text == "don" and prompt.text(index + 1) != "t"):
        return None
    if text == "anything":
        return index + 2 if prompt.text(index + 1) == "but" else None
    if text in ("moins", "less") and prompt.text(index + 1) in _FILLERS | {"than"}:
        return None  # "moins de notes" is a density
    if text == "dont" and prompt.text(index - 1) not in ("", "i", "please", ",", ".", "but", "and", "you"):
        return None  # the French relative pronoun
    if prompt.text(index + 1) in _HARMLESS_AFTER:
        return None
    if text in ("pas", "not", "no") and prompt.text(index - 1) in _HARMLESS_BEFORE:
        return None
    return index + 1


def _scope(prompt: Prompt, start: int) -> range:
    """Tokens from `start` to the next break in the clause."""
    content = 0
    for index in range(start, min(start + _REACH, len(prompt.tokens))):
        text = prompt.text(index)
        if text in _BREAKS and not (index == start and text == "plutot"):
            return range(start, index)
        if content and text in _PREPOSITIONS:
            return range(start, index)
        if content and text in _CONJUNCTIONS and not _goes_on(prompt, index + 1):
            return range(start, index)
        if content and prompt.tokens[index].is_number:
            return range(start, index)
        content += text not in _FILLERS
    return range(start, min(start + _REACH, len(prompt.tokens)))


def _goes_on(prompt: Prompt, index: int) -> bool:
    """Whether "and ..." continues a list of negated things rather than begins a new clause."""
    text = prompt.text(index)
    return text not in _PREPOSITIONS and text not in ("un", "une", "a", "some", "make", "fais") and not text.isdecimal()
