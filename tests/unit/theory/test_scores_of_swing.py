"""Scores write swing straight, with its sign, and triplets as triplets, whatever the part."""

import xml.etree.ElementTree as ET
from fractions import Fraction

import pytest
from boumbapp.music.v2.music_pb2 import (
    DRUM_PIECE_CLOSED_HAT,
    DRUM_PIECE_KICK,
    ROLE_BASS,
    ROLE_DRUMS,
    SWING_UNIT_EIGHTH,
    SWING_UNIT_SIXTEENTH,
    Bar,
    DrumHit,
    Meter,
    Note,
    Swing,
    Track,
)
from boumbapp.theory.v2.theory_service_pb2 import FILE_FORMAT_MUSICXML, ExportRequest

from services.theory.file_io.import_export import export_file

FOUR_FOUR = Meter(beats=4, beat_unit=4)
SWUNG = Swing(amount=1 / 3, unit=SWING_UNIT_EIGHTH)
THIRD = Fraction(1, 3)


def places(tracks: list[Track], swing: Swing | None = None) -> list[set[Fraction]]:
    """Where in their quarters the notes of each part begin."""
    request = ExportRequest(tracks=tracks, bpm=120, format=FILE_FORMAT_MUSICXML, swing=swing)
    parts = []
    for part in ET.fromstring(export_file(request).file).findall("part"):
        divisions = int(part.findtext("measure/attributes/divisions", "1"))
        now, found = 0, set()
        for element in part.iter():
            length = int(element.findtext("duration", "0"))
            if element.tag == "backup":
                now -= length
            elif element.tag == "forward":
                now += length
            elif element.tag == "note" and element.find("chord") is None:
                if element.find("rest") is None:
                    found.add(Fraction(now, divisions) % 1)
                now += length
        parts.append(found)
    return parts


def line(*onsets: tuple[int, int]) -> Track:
    """A bass with notes on these steps and offsets."""
    notes = [
        Note(pitch=40, start_step=step, duration_steps=1, velocity=80, offset_ticks=ticks) for step, ticks in onsets
    ]
    return Track(role=ROLE_BASS, bars=[Bar(meter=FOUR_FOUR, notes=notes)])


def kit(*onsets: tuple[int, int]) -> Track:
    hits = [DrumHit(piece=DRUM_PIECE_CLOSED_HAT, step=step, velocity=80, offset_ticks=ticks) for step, ticks in onsets]
    return Track(role=ROLE_DRUMS, bars=[Bar(meter=FOUR_FOUR, hits=hits)])


def test_off_beats_that_swing_are_written_straight_in_every_part() -> None:
    # The third part of a triplet, as players place it: exactly, early, late, and on the straight step where another
    # sixteenth follows.
    tracks = [line((0, 0), (3, -40), (4, 3), (7, -46)), kit((0, 2), (3, -33), (6, 80), (7, 50))]
    assert places(tracks, SWUNG) == [{Fraction(0), Fraction(1, 2)}, {Fraction(0), Fraction(1, 2), Fraction(3, 4)}]


def test_triplets_stay_triplets_where_eighths_swing() -> None:
    in_triplets = line((0, 0), (1, 40), (3, -40), (4, 0), (7, -40))
    for note, release in zip(in_triplets.bars[0].notes[:3], (40, 80, 0), strict=True):
        note.release_ticks = release
    assert (
        places([in_triplets, kit((0, 0), (1, 40), (3, -40), (7, -40))], SWUNG)
        == [{Fraction(0), THIRD, 2 * THIRD, Fraction(1, 2)}] * 2
    )
    # What sounds like one because it swings is straight like the rest.
    assert places([line((0, 0), (1, 43), (3, -44))], SWUNG) == [{Fraction(0), Fraction(1, 4), Fraction(1, 2)}]


def test_swung_sixteenths_stay_sixteenths() -> None:
    swing = Swing(amount=0.3, unit=SWING_UNIT_SIXTEENTH)
    assert places([kit((0, 0), (1, 36), (2, 0), (3, 36), (5, 30))], swing) == [
        {Fraction(place, 4) for place in range(4)}
    ]


def test_without_swing_said_what_sounds_as_triplets_is_written_so() -> None:
    assert places([line((0, 0), (3, -38), (4, 0), (5, 40), (7, -40))]) == [{Fraction(0), THIRD, 2 * THIRD}]
    assert places([line((0, 0), (1, 8), (2, -9), (3, 20))]) == [{Fraction(place, 4) for place in range(4)}]


@pytest.mark.parametrize("swing", [None, Swing(amount=0.25, unit=SWING_UNIT_SIXTEENTH)])
def test_exact_triplets_stand_beside_sixteenths(swing: Swing | None) -> None:
    track = kit((0, 0), (1, 40), (3, -40), (4, 0), (5, 40), (7, -40))
    track.bars[0].hits.append(DrumHit(piece=DRUM_PIECE_KICK, step=2, velocity=90, offset_ticks=-4))
    [found] = places([track], swing)
    assert found == {Fraction(0), THIRD, 2 * THIRD, Fraction(1, 2)}
