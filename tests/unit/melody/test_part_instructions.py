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


@pytest.mark.parametrize(
    "text",
    [
        "ralentis à la fin",
        "faster in bar 2",
        "enlève 2 notes dans la mesure 3",
        "accent every other note",
        "le couplet plus calme",
        "part B an octave higher",
        "change the rhythm but not the notes",
        "transpose it to the relative minor",
        "slide into bar 2",
    ],
)
def test_what_could_only_be_guessed_is_refused(text: str) -> None:
    with pytest.raises(ApiError) as refused:
        edits(text)
    assert refused.value.code in (UNKNOWN_INSTRUCTION, NOT_DONE_HERE)


@pytest.mark.parametrize(
    ("text", "once"),
    [
        ("trop vide à la fin, rajoute des notes", "plus de notes à la fin"),
        ("la mesure 3 est trop chargée, enlève des notes", "moins de notes dans la mesure 3"),
        ("les notes sont trop longues, notes plus courtes à la fin", "notes plus courtes à la fin"),
    ],
)
def test_a_complaint_and_its_remedy_ask_once_and_in_one_place(text: str, once: str) -> None:
    assert edits(text) == edits(once)


@pytest.mark.parametrize(
    ("text", "action"),
    [
        ("garde le rythme mais refais la mesure 2", Action.NEW_PITCHES),
        ("redo bar 2, same rhythm", Action.NEW_PITCHES),
        ("échange les mesures 2 et 3", Action.SWAP),
        ("bar 2 twice as fast", Action.DOUBLE_TIME),
        ("mets la mesure 2 à la place de la 4", Action.COPY),
        ("only change bar 2", Action.REGENERATE),
    ],
)
def test_sayings_that_resemble_others(text: str, action: Action) -> None:
    (edit,) = edits(text)
    assert edit.action is action
    assert edit.locations


@pytest.mark.parametrize("text", ["la mesure 2 plus forte et plus longue", "bar 2 louder and staccato"])
def test_what_is_said_of_a_place_goes_on_after_and(text: str) -> None:
    assert {edit.locations for edit in edits(text)} == {edits("louder in bar 2")[0].locations}
    assert len(edits(text)) == 2
