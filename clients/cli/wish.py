"""What a person asks `boumb compose` for."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """The options of `boumb compose`, as given."""

    prompt: str
    bars: int | None = None
    bpm: float | None = None
    key: str = ""
    meter: str = ""
    style: str = ""
    chords: str = ""
    role: str = ""
    seed: int | None = None
    engine: str = ""
    out: Path | None = None
    locale: str = ""
    play: bool = False
