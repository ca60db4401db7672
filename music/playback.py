"""What a hit sounds like: the one reading of flams and rolls that every player uses."""

from boumbapp.music.v1.music_pb2 import DrumHit


def strokes_of(hit: DrumHit) -> list[tuple[int, int]]:
    """Strokes that a hit is played with, in order: two for a flam, several for a roll.

    Args:
        hit: The hit.

    Returns:
        Tick, counted from where the hit's step begins, and velocity of each stroke; 120 ticks a sixteenth.
    """
    onset = hit.offset_ticks
    match hit.WhichOneof("articulation"):
        case "flam":
            return [(onset - hit.flam.lead_ticks, hit.flam.velocity), (onset, hit.velocity)]
        case "roll":
            count = max(hit.roll.strokes, 1)
            return [
                (onset + stroke * hit.roll.span_ticks // count, _between(hit, stroke, count)) for stroke in range(count)
            ]
    return [(onset, hit.velocity)]


def _between(hit: DrumHit, stroke: int, count: int) -> int:
    """Velocity of a stroke of a roll, halves rounded up."""
    last = count - 1
    if not last:
        return hit.velocity
    return (2 * (hit.velocity * (last - stroke) + hit.roll.last_velocity * stroke) + last) // (2 * last)
