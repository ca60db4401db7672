"""Keys in a text: in "basse funky en Sol mineur", the last three words say where, not what."""

from collections.abc import Sequence

_TONICS = frozenset("do re mi fa sol la si ut a b c d e f g a# b# c# d# e# f# g# ab bb cb db eb fb gb".split())
_ACCIDENTALS = frozenset("# b diese dieze bemol sharp flat".split())
_SCALES = frozenset("mineur mineure majeur majeure minor major min maj m".split())


def places_of_keys(words: Sequence[str]) -> frozenset[int]:
    """Places of the tokens that say a key in major or minor: a tonic, perhaps an accidental, and the scale.

    Args:
        words: Tokens of a text.
    """
    places: set[int] = set()
    for place, word in enumerate(words):
        if word not in _TONICS:
            continue
        end = place + 1
        if end < len(words) and words[end] in _ACCIDENTALS:
            end += 1
        if end < len(words) and words[end] in _SCALES:
            places.update(range(place, end + 1))
    return frozenset(places)
