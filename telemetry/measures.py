"""What is measured. Each measure is declared once, in the module that knows it, and is in `declared()` from then on.

Without a collector nothing is set up behind them, and taking a measure is a call that returns at once.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from opentelemetry import metrics

Labels: TypeAlias = Mapping[str, str]
_NONE: Final[Labels] = {}
_meter = metrics.get_meter("boumbapp")
_declared: dict[str, "Measure"] = {}
# What Prometheus writes for units; those in braces are words for people.
_UNITS = {"s": "_seconds", "By": "_bytes"}


@dataclass(frozen=True, kw_only=True)
class Measure:
    """A measure.

    Attributes:
        name: In OpenTelemetry.
        unit: "s", "By", or what is counted, in braces: "{bar}".
        help: What it tells.
        labels: Attributes that its points have.
    """

    name: str
    unit: str
    help: str
    labels: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.name in _declared:
            raise ValueError(f"{self.name} is declared twice")
        _declared[self.name] = self

    @property
    def series(self) -> tuple[str, ...]:
        """Names that it has in Prometheus."""
        return (self._base,)

    @property
    def _base(self) -> str:
        return self.name.replace(".", "_") + _UNITS.get(self.unit, "")


@dataclass(frozen=True, kw_only=True)
class Counter(Measure):
    """Counts what happens."""

    def __post_init__(self) -> None:
        super().__post_init__()
        counter = _meter.create_counter(self.name, self.unit, self.help)
        object.__setattr__(self, "_add", counter.add)

    def add(self, labels: Labels = _NONE, amount: float = 1) -> None:
        """Count.

        Args:
            labels: Where it belongs.
            amount: How many, 0 or more.
        """
        self._add(amount, labels)  # type: ignore[attr-defined]  # set above, the class being frozen

    @property
    def series(self) -> tuple[str, ...]:
        """Names that it has in Prometheus."""
        return (f"{self._base}_total",)


@dataclass(frozen=True, kw_only=True)
class Histogram(Measure):
    """How values are spread.

    Attributes:
        bounds: Between its classes, ascending.
    """

    bounds: Sequence[float]

    def __post_init__(self) -> None:
        super().__post_init__()
        histogram = _meter.create_histogram(
            self.name, self.unit, self.help, explicit_bucket_boundaries_advisory=self.bounds
        )
        object.__setattr__(self, "_record", histogram.record)

    def record(self, value: float, labels: Labels = _NONE) -> None:
        """Record a value.

        Args:
            value: In the measure's unit.
            labels: Where it belongs.
        """
        self._record(value, labels)  # type: ignore[attr-defined]  # likewise

    @property
    def series(self) -> tuple[str, ...]:
        """Names that it has in Prometheus."""
        return tuple(f"{self._base}_{part}" for part in ("bucket", "sum", "count"))


@dataclass(frozen=True, kw_only=True)
class Gauge(Measure):
    """A value that is looked at when it is sent; the sum of what all sources say, for each set of labels."""

    _sources: list[Callable[[], Iterable[tuple[float, Labels]]]] = field(default_factory=list, repr=False)

    def __post_init__(self) -> None:
        super().__post_init__()
        _meter.create_observable_gauge(self.name, [self._observe], self.unit, self.help)

    @contextmanager
    def watched(self, source: Callable[[], Iterable[tuple[float, Labels]]]) -> Iterator[None]:
        """Have a source looked at for the length of a block.

        Args:
            source: Values with their labels; called from another thread.
        """
        self._sources.append(source)
        try:
            yield
        finally:
            self._sources.remove(source)

    def _observe(self, _: metrics.CallbackOptions) -> Iterable[metrics.Observation]:
        sums: dict[tuple[tuple[str, str], ...], float] = {}
        for source in tuple(self._sources):
            for value, labels in source():
                key = tuple(sorted(labels.items()))
                sums[key] = sums.get(key, 0.0) + value
        return [metrics.Observation(value, dict(key)) for key, value in sums.items()]


def declared() -> Mapping[str, Measure]:
    """Every measure of the modules that were imported, by name."""
    return _declared
