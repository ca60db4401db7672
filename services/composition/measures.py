"""What services that compose measure."""

from typing import Final

from telemetry import conventions as names
from telemetry.measures import Counter, Histogram

STAND_IN: Final = "boumbapp.stand_in"
FIRST_BAR = Histogram(
    name="boumbapp.compose.first_bar",
    unit="s",
    help="Time from a request's arrival to its first bar.",
    bounds=names.SECONDS,
)
BARS = Counter(name="boumbapp.compose.bars", unit="{bar}", help="Bars sent, by who made them.", labels=(names.ENGINE,))
LATE = Counter(
    name="boumbapp.compose.bars_late",
    unit="{bar}",
    help="Bars that were made after their time had come, had playback begun with the stream's first bar.",
    labels=(names.ENGINE,),
)
CORRECTIONS = Counter(
    name="boumbapp.compose.corrections",
    unit="{correction}",
    help="Notes and hits that theory changed, by reason.",
    labels=(names.REASON,),
)
FALLBACKS = Counter(
    name="boumbapp.compose.fallbacks",
    unit="{fallback}",
    help="Times that an engine stood in for another one, by who for whom and why.",
    labels=(names.ENGINE, STAND_IN, names.REASON),
)
