"""Files from anywhere: read sensibly, or refused quickly with a reason."""

import time
from io import BytesIO

import mido
import pytest
from boumbapp.music.v2.music_pb2 import DRUM_PIECE_CLOSED_HAT, ROLE_MELODY, Bar, Meter, Note
from hypothesis import given
from hypothesis import strategies as st

from music.meter import steps_per_bar
from music.midi import MAX_BYTES, UnreadableMidi, read_midi, write_midi


def chunk(kind: bytes, body: bytes) -> bytes:
    return kind + len(body).to_bytes(4) + body


def smf(*tracks: bytes, midi_format: int = 1, division: int = 480, count: int | None = None) -> bytes:
    header = midi_format.to_bytes(2) + (len(tracks) if count is None else count).to_bytes(2) + division.to_bytes(2)
    return chunk(b"MThd", header) + b"".join(chunk(b"MTrk", track) for track in tracks)


def saved(*tracks: list[mido.Message | mido.MetaMessage], midi_format: int = 1, division: int = 480) -> bytes:
    file = mido.MidiFile(type=midi_format, ticks_per_beat=division)
    file.tracks.extend(mido.MidiTrack(messages) for messages in tracks)
    buffer = BytesIO()
    file.save(file=buffer)
    return buffer.getvalue()


def on(note: int, time: int = 0, channel: int = 0, velocity: int = 80) -> mido.Message:
    return mido.Message("note_on", note=note, time=time, channel=channel, velocity=velocity)


def off(note: int, time: int, channel: int = 0) -> mido.Message:
    return mido.Message("note_off", note=note, time=time, channel=channel)


def grid(data: bytes) -> list[tuple[int, int, int, int, bool]]:
    """Bar, step, duration, pitch, tied of all notes of the first track."""
    return [
        (bar.index, note.start_step, note.duration_steps, note.pitch, note.tied)
        for bar in read_midi(data).tracks[0].bars
        for note in bar.notes
    ]


END = b"\x00\xff\x2f\x00"


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"", "begin"),
        (b"RIFF....", "begin"),
        (b"MThd", "begin"),
        (smf(END, midi_format=2), "format 2"),
        (smf(END, division=0xE700), "beats"),
        (smf(END, division=0), "beats"),
        (smf(END, count=2), "early, at byte 26"),
        (smf(END, count=60_000), "tracks"),
        (smf(END)[:-2], "early"),
        (smf(b"\x00\x90\x3c"), "early"),
        (smf(b"\x00\x90\x3c\x90" + END), "damaged at byte 22"),
        (smf(b"\x00\x3c\x40" + END), "damaged"),  # running status before any status
        (smf(b"\x00\xff\x03\x7fab"), "early"),
        (smf(b"\xff" * 5000), "damaged"),
        (smf(b"\x00\xf0\x7fab"), "early"),
        (smf(b"\x00\x90\x3c\x40\xff\xff\xff\x7f\x80\x3c\x40" + END), "bars"),  # a note of 560,000 beats
        (smf(b"\xff\xff\xff\x7f\x90\x3c\x40\x10\x80\x3c\x40" + END), "bars"),
        (b"\0" * (MAX_BYTES + 1), "larger"),
    ],
)
def test_what_cannot_be_read_is_refused_in_both_languages(data: bytes, problem: str) -> None:
    with pytest.raises(UnreadableMidi, match=problem) as caught:
        read_midi(data)
    assert caught.value.fr
    assert caught.value.fr != caught.value.en


@pytest.mark.parametrize(
    "data",
    [
        smf(b"\xff" * (MAX_BYTES - 100)),  # one endless number
        smf(b"\x00\xc0\x00" + b"\x00\x00" * 500_000),  # half a million events
        smf(b"\x00\x90\x3c\x40" + b"\x00\x3c\x40" * 199_000),  # two hundred thousand notes that never end
        smf(*[b"\x00\x90\x3c\x40\x8f\x00\x80\x3c\x40\xbe\x8f\x60\xff\x2f\x00"] * 256),  # many tracks, long silences
        smf(*[b"\x00\x90\x3c\x40\x83\xff\xff\x00\x80\x3c\x40" + END] * 200),  # many tracks of one note through all bars
    ],
    ids=["endless number", "many events", "many notes", "many bars", "many long notes"],
)
def test_the_worst_files_take_a_bounded_time(data: bytes) -> None:
    began = time.perf_counter()
    try:
        piece = read_midi(data)
    except UnreadableMidi:
        pass
    else:
        assert sum(len(track.bars) for track in piece.tracks) <= 32_768
    assert time.perf_counter() - began < 5


