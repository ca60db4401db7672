"""Bars written as MIDI come back as they were, and other programs read the same music."""

from collections.abc import Sequence
from io import BytesIO

import mido
import pytest
from boumbapp.music.v2.music_pb2 import (
    DRUM_PIECE_CLOSED_HAT,
    DRUM_PIECE_KICK,
    ROLE_BASS,
    ROLE_DRUMS,
    ROLE_MELODY,
    Bar,
    DrumHit,
    DrumPiece,
    Flam,
    Key,
    Meter,
    Note,
    Role,
    Roll,
)
from hypothesis import given
from hypothesis import strategies as st

from music.articulation import usual_roll
from music.drum_kit import GM_KEYS
from music.grid import articulate
from music.meter import steps_per_bar
from music.midi import read_midi, write_midi
from music.playback import strokes_of

METERS = [(4, 4), (3, 4), (6, 8), (7, 8), (5, 4), (2, 2), (1, 16), (11, 16)]
TICKS = 120
PITCHES = st.sampled_from([36, 40, 48, 60, 61, 64, 67, 72])


def meter(beats: int, unit: int) -> Meter:
    return Meter(beats=beats, beat_unit=unit)


@st.composite
def pieces(draw: st.DrawFn) -> list[Bar]:
    """Bars as validation leaves them, ties included; micro-timing on the writer's ticks."""
    bars: list[Bar] = []
    held: dict[int, Note] = {}
    for index, (beats, unit) in enumerate(draw(st.lists(st.sampled_from(METERS), min_size=1, max_size=5))):
        bar = Bar(index=index, meter=meter(beats, unit))
        steps = steps_per_bar(bar.meter)
        lasting: dict[int, Note] = {}
        for pitch in draw(st.lists(PITCHES, unique=True, max_size=4)):
            step = draw(st.integers(0, steps - 1))
            while step < steps:
                duration = draw(st.integers(1, steps - step))
                offset = draw(st.integers(-60, 60))
                release = draw(st.integers(max(-120, 12 - 120 * duration + offset), 120))
                note = Note(
                    pitch=pitch,
                    start_step=step,
                    duration_steps=duration,
                    velocity=draw(st.integers(1, 127)),
                    offset_ticks=offset,
                    release_ticks=release,
                )
                head = held.get(pitch) if step == 0 else None
                if head is not None and draw(st.booleans()):
                    note.tied, note.velocity, note.offset_ticks, head.release_ticks = True, head.velocity, 0, 0
                bar.notes.append(note)
                step += duration
                if step == steps:
                    lasting[pitch] = bar.notes[-1]
                step += draw(st.integers(0, steps))
        bar.notes.sort(key=lambda note: (note.start_step, note.pitch))
        # Sorting moves notes inside the message, so heads are looked up again.
        held = {
            note.pitch: note
            for note in bar.notes
            if note.start_step + note.duration_steps == steps and note.pitch in lasting
        }
        bars.append(bar)
    return bars


velocities = st.integers(1, 127)
articulations = st.one_of(
    st.none(),
    st.builds(Flam, lead_ticks=st.integers(1, 120), velocity=velocities),
    st.builds(Roll, strokes=st.integers(2, 16), span_ticks=st.integers(16, 120), last_velocity=velocities),
)


@st.composite
def grooves(draw: st.DrawFn) -> list[Bar]:
    """Bars of hits; of one piece, no hit begins before the last stroke of the one before."""
    bars = []
    last: dict[int, int] = {}  # tick of the latest stroke by piece
    start = 0
    for index, (beats, unit) in enumerate(draw(st.lists(st.sampled_from(METERS), min_size=1, max_size=4))):
        bar = Bar(index=index, meter=meter(beats, unit))
        places = st.tuples(st.integers(0, steps_per_bar(bar.meter) - 1), st.sampled_from(sorted(GM_KEYS)))
        for step, piece in sorted(draw(st.lists(places, unique=True, max_size=12))):
            hit = DrumHit(piece=piece, step=step, velocity=draw(velocities), offset_ticks=draw(st.integers(-120, 120)))
            articulate(hit, draw(articulations))
            ticks = [max(start + step * TICKS + tick, 0) for tick, _ in strokes_of(hit)]
            if ticks[0] > last.get(piece, -1):
                bar.hits.append(hit)
                last[piece] = ticks[-1]
        start += steps_per_bar(bar.meter) * TICKS
        bars.append(bar)
    return bars


