"""Refining an arrangement: each part's expert reads the words, and changes what they say of that part."""

import asyncio
from collections.abc import AsyncGenerator, Iterable, Iterator, Sequence
from dataclasses import dataclass

from boumbapp.arranger.v2.arranger_service_pb2 import RefineRequest
from boumbapp.music.v2.edits_pb2 import Edit
from boumbapp.music.v2.events_pb2 import BarReady, ComposingEvent, Notice, Started
from boumbapp.music.v2.music_pb2 import ROLE_DRUMS, Track

from services.arranger.errors import NOTHING_TO_CHANGE, PART_TWICE
from services.arranger.experts.expert import Change, Expert, Refinement
from services.arranger.notices import PART_AS_IT_WAS, PART_UNCHANGED
from services.chassis.errors.catalogue import ApiError
from services.chassis.errors.status import UpstreamError
from services.composition.bar_stream import draw_seed
from services.composition.event_writer import EventWriter
from services.composition.refining.errors import NOT_DONE_HERE
from services.composition.refining.notices import NOT_ADDRESSED, PARTLY_UNDERSTOOD

ENGINE = "refining"
# What an expert says of a part that the words are not about.
_NOT_ADDRESSED, _PARTLY_UNDERSTOOD = NOT_ADDRESSED.code, PARTLY_UNDERSTOOD.code


@dataclass(frozen=True, slots=True)
class _Refined:
    """A track after the instruction.

    Attributes:
        track: As it was.
        refinement: What its expert made of it; None where it stays.
        failure: Why its expert did not follow the words; None where it did, or was not asked.
    """

    track: Track
    refinement: Refinement | None = None
    failure: ApiError | UpstreamError | None = None

    @property
    def bars(self) -> list[BarReady]:
        """Its bars as they are now, by index."""
        if self.refinement is not None:
            return self.refinement.bars
        return [BarReady(track=self.track.id, bar=bar, engine=ENGINE) for bar in self.track.bars]


class ArrangementRefiner:
    """Turns requests into streams of events.

    Args:
        drums: Refines drums.
        melody: Refines all other parts.
    """

    def __init__(self, drums: Expert, melody: Expert) -> None:
        self._drums = drums
        self._melody = melody

    async def refine(
        self, request: RefineRequest, request_id: str, locale: str
    ) -> AsyncGenerator[ComposingEvent, None]:
        """Edit an arrangement as its instruction says. Parts that it is not about stay as they were sent, bar for bar.

        Args:
            request: From the caller.
            request_id: Identifies it.
            locale: Language of texts, "fr" or "en".

        Raises:
            ApiError: Two tracks have one id, or no expert can follow the words because it is away.
            UpstreamError: The words say nothing that any part could follow; the text says what could be said instead.
        """
        events = EventWriter()
        _check_ids(request.tracks)
        seed = request.seed if request.HasField("seed") else draw_seed()
        refined = await asyncio.gather(*(self._part(request, track, seed, locale) for track in request.tracks))
        changed = [each.refinement for each in refined if each.refinement is not None]
        if not changed:
            raise _refusal(refined)
        yield events.started(
            Started(
                request_id=request_id,
                seed=seed,
                engine=ENGINE,
                repeatable=True,
                tracks=[_without_bars(track) for track in request.tracks],
                edits=list(dict.fromkeys(edit for each in changed for edit in each.edits)),
                edit_data=_once(edit for each in changed for edit in each.edit_data),
                bpm=next((each.bpm for each in changed if each.bpm != request.bpm), request.bpm),
            )
        )
        for notice in _notices(refined, locale):
            yield events.notice(notice)
        last = max((ready.bar.index for each in refined for ready in each.bars), default=-1)
        by_index = [{ready.bar.index: ready for ready in each.bars} for each in refined]
        for index in range(last + 1):
            for bars in by_index:
                if index in bars:
                    yield events.bar(bars[index])
        yield events.completed()

    async def _part(self, request: RefineRequest, track: Track, seed: int, locale: str) -> _Refined:
        """What the expert of a track makes of it."""
        if track.id in request.locked_tracks or not track.bars:
            return _Refined(track)
        expert = self._drums if track.role == ROLE_DRUMS else self._melody
        change = Change(
            instruction=request.instruction,
            track=track,
            beside=[other for other in request.tracks if other.id != track.id],
            bpm=request.bpm,
            intent=request.intent if request.HasField("intent") else None,
            locked_bars=request.locked_bars,
            versions=[
                (each.bpm, older.bars) for each in request.versions for older in each.tracks if older.id == track.id
            ],
            seed=seed,
            locale=locale,
        )
        try:
            refinement = await expert.refine(change)
        except (ApiError, UpstreamError) as failure:
            return _Refined(track, failure=failure)
        if any(notice.code == _NOT_ADDRESSED for notice in refinement.notices):
            return _Refined(track)
        for ready in refinement.bars:
            ready.track = track.id
        return _Refined(track, refinement)


def _check_ids(tracks: Sequence[Track]) -> None:
    seen: set[str] = set()
    for place, track in enumerate(tracks):
        if track.id in seen:
            raise ApiError(PART_TWICE, field=f"tracks[{place}].id", value=track.id)
        seen.add(track.id)


def _refusal(refined: Sequence[_Refined]) -> ApiError | UpstreamError:
    """Why no part changed: what an expert says of the words rather than that another one is away."""
    failures = [each.failure for each in refined if each.failure is not None]
    refusals: list[ApiError | UpstreamError] = [each for each in failures if isinstance(each, UpstreamError)]
    found = refusals or list(failures)
    return found[0] if found else ApiError(NOTHING_TO_CHANGE, field="instruction")


def _notices(refined: Sequence[_Refined], locale: str) -> Iterator[Notice]:
    """What the experts say of the parts that changed, and the parts whose expert is away.

    Words that one expert passed over may be another's: they are named where every part that changed passed over some.
    """
    changed = [each for each in refined if each.refinement is not None]
    passed_over = all(_PARTLY_UNDERSTOOD in _codes(each) for each in changed)
    for each in changed:
        for notice in each.refinement.notices if each.refinement is not None else ():
            if passed_over or notice.code != _PARTLY_UNDERSTOOD:
                notice.track = each.track.id
                yield notice
    for each in refined:
        part, failure = each.track.name or each.track.id, each.failure
        if isinstance(failure, UpstreamError) and failure.reason == NOT_DONE_HERE.name:
            yield PART_UNCHANGED.notice(locale, track=each.track.id, part=part, reason=failure.status.message)
        if isinstance(failure, ApiError):
            yield PART_AS_IT_WAS.notice(locale, track=each.track.id, part=part)


def _once(edits: Iterable[Edit]) -> list[Edit]:
    """Edits without those that another part has too."""
    return list({edit.SerializeToString(deterministic=True): edit for edit in edits}.values())


def _codes(refined: _Refined) -> set[str]:
    return {notice.code for notice in refined.refinement.notices} if refined.refinement is not None else set()


def _without_bars(track: Track) -> Track:
    bare = Track()
    bare.CopyFrom(track)
    del bare.bars[:]
    return bare
