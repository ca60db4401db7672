"""What a person asks `boumb compose` or `boumb drums` for."""

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

HYBRID = "hybrid"  # melody's engine that asks magenta


@dataclass(frozen=True, slots=True, kw_only=True)
class ComposeOptions:
    """The options of `boumb compose`, as given; those of `boumb drums` that both have.

    Attributes:
        experts: Services that always have to run for it.
        swing: Amount and unit of swing as a person writes them: "0.33", "0.33e", "66%"; empty follows prompt and style.
    """

    experts: ClassVar[tuple[str, ...]] = ("theory", "melody")

    prompt: str
    bars: int | None = None
    bpm: float | None = None
    key: str = ""
    meter: str = ""
    style: str = ""
    chords: str = ""
    role: str = ""
    swing: str = ""
    seed: int | None = None
    engine: str = ""
    out: Path | None = None
    locale: str = ""
    play: bool = False

    @property
    def services(self) -> tuple[str, ...]:
        """Services that have to run for it: the experts, and what its engine needs besides."""
        return (*self.experts, "magenta") if self.engine == HYBRID else self.experts


@dataclass(frozen=True, slots=True, kw_only=True)
class DrumsOptions(ComposeOptions):
    """What `boumb drums` has beside, as given. Key, chords and role are not for drums, and stay empty."""

    experts: ClassVar[tuple[str, ...]] = ("theory", "drums")

    intensity: float | None = None
    complexity: float | None = None
    humanise: float | None = None
    refine: tuple[str, ...] = ()
