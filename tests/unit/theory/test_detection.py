"""Keys and meters are found in music whose key and meter are known."""

import random

import pytest
from boumbapp.music.v2.music_pb2 import DRUM_PIECE_CLOSED_HAT, DRUM_PIECE_KICK, Bar, DrumHit, Key, Meter, Note
from hypothesis import given
from hypothesis import strategies as st

from music.musicxml import read_musicxml
from music.pitch import PitchName
from services.theory.catalogue.catalogue import Catalogue
from services.theory.detection.key import detect_keys
from services.theory.detection.meter import detect_meter
from services.theory.harmony.progressions import scale_mask

CATALOGUE = Catalogue.load()
FOUR_FOUR = Meter(beats=4, beat_unit=4)


def melody(*pitches: int, length: int = 4, meter: Meter = FOUR_FOUR) -> list[Bar]:
    steps = meter.beats * 16 // meter.beat_unit
    bars: list[Bar] = []
    for index, pitch in enumerate(pitches):
        bar, step = divmod(index * length, steps)
        if bar == len(bars):
            bars.append(Bar(index=bar, meter=meter))
        bars[bar].notes.add(pitch=pitch, start_step=step, duration_steps=length, velocity=90)
    return bars


def transposed(bars: list[Bar], interval: int) -> list[Bar]:
    moved = [Bar.FromString(bar.SerializeToString()) for bar in bars]
    for bar in moved:
        for note in bar.notes:
            note.pitch += interval
    return moved


ODE_TO_JOY = melody(64, 64, 65, 67, 67, 65, 64, 62, 60, 60, 62, 64, 62, 60, 60, 60)
GREENSLEEVES = melody(57, 60, 62, 64, 65, 64, 62, 59, 55, 57, 59, 60, 57, 57, 56, 57, 59, 56, 52, 57, 57, 57)
DORIAN_RIFF = melody(62, 69, 71, 69, 67, 69, 71, 65, 62, 64, 65, 67, 71, 69, 62, 62)


@pytest.mark.parametrize("interval", range(-6, 6))
@pytest.mark.parametrize(
    ("bars", "tonic", "scale"), [(ODE_TO_JOY, 0, "major"), (GREENSLEEVES, 9, "minor"), (DORIAN_RIFF, 2, "dorian")]
)
def test_tunes_in_all_keys(bars: list[Bar], tonic: int, scale: str, interval: int) -> None:
    found = detect_keys(transposed(bars, interval))[0].key
    assert (PitchName.parse(found.tonic).pitch_class, found.scale) == ((tonic + interval) % 12, scale)


@pytest.mark.parametrize(
    ("name", "tonic", "mode"),
    [
        ("bach/bwv66.6", "F#", "minor"),
        ("bach/bwv253", "A", "major"),
        ("bach/bwv10.7", "G", "minor"),
        ("bach/bwv269", "G", "major"),
        ("ryansMammoth/7thRegimentReel", "A", "major"),
    ],
)
def test_pieces_of_the_corpus(name: str, tonic: str, mode: str) -> None:
    from music21 import corpus
    from music21.musicxml.m21ToXml import GeneralObjectExporter

    piece = read_musicxml(GeneralObjectExporter(corpus.parse(name)).parse())
    bars = [bar for track in piece.tracks for bar in track.bars]
    assert detect_keys(bars)[0].key == Key(tonic=tonic, scale=mode)
    assert detect_meter(bars) == bars[1].meter


def test_confidences_fall_and_sum_to_at_most_one() -> None:
    found = detect_keys(ODE_TO_JOY)
    confidences = [entry.confidence for entry in found]
    assert confidences == sorted(confidences, reverse=True)
    assert sum(confidences) <= 1 + 1e-6
    assert all(entry.confidence > 0 for entry in found)


def test_more_music_means_more_confidence() -> None:
    assert detect_keys(ODE_TO_JOY)[0].confidence > detect_keys(ODE_TO_JOY[:1])[0].confidence
    assert detect_keys(melody(60))[0].confidence < 0.5


def test_silence_has_no_key_and_keeps_its_metre() -> None:
    waltz = Meter(beats=3, beat_unit=4)
    assert detect_keys([]) == []
    assert detect_keys([Bar(meter=waltz, hits=[DrumHit(piece=DRUM_PIECE_KICK, velocity=90)])]) == []
    assert detect_meter([]) == FOUR_FOUR
    assert detect_meter([Bar(meter=waltz)]) == waltz


@given(st.lists(st.integers(0, 127), min_size=1, max_size=40))
def test_any_notes_give_keys_that_exist_spelled_with_few_accidentals(pitches: list[int]) -> None:
    for found in detect_keys(melody(*pitches)):
        assert scale_mask(found.key, CATALOGUE)
        assert len(found.key.tonic) <= 2


@pytest.mark.parametrize(
    ("meter", "lengths"),
    [
        (Meter(beats=3, beat_unit=4), (8, 4)),
        (Meter(beats=6, beat_unit=8), (4, 2, 4, 2)),
        (Meter(beats=4, beat_unit=4), (6, 2, 4, 4)),
        (Meter(beats=7, beat_unit=8), (4, 4, 6)),
        (Meter(beats=5, beat_unit=4), (8, 4, 6, 2)),
    ],
)
def test_a_rhythm_that_recurs_tells_its_metre_even_when_written_in_another(
    meter: Meter, lengths: tuple[int, ...]
) -> None:
    chance = random.Random(1)
    steps, bars = 0, [Bar(index=index, meter=FOUR_FOUR) for index in range(40)]
    for _ in range(24):
        for length in lengths:
            bar, step = divmod(steps, 16)
            pitch = chance.choice([60, 62, 64, 67])
            bars[bar].notes.append(Note(pitch=pitch, start_step=step, duration_steps=length, velocity=90))
            steps += length
    assert detect_meter(bars[: steps // 16]) == meter


def test_drum_hits_tell_the_metre_too() -> None:
    waltz = [Bar(index=index, meter=Meter(beats=3, beat_unit=4)) for index in range(8)]
    for bar in waltz:
        bar.hits.add(piece=DRUM_PIECE_KICK, step=0, velocity=110)
        bar.hits.add(piece=DRUM_PIECE_CLOSED_HAT, step=4, velocity=80)
        bar.hits.add(piece=DRUM_PIECE_CLOSED_HAT, step=8, velocity=80)
    assert detect_meter(waltz) == Meter(beats=3, beat_unit=4)
