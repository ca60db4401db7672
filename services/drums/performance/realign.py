"""Keeps the feel of each hit aligned with a bar's hits after theory corrected them."""

from collections.abc import Iterable, Sequence

from boumbapp.music.v2.feel_pb2 import HitFeel
from boumbapp.music.v2.music_pb2 import DrumHit


def realign_feel(draft: Sequence[DrumHit], feels: Iterable[HitFeel], accepted: Sequence[DrumHit]) -> list[HitFeel]:
    """The feel of each corrected hit, in their order.

    Args:
        draft: Hits before correction.
        feels: What feel added to each of them.
        accepted: Hits after correction, which removes, reorders and repairs hits, and never adds any.

    Raises:
        ValueError: There are not as many feels as draft hits.
    """
    by_position: dict[tuple[int, int], HitFeel] = {}
    for hit, feel in sorted(zip(draft, feels, strict=True), key=lambda pair: pair[0].velocity):
        by_position[hit.piece, hit.step] = feel  # of two on one step, correction keeps the louder
    return [by_position.get((hit.piece, hit.step), HitFeel()) for hit in accepted]
