"""Chooses among several mentions: the role that is asked for, and the style that leads."""

from services.theory.prompt.parse.chord_lists import ProgressionMention
from services.theory.prompt.parse.spans import Mention
from services.theory.prompt.parse.tokenizer import Prompt

# Words that lead to what a part goes with rather than to the part: "une basse pour ma mélodie".
_BESIDE = frozenset(
    "sur over on pour for avec with under sous accompagner accompany accompanies soutenir support behind around above "
    "below contre against dessus dessous suit follow follows following fit fits matching match suivant suivre comme "
    "like upon beneath".split()
)
_BETWEEN = frozenset(
    "un une le la les l d de du des a an the my mon ma mes some this cette ce ces your ton ta his her go together "
    "existing simple nice good belle bon bonne beau gros grosse other autre with avec".split()
)
_PASSED = _BETWEEN - _BESIDE
_OF = frozenset({"de", "d", "of", "pour", "en", "with", "style"})
# What makes it a part that exists: "avec ma batterie", "with the drums".
_KNOWN = frozenset("le la les l the my mon ma mes cette ce ces this your ton ta his her go together existing".split())
_REACH = 4  # tokens
_BEATS = frozenset({"beat", "beats"})
_MACHINE = 2  # penalty of a drum machine, and of words that only hint at a part
_EXISTING = frozenset("deja already existing existant existante replace remplace remplacer replacing swap".split())
_ENDS_OF_CLAUSES = frozenset(", . ; : ! ? now maintenant par with but mais add ajoute il".split())
_CLAUSE = 9  # tokens
_ALREADY_THERE = 6
_WEAK_ROLE_WORDS = frozenset(
    "beat beats rythme rythmes rhythm rhythms rythmique melodic melodique harmonie harmony texture textures "
    "chant".split()
)
# Last words of the names of drum machines, which a part may only go with: "909 and a bassline".
_DRUM_MACHINES = frozenset("909 707 606 505 626 727 78 linndrum".split())
# Words for percussion that plays notes where the name of a pitched part follows.
_TUNED = frozenset("cowbell cowbells 808 808s log agogo tom toms kick steel timpani".split())
# In a compound of two roles the later one of these wins: "riff de basse", "bass melody", "chord arpeggio".
_COMPOUND_ORDER = ("drums", "bass", "arpeggio", "pad", "chords", "melody")
# Adjectives and places colour another style; they lead only alone.
_COLOURS = frozenset(
    "funky jazzy bluesy soulful oriental orientale orientaux arabe arabic espagnol espagnole spanish japonais "
    "japonaise japanese japan japon chinois chinoise chinese asian asiatique indien indienne indian celtique celtic "
    "african africain africaine afro latin latino latine brazilian bresilien bresilienne cubain cuban tzigane gypsy "
    "balkan balkanique slave russe russian medieval medievale cinematic cinematique cinematographique orchestral "
    "orchestrale symphonique dance electro electronic electronique ballad ballade pop acoustic swing march marche "
    "ambient ambiant ambiante drone acid 303 hawaiian horror soundtrack filmic dub country indie classique classical "
    "latina andalou andalouse oriental middle eastern turc turkish".split()
)


def choose_role(
    prompt: Prompt, mentions: list[Mention[str]], progression: ProgressionMention | None
) -> Mention[str] | None:
    """The role that a prompt asks for: not one that is only to be accompanied.

    Args:
        prompt: The prompt.
        mentions: Slugs of roles in the order of the prompt.
        progression: The progression that the prompt names, if any.

    Returns:
        The mention of the role; None where no role is mentioned.
    """
    candidates = _merged(prompt, mentions)
    ranked = sorted(candidates, key=lambda mention: (_penalty(prompt, mention, progression), mention.first))
    return ranked[0] if ranked else None