def notes_of(bars: Sequence[Bar]) -> list[Note]:
    return [note for bar in bars for note in bar.notes]


@given(pieces(), st.sampled_from([role for role in Role.values() if role != ROLE_DRUMS]))
def test_notes_come_back_exactly(bars: list[Bar], role: Role.ValueType) -> None:
    piece = read_midi(write_midi(bars, 97.5, None, role))
    if notes_of(bars):
        assert [list(track.bars) for track in piece.tracks] == [bars]
        assert not piece.tracks[0].drums
    else:
        assert not piece.tracks
    assert (piece.bpm, piece.key) == (97.5, None)


@given(grooves())
def test_hits_come_back_exactly(bars: list[Bar]) -> None:
    piece = read_midi(write_midi(bars, 174, None, ROLE_DRUMS))
    assert [list(track.bars) for track in piece.tracks] == ([bars] if any(bar.hits for bar in bars) else [])
    assert all(track.drums for track in piece.tracks)


@given(st.floats(20, 400).map(lambda bpm: round(bpm, 2)))
def test_tempi_come_back(bpm: float) -> None:
    bars = [Bar(meter=meter(4, 4), notes=[Note(pitch=60, duration_steps=4, velocity=90)])]
    assert read_midi(write_midi(bars, bpm, None, ROLE_MELODY)).bpm == pytest.approx(bpm, rel=5e-6)
    whole = float(round(bpm))
    assert read_midi(write_midi(bars, whole, None, ROLE_MELODY)).bpm == whole


@pytest.mark.parametrize("scale", ["major", "minor"])
@pytest.mark.parametrize("tonic", [letter + sign for letter in "CDEFGAB" for sign in ("", "#", "b")])
def test_key_signatures_come_back_where_midi_has_them(tonic: str, scale: str) -> None:
    from music.pitch import PitchName

    key = Key(tonic=tonic, scale=scale)
    signature = PitchName.parse(tonic).fifths - (3 if scale == "minor" else 0)
    bars = [Bar(meter=meter(4, 4), notes=[Note(pitch=60, duration_steps=4, velocity=90)])]
    piece = read_midi(write_midi(bars, 120, key, ROLE_MELODY))
    assert piece.key == (key if abs(signature) <= 7 else None)


def test_minor_variants_share_the_signature_and_modes_have_none() -> None:
    bars = [Bar(meter=meter(4, 4), notes=[Note(pitch=60, duration_steps=4, velocity=90)])]
    harmonic = read_midi(write_midi(bars, 120, Key(tonic="G", scale="harmonic_minor"), ROLE_MELODY))
    assert harmonic.key == Key(tonic="G", scale="minor")
    assert read_midi(write_midi(bars, 120, Key(tonic="D", scale="dorian"), ROLE_MELODY)).key is None


def example() -> list[Bar]:
    first = Bar(index=0, meter=meter(4, 4))
    first.notes.add(pitch=43, start_step=0, duration_steps=2, velocity=100, release_ticks=-96)
    first.notes.add(pitch=46, start_step=3, duration_steps=3, velocity=80, offset_ticks=30)
    first.notes.add(pitch=50, start_step=12, duration_steps=4, velocity=90)
    second = Bar(index=1, meter=meter(7, 8))
    second.notes.add(pitch=50, start_step=0, duration_steps=2, velocity=90, tied=True)
    second.notes.add(pitch=43, start_step=4, duration_steps=10, velocity=70, offset_ticks=-12)
    return [first, second]


SOUNDING = [(43, 0.0, 1.2), (46, 3.25, 6.0), (50, 12.0, 18.0), (43, 20 - 0.1, 30.0)]  # pitch, onset, end in steps


