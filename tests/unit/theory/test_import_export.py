"""Files go out and come back; files from outside are read, or refused quickly with a reason."""

import asyncio
import random
import tracemalloc
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path

import pytest
from boumbapp.music.v2.music_pb2 import (
    DRUM_PIECE_CLOSED_HAT,
    DRUM_PIECE_KICK,
    ROLE_BASS,
    ROLE_DRUMS,
    ROLE_MELODY,
    Bar,
    DrumHit,
    Key,
    Meter,
    Note,
    Track,
)
from boumbapp.theory.v2.theory_service_pb2 import (
    FILE_FORMAT_MIDI,
    FILE_FORMAT_MUSICXML,
    ExportRequest,
    FileFormat,
    ImportRequest,
    ImportResponse,
)
from google.rpc.status_pb2 import Status
from music21 import corpus

from music.drum_kit import GM_KEYS
from music.meter import steps_per_bar
from music.musicxml import UnreadableMusicXml, read_musicxml
from music.musicxml.elements import MAX_XML_BYTES
from services.chassis.errors.catalogue import TOO_MANY, ApiError
from services.chassis.jobs.job import Job, JobStatus
from services.chassis.jobs.job_queue import JobQueue
from services.theory.errors import UNREADABLE_FILE
from services.theory.file_io.import_export import export_file, import_file
from services.theory.offload import MODULE, NOTES

FOUR_FOUR, SEVEN_EIGHT = Meter(beats=4, beat_unit=4), Meter(beats=7, beat_unit=8)
FORMATS = [FILE_FORMAT_MIDI, FILE_FORMAT_MUSICXML]


def piece() -> list[Bar]:
    """Chords, overlapping lengths, a tie across a change of meter, five-step notes and an empty bar."""
    first = Bar(index=0, meter=FOUR_FOUR)
    for pitch, name in ((55, "G3"), (58, "Bb3"), (62, "D4")):
        first.notes.add(pitch=pitch, start_step=0, duration_steps=5, velocity=80, name=name)
    first.notes.add(pitch=70, start_step=2, duration_steps=7, velocity=100, name="Bb4")
    first.notes.add(pitch=66, start_step=13, duration_steps=3, velocity=64, name="F#4")
    second = Bar(index=1, meter=SEVEN_EIGHT)
    second.notes.add(pitch=66, start_step=0, duration_steps=4, velocity=64, tied=True, name="F#4")
    second.notes.add(pitch=67, start_step=4, duration_steps=10, velocity=90, name="G4")
    return [first, second, Bar(index=2, meter=SEVEN_EIGHT), Bar(index=3, meter=FOUR_FOUR)]


def request(bars: list[Bar], file_format: FileFormat.ValueType, role: int = ROLE_MELODY) -> ExportRequest:
    key = Key(tonic="G", scale="minor")
    track = Track(bars=bars, role=role)  # type: ignore[arg-type]
    return ExportRequest(tracks=[track], bpm=97.5, key=key, format=file_format, title="Été")


@pytest.mark.parametrize("file_format", FORMATS)
async def test_bars_come_back_from_both_formats(file_format: FileFormat.ValueType) -> None:
    exported = export_file(request(piece(), file_format))
    assert exported.format == file_format
    read = import_file(ImportRequest(file=exported.file))
    assert list(read.tracks[0].bars) == piece()
    assert read.bpm == 97.5
    assert read.key == Key(tonic="G", scale="minor")


@pytest.mark.parametrize("file_format", FORMATS)
async def test_grooves_come_back_from_both_formats(file_format: FileFormat.ValueType) -> None:
    hits = [DrumHit(piece=drum, step=index, velocity=50 + index) for index, drum in enumerate(GM_KEYS)]
    bars = [Bar(index=0, meter=FOUR_FOUR, hits=hits), Bar(index=1, meter=FOUR_FOUR)]
    bars[1].hits.add(piece=DRUM_PIECE_KICK, step=8, velocity=100)
    bars[1].hits.add(piece=DRUM_PIECE_CLOSED_HAT, step=8, velocity=60)
    exported = export_file(request(bars, file_format, ROLE_DRUMS))
    (track,) = (import_file(ImportRequest(file=exported.file))).tracks
    assert track.role == ROLE_DRUMS
    assert list(track.bars) == bars