BARS = [
    Bar(
        index=index,
        meter=Meter(beats=4, beat_unit=4),
        notes=[
            Note(pitch=60 + step, start_step=step, duration_steps=4, velocity=90, offset_ticks=12, release_ticks=-84)
            for step in range(0, 16, 4)
        ],
    )
    for index in range(4)
]
FILE = write_midi(BARS, 120, None, ROLE_MELODY, "Title")


@pytest.mark.parametrize("size", range(0, len(FILE), 3))
def test_no_truncation_of_a_file_is_read_as_a_whole_or_crashes(size: int) -> None:
    try:
        piece = read_midi(FILE[:size])
    except UnreadableMidi:
        return
    assert "DAMAGED_AT_BYTE" in piece.findings.codes()


@given(st.lists(st.tuples(st.integers(0, len(FILE) - 1), st.integers(0, 255)), min_size=1, max_size=6))
def test_flipped_bytes_give_bars_or_a_reason(changes: list[tuple[int, int]]) -> None:
    damaged = bytearray(FILE)
    for position, value in changes:
        damaged[position] = value
    check(bytes(damaged))


@given(st.binary(max_size=300).map(smf))
def test_noise_in_a_track_gives_bars_or_a_reason(data: bytes) -> None:
    check(data)


def check(data: bytes) -> None:
    try:
        piece = read_midi(data)
    except UnreadableMidi:
        return
    assert piece.bpm > 0
    for track in piece.tracks:
        for index, bar in enumerate(track.bars):
            steps = steps_per_bar(bar.meter)
            assert bar.index == index
            assert 1 <= bar.meter.beats <= 32
            for note in bar.notes:
                assert note.start_step + note.duration_steps <= steps
                assert note.duration_steps >= 1
                assert 1 <= note.velocity <= 127
                assert -120 <= note.offset_ticks <= 120
                assert -120 <= note.release_ticks <= 120
            for hit in bar.hits:
                assert hit.step < steps
                assert -120 <= hit.offset_ticks <= 120


def test_notes_across_bar_lines_are_tied() -> None:
    data = saved([on(60, 12 * 120), off(60, 40 * 120)])
    assert grid(data) == [(0, 12, 4, 60, False), (1, 0, 16, 60, True), (2, 0, 16, 60, True), (3, 0, 4, 60, True)]


@pytest.mark.parametrize("division", [24, 96, 100, 220, 384, 480, 960, 15360])
def test_any_division_reads_the_same_beats(division: int) -> None:
    data = saved([on(60), off(60, division), on(62), off(62, 2 * division)], division=division)
    assert grid(data) == [(0, 0, 4, 60, False), (0, 4, 8, 62, False)]


def test_a_late_note_keeps_its_step_and_its_lateness() -> None:
    note = read_midi(saved([on(60, 480 + 30), off(60, 400)])).tracks[0].bars[0].notes[0]
    assert (note.start_step, note.duration_steps) == (4, 4)
    assert note.offset_ticks == 30
    assert note.release_ticks == -50


def test_a_note_just_before_the_bar_line_belongs_to_the_next_bar() -> None:
    bars = read_midi(saved([on(60, 16 * 120 - 20), off(60, 500)])).tracks[0].bars
    assert not bars[0].notes
    assert bars[1].notes[0].start_step == 0
    assert bars[1].notes[0].offset_ticks == -20


