"""Refining all tracks of a file: every expert reads the instruction, and each changes the tracks that it is about."""

import asyncio
from collections.abc import Coroutine, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import grpc
import grpc.aio
from boumbapp.drums.v2 import drums_service_pb2 as drums
from boumbapp.melody.v2 import melody_service_pb2 as melody
from boumbapp.music.v2.events_pb2 import BarReady, Notice, Started
from boumbapp.music.v2.music_pb2 import ROLE_DRUMS, Bar, DrumPiece, Key, Track
from boumbapp.theory.v2.theory_service_pb2 import ImportResponse

from cli.gateway_client import GatewayClient
from services.composition.refining.addressing import role_of

_MOST_CONTEXT = 16  # tracks, a limit of the contract
_MOST_VERSIONS = 16  # likewise
_UNDO = "undo"
_NOT_ADDRESSED, _PARTLY, _IDLE = "NOT_ADDRESSED", "PARTLY_UNDERSTOOD", "EDIT_WITHOUT_EFFECT"


class Refusal(Exception):
    """No expert could follow an instruction.

    Attributes:
        error: What one of them answered.
    """

    def __init__(self, error: grpc.aio.AioRpcError) -> None:
        super().__init__(error.details())
        self.error = error


@dataclass(frozen=True, slots=True)
class TrackChange:
    """What an instruction did to a track.

    Attributes:
        track: Its name.
        edits: The edits, in words.
        bars: Places of the bars that changed.
    """

    track: str
    edits: tuple[str, ...]
    bars: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class RefinedStep:
    """What an instruction did.

    Attributes:
        instruction: As it was typed.
        changes: By track; those that it is not about are left out.
        notices: What the listener should know.
        bpm: Tempo after it, in quarter notes per minute.
    """

    instruction: str
    changes: tuple[TrackChange, ...]
    notices: tuple[str, ...]
    bpm: float

    def to_json(self) -> dict[str, object]:
        """As an object for programs."""
        return {
            "instruction": self.instruction,
            "tracks": [
                {"name": change.track, "edits": list(change.edits), "bars": list(change.bars)}
                for change in self.changes
            ],
            "notices": list(self.notices),
            "bpm": self.bpm,
        }


@dataclass(slots=True)
class _Answer:
    """What an expert answered for a track.

    Attributes:
        at: Place of the track.
        started: The first event.
        bars: The bars.
        notices: The notices.
    """

    at: int
    started: Started = field(default_factory=Started)
    bars: list[BarReady] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)

    @property
    def addressed(self) -> bool:
        """Whether the instruction is about the track."""
        return not any(notice.code == _NOT_ADDRESSED for notice in self.notices)


class Arrangement:
    """The tracks of a file, and what was done to them.

    Args:
        imported: The file, as theory reads it.
        seed: Draws what is random.
        locale: Language of texts.

    Attributes:
        tracks: The tracks as they are.
        bpm: Tempo in quarter notes per minute.
        markers: Names of sections, where they begin.
        key: The key that the file says; None for none.
        locked_bars: Places of bars that must not change.
        locked_tracks: Places of tracks that must not change.
        locked_pieces: Pieces of the kit that must not change.
    """

    def __init__(self, imported: ImportResponse, *, seed: int, locale: str) -> None:
        self.tracks = _of_one_length(imported.tracks)
        self.bpm = imported.bpm
        self.markers = list(imported.markers)
        self.key: Key | None = imported.key if imported.HasField("key") else None
        self.locked_bars: set[int] = set()
        self.locked_tracks: set[int] = set()
        self.locked_pieces: set[DrumPiece.ValueType] = set()
        self._seed = seed
        self._locale = locale
        self._history: list[tuple[list[Track], float]] = []

    async def refine(self, instruction: str, studio: GatewayClient) -> RefinedStep:
        """Follow an instruction.

        Args:
            instruction: What to change.
            studio: Client of the gateway.

        Raises:
            Refusal: No expert could follow it, or one must not.
        """
        asked = [self._ask(at, instruction, studio) for at in range(len(self.tracks)) if at not in self.locked_tracks]
        answers, refusals = await _gathered(asked)
        heard = [answer for answer in answers if answer.addressed]
        # What one expert does not understand another does; what it must not do, none may do without it.
        refusals.sort(key=_is_unknown)
        if refusals and (not heard or not _is_unknown(refusals[0])):
            raise Refusal(refusals[0])
        before = ([_copy(track) for track in self.tracks], self.bpm)
        for answer in heard:
            del self.tracks[answer.at].bars[:]
            self.tracks[answer.at].bars.extend(ready.bar for ready in answer.bars)
        self.tracks = _of_one_length(self.tracks)
        self.bpm = next((a.started.bpm for a in heard if a.started.bpm and a.started.bpm != self.bpm), self.bpm)
        self._remember(before, heard)
        return RefinedStep(
            instruction,
            tuple(self._change(answer) for answer in heard if answer.started.edits),
            tuple(_notices(heard)),
            self.bpm,
        )

    def _remember(self, before: tuple[list[Track], float], heard: Sequence[_Answer]) -> None:
        """Keep the version before a change; going back takes versions away, so that it can be said again."""
        edits = [edit for answer in heard for edit in answer.started.edit_data]
        back = max((round(edit.value) for edit in edits if edit.action == _UNDO), default=0)
        if not back:
            self._history = [*self._history, before][-_MOST_VERSIONS:]
            return
        reached = self._history[-back:][:1] if any(edit.action != _UNDO for edit in edits) else []
        self._history = [*self._history[:-back], *reached]

    def _change(self, answer: _Answer) -> TrackChange:
        changed = tuple(at for at, ready in enumerate(answer.bars) if ready.changed)
        return TrackChange(self._name(answer.at), tuple(answer.started.edits), changed)

    def _name(self, at: int) -> str:
        return self.tracks[at].name or f"#{at + 1}"

    async def _ask(self, at: int, instruction: str, studio: GatewayClient) -> _Answer:
        track, answer = self.tracks[at], _Answer(at)
        request: drums.RefineRequest | melody.RefineRequest
        if track.role == ROLE_DRUMS:
            request = drums.RefineRequest(
                locked_pieces=sorted(self.locked_pieces),
                versions=[drums.GrooveVersion(bars=tracks[at].bars, bpm=bpm) for tracks, bpm in self._history],
            )
        else:
            request = melody.RefineRequest(
                role=role_of(track),
                name=track.name[:200],
                versions=[melody.PartVersion(bars=tracks[at].bars, bpm=bpm) for tracks, bpm in self._history],
            )
            if self.key is not None:
                request.intent.key.CopyFrom(self.key)
        request.instruction, request.bpm, request.seed, request.locale = instruction, self.bpm, self._seed, self._locale
        request.bars.extend(track.bars)
        request.locked_bars.extend(track.bars[bar].index for bar in sorted(self.locked_bars) if bar < len(track.bars))
        others = [other for place, other in enumerate(self.tracks) if place != at]
        request.context.extend(_beside(other) for other in others[:_MOST_CONTEXT])
        async for response in studio.refine(request):
            event = response.event
            match event.WhichOneof("event"):
                case "started":
                    answer.started = event.started
                case "notice":
                    answer.notices.append(event.notice)
                case "bar":
                    answer.bars.append(event.bar)
        return answer