async def test_midi_is_the_default_format() -> None:
    exported = export_file(ExportRequest(tracks=[Track(bars=piece(), role=ROLE_BASS)], bpm=120))
    assert exported.format == FILE_FORMAT_MIDI
    assert exported.file.startswith(b"MThd")
    assert not (import_file(ImportRequest(file=exported.file))).HasField("key")


async def test_notes_of_midi_files_are_spelled_by_their_key() -> None:
    bars = [Bar(index=0, meter=FOUR_FOUR, notes=[Note(pitch=63, duration_steps=4, velocity=80)])]
    for tonic, scale, name in (("G", "minor", "Eb4"), ("E", "major", "D#4")):
        wanted = ExportRequest(tracks=[Track(bars=bars)], bpm=120, key=Key(tonic=tonic, scale=scale))
        read = import_file(ImportRequest(file=(export_file(wanted)).file))
        assert read.tracks[0].bars[0].notes[0].name == name


async def test_exports_beyond_the_limit_are_refused() -> None:
    bar = Bar(meter=FOUR_FOUR, notes=[Note(pitch=60, duration_steps=1, velocity=80)] * 500)
    with pytest.raises(ApiError) as caught:
        export_file(ExportRequest(tracks=[Track(bars=[bar] * 70), Track(bars=[bar] * 70)], bpm=120))
    assert (caught.value.code, caught.value.field) == (TOO_MANY, "tracks")


@pytest.mark.parametrize("data", [b"hello", b"\x00", b"%PDF-1.4", b"RIFF\x00\x00\x00\x00WAVE", b"  "])
async def test_files_of_other_kinds_are_refused(data: bytes) -> None:
    with pytest.raises(ApiError) as caught:
        import_file(ImportRequest(file=data))
    assert (caught.value.code, caught.value.field) == (UNREADABLE_FILE, "file")
    assert "MusicXML" in caught.value.text("fr")


async def test_reasons_come_in_the_callers_language() -> None:
    with pytest.raises(ApiError) as caught:
        import_file(ImportRequest(file=b"MThd\x00\x00\x00\x06\x00\x02\x00\x01\x01\xe0"))
    assert caught.value.text("en") == "file cannot be read as MIDI: format 2 is not supported."
    assert caught.value.text("fr") == "file n'est pas un fichier MIDI lisible : le format 2 n'est pas pris en charge."