def test_time_signatures_apply_from_their_bar_line() -> None:
    conductor = [
        mido.MetaMessage("time_signature", numerator=3, denominator=4),
        mido.MetaMessage("time_signature", numerator=7, denominator=8, time=2 * 3 * 480),
        mido.MetaMessage("time_signature", numerator=6, denominator=8, time=100),  # inside a bar: from the next one on
    ]
    data = saved(conductor, [on(60), off(60, 480 * 12)])
    meters = [(bar.meter.beats, bar.meter.beat_unit) for bar in read_midi(data).tracks[0].bars]
    assert meters == [(3, 4), (3, 4), (7, 8), (6, 8)]


@pytest.mark.parametrize(
    ("numerator", "denominator", "meter"),
    [(2, 1, (4, 2)), (12, 32, (6, 16)), (24, 64, (6, 16)), (3, 32, (2, 16)), (0, 4, (4, 4)), (33, 4, (32, 4))],
)
def test_unusual_time_signatures(numerator: int, denominator: int, meter: tuple[int, int]) -> None:
    power = denominator.bit_length() - 1
    track = bytes((0, 0xFF, 0x58, 4, numerator, power, 24, 8)) + b"\x00\x90\x3c\x40\x60\x80\x3c\x40" + END
    read = read_midi(smf(track)).tracks[0].bars[0].meter
    assert (read.beats, read.beat_unit) == meter


def test_channels_of_one_track_become_parts_of_their_own() -> None:
    data = saved(
        [on(60), on(40, channel=1), on(42, channel=9), off(60, 480), off(40, 0, 1), off(42, 0, 9)], midi_format=0
    )
    tracks = read_midi(data).tracks
    assert [track.drums for track in tracks] == [False, False, True]
    assert tracks[2].bars[0].hits[0].piece == DRUM_PIECE_CLOSED_HAT


def test_a_pitch_struck_again_before_its_release_keeps_both_notes() -> None:
    # Some programs write the new note-on before the old note-off of the same tick.
    data = saved([on(60), on(60, 480), off(60, 0), off(60, 480)])
    assert grid(data) == [(0, 0, 4, 60, False), (0, 4, 4, 60, False)]


def test_velocity_zero_releases_and_what_is_never_released_ends_with_the_track() -> None:
    data = saved([on(60), on(60, 480, velocity=0), on(62), mido.MetaMessage("end_of_track", time=960)])
    assert grid(data) == [(0, 0, 4, 60, False), (0, 4, 8, 62, False)]


def test_several_strokes_within_a_step_become_a_roll() -> None:
    strokes = [message for _ in range(4) for message in (on(42, 0, 9), off(42, 30, 9))]
    (hit, *rest) = read_midi(saved(strokes)).tracks[0].bars[0].hits
    assert (hit.step, hit.roll.strokes, hit.roll.span_ticks) == (0, 3, 90)
    assert len(rest) == 1  # the fourth stroke is nearer to the next step


def test_names_in_any_encoding_are_read() -> None:
    def named(name: bytes) -> str:
        body = b"\x00\xff\x03" + bytes((len(name),)) + name + b"\x00\x90\x3c\x40\x60\x80\x3c\x40" + END
        return read_midi(smf(body)).tracks[0].name

    assert named("Été".encode()) == "Été"
    assert named("Été".encode("latin-1")) == "Été"
    assert named(b"a\x00\x07b") == "ab"


def test_tempo_zero_and_strange_key_signatures_are_ignored() -> None:
    track = b"\x00\xff\x51\x03\x00\x00\x00\x00\xff\x59\x02\x0c\x00\x00\x90\x3c\x40\x60\x80\x3c\x40" + END
    piece = read_midi(smf(track))
    assert (piece.bpm, piece.key) == (120, None)


def test_annotations_that_lie_are_ignored() -> None:
    # Says the note lasts for two million steps.
    lie = b"\x00\xff\x7f\x10\x7d\x01\x3c\x00\x00\x00\x7f\x7f\x7f\x01\x00\x01\x00\x00\x00\x60"
    track = lie + b"\x00\x90\x3c\x40\x60\x80\x3c\x40" + END
    assert grid(smf(track)) == [(0, 0, 1, 60, False)]
