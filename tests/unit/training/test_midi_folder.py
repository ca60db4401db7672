"""Any folder of music becomes lines, and files that are on the grid already come through untouched."""

import io
import random
from pathlib import Path

import mido
import pytest
from hypothesis import given
from hypothesis import strategies as st

from music.midi.events import UnreadableMidi
from services.melody.line_model.history import HOLD, LOWEST, OFF
from training.data.key_estimation import KeyGuess
from training.data.midi_folder import read_folder
from training.data.midi_tune import MOST_STEPS, read_midi_tune
from training.data.parallel_reader import read_corpus
from training.data.skipping import EmptyFolder
from training.data.tunes import Tune, UnreadableTune
from training.scoring.protocol import EventLine

EXAMPLES = Path(__file__).parents[3] / "training/examples"
# Start, length in sixteenths, MIDI key.
Notes = list[tuple[int, int, int]]


@st.composite
def lines(draw: st.DrawFn) -> Notes:
    """Monophonic notes of C major, with rests of any length between them and before the first."""
    notes, now = [], draw(st.integers(0, 40))
    for _ in range(draw(st.integers(1, 30))):
        steps = draw(st.integers(1, 20))
        notes.append((now, steps, draw(st.sampled_from([57, 59, 60, 62, 64, 65, 67, 69, 71, 72]))))
        now += steps + draw(st.sampled_from([0, 0, 0, 1, 2, 7, 300]))
    return notes