def archive(entries: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as file:
        for name, data in entries.items():
            file.writestr(name, data)
    return buffer.getvalue()


CONTAINER = b'<container><rootfiles><rootfile full-path="music/a.xml"/></rootfiles></container>'


@pytest.fixture(scope="module")
def score() -> bytes:
    from services.theory.file_io.musicxml.to_score import write_musicxml

    return write_musicxml(request(piece(), FILE_FORMAT_MUSICXML))


class ValidationFailed(Exception):
    """The process says that a file cannot be read, or is lost over it."""


class Scores:
    """A process that reads MusicXML, asked without a server."""

    def __init__(self) -> None:
        self._runner = asyncio.Runner()
        self.process = JobQueue([MODULE, NOTES], max_pending=1, max_pending_per_caller=1)

    def read(self, data: bytes) -> ImportResponse:
        job = Job("Import", ImportRequest(file=data, format=FILE_FORMAT_MUSICXML).SerializeToString())
        result = self._runner.run(self.process.submit("tester", job))
        if result.status is not JobStatus.DONE:
            raise ValidationFailed(Status.FromString(result.content).message)
        return ImportResponse.FromString(result.content)

    def close(self) -> None:
        self._runner.run(self.process.close())
        self._runner.close()


@pytest.fixture(scope="module")
def process() -> Iterator[Scores]:
    scores = Scores()
    yield scores
    scores.close()


def bars_of(response: ImportResponse) -> list[Bar]:
    return list(response.tracks[0].bars)


def test_compressed_scores_are_found_by_container_or_by_name(score: bytes, process: Scores) -> None:
    contained = archive({"b.xml": b"<no/>", "META-INF/container.xml": CONTAINER, "music/a.xml": score})
    assert bars_of(process.read(contained)) == piece()
    assert bars_of(process.read(archive({"META-INF/x.xml": b"<no/>", "a.musicxml": score}))) == piece()


def test_a_score_is_found_although_its_container_is_damaged(score: bytes, process: Scores) -> None:
    """Some programs write the & of a title into the container as it is."""
    container = CONTAINER.replace(b"music/a.xml", b"Smoke & Ashes.xml")
    assert b"&" in container
    assert bars_of(process.read(archive({"META-INF/container.xml": container, "Smoke & Ashes.xml": score}))) == piece()


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "latin-1"])
async def test_scores_in_any_encoding_are_read(score: bytes, encoding: str) -> None:
    declared = {"utf-8-sig": "utf-8", "utf-16": "utf-16", "latin-1": "iso-8859-1"}[encoding]
    text = score.decode().replace("encoding='utf-8'", f"encoding='{declared}'", 1)
    text = text.replace('encoding="utf-8"', f'encoding="{declared}"', 1)
    assert declared in text[:80]
    assert bars_of(import_file(ImportRequest(file=text.encode(encoding)))) == piece()


def lying_archive(size: int) -> bytes:
    """An archive whose entry says that it is small and is not."""
    data = bytearray(archive({"a.xml": b"<a>" + b" " * size + b"</a>"}))
    central = data.index(b"PK\x01\x02")
    for position in (22, central + 24):
        data[position : position + 4] = (1000).to_bytes(4, "little")
    return bytes(data)


def billion_laughs() -> bytes:
    """Twenty entities, each one twice the one before it."""
    doubled = b"".join(b'<!ENTITY %c "&%c;&%c;">' % (98 + rank, 97 + rank, 97 + rank) for rank in range(20))
    return b'<!DOCTYPE a [<!ENTITY a "ha">' + doubled + b"]><score-partwise>&u;</score-partwise>"


BOMBS: dict[str, Callable[[], bytes]] = {
    "zip bomb": lambda: archive({"a.xml": b" " * 100_000_000}),
    "zip that lies about its size": lambda: lying_archive(50_000_000),
    "many entries": lambda: archive({f"{index}.xml": b"" for index in range(500)}),
    "no score": lambda: archive({"readme.txt": b"hello"}),
    "container without end": lambda: archive({"META-INF/container.xml": b" " * 100_000}),
    "bzip2 archive": lambda: archive({"a.xml": b"<score-partwise/>"}, zipfile.ZIP_BZIP2),
    "damaged archive": lambda: archive({"a.xml": b"<score-partwise/>" * 100})[:150],
    "billion laughs": billion_laughs,
    "external entity": lambda: b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><score-partwise>&x;</score-partwise>',
    "deep nesting": lambda: b"<score-partwise>" + b"<a>" * 300_000,
    "many elements": lambda: b"<score-partwise>" + b"<a/>" * 1_100_000 + b"</score-partwise>",
    "huge": lambda: b"<score-partwise>" + b" " * MAX_XML_BYTES + b"</score-partwise>",
    "not closed": lambda: b"<score-partwise>",
    "unknown encoding": lambda: b'<?xml version="1.0" encoding="klingon"?><score-partwise>',
    "not music": lambda: b"<html><body/></html>",
    "long entity": lambda: b'<!DOCTYPE a [<!ENTITY x "' + b"y" * 9000 + b'">]><score-partwise/>',
}  # fmt: skip


@pytest.mark.parametrize("bomb", BOMBS)
def test_bombs_are_refused_before_they_go_off(bomb: str) -> None:
    data = BOMBS[bomb]()
    tracemalloc.start()
    with pytest.raises(UnreadableMusicXml) as caught:
        read_musicxml(data)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 3 * MAX_XML_BYTES
    assert caught.value.fr != caught.value.en