def asked_roles(
    prompt: Prompt, mentions: list[Mention[str]], progression: ProgressionMention | None
) -> list[Mention[str]]:
    """All roles that a prompt asks for, in its order, without those that are there already or only named beside.

    Args:
        prompt: The prompt.
        mentions: Slugs of roles in the order of the prompt.
        progression: The progression that the prompt names, if any.
    """
    merged = _merged(prompt, mentions)
    company = [mention for mention in merged if _is_company(prompt, mention)]
    strong = [
        mention
        for mention in merged
        if _penalty(prompt, mention, progression) < _MACHINE
        or mention in company
        or (company and mention == merged[0] and prompt.text(mention.first) in _BEATS)  # "a beat with pads"
    ]
    return strong or [mention for mention in (choose_role(prompt, mentions, progression),) if mention]


def _is_company(prompt: Prompt, mention: Mention[str]) -> bool:
    """Whether a role is added with "avec" or "with" to what is asked for: "une boucle avec des nappes"."""
    index = mention.first - 1
    while prompt.text(index) in _PASSED - _KNOWN and mention.first - index <= _REACH:
        index -= 1
    return prompt.text(index) in ("avec", "with", "plus") and not _is_there_already(prompt, mention.first)


def _merged(prompt: Prompt, mentions: list[Mention[str]]) -> list[Mention[str]]:
    """Join neighbours that make one part together."""
    merged: list[Mention[str]] = []
    for mention in mentions:
        before = merged[-1] if merged else None
        gap = [prompt.text(index) for index in range(before.last, mention.first)] if before else []
        if before is None or len(gap) > 2 or not all(word in _OF for word in gap) or "pour" in gap or "with" in gap:
            merged.append(mention)
            continue
        value = min(before.value, mention.value, key=_COMPOUND_ORDER.index)
        if not gap and before.value == "drums" and prompt.text(before.first) in _TUNED:
            value = mention.value  # "cowbell melody" is a melody
        if {before.value, mention.value} == {"drums", "bass"} and gap and prompt.text(before.first) != "808":
            value = before.value
        merged[-1] = Mention(value, before.first, mention.last)
    return merged


def _penalty(prompt: Prompt, mention: Mention[str], progression: ProgressionMention | None) -> int:
    """Penalty of a mention as the role that is asked for; the lowest one wins."""
    penalty = _ALREADY_THERE if _is_there_already(prompt, mention.first) else 0
    index = mention.first - 1
    while prompt.text(index) in _PASSED and mention.first - index <= _REACH:
        index -= 1
    if prompt.text(index) in _BESIDE:
        penalty += 4
    weak = mention.last - mention.first == 1 and prompt.text(mention.first) in _WEAK_ROLE_WORDS
    if weak or prompt.text(mention.last - 1 - (prompt.text(mention.last - 1) == "s")) in _DRUM_MACHINES:
        penalty += 2
    if progression is not None and mention.value == "chords" and 0 <= progression.first - mention.last <= 1:
        penalty += 1
    if progression is not None and mention.value == "chords" and progression.first <= mention.first < progression.last:
        penalty += 1
    return penalty


def _is_there_already(prompt: Prompt, first: int) -> bool:
    """Whether the part exists already or is to be replaced: "j'ai déjà la batterie", "replace the melody"."""
    for index in range(first - 1, max(-1, first - _CLAUSE), -1):
        if prompt.text(index) in _ENDS_OF_CLAUSES:
            return False
        if prompt.text(index) in _EXISTING:
            return True
    return False


def choose_style(prompt: Prompt, mentions: list[Mention[str]]) -> tuple[Mention[str] | None, list[str]]:
    """The style that leads, and those that colour it.

    Args:
        prompt: The prompt.
        mentions: Slugs of styles in the order of the prompt.

    Returns:
        The mention of the leading style, or None; slugs of the others where they colour it.
    """
    ranked = sorted(mentions, key=lambda mention: (_is_colour(prompt, mention), mention.first))
    colours = [mention.value for mention in ranked[1:] if _is_colour(prompt, mention)]
    return (ranked[0] if ranked else None), colours


def _is_colour(prompt: Prompt, mention: Mention[str]) -> bool:
    return mention.last - mention.first == 1 and prompt.text(mention.first) in _COLOURS
