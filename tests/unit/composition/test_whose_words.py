"""Which parts of an arrangement an instruction is for: its words are read by each part beside the others."""

import pytest
from boumbapp.music.v2.edits_pb2 import Edit

from benchmarks._refine_labels import outline
from services.chassis.errors.catalogue import ApiError
from services.composition.refining.addressing import Addressee, Player
from services.drums.refine import messages as drum_messages
from services.drums.refine.parse.parser import parse_instruction as read_drums
from services.melody.refine import messages as melody_messages
from services.melody.refine.parse.parser import parse_instruction as read_melody

BAND = tuple(map(Player, ("drums", "bass", "chords", "melody")))


def edits_by_part(text: str) -> dict[str, str]:
    """What each part of a band makes of an instruction, as labels are written, without those that it leaves alone."""
    found: dict[str, str] = {}
    for own in BAND:
        others = tuple(other for other in BAND if other is not own)
        edits: list[Edit] = []
        try:
            if own.role == "drums":
                edits = [drum_messages.message_of(edit) for edit in read_drums(text, others).edits]
            else:
                parsed = read_melody(text, Addressee(own, others))
                edits = [melody_messages.message_of(edit) for edit in parsed.edits]
        except ApiError:
            continue
        if edits and any(edit.action != "keep" for edit in edits):
            found[own.role] = outline(edits)
    return found


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("only the drums in bar 2", {"bass", "chords", "melody"}),
        ("juste la basse dans la mesure 4", {"drums", "chords", "melody"}),
        ("garde la basse et refais le reste", {"drums", "chords", "melody"}),
        ("don't touch the chords, make everything else louder", {"drums", "bass", "melody"}),
        ("everything quieter except the melody", {"drums", "bass", "chords"}),
        ("louder everywhere but the chords", {"drums", "bass", "melody"}),
        ("tout plus fort sauf la batterie", {"bass", "chords", "melody"}),
        ("suis les accords Dm Bb F C", {"bass", "chords", "melody"}),
        ("nouvelle ligne de basse", {"bass"}),
        ("drums: less hats; bass: more notes; melody: an octave up", {"drums", "bass", "melody"}),
        ("le reste sans changement mais la basse plus dense", {"bass"}),
        ("snare on 2 and 4 only and longer bass notes", {"drums", "bass"}),
    ],
)
def test_an_instruction_is_for_the_parts_that_it_names(text: str, parts: set[str]) -> None:
    assert edits_by_part(text).keys() == parts


def test_parts_that_are_not_named_alone_are_silent_there() -> None:
    silent = edits_by_part("only the drums in bar 2")
    assert set(silent.values()) == {"remove@b2"}
    assert edits_by_part("just the bass louder") == {"bass": "louder"}


@pytest.mark.parametrize(
    ("text", "edits"),
    [
        ("more notes in bar 4, fewer in bar 1", "denser@b4 & sparser@b1"),
        ("plus de notes à la fin, moins au début", "denser@end & sparser@start"),
        ("repeat bar 1 in bar 3", "copy=1@b3"),
        ("répète les deux premières mesures", "repeat@b1-2"),
        ("move it half a beat later", "shift=2"),
        ("passe en mi bémol majeur", "to_key=Eb majeur"),
        ("rends-la majeure", "to_mode=major"),
        ("2 bars shorter", "fewer_bars=2"),
    ],
)
def test_what_a_clause_leaves_out_or_counts_is_read(text: str, edits: str) -> None:
    parsed = read_melody(text, Addressee(Player("melody")))
    assert outline([melody_messages.message_of(edit) for edit in parsed.edits]) == edits


@pytest.mark.parametrize(
    ("text", "edits"),
    [
        ("the snare is late", "pushed(snare)"),
        ("the hats rush a bit", "laid_back~0.5(hats)"),
        ("mets la snare un peu en retard", "laid_back~0.5(snare)"),
        ("fewer kicks in bars 1 to 3, more in bar 4", "less(kick)@b1-3 & more(kick)@b4"),
        ("layer a clap with the snare", "layer=clap(snare)"),
        ("double la snare avec un clap", "layer=clap(snare)"),
        ("style reggae", "style=reggae"),
        ("make it 4 bars longer", "more_bars=4"),
    ],
)
def test_complaints_are_not_orders(text: str, edits: str) -> None:
    assert outline([drum_messages.message_of(edit) for edit in read_drums(text, ()).edits]) == edits