def midi_bytes(
    *parts: Notes,
    path: Path,
    ticks: int = 480,
    kind: int = 0,
    meter: tuple[int, int] | None = None,
    late: int = 0,
    **meta: object,
) -> bytes:
    """A file with a track of each part, written by another library."""
    file = mido.MidiFile(type=kind, ticks_per_beat=ticks)
    for index, notes in enumerate(parts):
        track = mido.MidiTrack()
        file.tracks.append(track)
        if "name" in meta and index == meta.get("named", 0):
            track.append(mido.MetaMessage("track_name", name=meta["name"]))
        if meter and not index:
            beats, unit = meter
            track.append(mido.MetaMessage("time_signature", numerator=beats, denominator=unit))
        if "key" in meta and not index:
            track.append(mido.MetaMessage("key_signature", key=meta["key"]))
        events = [(start * ticks // 4, 90, pitch) for start, _, pitch in notes]
        events += [((start + steps) * ticks // 4 + late, 0, pitch) for start, steps, pitch in notes]
        now = 0
        for tick, velocity, pitch in sorted(events):
            track.append(mido.Message("note_on", note=pitch, velocity=velocity, channel=index, time=tick - now))
            now = tick
    file.save(path)
    return path.read_bytes()


def expected(notes: Notes) -> list[int]:
    events = [HOLD] * (notes[-1][0] + notes[-1][1])
    for start, steps, _ in notes:
        if start + steps < len(events):
            events[start + steps] = OFF
    for start, _, pitch in notes:
        events[start] = pitch - LOWEST
    return events


@given(
    notes=lines(),
    ticks=st.sampled_from([4, 24, 96, 220, 480, 960]),
    meter=st.sampled_from([None, (4, 4), (3, 4), (6, 8), (7, 8), (5, 4), (12, 8), (2, 2)]),
    kind=st.sampled_from([0, 1]),
)
def test_a_quantised_line_in_c_is_read_as_it_is_from_the_first_tick_to_the_end_of_its_last_note(
    notes: Notes, ticks: int, meter: tuple[int, int] | None, kind: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.getbasetemp() / "line.mid"
    tune = read_midi_tune(midi_bytes(notes, path=path, ticks=ticks, kind=kind, key="C", meter=meter), "line")
    line = EventLine.of(tune)
    assert line.events.tolist() == expected(notes)
    assert (line.meter.beats, line.meter.beat_unit) == (meter or (4, 4))


def test_a_song_of_three_thousand_bars_is_one_line(tmp_path: Path) -> None:
    notes = [(4 * beat, 4, 60 + (0, 4, 7, 5)[beat % 4]) for beat in range(12_000)]
    line = EventLine.of(read_midi_tune(midi_bytes(notes, path=tmp_path / "long.mid"), "long"))
    assert len(line.events) == 48_000


def test_notes_that_overlap_a_little_are_one_voice(tmp_path: Path) -> None:
    notes = [(0, 4, 60), (4, 4, 59), (8, 4, 57), (12, 4, 60)]
    line = EventLine.of(read_midi_tune(midi_bytes(notes, path=tmp_path / "legato.mid", late=70, key="C"), "legato"))
    assert line.events[:16].tolist() == expected(notes)  # the last note really is longer


def test_played_notes_go_to_the_nearest_sixteenth(tmp_path: Path) -> None:
    played = [(0, 4, 60), (4, 4, 64), (8, 8, 67)]
    data = midi_bytes(played, path=tmp_path / "exact.mid", ticks=480, key="C")
    file = mido.MidiFile(tmp_path / "exact.mid")
    human = random.Random(1)
    times = [message.time for message in file.tracks[0]]
    for message, time in zip(file.tracks[0], times, strict=True):
        message.time = max(time + human.randint(-15, 15), 0) if time else human.randint(0, 15)
    file.save(tmp_path / "human.mid")
    human_line = EventLine.of(read_midi_tune((tmp_path / "human.mid").read_bytes(), "human"))
    assert human_line.events.tolist() == EventLine.of(read_midi_tune(data, "exact")).events.tolist()


ACCOMPANIMENT = [(start, 8, pitch) for start in range(0, 64, 8) for pitch in (48, 52, 55)]
TUNE = [(start, 4, 60 + (start // 4) % 5) for start in range(0, 64, 4)]


@pytest.mark.parametrize("name", ["MELODY", "Lead synth", "Voix", "vocals"])
def test_the_track_named_as_the_melody_is_the_line(name: str, tmp_path: Path) -> None:
    lower = [(start, steps, pitch - 24) for start, steps, pitch in TUNE]
    data = midi_bytes(TUNE, lower, path=tmp_path / "a.mid", kind=1, name=name, named=1, key="C")
    assert read_midi_tune(data, "a").notes[0].pitch == lower[0][2]


def test_without_a_name_the_most_melodic_track_is_the_line(tmp_path: Path) -> None:
    for parts in ((ACCOMPANIMENT, TUNE), (TUNE, ACCOMPANIMENT)):
        data = midi_bytes(*parts, path=tmp_path / "b.mid", kind=1, key="C")
        assert [note.pitch for note in read_midi_tune(data, "b").notes] == [pitch for *_, pitch in TUNE]


def test_of_chords_and_a_tune_in_one_track_the_highest_voice_is_heard(tmp_path: Path) -> None:
    data = midi_bytes(sorted(TUNE + ACCOMPANIMENT), path=tmp_path / "c.mid", key="C")
    assert EventLine.of(read_midi_tune(data, "c")).events.tolist() == expected(TUNE)


@pytest.mark.parametrize("semitones", range(12))
def test_the_key_is_found_in_every_transposition_when_the_file_names_none(semitones: int) -> None:
    files = sorted(EXAMPLES.glob("*.mid"))
    found = 0
    for path in files:
        named = KeyGuess(*_key(path.read_bytes()))
        file = mido.MidiFile(path)
        for track in file.tracks:
            track[:] = [message for message in track if message.type != "key_signature"]
            for message in track:
                if message.type.startswith("note"):
                    message.note += semitones
        buffer = io.BytesIO()
        file.save(file=buffer)
        found += KeyGuess(*_key(buffer.getvalue())).major == (named.major + semitones) % 12
    assert found >= 0.75 * len(files)  # some tunes lack a degree, or are in a mode that signatures do not tell


def _key(data: bytes) -> tuple[int, str]:
    tune = read_midi_tune(data, "x")
    return tune.tonic, tune.mode


def test_a_signature_that_the_notes_contradict_is_not_believed(tmp_path: Path) -> None:
    # D major throughout, in a file that says C as many do.
    notes = [(4 * i, 4, (62, 64, 66, 67, 69, 71, 73, 74)[i % 8]) for i in range(64)]
    assert _key(midi_bytes(notes, path=tmp_path / "d.mid", key="C"))[0] in (2, 11)
    assert _key(midi_bytes(notes, path=tmp_path / "d.mid", key="Bm")) == (11, "minor")


def test_unusable_files_are_counted_by_reason_and_cost_no_other(tmp_path: Path) -> None:
    (tmp_path / "deep/er").mkdir(parents=True)
    midi_bytes(TUNE, path=tmp_path / "deep/er/good.MID")
    (tmp_path / "text.mid").write_text("not music")
    (tmp_path / "cut.mid").write_bytes((tmp_path / "deep/er/good.MID").read_bytes()[:24])
    (tmp_path / "empty.midi").touch()
    (tmp_path / "odd.musicxml").write_text("<score-partwise/>")
    (tmp_path / "notes.txt").write_text("is not looked at")
    drums = mido.MidiFile(tmp_path / "deep/er/good.MID")
    for message in drums.tracks[0]:
        if message.type.startswith("note"):
            message.channel = 9
    drums.save(tmp_path / "drums.mid")
    corpus = read_folder(tmp_path)
    assert [tune.name for tune in corpus.tunes] == ["deep/er/good.MID"]
    assert sum(corpus.skipped.values()) == 5
    assert corpus.skipped["no notes but drums"] == 1


def _odd(path: Path) -> Tune:
    if path.name == "b":
        raise ZeroDivisionError
    if path.name == "c":
        raise RecursionError
    if path.name == "d":
        raise FileNotFoundError(2, "No such file or directory")
    return read_midi_tune(min(EXAMPLES.glob("*.mid")).read_bytes(), path.name)


def test_whatever_a_reader_raises_costs_its_file_alone() -> None:
    corpus = read_corpus(_odd, [Path(name) for name in "abcdea"], "Reading")
    assert [tune.name for tune in corpus.tunes] == ["a", "e", "a"]
    assert corpus.skipped == {
        "cannot be opened: No such file or directory": 1,
        "cannot be read: RecursionError": 1,
        "cannot be read: ZeroDivisionError": 1,
    }


@pytest.mark.parametrize(
    "key",
    [
        "<key-step>B</key-step><key-alter>-1</key-alter><key-step>F</key-step><key-alter>1</key-alter>",
        "<key-step>E</key-step><key-alter>0.5</key-alter>",
        "",
        "<fifths>1</fifths><mode>mixolydian</mode>",
        "<fifths>99</fifths>",
        "<fifths>many</fifths>",
    ],
)
def test_a_score_in_an_odd_key_is_read_or_counted_and_costs_no_other(key: str, tmp_path: Path) -> None:
    attributes = f"<attributes><divisions>1</divisions><key>{key}</key></attributes>"
    notes = "".join(_xml_note(step, 5, 1) for step in "GABD")
    (tmp_path / "odd.musicxml").write_text(
        '<score-partwise version="3.1"><part-list><score-part id="P1"><part-name>Voice</part-name></score-part>'
        f'</part-list><part id="P1"><measure number="1">{attributes}{notes}</measure></part></score-partwise>'
    )
    midi_bytes(TUNE, path=tmp_path / "good.mid")
    corpus = read_folder(tmp_path)
    assert "good.mid" in [tune.name for tune in corpus.tunes]
    assert len(corpus.tunes) + sum(corpus.skipped.values()) == 2
    if "<key-alter>-1" in key:
        assert len(corpus.tunes) == 2  # its notes tell the key as well as those of a file that names none


def test_a_folder_without_music_is_an_error_that_names_it(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "nowhere"):
        with pytest.raises(EmptyFolder, match=str(folder)):
            read_folder(folder)


def test_a_damaged_time_does_not_take_all_memory(tmp_path: Path) -> None:
    data = midi_bytes([(0, 4, 60), (2 * MOST_STEPS, 4, 60)], path=tmp_path / "far.mid", ticks=4)
    with pytest.raises(UnreadableTune, match="longer"):
        read_midi_tune(data, "far")


@given(data=st.data())
def test_damaged_files_are_refused_or_read_but_never_break_reading(data: st.DataObject) -> None:
    content = bytearray(min(EXAMPLES.glob("*.mid")).read_bytes())
    for _ in range(data.draw(st.integers(1, 8))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    del content[data.draw(st.integers(0, len(content))) :]
    try:
        tune = read_midi_tune(bytes(content), "damaged")
    except (UnreadableMidi, UnreadableTune):
        return
    assert EventLine.of(tune).events[-1] in (HOLD, *range(80))


def _xml_note(step: str, octave: int, quarters: int) -> str:
    alter = "<alter>1</alter>" if step == "F" else ""
    pitch = f"<pitch><step>{step}</step>{alter}<octave>{octave}</octave></pitch>"
    return f"<note>{pitch}<duration>{quarters}</duration></note>"


def test_scores_are_read_with_their_pickup_at_the_end_of_its_bar(tmp_path: Path) -> None:
    signature = (
        "<attributes><divisions>1</divisions><key><fifths>1</fifths></key>"
        "<time><beats>3</beats><beat-type>4</beat-type></time></attributes>"
    )
    bars = (
        f'<measure number="0" implicit="yes">{signature}{_xml_note("D", 5, 1)}</measure>'
        f'<measure number="1">{_xml_note("G", 5, 2)}{_xml_note("F", 5, 1)}</measure>'
        f'<measure number="2">{_xml_note("G", 5, 3)}</measure>'
    )
    (tmp_path / "waltz.musicxml").write_text(
        '<?xml version="1.0"?><score-partwise version="3.1"><part-list><score-part id="P1"><part-name>Voice</part-name>'
        f'</score-part></part-list><part id="P1">{bars}</part></score-partwise>'
    )
    (tune,) = read_folder(tmp_path).tunes
    assert [(n.bar, n.step, n.steps, n.pitch) for n in tune.notes] == [
        (0, 8, 4, 74),
        (1, 0, 8, 79),
        (1, 8, 4, 78),
        (2, 0, 12, 79),
    ]
    assert KeyGuess(tune.tonic, tune.mode).major == 7
    assert (tune.beats, tune.beat_unit) == (3, 4)


def test_what_reading_left_out_is_told_by_code(tmp_path: Path) -> None:
    midi_bytes(TUNE, path=tmp_path / "good.mid")
    (tmp_path / "cut.mid").write_bytes((tmp_path / "good.mid").read_bytes()[:-9])
    corpus = read_folder(tmp_path)
    assert len(corpus.tunes) == 2
    assert corpus.notices["DAMAGED_AT_BYTE"] == 1
