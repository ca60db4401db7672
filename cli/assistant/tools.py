"""What an assistant can do: compose, arrange, refine, read and write notes, analyse, detect, import, export, ask."""

from collections.abc import Sequence
from pathlib import Path

from boumbapp.arranger.v2 import arranger_service_pb2 as arranger
from boumbapp.drums.v2 import drums_service_pb2 as drums
from boumbapp.melody.v2 import melody_service_pb2 as melody
from boumbapp.music.v2.events_pb2 import BarReady, Notice, Started
from boumbapp.music.v2.intent_pb2 import IntentOptions
from boumbapp.music.v2.music_pb2 import ROLE_DRUMS, Bar, Track
from boumbapp.music.v2.playback_pb2 import PACE_AS_FAST_AS_POSSIBLE, Playback
from boumbapp.rag.v2 import rag_service_pb2 as rag
from boumbapp.theory.v2 import theory_service_pb2 as theory

from cli.assistant.experts import Experts
from cli.assistant.pieces import Piece, Pieces
from music.notation.notes import read_bars
from music.roles import role_of

_FORMATS = {
    ".mid": theory.FILE_FORMAT_MIDI,
    ".midi": theory.FILE_FORMAT_MIDI,
    ".musicxml": theory.FILE_FORMAT_MUSICXML,
    ".xml": theory.FILE_FORMAT_MUSICXML,
}
_FILE = Playback(pace=PACE_AS_FAST_AS_POSSIBLE)  # no one plays along


