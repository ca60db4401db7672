"""What a reader tells of a file beside its music: what it left out, moved or approximated, how often, where first."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from boumbapp.music.v2.events_pb2 import Notice

from music.notices import NoticeKind

_MOST_NAMED = 12  # values named in a text; a file may have hundreds


@dataclass(slots=True)
class _Found:
    """All findings of a kind in a track.

    Attributes:
        kind: What they are.
        track: Name of the track; empty for all.
        bar: Index of the first bar concerned; None where it is about the whole.
        counts: Numbers, added up.
        values: Texts, each once, in the order in which they came.
    """

    kind: NoticeKind
    track: str
    bar: int | None = None
    counts: dict[str, int] = field(default_factory=dict)
    values: dict[str, dict[str, None]] = field(default_factory=dict)

    def notice(self, locale: str) -> Notice:
        """The notice that says it in a language."""
        texts = {name: _named(list(found)) for name, found in self.values.items()}
        return self.kind.notice(locale, bar=self.bar, track=self.track, **self.counts, **texts)


class Findings:
    """Collects findings; those of one kind and track are one."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, str], _Found] = {}

    def add(self, kind: NoticeKind, *, bar: int | None = None, track: str = "", **parameters: int | str) -> None:
        """Add a finding.

        Args:
            kind: What it is; its text has a blank for each parameter.
            bar: Index of the bar; of several, the first is told.
            track: Name of the track; empty for all.
            parameters: Numbers are added to those found before, texts are listed.
        """
        found = self._found.setdefault((kind.code, track), _Found(kind, track))
        if bar is not None:
            found.bar = bar if found.bar is None else min(found.bar, bar)
        for name, value in parameters.items():
            if isinstance(value, str):
                found.values.setdefault(name, {})[value] = None
            else:
                found.counts[name] = found.counts.get(name, 0) + value

    def has(self, kind: NoticeKind) -> bool:
        """Whether there is a finding of a kind."""
        return any(code == kind.code for code, _ in self._found)

    def total(self, kind: NoticeKind) -> int:
        """The first number of a kind's findings, added up over all tracks."""
        return sum(
            next(iter(found.counts.values()), 1) for (code, _), found in self._found.items() if code == kind.code
        )

    def notices(self, locale: str) -> list[Notice]:
        """Tell all of them in "fr" or "en", in the order in which they were found first."""
        return [found.notice(locale) for found in self._found.values()]

    def codes(self) -> Iterator[str]:
        """Codes of the kinds found, each as often as there are tracks with it."""
        return (code for code, _ in self._found)


def _named(values: list[str]) -> str:
    more = " ..." if len(values) > _MOST_NAMED else ""
    return ", ".join(sorted(values[:_MOST_NAMED], key=_by_number)) + more


def _by_number(value: str) -> tuple[int, str]:
    return (int(value) if value.isdecimal() else 0, value)
