"""What the experts do in a jam: compose, make bars again, add parts, refine. All of it is asked of the arranger."""

import contextlib
import secrets
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Collection, Sequence
from dataclasses import dataclass, replace

import grpc.aio
from boumbapp.arranger.v2 import arranger_service_pb2 as arranger
from boumbapp.music.v2.events_pb2 import Started
from boumbapp.music.v2.music_pb2 import Bar, BarRange, Role, Track
from boumbapp.theory.v2.theory_service_pb2 import AnalyseRequest

from cli.jam.piece import Piece, empty, moved
from cli.jam.studio import Studio
from cli.messages.events import Event, read_event

_MOST_SEED = 2**31
_UP, _DOWN = (
    {"fr": "un demi-ton plus haut", "en": "up a semitone"},
    {"fr": "un demi-ton plus bas", "en": "down a semitone"},
)


def any_seed() -> int:
    """A seed at random."""
    return secrets.randbelow(_MOST_SEED)


@dataclass(frozen=True, slots=True)
class Take:
    """What a change made.

    Attributes:
        piece: The music after it.
        said: What the experts say about it.
    """

    piece: Piece
    said: tuple[str, ...] = ()


class Band:
    """The experts, as a jam asks them.

    Args:
        studio: Client of the gateway.
        locale: Language of texts.
        draw: Draws seeds.
    """

    def __init__(self, studio: Studio, locale: str, draw: Callable[[], int] = any_seed) -> None:
        self._studio = studio
        self._locale = locale
        self._draw = draw

    async def compose(self, request: arranger.ComposeRequest) -> AsyncIterator[Take]:
        """Make a piece; a take for each bar that came.

        Words that name one part get that part alone: others are a key away. Words that name none get the style's band.
        """
        with contextlib.suppress(grpc.aio.AioRpcError):  # composing says what is wrong
            if not request.parts:
                roles = await self._studio.parts(AnalyseRequest(prompt=request.prompt, locale=request.locale))
                request.parts.extend(arranger.Part(role=role) for role in roles if len(roles) == 1)
        piece = Piece(prompt=request.prompt)
        said: list[str] = []
        async for event in self._events(request):
            if event.started:
                piece = _begun(piece, event.started)
            if event.notice:
                said.append(event.notice.message)
            if event.bar:
                piece = piece.put([(event.bar.track, event.bar.bar)])
            yield Take(piece, tuple(said))

    async def again(self, piece: Piece, bars: Collection[int]) -> Take:
        """Make bars again; those that are kept stay.

        Args:
            piece: The music.
            bars: Which, by index.
        """
        wanted = sorted(set(bars) - piece.kept)
        request = self._request(piece, piece.without(wanted))
        request.compose.extend(BarRange(first=bar, count=1) for bar in wanted)
        return await self._take(request, piece)

    async def add(self, piece: Piece, role: Role.ValueType) -> Take:
        """Add a part that follows those that there are.

        Args:
            piece: The music.
            role: Which part.
        """
        request = self._request(piece, piece.tracks)
        request.parts.append(arranger.Part(role=role, seed=self._draw()))
        return await self._take(request, piece)

    async def transpose(self, piece: Piece, semitones: int) -> Take:
        """Move everything by one semitone, kept bars too.

        Args:
            piece: The music.
            semitones: 1 or -1.
        """
        words = (_UP if semitones > 0 else _DOWN)[self._locale]
        take = await self.refine(replace(piece, kept=frozenset()), words)
        intent = type(piece.intent)()
        intent.CopyFrom(piece.intent)
        for key in (intent.key, *(each.key for each in intent.modulations)):
            if key.tonic:
                key.tonic = moved(key.tonic, semitones)
        del intent.progression[:]  # its symbols are those of the key before; theory's plans say it for this one
        there = replace(take.piece, intent=intent, kept=piece.kept)
        started = await self._started(self._request(there, there.tracks))
        return Take(replace(there, plans=tuple(started.constraints.plans)), take.said)

    async def refine(self, piece: Piece, words: str) -> Take:
        """Change what words name; kept bars stay.

        Args:
            piece: The music.
            words: What to change.
        """
        request = arranger.RefineRequest(
            instruction=words,
            tracks=piece.tracks,
            bpm=piece.bpm,
            intent=piece.intent,
            locked_bars=sorted(piece.kept),
            seed=self._draw(),
            locale=self._locale,
        )
        bars: list[tuple[str, Bar]] = []
        said: list[str] = []
        bpm = piece.bpm
        async for event in self._events(request):
            if event.started:
                said += event.started.edits
                bpm = event.started.bpm or bpm
            if event.notice:
                said.append(event.notice.message)
            if event.bar:
                bars.append((event.bar.track, event.bar.bar))
        bare = replace(piece, tracks=tuple(map(empty, piece.tracks)), bpm=bpm)
        return Take(bare.put(bars).changed_since(piece), tuple(dict.fromkeys(said)))

    def _request(self, piece: Piece, tracks: Sequence[Track]) -> arranger.ComposeRequest:
        """What asks for all bars of a piece that are not there.

        The seed of the piece draws the harmony, which stays; each part has another one of its own.
        """
        request = arranger.ComposeRequest(intent=piece.intent, seed=piece.seed, locale=self._locale)
        for track in tracks:
            part = request.parts.add(
                role=track.role, id=track.id, name=track.name, given_bars=track.bars, seed=self._draw()
            )
            if track.HasField("program"):
                part.program = track.program
        return request

    async def _take(self, request: arranger.ComposeRequest, before: Piece) -> Take:
        piece, said = before, []
        bars: list[tuple[str, Bar]] = []
        async for event in self._events(request):
            if event.started:
                known = {track.id for track in piece.tracks}
                fresh = [track for track in event.started.tracks if track.id not in known]
                piece = replace(piece, tracks=(*piece.tracks, *map(empty, fresh)))
            if event.notice:
                said.append(event.notice.message)
            if event.bar:
                bars.append((event.bar.track, event.bar.bar))
        return Take(piece.put(bars).changed_since(before), tuple(said))

    async def _started(self, request: arranger.ComposeRequest) -> Started:
        """What is known before any bar."""
        async with contextlib.aclosing(self._events(request)) as events:
            async for event in events:
                if event.started:
                    return event.started
        return Started()

    async def _events(self, request: arranger.ComposeRequest | arranger.RefineRequest) -> AsyncGenerator[Event, None]:
        stream = (
            self._studio.compose(request)
            if isinstance(request, arranger.ComposeRequest)
            else self._studio.refine(request)
        )
        async with contextlib.aclosing(stream) as responses:
            async for response in responses:
                yield read_event(response)


def _begun(piece: Piece, started: Started) -> Piece:
    """A piece of which no bar is there yet."""
    constraints = started.constraints
    return replace(
        piece,
        intent=started.intent,
        plans=tuple(constraints.plans),
        tracks=tuple(map(empty, started.tracks)),
        bpm=started.bpm or started.intent.bpm,
        seed=started.seed,
        swing=constraints.swing if constraints.HasField("swing") else None,
        suggestions=tuple(started.suggestions),
    )
