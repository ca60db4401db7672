"""Bars as they are heard: what was told of hits, held on to through theory's corrections."""

from collections.abc import Iterable, Sequence

from boumbapp.drums.v1.drums_service_pb2 import HitFeel
from boumbapp.music.v1.music_pb2 import DrumHit


def realign_feel(made: Sequence[DrumHit], feels: Iterable[HitFeel], heard: Sequence[DrumHit]) -> list[HitFeel]:
    """What feel added to the hits that are heard, in their order.

    Args:
        made: Hits before correction.
        feels: What feel added to each of them.
        heard: Hits after correction, which removes, reorders and repairs, and never adds.
    """
    told: dict[tuple[int, int], HitFeel] = {}
    for hit, feel in sorted(zip(made, feels, strict=True), key=lambda pair: pair[0].velocity):
        told[hit.piece, hit.step] = feel  # of two on one step, correction keeps the louder
    return [told.get((hit.piece, hit.step), HitFeel()) for hit in heard]
