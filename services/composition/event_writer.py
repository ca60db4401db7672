"""Events of one stream: numbered, and counted for the totals that end it."""

import time
from collections.abc import AsyncGenerator
from typing import TypeVar

from boumbapp.music.v2.events_pb2 import (
    BarReady,
    Completed,
    ComposingEvent,
    CorrectionReason,
    Notice,
    Progress,
    Started,
)

from language.localized_text import LocalizedText
from services.composition.measures import BARS, CORRECTIONS, FIRST_BAR, LATE
from services.composition.punctuality import Punctuality
from telemetry.conventions import ENGINE, REASON

Item = TypeVar("Item")
_REASON = "CORRECTION_REASON_"

_COMPOSING = LocalizedText(
    "Bar {bar} of {bars} is being composed.", "La mesure {bar} sur {bars} est en cours de composition."
)


class EventWriter:
    """Makes the events of one stream, from the moment the request came in."""

    def __init__(self) -> None:
        self._began = time.perf_counter()
        self._completed = Completed()
        self._sequence = 0
        self._bpm = 0.0
        self._punctuality = Punctuality()

    def making(self, items: AsyncGenerator[Item, None]) -> AsyncGenerator[Item, None]:
        """The same items: what the stream's bars come from, so that it is known how long they took."""
        return self._punctuality.making(items)

    def started(self, started: Started) -> ComposingEvent:
        """The first event, which is about to be sent."""
        self._completed.started_ms = self._elapsed_ms()
        self._bpm = started.bpm
        return self._numbered(ComposingEvent(started=started))

    def bar(self, ready: BarReady) -> ComposingEvent:
        """A bar, which is about to be sent."""
        totals = self._completed
        totals.bars += 1
        totals.notes += len(ready.bar.notes) + len(ready.bar.hits)
        totals.corrections += len(ready.corrections)
        if not totals.first_bar_ms:
            totals.first_bar_ms = self._elapsed_ms()
            FIRST_BAR.record(totals.first_bar_ms / 1000)
        engine = {ENGINE: ready.engine}
        BARS.add(engine)
        if self._punctuality.is_late(ready.bar, self._bpm):
            LATE.add(engine)
        for correction in ready.corrections:
            CORRECTIONS.add({REASON: CorrectionReason.Name(correction.reason).removeprefix(_REASON)})
        return self._numbered(ComposingEvent(bar=ready))

    def notice(self, notice: Notice) -> ComposingEvent:
        """A notice."""
        return self._numbered(ComposingEvent(notice=notice))

    def progress(self, bars: int, locale: str) -> ComposingEvent:
        """A sign of life while the next bar is made.

        Args:
            bars: How many the stream will have, at least 1.
            locale: Language of the text, "fr" or "en".
        """
        ready = self._completed.bars
        text = _COMPOSING.format(locale, bar=ready + 1, bars=bars)
        return self._numbered(ComposingEvent(progress=Progress(stage="composing", fraction=ready / bars, text=text)))

    def completed(self) -> ComposingEvent:
        """The last event."""
        self._completed.total_ms = self._elapsed_ms()
        return self._numbered(ComposingEvent(completed=self._completed))

    def _numbered(self, event: ComposingEvent) -> ComposingEvent:
        event.sequence = self._sequence
        self._sequence += 1
        return event

    def _elapsed_ms(self) -> float:
        return (time.perf_counter() - self._began) * 1000
