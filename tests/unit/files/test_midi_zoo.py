"""MIDI files as the world writes them: every kind read without losing a note silently."""

from fractions import Fraction
from itertools import pairwise

import pytest
from boumbapp.music.v2.music_pb2 import DRUM_PIECE_KICK, DRUM_PIECE_SNARE, Bar
from boumbapp.theory.v2.theory_service_pb2 import ExportRequest, ImportRequest

from music.files import read_file
from music.midi import UnreadableMidi, read_midi
from music.playback import placed_hits, played_notes
from music.reading.piece import Piece
from services.theory.file_io.import_export import export_file, import_file
from tests.unit.files.midi_zoo import END, PPQ, chunk, meta, meter, notes, repeats, riff, smf, tempo

SCALE = notes((0, 480, 60), (480, 480, 62), (960, 480, 64), (1440, 480, 65))


def onsets(piece: Piece) -> list[tuple[int, int]]:
    """Tick and pitch of all notes, as bars say when they sound."""
    return [(note.onset, note.pitch) for track in piece.tracks for note in played_notes(track.bars)]


def strokes(bars: tuple[Bar, ...]) -> list[tuple[int, int, int]]:
    """Tick, piece and velocity of all strokes."""
    return sorted((tick, hit.hit.piece, loud) for hit in placed_hits(bars) for tick, loud in hit.strokes)


def codes(piece: Piece) -> list[str]:
    return list(piece.findings.codes())


@pytest.mark.parametrize(
    ("tracks", "bpm", "of_bars"),
    [
        ([tempo(60) + tempo(144) + SCALE + END], 144, {}),
        ([tempo(144) + tempo(60) + SCALE + END], 60, {}),
        ([tempo(60) + END, tempo(144) + SCALE + END], 144, {}),
        ([tempo(60) + meta(0x03, b"x") + tempo(90) + tempo(100) + SCALE + END], 100, {}),
        ([tempo(150, 2 * 1920) + END, notes((0, 480, 60), (3 * 1920, 480, 60)) + END], 120, {2: 150}),
        ([tempo(80) + tempo(150, 1920) + tempo(90) + END, notes((0, 480, 60), (1920, 480, 60)) + END], 80, {1: 90}),
        ([tempo(90, 10) + END, SCALE + END], 90, {}),  # a hair late, as some programs write it
        ([tempo(3.5763) + SCALE + END], 3.5763, {}),
        ([tempo(1200) + tempo(700, 1920) + END, notes((0, 480, 60), (1920, 480, 60)) + END], 1200, {1: 700}),
    ],
)
def test_the_tempo_at_the_start_is_what_the_file_sounds_like(
    tracks: list[bytes], bpm: float, of_bars: dict[int, float]
) -> None:
    piece = read_midi(smf(*tracks))
    assert piece.bpm == pytest.approx(bpm, rel=1e-5)
    bars = piece.tracks[0].bars
    assert {bar.index: pytest.approx(bar.bpm, rel=1e-5) for bar in bars if bar.HasField("bpm")} == of_bars


def test_the_key_is_that_of_the_start_and_the_last_one_there() -> None:
    flats = meta(0x59, b"\xfd\x00")
    assert read_midi(smf(meta(0x59, b"\x02\x00") + flats + SCALE + END)).key is not None
    assert str(read_midi(smf(meta(0x59, b"\x02\x00") + flats + SCALE + END)).key).count("Eb") == 1
    assert read_midi(smf(meta(0x59, b"\x02\x00", 1920) + END, SCALE + END)).key is None


@pytest.mark.parametrize(
    ("ticks", "count"),
    [(60, 16), (60, 64), (80, 24), (40, 48), (53, 9), (30, 2), (30, 3), (48, 10), (96, 20), (61, 31)],
)
@pytest.mark.parametrize("start", [0, 60, 1900])
def test_fast_repeats_of_a_pitch_are_all_kept(ticks: int, count: int, start: int) -> None:
    body = notes(*[(start + index * ticks, ticks, 60) for index in range(count)], (0, 480, 48))
    piece = read_midi(smf(body + END))
    wanted = sorted([(start + index * ticks, 60) for index in range(count)] + [(0, 48)])
    assert sorted(onsets(piece)) == wanted
    assert codes(piece) == []


@pytest.mark.parametrize("ticks", [10, 20, 31])
def test_repeats_faster_than_bars_can_say_are_told(ticks: int) -> None:
    piece = read_midi(smf(repeats(ticks, 100) + END))
    kept = len(onsets(piece))
    (notice,) = (notice for notice in piece.findings.notices("en") if notice.code == "NOTES_TOO_FAST")
    assert int(notice.metadata["notes"]) == 100 - kept
    assert kept >= 100 * ticks // 40