class Tools:
    """The tools of one conversation.

    Args:
        experts: Do the work.
        folder: Files are read and written below it, and nowhere else.
    """

    def __init__(self, experts: Experts, folder: Path) -> None:
        self._experts = experts
        self._folder = folder.resolve()
        self._pieces = Pieces()

    async def compose(self, prompt: str, bars: int, seed: int, engine: str) -> str:
        """A new piece of one part.

        Args:
            prompt: What is wanted.
            bars: How many; 0 leaves it to the words.
            seed: Of the piece; below 0 draws one.
            engine: By name; empty lets the expert choose.
        """
        analysis = await self._experts.theory.Analyse(
            theory.AnalyseRequest(prompt=prompt), metadata=self._experts.headers
        )
        hints = IntentOptions(bars=bars or None)
        kit = analysis.intent.role == ROLE_DRUMS
        request = (drums if kit else melody).ComposeRequest(
            prompt=prompt,
            overrides=hints,
            seed=seed if seed >= 0 else None,
            engine=engine,
            playback=_FILE,
        )
        return self._new(
            *await self._experts.events((self._experts.drums if kit else self._experts.melody).Compose, request)
        )

    async def arrange(self, prompt: str, bars: int, seed: int) -> str:
        """A new piece of several parts.

        Args:
            prompt: What is wanted.
            bars: How many; 0 leaves it to the words.
            seed: Of the piece; below 0 draws one.
        """
        request = arranger.ComposeRequest(
            prompt=prompt,
            overrides=IntentOptions(bars=bars or None),
            seed=seed if seed >= 0 else None,
            playback=_FILE,
        )
        return self._new(*await self._experts.events(self._experts.arranger.Compose, request))

    def _new(self, started: Started, bars: Sequence[BarReady], notices: Sequence[Notice]) -> str:
        piece = self._pieces.add(started)
        for track in started.tracks:
            piece.tracks[track.id] = Track(id=track.id, role=track.role, name=track.name)
            if track.HasField("program"):
                piece.tracks[track.id].program = track.program
        for ready in bars:
            piece.tracks.setdefault(ready.track, Track(id=ready.track)).bars.append(ready.bar)
        return _said(piece, notices, started.explanation)

    async def refine(self, piece: str, instruction: str, track: str, locked_bars: Sequence[int]) -> str:
        """A piece changed by words.

        Args:
            piece: Its name.
            instruction: What to change.
            track: Which part.
            locked_bars: Numbers of bars that stay, from 1.
        """
        found = self._pieces.get(piece)
        part = found.track(track)
        locked = [bar - 1 for bar in locked_bars if bar > 0]
        intent = found.started.intent
        started: Started
        if part.role == ROLE_DRUMS:
            started, bars, notices = await self._experts.events(
                self._experts.drums.Refine,
                drums.RefineRequest(
                    instruction=instruction, bars=part.bars, bpm=intent.bpm, style=intent.style, locked_bars=locked
                ),
            )
        else:
            started, bars, notices = await self._experts.events(
                self._experts.melody.Refine,
                melody.RefineRequest(
                    instruction=instruction,
                    bars=part.bars,
                    bpm=intent.bpm,
                    role=part.role,
                    intent=intent,
                    locked_bars=locked,
                    parent_request_id=found.request_id,
                ),
            )
        del part.bars[:]
        part.bars.extend(ready.bar for ready in bars)
        found.request_id = started.request_id
        if started.bpm:
            intent.bpm = started.bpm
        if started.HasField("intent") and started.intent.key.tonic:
            intent.key.CopyFrom(started.intent.key)
        changed = [str(ready.bar.index + 1) for ready in bars if ready.changed]
        done = "; ".join(started.edits) or "nothing"
        return _said(found, notices, f"done: {done}. Changed bars: {', '.join(changed) or 'none'}.", part.id)

    def read(self, piece: str, track: str) -> str:
        """A piece as notes.

        Args:
            piece: Its name.
            track: Which part; empty for all.
        """
        return self._pieces.get(piece).text(track)

    async def write(self, piece: str, track: str, notes: str, first_bar: int, key: str, role: str, bpm: float) -> str:
        """Notes that an assistant wrote, checked by theory: what leaves the key or the range is moved.

        Args:
            piece: Its name; "new" begins one.
            track: Which part.
            notes: Bars in the notation.
            first_bar: Number of the first one, from 1.
            key: Of a new piece.
            role: Of a new piece.
            bpm: Of a new piece.
        """
        if piece == "new":
            overrides = IntentOptions(role=role_of(role), bpm=bpm or None)
            if key:
                overrides.key_text = key
            analysis = await self._experts.theory.Analyse(
                theory.AnalyseRequest(prompt=role or "melody", overrides=overrides), metadata=self._experts.headers
            )
            found = self._pieces.add(Started(intent=analysis.intent, constraints=analysis.constraints))
            found.tracks[role] = Track(id=role, role=analysis.constraints.role)
            track = role
        else:
            found = self._pieces.get(piece)
        part, constraints = found.track(track), found.started.constraints
        bars = read_bars(notes, found.tonic, constraints.meter)
        for bar in bars:
            bar.index += first_bar - 1
        answer = await self._experts.theory.Validate(
            theory.ValidateRequest(constraints=constraints, bars=bars), metadata=self._experts.headers
        )
        made: dict[int, Bar] = {bar.index: bar for bar in part.bars}
        corrections: list[str] = []
        for result in answer.results:
            made[result.bar.index] = result.bar
            corrections += [f"bar {result.bar.index + 1}: {each.explanation}" for each in result.corrections]
        del part.bars[:]
        part.bars.extend(bar for _, bar in sorted(made.items()))
        return _said(found, answer.notices, "\n".join(corrections) or "No note had to be changed.", part.id)

    async def analyse(self, prompt: str) -> str:
        """What a prompt is understood as, and by which words."""
        answer = await self._experts.theory.Analyse(
            theory.AnalyseRequest(prompt=prompt), metadata=self._experts.headers
        )
        why = [f"{each.slot}: “{each.words}”" for each in answer.intent.evidence if each.words]
        return "\n".join([answer.explanation, *why, *(f"try: {each}" for each in answer.suggestions)])

    async def detect(self, piece: str, path: str) -> str:
        """Key and metre of a piece, or of a MIDI or MusicXML file.

        Args:
            piece: Its name, where no file is given.
            path: Of the file.
        """
        request = theory.DetectRequest()
        if path:
            request.file = self._inside(path).read_bytes()
        else:
            request.bars.extend(bar for track in self._pieces.get(piece).tracks.values() for bar in track.bars)
        answer = await self._experts.theory.Detect(request, metadata=self._experts.headers)
        keys = [f"{found.key.tonic} {found.key.scale} ({found.confidence:.2f})" for found in answer.keys[:3]]
        return f"key: {', '.join(keys) or 'unknown'}; metre: {answer.meter.beats}/{answer.meter.beat_unit}"

    async def import_file(self, path: str) -> str:
        """A piece from a MIDI or MusicXML file."""
        content = self._inside(path).read_bytes()
        answer = await self._experts.theory.Import(theory.ImportRequest(file=content), metadata=self._experts.headers)
        started = Started()
        started.intent.key.CopyFrom(answer.key)
        started.intent.bpm = answer.bpm or 120
        first = next((bar for track in answer.tracks for bar in track.bars), None)
        if first is not None:
            started.intent.meter.CopyFrom(first.meter)
        piece = self._pieces.add(started)
        for number, track in enumerate(answer.tracks, start=1):
            piece.tracks[track.name or f"track-{number}"] = track
        return _said(piece, answer.notices, "imported")

    async def export_file(self, piece: str, path: str) -> str:
        """A piece as a file.

        Args:
            piece: Its name.
            path: Where to; its ending says the format, .mid or .musicxml.
        """
        found, target = self._pieces.get(piece), self._inside(path)
        intent = found.started.intent
        request = theory.ExportRequest(
            tracks=found.tracks.values(),
            bpm=intent.bpm,
            key=intent.key,
            swing=found.started.constraints.swing,
            format=_FORMATS.get(target.suffix.lower(), theory.FILE_FORMAT_MIDI),
        )
        answer = await self._experts.theory.Export(request, metadata=self._experts.headers)
        target.write_bytes(answer.file)
        return f"saved {target.relative_to(self._folder)}, {len(answer.file)} bytes"

    async def ask(self, question: str) -> str:
        """An answer about music or the product, with the pages that it comes from."""
        sentences: list[str] = []
        async for response in self._experts.rag.Chat(rag.ChatRequest(message=question), metadata=self._experts.headers):
            if response.HasField("sentence"):
                pages = ", ".join(citation.slug for citation in response.sentence.citations)
                sentences.append(f"{response.sentence.text}{f' [{pages}]' if pages else ''}")
        return "\n".join(sentences)

    def _inside(self, path: str) -> Path:
        """A path below the folder. Raises PermissionError for any other."""
        target = (self._folder / path).resolve()
        if not target.is_relative_to(self._folder):
            raise PermissionError(f"{path} is not below {self._folder}")
        return target


def _said(piece: Piece, notices: Sequence[Notice], words: str, only: str = "") -> str:
    lines = [words, *(f"notice: {notice.message}" for notice in notices), piece.text(only)]
    return "\n".join(line for line in lines if line)
