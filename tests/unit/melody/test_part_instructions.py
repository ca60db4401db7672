"""Instructions about pitched parts: any text is read or refused, keys and chords are read as theory reads them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.chassis.errors.catalogue import ApiError
from services.composition.refining.addressing import Addressee, Player
from services.composition.refining.errors import NOT_DONE_HERE, UNKNOWN_INSTRUCTION
from services.composition.refining.tags import Tag
from services.melody.refine.describe import describe
from services.melody.refine.model.edits import Action, Edit
from services.melody.refine.parse.parser import parse_instruction
from services.melody.refine.parse.words import lexicon

ALONE = Addressee(Player("melody"))
LONGEST = (
    "Am F " * 400,
    "D minor " * 250,
    "1/2 3/4 " * 250,
    "do re mi " * 220,
    "only 2 bars " * 160,
    "z" * 2000,
    "qz " * 600,
)
_KNOWN = [" ".join(phrase) for phrase, (tag, _) in lexicon().phrases.items() if tag is not Tag.NOISE]


def edits(text: str) -> tuple[Edit, ...]:
    return parse_instruction(text, ALONE).edits


def read_or_refused(text: str) -> None:
    try:
        found = edits(text)
    except ApiError as refused:
        if refused.code not in (UNKNOWN_INSTRUCTION, NOT_DONE_HERE):
            raise
        return
    for edit in found:
        for locale in ("fr", "en"):
            said = describe(edit, locale)
            assert said
            assert "{" not in said


@given(st.text(max_size=200))
def test_any_text_is_read_or_refused(text: str) -> None:
    read_or_refused(text)


@given(st.lists(st.sampled_from([*_KNOWN, "2", "4", ",", "et", "D minor", "Am F", "3/4", "%", "0"]), max_size=12))
def test_any_words_of_the_vocabulary_can_be_read_and_described(words: list[str]) -> None:
    read_or_refused(" ".join(words))


@pytest.mark.parametrize("text", LONGEST, ids=lambda text: text[:12])
def test_long_texts_are_read_or_refused_too(text: str) -> None:
    read_or_refused(text)


@pytest.mark.parametrize(
    ("text", "action", "said"),
    [
        ("transpose to D minor", Action.TO_KEY, "D minor"),
        ("passe en Do# mineur", Action.TO_KEY, "C# mineur"),
        ("mets-la en mi bémol majeur", Action.TO_KEY, "Eb majeur"),
        ("change the key to Bb", Action.TO_KEY, "Bb"),
        ("in F#m", Action.TO_KEY, "F# minor"),
        ("suis les accords Am F C G", Action.CHORDS, "Am F C G"),
        ("follow Dm7 - G7 - Cmaj7", Action.CHORDS, "Dm7 G7 Cmaj7"),
        ("sur les accords lam fa do sol", Action.CHORDS, "Am F C G"),
        ("over ii V I", Action.CHORDS, "ii V I"),
        ("finis sur un sol dièse", Action.END_ON, "G#"),
        ("end on Eb", Action.END_ON, "Eb"),
        ("passe en 7/8", Action.METER, "7/8"),
    ],
)
def test_keys_chords_and_metres_are_read_whole(text: str, action: Action, said: str) -> None:
    (edit,) = edits(text)
    assert (edit.action, edit.text) == (action, said)


@pytest.mark.parametrize(
    ("text", "left_out"),
    [("plus fort et moins de bananes", "bananes"), ("un ton plus haut avec des papillons", "papillons")],
)
def test_words_that_were_not_understood_are_reported(text: str, left_out: str) -> None:
    assert left_out in parse_instruction(text, ALONE).unparsed
