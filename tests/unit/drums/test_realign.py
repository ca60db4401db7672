"""What was told of hits is held on to through corrections."""

from boumbapp.music.v2.feel_pb2 import HitFeel
from boumbapp.music.v2.music_pb2 import DrumHit
from hypothesis import given
from hypothesis import strategies as st

from services.drums.performance.realign import realign_feel
from services.drums.refine.model.editable_groove import EditableGroove
from tests.unit.drums.grooves import KICK, SNARE, grooves


@given(grooves(), st.randoms(use_true_random=False))
def test_feels_stay_with_their_hits_whatever_is_removed_or_reordered(groove: EditableGroove, random: object) -> None:
    for bar, feels in zip(groove.bars, groove.feels, strict=False):
        told = {(hit.piece, hit.step): feel for hit, feel in zip(bar.hits, feels.feels, strict=True)}
        kept = [hit for hit in reversed(bar.hits) if hit.step % 3]
        assert realign_feel(bar.hits, feels.feels, kept) == [told[hit.piece, hit.step] for hit in kept]


def test_of_two_hits_on_one_step_the_louder_ones_feel_counts() -> None:
    made = [DrumHit(piece=KICK, step=0, velocity=100), DrumHit(piece=KICK, step=0, velocity=90)]
    feels = [HitFeel(human_velocity=3), HitFeel(human_velocity=-3)]
    assert realign_feel(made, feels, made[:1]) == feels[:1]
    assert realign_feel(made[::-1], feels[::-1], made[:1]) == feels[:1]


def test_a_hit_without_known_feel_has_a_plain_one() -> None:
    assert realign_feel([], [], [DrumHit(piece=SNARE, step=4, velocity=90)]) == [HitFeel()]