async def _gathered(asked: Sequence[Coroutine[Any, Any, _Answer]]) -> tuple[list[_Answer], list[grpc.aio.AioRpcError]]:
    answers: list[_Answer] = []
    refusals: list[grpc.aio.AioRpcError] = []
    for result in await asyncio.gather(*asked, return_exceptions=True):
        if isinstance(result, grpc.aio.AioRpcError):
            refusals.append(result)
        elif isinstance(result, BaseException):
            raise result
        else:
            answers.append(result)
    return answers, refusals


def _is_unknown(error: grpc.aio.AioRpcError) -> bool:
    return error.code() is grpc.StatusCode.INVALID_ARGUMENT and reason_of(error) in _UNKNOWN


_UNKNOWN = frozenset({"UNKNOWN_INSTRUCTION", "NOT_DONE_HERE"})


def reason_of(error: grpc.aio.AioRpcError) -> str:
    """The code of the catalogue that a failed call carries; empty for none."""
    from services.chassis.errors.status import read_details, reason_of  # noqa: PLC0415 - only after a failure

    status = read_details(error)
    return reason_of(status) if status is not None else ""


def _notices(answers: list[_Answer]) -> list[str]:
    """What the listener should know: words that no expert understood, and edits that changed nothing anywhere."""
    shown: dict[str, None] = {}
    for code in (_PARTLY, _IDLE):
        said = [{notice.message for notice in answer.notices if notice.code == code} for answer in answers]
        if said and all(said):
            shown |= dict.fromkeys(sorted(set.union(*said))[:1] if code == _PARTLY else sorted(set.union(*said)))
    others = [notice.message for answer in answers for notice in answer.notices if notice.code not in _KNOWN]
    return [*shown, *dict.fromkeys(others)]


_KNOWN = frozenset({_NOT_ADDRESSED, _PARTLY, _IDLE})


def _beside(track: Track) -> Track:
    """A track as context: named and with its role, and its notes where they may tell the key."""
    beside = Track(name=track.name, role=role_of(track))
    if track.role != ROLE_DRUMS:
        beside.bars.extend(track.bars)
    return beside


def _copy(track: Track) -> Track:
    copy = Track()
    copy.CopyFrom(track)
    return copy


def _of_one_length(tracks: Iterable[Track]) -> list[Track]:
    """Tracks that all have every bar of the piece, so that bar k is the same place in each of them."""
    found = [_copy(track) for track in tracks]
    meters = {bar.index: bar.meter for track in found for bar in track.bars}
    last = max(meters, default=-1)
    for track in found:
        own = {bar.index: bar for bar in track.bars}
        meter = next(iter(meters.values()), None)
        bars = []
        for index in range(last + 1):
            meter = meters.get(index, meter)
            bars.append(own.get(index, Bar(index=index, meter=meter)))
        del track.bars[:]
        track.bars.extend(bars)
    return found
