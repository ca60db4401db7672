"""Every scale of the catalogue against music21, or against the steps that its source prints, in every key."""

from typing import Any

import music21.chord
import music21.scale
import pytest
from music21.chord import tables

from music.pitch import PitchName, interval_semitones, pitch_classes_of
from services.theory.catalogue.catalogue import Catalogue
from services.theory.catalogue.entries import Scale

SCALES = list(Catalogue.load().scales.values())
TONICS = [PitchName(fifths) for fifths in range(-8, 9)]  # Fb to E#... every key in use, enharmonic ones included
# Semitones above the tonic, copied from the cited books, for scales that music21 does not know.
FROM_SOURCES = {
    "bebop_dominant": (0, 2, 4, 5, 7, 9, 10, 11),
    "bebop_major": (0, 2, 4, 5, 7, 8, 9, 11),
    "bebop_dorian": (0, 2, 3, 4, 5, 7, 9, 10),
    "bebop_melodic_minor": (0, 2, 3, 5, 7, 8, 9, 11),
    "bebop_harmonic_minor": (0, 2, 3, 5, 7, 8, 10, 11),
    "persian": (0, 1, 4, 5, 6, 8, 11),
    "saba": (0, 1, 3, 4, 7, 8, 10),
    "todi": (0, 1, 3, 6, 7, 8, 11),
    "purvi": (0, 1, 4, 6, 7, 8, 11),
}
# A set class only fixes a scale up to its mode; these pin the mode where no class of music21 does.
PINNED = {
    "minor_pentatonic": (0, 3, 5, 7, 10),
    "major_pentatonic": (0, 2, 4, 7, 9),
    "blues": (0, 3, 5, 6, 7, 10),
    "major_blues": (0, 2, 3, 4, 7, 9),
    "hirajoshi": (0, 2, 3, 7, 8),
    "iwato": (0, 1, 5, 6, 10),
    "in_sen": (0, 1, 5, 7, 10),
    "kumoi": (0, 2, 3, 7, 9),
    "miyako_bushi": (0, 1, 5, 7, 8),
    "diminished": (0, 2, 3, 5, 6, 8, 9, 11),
    "half_whole_diminished": (0, 1, 3, 4, 6, 7, 9, 10),
    "hungarian_minor": (0, 2, 3, 6, 7, 8, 11),
    "double_harmonic": (0, 1, 4, 5, 7, 8, 11),
    "neapolitan_minor": (0, 1, 3, 5, 7, 8, 11),
    "enigmatic": (0, 1, 4, 6, 8, 10, 11),
    "prometheus": (0, 2, 4, 6, 9, 10),
    "harmonic_major": (0, 2, 4, 5, 7, 8, 11),
}


def semitones(scale: Scale) -> tuple[int, ...]:
    return pitch_classes_of(scale.pitch_classes)


def music21_modes(name: str, tonic: str = "C") -> list[tuple[int, ...]]:
    """Semitones of a music21 scale from each of its degrees."""
    pitches = getattr(music21.scale, name)(tonic).getPitches(f"{tonic}4", f"{tonic}5")
    classes = sorted({pitch.pitchClass for pitch in pitches}, key=lambda c: (c - pitches[0].pitchClass) % 12)
    return [tuple(sorted((c - home) % 12 for c in classes)) for home in classes]


@pytest.mark.parametrize("scale", SCALES, ids=lambda scale: scale.slug)
def test_a_scale_has_the_pitch_classes_of_music21_or_of_its_source(scale: Scale) -> None:
    if scale.music21 is None:
        assert semitones(scale) == FROM_SOURCES[scale.slug]
        return
    kind, _, name = scale.music21.partition(".")
    if kind == "scale":
        name, _, degree = name.partition(" ")
        assert semitones(scale) == music21_modes(name)[int(degree or 1) - 1]
    else:
        assert kind == "set"
        cardinality, forte, inversion, *_ = music21.chord.Chord(list(semitones(scale))).chordTablesAddress
        info: Any = tables.tnIndexToChordInfo
        assert name in info[(cardinality, forte, inversion)]["name"]


@pytest.mark.parametrize("slug", PINNED)
def test_the_mode_of_a_symmetric_or_pentatonic_scale_is_the_usual_one(slug: str) -> None:
    assert semitones(Catalogue.load().scales[slug]) == PINNED[slug]


@pytest.mark.parametrize("scale", SCALES, ids=lambda scale: scale.slug)
def test_names_are_spelled_so_that_they_sound_as_they_should_in_every_key(scale: Scale) -> None:
    for tonic in TONICS:
        names = [tonic + interval for interval in scale.intervals]
        assert [name.pitch_class for name in names] == [
            (tonic.pitch_class + interval_semitones(interval)) % 12 for interval in scale.intervals
        ]


@pytest.mark.parametrize(
    "scale",
    [s for s in SCALES if s.music21 and s.music21.startswith("scale.") and len(s.intervals) == 7],
    ids=lambda s: s.slug,
)
def test_seven_note_scales_are_spelled_as_music21_spells_them_in_every_key(scale: Scale) -> None:
    assert scale.music21 is not None
    name, _, degree = scale.music21.removeprefix("scale.").partition(" ")
    step = int(degree or 1) - 1
    for tonic in TONICS:
        parent = getattr(music21.scale, name)(str(tonic).replace("b", "-"))
        pitches = parent.getPitches(f"{str(tonic).replace('b', '-')}4", f"{str(tonic).replace('b', '-')}5")[:7]
        ours = [str(PitchName.parse(pitches[step].name) + interval) for interval in scale.intervals]
        assert ours == [pitch.name.replace("-", "b") for pitch in (*pitches[step:], *pitches[:step])]


@pytest.mark.parametrize("scale", [s for s in SCALES if len(s.intervals) == 7], ids=lambda scale: scale.slug)
def test_seven_note_scales_use_each_letter_once(scale: Scale) -> None:
    letters = {(PitchName.parse("C") + interval).letter for interval in scale.intervals}
    assert len(letters) == 7 or scale.slug == "enigmatic"  # it has seven tones within six letters


def test_there_are_sixty_scales_and_more() -> None:
    assert len(SCALES) >= 60