@pytest.mark.parametrize("velocities", [(80,), (100, 40), (30, 60, 90), (20, 40, 60, 80)])
@pytest.mark.parametrize(("ticks", "count"), [(60, 16), (60, 7), (40, 24), (120, 16), (80, 12), (33, 5)])
def test_fast_strokes_are_all_kept_with_their_velocities(ticks: int, count: int, velocities: tuple[int, ...]) -> None:
    (track,) = read_midi(smf(repeats(ticks, count, 38, 9, velocities) + END)).tracks
    found = strokes(track.bars)
    assert len(found) == count
    for index, (tick, piece, velocity) in enumerate(found):
        assert piece == DRUM_PIECE_SNARE
        assert abs(tick - index * ticks) <= 3
        assert abs(velocity - velocities[index % len(velocities)]) <= 4


def test_a_double_close_together_is_a_flam_and_layers_are_one_hit() -> None:
    close = notes((0, 4, 38), (5, 60, 38), channel=9)
    (track,) = read_midi(smf(close + END)).tracks
    assert [tick for tick, _, _ in strokes(track.bars)] == [0, 5]
    layers = read_midi(smf(notes((0, 60, 36), (0, 60, 35), channel=9) + END))
    assert strokes(layers.tracks[0].bars) == [(0, DRUM_PIECE_KICK, 80)]
    assert codes(layers) == ["DRUM_KEYS_MAPPED", "HITS_JOINED"]


def test_unisons_of_a_part_are_told() -> None:
    piece = read_midi(smf(notes((0, 480, 60), (0, 960, 60), (480, 960, 62), (960, 960, 62)) + END))
    assert onsets(piece) == [(0, 60), (480, 62), (960, 62)]
    assert codes(piece) == ["NOTES_JOINED", "NOTES_SHORTENED"]


