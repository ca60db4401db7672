"""Limits of intents and constraints: those of the contract, for values that come from prompts or internal callers."""

from services.chassis.errors.catalogue import OUT_OF_RANGE, ApiError

MIN_BARS, MAX_BARS = 1, 128
MIN_BPM, MAX_BPM = 20, 400  # quarter notes per minute
MAX_BEATS = 32  # of a bar
BEAT_UNITS = (2, 4, 8, 16)
MAX_SWING = 0.5  # of a step


def check_range(field: str, value: float, low: float, high: float, written: str = "") -> None:
    """Refuse a value that is out of range.

    Args:
        field: What the error names: "prompt.bpm".
        value: The value.
        low: Lowest possible value.
        high: Highest possible value.
        written: The value as the prompt writes it, where that differs.

    Raises:
        ApiError: OUT_OF_RANGE.
    """
    if not low <= value <= high:
        raise ApiError(OUT_OF_RANGE, field=field, value=written or f"{value:.12g}", min=f"{low:g}", max=f"{high:g}")
