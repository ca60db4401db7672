"""Files of music, note by note beside an independent reader: mido for MIDI, music21 for MusicXML.

`./boumb bench files --dir DIR` looks at any folder; without one, at the scores that music21 brings. A difference that
no notice of the reader tells is silent; there should be none. Each file is read in a process of its own, so that time
and memory are its own.
"""

import resource
import time
import warnings
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path

from benchmarks._file_oracles import TICKS, OracleNote, OraclePiece, midi_by_mido, score_by_music21
from music.drum_kit import piece_of_key
from music.files import FileKind, kind_of, read_file
from music.musicxml.bar_lines import bar_lines
from music.musicxml.reader import read_score
from music.musicxml.source import xml_of
from music.notices import NoticeKind
from music.playback import placed_hits, played_notes
from music.reading import notices as kinds
from music.reading.findings import Findings
from music.reading.piece import Piece
from music.unreadable_file import UnreadableFile

_SUFFIXES = (".mid", ".midi", ".kar", ".rmi", ".mxl", ".musicxml", ".xml")
_TIMEOUT_S = 120
_NEAR, _END_NEAR = 4.0, 13.0  # ticks: rounding; what a shortened note may lose without a word
_NAMED = 12  # files that are named in the table
_DROPPED = (kinds.NOTES_JOINED, kinds.NOTES_TOO_FAST, kinds.PITCHES_LEFT_OUT, kinds.CUE_NOTES_LEFT_OUT)
_DROPPED_HITS = (kinds.HITS_JOINED, kinds.HITS_APPROXIMATED, kinds.DRUM_KEYS_LEFT_OUT)
_ENDED = (
    kinds.NOTES_SHORTENED, kinds.NOTES_LENGTHENED, kinds.NOTES_NOT_RELEASED, kinds.NOTES_JOINED, kinds.NOTES_TOO_FAST,
)  # fmt: skip
_DAMAGED = (kinds.DAMAGED_AT_BYTE, kinds.DAMAGED_AT_LINE)


@dataclass(slots=True)
class Outcome:
    """What became of one file.

    Attributes:
        status: "read", "refused", "not compared" where the other reader fails, "traceback" or "too slow".
        detail: Why.
        notes: Notes that the other reader sees.
        missing: Of these, how many are not there.
        extra: Notes that only this reader sees.
        moved: Notes that end at another time.
        silent: Differences that no notice tells.
        tempo_differs: Whether the tempo at the start is another one.
        seconds: Processor time of reading.
        mib: Memory that reading added.
        codes: Notices.
    """

    status: str
    detail: str = ""
    notes: int = 0
    missing: int = 0
    extra: int = 0
    moved: int = 0
    silent: int = 0
    tempo_differs: bool = False
    seconds: float = 0.0
    mib: float = 0.0
    codes: list[str] = field(default_factory=list)


def run(folder: Path | None = None) -> list[dict[str, object]]:
    """One row for each kind of file, and one for each file that reads otherwise without a word."""
    if folder is None:
        import music21.corpus  # noqa: PLC0415  slow to load

        folder = Path(music21.corpus.__file__).parent
    import music21.musicxml.xmlToM21  # noqa: PLC0415  loaded before processes are forked from this one

    outcomes: dict[str, list[tuple[Path, Outcome]]] = defaultdict(list)
    for path in sorted(folder.rglob("*")):
        if path.suffix.lower() in _SUFFIXES and path.is_file():
            kind = "MIDI" if path.suffix.lower() in _SUFFIXES[:4] else "MusicXML"
            outcomes[kind].append((path, _apart(path)))
    rows = [_row(kind, found) for kind, found in sorted(outcomes.items())]
    odd = [
        {
            "files": str(path.relative_to(folder)),
            "notes": each.notes,
            "silent_differences": each.silent,
            "why": each.detail,
        }
        for found in outcomes.values()
        for path, each in found
        if each.silent or each.tempo_differs or each.status in ("traceback", "too slow")
    ]
    return [*rows, *odd[:_NAMED]]


def _row(kind: str, found: Sequence[tuple[Path, Outcome]]) -> dict[str, object]:
    """Counts over the files of a kind."""
    each = [outcome for _, outcome in found]
    status = Counter(outcome.status for outcome in each)
    return {
        "files": f"{len(each)} {kind}",
        "read": status["read"] + status["not compared"],
        "refused": status["refused"],
        "not_compared": status["not compared"],
        "tracebacks": status["traceback"] + status["too slow"],
        "notes": sum(outcome.notes for outcome in each),
        "missing": sum(outcome.missing for outcome in each),
        "extra": sum(outcome.extra for outcome in each),
        "other_ends": sum(outcome.moved for outcome in each),
        "silent_differences": sum(outcome.silent for outcome in each),
        "other_tempi": sum(outcome.tempo_differs for outcome in each),
        "slowest_s": max((outcome.seconds for outcome in each), default=0.0),
        "most_MiB": max((outcome.mib for outcome in each), default=0.0),
    }


def _apart(path: Path) -> Outcome:
    """Compare a file in a process of its own."""
    context = get_context("fork")
    here, there = context.Pipe(duplex=False)
    process = context.Process(target=_send, args=(path, there))
    process.start()
    there.close()
    try:
        outcome: Outcome = here.recv() if here.poll(_TIMEOUT_S) else Outcome("too slow")
    except EOFError:
        outcome = Outcome("traceback", "the process ended")
    process.kill()
    process.join()
    return outcome