@pytest.mark.parametrize(
    ("beats", "power", "lengths"),
    [
        (9, 5, [5, 4, 5, 4]), (5, 6, [1, 2, 1, 1]), (3, 5, [2, 1, 2, 1]), (7, 5, [4, 3, 4, 3]), (33, 4, [32, 1, 32, 1]),
        (4, 2, [16, 16]), (6, 5, [3, 3, 3]), (3, 1, [24, 24]), (2, 0, [32, 32]), (17, 3, [34, 34]),
    ],
)  # fmt: skip
def test_bar_lines_of_any_metre_stay_within_half_a_sixteenth(beats: int, power: int, lengths: list[int]) -> None:
    exact = Fraction(16 * beats, 1 << power)
    body = meter(beats, power) + notes(*[(int(index * exact * 120), 60, 60 + index) for index in range(6)])
    piece = read_midi(smf(body + END))
    bars = piece.tracks[0].bars
    starts = [0]
    for bar in bars:
        starts.append(starts[-1] + bar.meter.beats * 16 // bar.meter.beat_unit)
    assert [end - start for start, end in pairwise(starts)][: len(lengths)] == lengths
    for index in range(6):
        assert min(abs(start - index * exact) for start in starts) <= Fraction(1, 2)
    assert sorted(onsets(piece)) == [(int(index * exact * 120), 60 + index) for index in range(6)]
    is_held = exact.denominator == 1 and beats <= 32
    assert codes(piece) == ([] if is_held else ["METERS_APPROXIMATED"])


def test_a_metre_inside_a_bar_or_without_sense_is_told() -> None:
    inside = read_midi(smf(meter(4, 2) + meter(3, 2, 960) + END, notes((0, 4800, 60)) + END))
    assert codes(inside) == ["METER_CHANGES_MOVED"]
    assert codes(read_midi(smf(meter(0, 2) + SCALE + END))) == ["METERS_IGNORED"]
    assert codes(read_midi(smf(meter(4, 2) + meter(4, 2, 960) + END, notes((0, 4800, 60)) + END))) == []


@pytest.mark.parametrize(
    "message",
    [b"\xf1\x20", b"\xf2\x10\x20", b"\xf3\x01", b"\xf6", b"\xf8", b"\xfa", b"\xfb", b"\xfc", b"\xfe", b"\xf4", b"\xf5"],
)
def test_system_messages_in_a_track_cost_no_note(message: bytes) -> None:
    piece = read_midi(smf(b"\x00\x90\x3c\x50\x00" + message + b"\x83\x60\x3c\x00" + b"\x00\x3e\x50\x60\x3e\x00" + END))
    assert onsets(piece) == [(0, 60), (480, 62)]  # running status goes on
    (notice,) = piece.findings.notices("fr")
    assert (notice.code, notice.metadata["messages"]) == ("SYSTEM_MESSAGES_SKIPPED", "1")


@pytest.mark.parametrize(
    "tail",
    [b"\x00\x90\x3c", b"\x00\x90\x3c\xff", b"\xff\xff\xff\xff\x00", b"\x00\xff\x03\x70ab", b"\x00\xf0\x7f", b"\x81"],
)
def test_what_stands_before_damage_is_read(tail: bytes) -> None:
    data = smf(SCALE + tail, notes((0, 480, 72)) + END)
    piece = read_midi(data)
    assert onsets(piece) == [(0, 60), (480, 62), (960, 64), (1440, 65), (0, 72)]
    notices = {notice.code: notice for notice in piece.findings.notices("en")}
    byte = int(notices["DAMAGED_AT_BYTE"].metadata["byte"])
    assert byte == data.index(SCALE) + len(SCALE)


def test_damage_before_any_note_names_its_byte() -> None:
    with pytest.raises(UnreadableMidi, match="damaged at byte 22"):
        read_midi(smf(b"\x00\x90\xff" + END))


def test_a_file_cut_anywhere_is_read_that_far_or_names_a_byte() -> None:
    data = smf(tempo(90) + END, SCALE + END)
    refused = {}
    for size in range(30, len(data)):
        try:
            piece = read_midi(data[:size])
        except UnreadableMidi as problem:
            refused[size] = str(problem)
            continue
        assert "DAMAGED_AT_BYTE" in codes(piece), size
        assert onsets(piece) == [(0, 60), (480, 62), (960, 64), (1440, 65)][: len(onsets(piece))], size
    assert refused
    assert all("byte" in problem for problem in refused.values())


@pytest.mark.parametrize(
    "data",
    [
        riff(smf(SCALE + END)),
        riff(smf(SCALE + END), (b"DISP", b"\x01\x00\x00\x00title"), (b"LIST", b"INFOINAM\x02\x00\x00\x00x\x00")),
        riff(smf(SCALE + END))[:-1],  # without its last byte
        bytes(1) + b"name" + bytes(123) + smf(SCALE + END) + bytes(70),  # MacBinary
        smf(SCALE + END, midi_format=0),
        smf(SCALE + END) + b"\0\0garbage",
        chunk(b"MThd", bytes.fromhex("0001000101e0") + b"more") + chunk(b"XFIH", b"??") + chunk(b"MTrk", SCALE + END),
    ],
    ids=["riff", "riff with titles", "riff cut", "macbinary", "format 0", "garbage behind", "odd header and chunks"],
)
def test_files_in_other_files_are_found(data: bytes) -> None:
    piece = read_file(data)
    assert onsets(piece)[:3] == [(0, 60), (480, 62), (960, 64)]


@pytest.mark.parametrize(
    ("name", "encoding", "code"),
    [
        ("ピアノ", "cp932", True), ("主旋律", "cp932", True), ("ﾄﾞﾗﾑｽ", "cp932", True), ("さくらさくら", "cp932", True),
        ("钢琴", "gb18030", True), ("电吉他", "gb18030", True), ("茉莉花", "gb18030", True),
        ("Flûte à bec", "cp1252", True), ("Mélodie", "latin-1", True), ("Bässe", "cp1252", True),
        ("Été", "latin-1", True),
        ("Ténor 🎷", "utf-8", False), ("ピアノ", "utf-8", False), ("Piano", "ascii", False), ("é", "utf-8", False),
    ],
)  # fmt: skip
def test_names_are_read_in_the_encoding_they_are_in(name: str, encoding: str, code: bool) -> None:
    piece = read_midi(smf(meta(0x03, name.encode(encoding)) + SCALE + END))
    assert piece.tracks[0].name == name
    assert codes(piece) == (["ENCODING_GUESSED"] if code else [])


def test_names_of_one_file_are_in_one_encoding() -> None:
    tracks = [meta(0x03, name.encode("cp932")) + SCALE + END for name in ("ピアノ", "ﾍﾞｰｽ", "歌", "Lead")]
    assert [track.name for track in read_midi(smf(*tracks)).tracks] == ["ピアノ", "ﾍﾞｰｽ", "歌", "Lead"]


@pytest.mark.parametrize("bpm", [3.5763, 4, 19.9, 400.5, 999, 60_000])
def test_export_takes_whatever_import_gives(bpm: float) -> None:
    conductor = tempo(bpm) + tempo(bpm * 2 if bpm < 10_000 else bpm, 1920) + END
    read = import_file(ImportRequest(file=smf(conductor, notes((0, 480, 60), (1920, 480, 62)) + END)))
    from services.chassis.server.validation import check

    request = ExportRequest(tracks=read.tracks, bpm=read.bpm)
    assert check(request) == []
    again = import_file(ImportRequest(file=export_file(request).file))
    assert again.bpm == pytest.approx(read.bpm, rel=1e-6)
    assert list(again.tracks[0].bars) == list(read.tracks[0].bars)


@pytest.mark.parametrize("rate", [24, 25, 29, 30])
def test_files_that_count_seconds_keep_them(rate: int) -> None:
    data = smf(b"\x00\x90\x3c\x50\x64\x80\x3c\x00" + END, division=(0x100 - rate) << 8 | 40)
    piece = read_midi(data)
    (note,) = played_notes(piece.tracks[0].bars)
    frames = 30000 / 1001 if rate == 29 else rate
    assert note.stop * 60 / piece.bpm / PPQ == pytest.approx(100 / 40 / frames, abs=2e-3)
    assert codes(piece) == ["TIME_IN_SECONDS"]


def test_the_programme_of_a_track_comes_along() -> None:
    assert read_midi(smf(b"\x00\xc0\x21" + SCALE + END)).tracks[0].program == 33
