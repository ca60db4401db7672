"""Signatures say the keys that music21 reads out of them."""

import pytest
from boumbapp.music.v2.music_pb2 import Key

from music.key_signature import MODES, key_of, signature_of, simplest_key
from music.pitch import PitchName

TONICS = [letter + sign for letter in "CDEFGAB" for sign in ("", "#", "b")]


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("tonic", TONICS)
def test_signatures_are_those_of_music21(tonic: str, mode: str) -> None:
    from music21 import key

    sharps = key.Key(tonic.replace("b", "-"), mode).sharps
    signature = signature_of(Key(tonic=tonic, scale=mode))
    assert signature == ((sharps, mode) if abs(sharps) <= 7 else None)
    if signature is not None:
        assert key_of(*signature) == Key(tonic=tonic, scale=mode)


def test_minor_variants_share_a_signature_and_other_scales_have_none() -> None:
    assert signature_of(Key(tonic="G", scale="harmonic_minor")) == (-2, "minor")
    assert signature_of(Key(tonic="G", scale="hirajoshi")) is None
    assert key_of(8, "major") is None
    assert key_of(0, "hypodorian") is None


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("pitch_class", range(12))
def test_the_simplest_key_of_a_pitch_class_stands_on_it(pitch_class: int, mode: str) -> None:
    key = simplest_key(pitch_class, mode)
    assert PitchName.parse(key.tonic).pitch_class == pitch_class
    signature = signature_of(key)
    assert signature is not None
    assert -5 <= signature[0] <= 6


@pytest.mark.parametrize("scale", ["major", "minor", "harmonic_minor", "dorian", "", "hirajoshi"])
def test_a_key_without_a_tonic_has_no_signature(scale: str) -> None:
    assert signature_of(Key(scale=scale)) is None
