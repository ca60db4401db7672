"""One part of an arrangement, composed a few bars at a time, as soon as those whom it follows have theirs."""

import asyncio
import logging
from collections.abc import Sequence
from contextlib import aclosing

from boumbapp.music.v2.events_pb2 import BarReady, Notice
from boumbapp.music.v2.intent_pb2 import Intent
from boumbapp.music.v2.music_pb2 import Bar, Track
from boumbapp.music.v2.playback_pb2 import Playback

from music.notices import NoticeKind
from services.arranger.ensemble.score import Score, Standing
from services.arranger.experts.expert import Expert, Order
from services.arranger.notices import PART_AWAY, PART_MISSING, PART_REFUSED
from services.arranger.plan.form import PlannedSection
from services.arranger.plan.plan import ANNOUNCED, Plan, PlannedPart
from services.chassis.errors.catalogue import INTERNAL, ApiError
from services.chassis.errors.status import UpstreamError

_log = logging.getLogger("arranger")
# An order ends before these bars and before each fourth one after them: the first bar is soon there, and the later ones
# share the cost of a call.
_ENDS = (1, 2, 4)
_ORDER = 4
# So many bars beyond those that the listener has are made beforehand.
_AHEAD = 8
# What others follow is due so many bars sooner, so that they have as much time as any other part.
_SOONER = 2
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.2, 2.0
_ARRANGER = "arranger"


class Player:
    """Makes the bars of a part, and puts them into the score.

    Args:
        plan: Of the arrangement.
        part: The part.
        expert: Composes it.
        score: Of the arrangement.

    Attributes:
        part: The part.
        failure: Why it is lost; None while it is not.
    """

    def __init__(self, plan: Plan, part: PlannedPart, expert: Expert, score: Score) -> None:
        self._plan = plan
        self.part = part
        self.failure: ApiError | UpstreamError | None = None
        self._expert = expert
        self._score = score
        self._told: set[tuple[str, str]] = set()

    async def play(self) -> None:
        """Make all bars that are missing up to the last one wanted. Whatever fails is the end of this part alone."""
        try:
            await self._play()
        except Exception as error:  # noqa: BLE001  a part that ends without a word would be waited for
            _log.exception("part %s failed", self.part.id)
            self._lose(ApiError(INTERNAL, private=str(error)), PART_MISSING)

    async def _play(self) -> None:
        pause_s = _FIRST_PAUSE_S
        last = max(self._plan.wanted, default=-1)
        while (missing := self._missing(last)) is not None:
            section = self._plan.section_at(missing)
            if self.part.role in section.rests:
                self._rest(missing)
                continue
            end = min(_end_of_order(missing), section.end, last + 1)
            count = next((n for n in range(1, end - missing) if missing + n in self.part.given), end - missing)
            try:
                await self._may_begin(missing, count)
                await self._order(missing, count, section)
                pause_s = _FIRST_PAUSE_S
            except UpstreamError as error:
                self._lose(error, PART_REFUSED, reason=error.status.message)
                return
            except ApiError as error:
                if self._score.standing(self.part.id) is not Standing.AWAY:
                    self.failure = error
                    self._score.stand(self.part.id, Standing.AWAY, self._notice(PART_AWAY))
                await asyncio.sleep(pause_s)
                pause_s = min(2 * pause_s, _LONGEST_PAUSE_S)

    def _missing(self, last: int) -> int | None:
        bars = self._score.bars(self.part.id)
        return next((index for index in range(last + 1) if index not in bars), None)

    def _rest(self, index: int) -> None:
        """Put a bar of silence into the score."""
        bar = Bar(index=index, meter=self._plan.intent.meter)
        self._score.add(self.part.id, BarReady(track=self.part.id, bar=bar, engine=_ARRANGER, changed=True))

    async def _may_begin(self, first: int, count: int) -> None:
        """Wait until the listener is near, and those whom the part follows have played."""
        for followed in self.part.follows:
            for index in range(first, first + count):
                await self._score.wait_for(followed, index)
        while first >= self._score.taken + _AHEAD:
            await self._score.wait()

    async def _order(self, first: int, count: int, section: PlannedSection) -> None:
        part, score = self.part, self._score
        order = Order(
            intent=self._intent(section),
            feel=section.feel(self._plan.feel),
            seed=part.seed,
            engine=part.engine,
            given=[bar for _, bar in sorted(score.bars(part.id).items())],
            context=self._context(range(first, first + count)),
            first=first,
            count=count,
            locale=self._plan.locale,
            playback=self._playback(first),
        )
        async with aclosing(self._expert.compose(order)) as items:
            async for item in items:
                if isinstance(item, Notice):
                    self._pass_on(item)
                    continue
                item.track = part.id
                score.add(part.id, item)
        if any(index not in score.bars(part.id) for index in range(first, first + count)):
            raise ApiError(INTERNAL, private=f"{part.id}: too few bars from {first} on")

    def _playback(self, first: int) -> Playback:
        """When an order is due. A part that follows another one belongs to an arrangement that was taken in already."""
        playback = self._plan.playhead.left(first)
        if any(self.part.id in part.follows for part in self._plan.parts):
            sooner_ms = round(_SOONER * self._plan.playhead.bar_s * 1000)
            playback.due_in_ms = max(min(1, playback.due_in_ms), playback.due_in_ms - sooner_ms)
        if self.part.follows:
            playback.due_in_ms = max(1, playback.due_in_ms)
        return playback

    def _intent(self, section: PlannedSection) -> Intent:
        """What the part is to be in a section."""
        intent, part = Intent(), self.part
        intent.CopyFrom(self._plan.intent)
        intent.role, intent.style = part.role, part.style
        intent.register = part.register
        intent.density = section.density(part.density or intent.density)
        return intent

    def _context(self, bars: range) -> Sequence[Track]:
        """What the part follows in some bars: the tracks of the request, and the parts beside it."""
        beside = [_some_bars(track, bars) for track in self._plan.context]
        for identifier in self.part.follows:
            known = self._score.bars(identifier)
            role = next(part.role for part in self._plan.parts if part.id == identifier)
            beside.append(Track(id=identifier, role=role, bars=[known[index] for index in bars if index in known]))
        announced = ANNOUNCED.get(self.part.role)
        return beside if announced is None else [*beside, Track(role=announced)]

    def _pass_on(self, notice: Notice) -> None:
        """Send what the expert says on, once for all orders."""
        notice.track = self.part.id
        if (notice.code, notice.message) not in self._told:
            self._told.add((notice.code, notice.message))
            self._score.tell(notice)

    def _lose(self, failure: ApiError | UpstreamError, kind: NoticeKind, **parameters: object) -> None:
        self.failure = failure
        self._score.stand(self.part.id, Standing.LOST, self._notice(kind, **parameters))

    def _notice(self, kind: NoticeKind, **parameters: object) -> Notice:
        bar = self._missing(self._plan.intent.bars - 1)
        name = self.part.track.name
        return kind.notice(self._plan.locale, bar=bar, track=self.part.id, part=name, **parameters)


def _end_of_order(first: int) -> int:
    """Index of the bar after the last one of an order that begins with a bar."""
    return next((end for end in _ENDS if end > first), (first // _ORDER + 1) * _ORDER)


def _some_bars(track: Track, bars: range) -> Track:
    some = Track(id=track.id, name=track.name, role=track.role)
    some.bars.extend(bar for bar in track.bars if bar.index in bars)
    return some
