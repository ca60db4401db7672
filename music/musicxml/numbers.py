"""Numbers of a file from outside: absurd ones count as none."""

from fractions import Fraction

_LARGEST = 10**9
_FINEST = 10**6  # part of a division


def number(text: str | None) -> Fraction:
    """A positive number; 0 where there is none or it is absurd."""
    if text is None:
        return Fraction(0)
    text = text.strip()
    if text.isascii() and text.isdigit():
        return Fraction(int(text)) if len(text) < 10 else Fraction(0)
    try:
        # By way of a float: a fraction of "1e999999999" would have as many digits.
        value = float(text)
    except ValueError:
        return Fraction(0)
    return Fraction(value).limit_denominator(_FINEST) if 0 <= value <= _LARGEST else Fraction(0)


def count(text: str | None) -> int:
    """A small whole number, which may be negative; 0 where there is none or it is absurd."""
    try:
        value = int((text or "")[:12])
    except ValueError:
        return 0
    return value if abs(value) <= 10_000 else 0