def test_mido_reads_the_same_music() -> None:
    data = write_midi(example(), 100, Key(tonic="G", scale="minor"), ROLE_BASS, "Été ☃")
    file = mido.MidiFile(file=BytesIO(data), charset="utf-8")
    assert (file.type, file.ticks_per_beat, len(file.tracks)) == (1, 480, 2)
    assert file.tracks[0].name == "Été ☃"
    conductor = {message.type: message for message in file.tracks[0]}
    assert conductor["set_tempo"].tempo == 600_000
    assert conductor["key_signature"].key == "Gm"
    signatures = [message for message in file.tracks[0] if message.type == "time_signature"]
    assert [(message.numerator, message.denominator) for message in signatures] == [(4, 4), (7, 8)]
    assert [message.program for message in file.tracks[1] if message.type == "program_change"] == [33]
    now, sounds, struck = 0, [], {}
    for message in file.tracks[1]:
        now += message.time
        if message.type == "note_on":
            struck[message.note] = now
        elif message.type == "note_off":
            sounds.append((message.note, struck.pop(message.note) / TICKS, now / TICKS))
    assert [sound for sound in sorted(sounds, key=lambda sound: sound[1])] == SOUNDING  # noqa: C416
    assert now == 30 * TICKS


def test_pretty_midi_reads_the_same_music() -> None:
    import pretty_midi

    piece = pretty_midi.PrettyMIDI(BytesIO(write_midi(example(), 100, None, ROLE_BASS)))
    seconds_per_step = 60 / 100 / 4
    (instrument,) = piece.instruments
    assert instrument.program == 33
    read = sorted((note.start, note.pitch, note.end) for note in instrument.notes)
    expected = [(start * seconds_per_step, pitch, end * seconds_per_step) for pitch, start, end in SOUNDING]
    assert [pitch for _, pitch, _ in read] == [pitch for _, pitch, _ in expected]
    for (start, _, end), (expected_start, _, expected_end) in zip(read, expected, strict=True):
        assert (start, end) == pytest.approx((expected_start, expected_end), abs=1e-3)


def test_music21_reads_the_same_notes() -> None:
    from music21 import converter

    plain = Bar(meter=meter(4, 4))
    for index, pitch in enumerate((60, 62, 64, 67)):
        plain.notes.add(pitch=pitch, start_step=4 * index, duration_steps=4, velocity=90)
    score = converter.parseData(write_midi([plain], 120, None, ROLE_MELODY), format="midi")
    read = [(note.pitches[0].midi, float(note.offset), float(note.quarterLength)) for note in score.flatten().notes]
    assert read == [(60, 0.0, 1.0), (62, 1.0, 1.0), (64, 2.0, 1.0), (67, 3.0, 1.0)]


def test_drums_sound_on_channel_ten_with_general_midi_keys() -> None:
    bar = Bar(meter=meter(4, 4))
    bar.hits.add(piece=DRUM_PIECE_KICK, step=0, velocity=110)
    bar.hits.add(piece=DRUM_PIECE_CLOSED_HAT, step=2, velocity=70, roll=usual_roll(4, 70))
    file = mido.MidiFile(file=BytesIO(write_midi([bar], 120, None, ROLE_DRUMS)))
    struck = [message for message in file.tracks[1] if message.type == "note_on"]
    assert {message.channel for message in struck} == {9}
    assert [message.note for message in struck] == [36, 42, 42, 42, 42]


@pytest.mark.parametrize("piece", [piece for piece in DrumPiece.values() if piece])
def test_every_piece_of_the_kit_has_its_own_key(piece: DrumPiece.ValueType) -> None:
    bar = Bar(meter=meter(4, 4), hits=[DrumHit(piece=piece, step=5, velocity=90)])
    assert list(read_midi(write_midi([bar], 120, None, ROLE_DRUMS)).tracks[0].bars) == [bar]


def test_a_note_that_another_program_moved_is_read_where_it_is_now() -> None:
    bar = Bar(
        meter=meter(4, 4), notes=[Note(pitch=60, start_step=4, duration_steps=4, velocity=90, release_ticks=-120)]
    )
    file = mido.MidiFile(file=BytesIO(write_midi([bar], 120, None, ROLE_MELODY)))
    for message in file.tracks[1]:
        if message.type == "note_off":
            message.time = 960  # eight steps long now
    buffer = BytesIO()
    file.save(file=buffer)
    note = read_midi(buffer.getvalue()).tracks[0].bars[0].notes[0]
    assert (note.start_step, note.duration_steps, note.release_ticks) == (4, 8, 0)