def test_a_plain_doctype_is_fine() -> None:
    doctype = (
        b'<!DOCTYPE score-partwise PUBLIC "-//Recordare//DTD MusicXML 4.0 Partwise//EN" "http://example.org/a.dtd">'
    )
    assert read_musicxml(doctype + b"<score-partwise/>").tracks == ()


NOTE = b"<note><pitch><step>C</step><octave>4</octave></pitch><duration>%d</duration><voice>1</voice></note>"


def music(notes: bytes, measures: int = 1) -> bytes:
    measure = (
        b"<attributes><divisions>1</divisions><time><beats>4</beats><beat-type>4</beat-type></time></attributes>"
        + notes
    )
    body = b"".join(b'<measure number="%d">%s</measure>' % (index + 1, measure) for index in range(measures))
    return (
        b'<score-partwise><part-list><score-part id="P1"><part-name>A</part-name></score-part></part-list>'
        b'<part id="P1">' + body + b"</part></score-partwise>"
    )


@pytest.mark.parametrize(
    "notes",
    [
        NOTE % 100_000_000,
        b"<note><pitch><step>Q</step><octave>4</octave></pitch><duration>1</duration></note>",
        b"<note><pitch><step>C</step><octave>99999</octave></pitch><duration>1</duration></note>",
        b"<note><pitch><step>C</step><alter>1e9</alter><octave>4</octave></pitch><duration>1</duration></note>",
        b"<note><duration>nan</duration></note>",
        b"<backup><duration>1000000000</duration></backup>" + NOTE % 1,
    ],
    ids=["endless note", "unknown step", "octave", "alteration", "no number", "backup"],
)
def test_absurd_music_gives_bars_or_a_reason(notes: bytes, process: Scores) -> None:
    check_read(music(notes), process)


def check_read(data: bytes, process: Scores) -> str:
    """Read a file; what comes out must be bars as the contract wants them."""
    try:
        response = process.read(data)
    except ValidationFailed:
        return "refused"
    assert response.bpm > 0
    assert len(response.key.tonic) <= 3
    for track in response.tracks:
        assert len(track.bars) <= 1024
        for bar in track.bars:
            steps = steps_per_bar(bar.meter)
            for note in bar.notes:
                assert note.pitch <= 127
                assert 1 <= note.velocity <= 127
                assert note.duration_steps >= 1
                assert note.start_step + note.duration_steps <= steps
                assert abs(note.offset_ticks) <= 60
                assert len(note.name) <= 8
    return "read"


@pytest.mark.parametrize("name", ["ours", "bach/bwv66.6", "leadSheet/fosterBrownHair"])
def test_damaged_scores_give_bars_or_a_reason(name: str, score: bytes, process: Scores) -> None:
    packed = archive({"META-INF/container.xml": CONTAINER, "music/a.xml": score})
    if name != "ours":
        packed = (Path(corpus.__file__).parent / f"{name}.mxl").read_bytes()
        with zipfile.ZipFile(BytesIO(packed)) as file:
            score = next(file.read(entry) for entry in file.namelist() if not entry.startswith("META-INF"))
    chance = random.Random(7)
    results = Counter(check_read(original, process) for original in (score, packed))
    assert results == {"read": 2}
    for _ in range(20):
        for original in (score, packed):
            damaged = bytearray(original)
            for _ in range(chance.randint(1, 4)):
                damaged[chance.randrange(len(damaged))] = chance.choice(b"0123456789")
            results[check_read(bytes(damaged), process)] += 1
            results[check_read(original[: chance.randrange(len(original))], process)] += 1
    assert min(results["read"], results["refused"]) > 2


def test_the_worker_has_a_limit_on_memory(process: Scores, score: bytes) -> None:
    process.read(score)
    limits = Path(f"/proc/{process.process.pid}/limits").read_text()
    (address_space,) = (line for line in limits.splitlines() if line.startswith("Max address space"))
    assert int(address_space.split()[3]) == 1024**3
