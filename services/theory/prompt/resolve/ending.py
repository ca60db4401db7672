"""Resolves how a piece ends: a loop leads back to its first bar, a piece closes on its tonic."""

from boumbapp.music.v2.intent_pb2 import ENDING_CLOSE, ENDING_LOOP, Ending

from services.theory.prompt.parse.chord_devices import ChordDevice
from services.theory.prompt.parse.spans import Mention
from services.theory.prompt.resolve.slots import ResolutionContext, Slot, default, implied

_WORDS: dict[Ending.ValueType, frozenset[str]] = {
    ENDING_CLOSE: frozenset(
        "ending ends finale final coda outro conclusion conclude concludes resolve resolves fin finit finis finir "
        "termine terminer conclut conclure".split()
    ),
    ENDING_LOOP: frozenset("loop loops looping looped loopable boucle boucles bouclee boucler sample samples".split()),
}


def resolve_ending(context: ResolutionContext) -> Slot[Ending.ValueType]:
    """By its words, else by the style's habit; a piece closes where neither says anything."""
    prompt = context.parsed.prompt
    for ending, words in _WORDS.items():
        for index in range(len(prompt.tokens)):
            if prompt.text(index) in words:
                return context.from_prompt(Mention(ending, index, index + 1))
    if ChordDevice.PICARDY in context.parsed.chord_devices:
        return implied(ENDING_CLOSE)
    if context.styles:
        loops = context.catalogue.harmony(context.styles[0].slug).loops
        return implied(ENDING_LOOP if loops else ENDING_CLOSE)
    return default(ENDING_CLOSE)