def _send(path: Path, answer: Connection) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        answer.send(compare(path.read_bytes()))


def compare(data: bytes) -> Outcome:
    """Read a file with this reader and another one, and compare their notes."""
    before, began = _mib(), time.process_time()
    try:
        piece = read_file(data)
    except UnreadableFile as reason:
        return Outcome("refused", str(reason), seconds=time.process_time() - began)
    except Exception as error:  # noqa: BLE001  that is what is looked for
        return Outcome("traceback", repr(error))
    seconds, mib = time.process_time() - began, _mib() - before
    outcome = Outcome("read", seconds=seconds, mib=mib, codes=list(piece.findings.codes()))
    try:
        other = _oracle(data)
    except Exception as error:  # noqa: BLE001  other readers raise whatever they stumble over
        outcome.status, outcome.detail = "not compared", repr(error)
        return outcome
    _count(piece, other, outcome)
    return outcome


def _mib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _oracle(data: bytes) -> OraclePiece:
    if kind_of(data) is FileKind.MIDI:
        return midi_by_mido(data)
    score = read_score(data)
    starts = bar_lines(list(score.parts.values()), Findings()).starts
    return score_by_music21(xml_of(data, Findings()), starts)


def _count(piece: Piece, other: OraclePiece, outcome: Outcome) -> None:
    """Count the differences.

    Args:
        piece: As it was read.
        other: As the other reader sees it.
        outcome: Takes the counts.
    """
    is_score = not other.bpm
    ours, theirs = _by_key(_ours(piece, is_score=is_score)), _by_key(_mapped(other.notes))
    outcome.notes = len(other.notes)
    missing: Counter[bool] = Counter()
    for key in {*ours, *theirs}:
        lost, extra, moved = _match(ours.get(key, []), theirs.get(key, []))
        missing[key[0]] += lost
        outcome.extra += extra
        outcome.moved += moved
    outcome.missing = missing.total()
    findings = piece.findings
    if any(findings.has(kind) for kind in _DAMAGED):
        return
    outcome.silent = (
        max(missing[False] - _told(findings, _DROPPED), 0)
        + max(missing[True] - _told(findings, _DROPPED_HITS), 0)
        + max(outcome.extra - _told(findings, (kinds.HITS_APPROXIMATED, *_DROPPED_HITS)), 0)
        + max(outcome.moved - _told(findings, _ENDED), 0)
    )
    seconds = findings.has(kinds.TIME_IN_SECONDS)
    outcome.tempo_differs = bool(other.bpm) and not seconds and abs(piece.bpm - other.bpm) > other.bpm / 1000
    if outcome.silent:
        outcome.detail = f"missing {outcome.missing}, extra {outcome.extra}, other ends {outcome.moved}"


def _told(findings: Findings, which: Iterable[NoticeKind]) -> int:
    return sum(findings.total(kind) for kind in which)


def _ours(piece: Piece, *, is_score: bool) -> Iterator[OracleNote]:
    """All notes as the bars say them; rolls of scores are single strokes there.

    Args:
        piece: As it was read.
        is_score: Whether it is a score, whose lengths and drums are compared less closely.
    """
    for track in piece.tracks:
        for note in played_notes(track.bars):
            yield OracleNote(drums=False, key=note.pitch, onset=note.onset, end=-1 if is_score else note.stop)
        for placed in placed_hits(track.bars):
            strokes = placed.strokes
            if is_score:
                strokes = strokes[-1:] if placed.hit.HasField("flam") else strokes[:1]
            for tick, _ in strokes:
                yield OracleNote(drums=True, key=0 if is_score else placed.hit.piece, onset=tick, end=-1)


def _mapped(notes: Iterable[OracleNote]) -> Iterator[OracleNote]:
    """The other reader's notes, its drum keys as pieces of the kit."""
    for note in notes:
        piece = piece_of_key(note.key) if note.drums and note.key else note.key
        yield OracleNote(note.drums, -1 if piece is None else piece, note.onset, -1 if note.drums else note.end)


def _by_key(notes: Iterable[OracleNote]) -> Mapping[tuple[bool, int], list[OracleNote]]:
    found: dict[tuple[bool, int], list[OracleNote]] = defaultdict(list)
    for note in notes:
        found[note.drums, note.key].append(note)
    for same in found.values():
        same.sort(key=lambda note: (note.onset, note.end))
    return found


def _match(ours: Sequence[OracleNote], theirs: Sequence[OracleNote]) -> tuple[int, int, int]:
    """How many of theirs have none of ours, how many of ours none of theirs, and how many pairs end apart."""
    free = list(ours)
    onsets = [note.onset for note in free]
    lost = moved = 0
    for note in theirs:
        at = bisect_left(onsets, note.onset - _NEAR)
        near = [place for place in range(at, min(at + 8, len(free))) if abs(onsets[place] - note.onset) <= _NEAR]
        if not near:
            lost += 1
            continue
        best = min(near, key=lambda place: (round(abs(onsets[place] - note.onset)), abs(free[place].end - note.end)))
        moved += note.end >= 0 and abs(free[best].end - note.end) > _END_NEAR
        del free[best], onsets[best]
    return lost, len(free), moved


assert TICKS == 480, "as bars count"
