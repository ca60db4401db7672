"""What qualities come to: tables from words to edits."""

from collections.abc import Mapping

from services.composition.refining.tags import Tag
from services.melody.refine.model.edits import Action

A = Action
# Qualities with two poles: what more and what less of them is. The first that a clause has counts.
POLES: Mapping[Tag, tuple[Action, Action]] = {
    Tag.CRESCENDO: (A.CRESCENDO, A.DIMINUENDO),
    Tag.DIMINUENDO: (A.DIMINUENDO, A.CRESCENDO),
    Tag.ORNAMENT: (A.ORNAMENT, A.SIMPLIFY),
    Tag.SYNCOPATE: (A.SYNCOPATE, A.SIMPLIFY),
    Tag.LEGATO: (A.LEGATO, A.STACCATO),
    Tag.STACCATO: (A.STACCATO, A.LEGATO),
    Tag.LONG: (A.LONGER_NOTES, A.SHORTER_NOTES),
    Tag.SHORT: (A.SHORTER_NOTES, A.LONGER_NOTES),
    Tag.RISING: (A.RISING, A.FALLING),
    Tag.FALLING: (A.FALLING, A.RISING),
    Tag.ARCH: (A.ARCH, A.ARCH),
    Tag.HUMAN: (A.HUMANISE, A.MECHANICAL),
    Tag.MECHANICAL: (A.MECHANICAL, A.HUMANISE),
    Tag.SWING: (A.SWING_MORE, A.SWING_LESS),
    Tag.STRAIGHT: (A.SWING_LESS, A.SWING_MORE),
    Tag.LAID_BACK: (A.LAID_BACK, A.PUSHED),
    Tag.PUSHED: (A.PUSHED, A.LAID_BACK),
    Tag.BREATH: (A.BREATHE, A.DENSER),
    Tag.BUSY: (A.DENSER, A.SPARSER),
    Tag.THIN: (A.SPARSER, A.DENSER),
    Tag.SIMPLE: (A.SIMPLIFY, A.DENSER),
    Tag.LOUD: (A.LOUDER, A.SOFTER),
    Tag.SOFT: (A.SOFTER, A.LOUDER),
    Tag.HIGH: (A.HIGHER, A.LOWER),
    Tag.LOW: (A.LOWER, A.HIGHER),
}
PLAIN: Mapping[Tag, Action] = {
    Tag.DOUBLE_TIME: A.DOUBLE_TIME,
    Tag.HALF_TIME: A.HALF_TIME,
    Tag.QUANTISE: A.QUANTISE,
    Tag.INVERT: A.INVERT,
    Tag.RETROGRADE: A.RETROGRADE,
    Tag.OCTAVES: A.OCTAVES,
    Tag.HARMONISE: A.HARMONISE,
}
# What "more of this style" comes to.
STYLES: Mapping[str, tuple[tuple[Action, float | None], ...]] = {
    "jazz": ((A.SWING, 1 / 3), (A.SYNCOPATE, None)),
    "funk": ((A.SYNCOPATE, None), (A.STACCATO, None)),
    "lofi": ((A.SOFTER, None), (A.LAID_BACK, None)),
    "classical": ((A.SWING, 0.0), (A.LEGATO, None), (A.ORNAMENT, None)),
    "rock": ((A.SWING, 0.0), (A.LOUDER, None)),
    "electro": ((A.QUANTISE, None), (A.STACCATO, None)),
    "ballad": ((A.LEGATO, None), (A.SOFTER, None)),
}
ONE_IN_TWO = (Tag.ONE_IN_TWO, Tag.EVERY_OTHER)
SILENCES = ("silence", "rest", "pause")
ONLY_SWAPPING = frozenset({"exchange", "echange", "echanger", "intervertis", "intervertir", "permute"})
# Beside two bars, these exchange them.
SWAPPING = ONLY_SWAPPING | {"switch", "swap", "inverse", "inverser"}
