"""Instructions as people type them, in both languages, and the edits that they come to."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.chassis.errors.catalogue import ApiError
from services.composition.refining.edits import LITTLE, MUCH
from services.composition.refining.errors import UNKNOWN_INSTRUCTION
from services.composition.refining.locations import Edge, MetricalRole, Span
from services.drums.refine.describe import describe
from services.drums.refine.model.edits import Action, Edit
from services.drums.refine.parse.parser import parse_instruction

A = Action


def edits(text: str) -> list[Edit]:
    return list(parse_instruction(text).edits)


def one(text: str) -> Edit:
    found = edits(text)
    assert len(found) == 1, [describe(edit, "en") for edit in found]
    return found[0]


def outline(text: str) -> list[tuple[Action, tuple[str, ...]]]:
    return [(edit.action, tuple(part.slug for part in edit.parts)) for edit in edits(text)]


@pytest.mark.parametrize(
    ("text", "action", "parts"),
    [
        ("plus de charley", A.MORE, ("hats",)),
        ("more hats", A.MORE, ("hats",)),
        ("il manque du kick", A.MORE, ("kick",)),
        ("pas assez de kick", A.MORE, ("kick",)),
        ("moins de caisse claire", A.LESS, ("snare",)),
        ("fewer snares", A.LESS, ("snare",)),
        ("too many hats", A.LESS, ("hats",)),
        ("trop de grosse caisse", A.LESS, ("kick",)),
        ("sans kick", A.REMOVE, ("kick",)),
        ("no kick", A.REMOVE, ("kick",)),
        ("enlève le kick", A.REMOVE, ("kick",)),
        ("je ne veux plus de kick", A.REMOVE, ("kick",)),
        ("I don't want hats", A.REMOVE, ("hats",)),
        ("vire-moi cette cloche", A.REMOVE, ("cowbell",)),
        ("je veux plus de kick", A.MORE, ("kick",)),
        ("ajoute un cowbell", A.ADD, ("cowbell",)),
        ("add a shaker", A.ADD, ("shaker",)),
        ("du tambourin", A.ADD, ("tambourine",)),
        ("four on the floor", A.ADD, ("kick",)),
        ("only the kick", A.ONLY, ("kick",)),
        ("snare only on 2 and 4", A.ONLY_AT, ("snare",)),
        ("remets le kick", A.ADD, ("kick",)),
        ("trap hats", A.ROLLS, ()),
        ("le charley est trop présent", A.SOFTER, ("hats",)),
        ("garde que le kick et la snare", A.ONLY, ("kick", "snare")),
        ("garde la caisse claire", A.KEEP, ("snare",)),
        ("don't touch the snare", A.KEEP, ("snare",)),
        ("n'enlève pas le kick", A.KEEP, ("kick",)),
        ("laisse le kick tranquille", A.KEEP, ("kick",)),
        ("remplace le charley par le ride", A.REPLACE, ("hats",)),
        ("a ride instead of the hats", A.REPLACE, ("hats",)),
        ("à la place du charley, mets un ride", A.REPLACE, ("hats",)),
        ("ouvre le charley", A.OPEN, ("hats",)),
        ("ferme les hats", A.CLOSE, ("hats",)),
        ("hats en doubles croches", A.PULSE, ("hats",)),
        ("16th note hats", A.PULSE, ("hats",)),
        ("plus fort", A.LOUDER, ()),
        ("kick plus fort", A.LOUDER, ("kick",)),
        ("mets le kick plus fort", A.LOUDER, ("kick",)),
        ("turn the kick up", A.LOUDER, ("kick",)),
        ("le kick est trop fort", A.SOFTER, ("kick",)),
        ("baisse le volume des toms", A.SOFTER, ("toms",)),
        ("pas trop fort", A.SOFTER, ()),
        ("moins chargé", A.SIMPLER, ()),
        ("keep it simple", A.SIMPLER, ()),
        ("busier", A.BUSIER, ()),
        ("plus humain", A.HUMAN, ()),
        ("more mechanical", A.MECHANICAL, ()),
        ("quantise", A.QUANTISE, ()),
        ("plus de swing", A.SWING_MORE, ()),
        ("double tempo", A.DOUBLE_TIME, ()),
        ("half time", A.HALF_TIME, ()),
        ("demi-tempo", A.HALF_TIME, ()),
        ("plus rapide", A.FASTER, ()),
        ("slower", A.SLOWER, ()),
        ("more hat rolls", A.ROLLS, ("hats",)),
        ("sans roulements", A.NO_ROLLS, ()),
        ("ghost notes on the snare", A.GHOSTS, ("snare",)),
        ("laid back", A.LAID_BACK, ()),
        ("kick un pas plus tôt", A.SHIFT, ("kick",)),
    ],
)
def test_an_intent_is_parsed(text: str, action: Action, parts: tuple[str, ...]) -> None:
    assert outline(text) == [(action, parts)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "moins de hats et un fill à la fin, garde le kick",
            [(A.LESS, ("hats",)), (A.FILL, ()), (A.KEEP, ("kick",))],
        ),
        ("plus de kick moins de snare", [(A.MORE, ("kick",)), (A.LESS, ("snare",))]),
        ("hats louder kick softer", [(A.LOUDER, ("hats",)), (A.SOFTER, ("kick",))]),
        ("kick et snare plus forts", [(A.LOUDER, ("kick", "snare"))]),
        ("plus de kick, snare et hats plus forts", [(A.MORE, ("kick",)), (A.LOUDER, ("snare", "hats"))]),
        ("enlève le kick, la snare et les hats", [(A.REMOVE, ("kick", "snare", "hats"))]),
        ("more hats, but softer", [(A.MORE, ("hats",)), (A.SOFTER, ("hats",))]),
        ("kick: plus fort; snare: moins fort", [(A.LOUDER, ("kick",)), (A.SOFTER, ("snare",))]),
        ("comme avant mais sans kick", [(A.UNDO, ()), (A.REMOVE, ("kick",))]),
        ("kick sur le 1, snare sur le 3", [(A.ADD, ("kick",)), (A.ADD, ("snare",))]),
        ("un beat swingué très humain", [(A.SWING_MORE, ()), (A.HUMAN, ())]),
        (
            "rends la caisse claire plus douce et les hats plus humains",
            [(A.SOFTER, ("snare",)), (A.HUMAN, ("hats",))],
        ),
        (
            "can you please add a few ghost notes and make it a bit faster?",
            [(A.GHOSTS, ()), (A.FASTER, ())],
        ),
    ],
)
def test_intents_are_separated(text: str, expected: list[tuple[Action, tuple[str, ...]]]) -> None:
    assert outline(text) == expected


def test_the_rest_is_what_was_not_named() -> None:
    kept, removed = edits("garde le kick et la snare, enlève le reste")
    assert kept.action is A.KEEP
    assert removed.action is A.REMOVE
    assert {part.slug for part in removed.but} == {"kick", "snare"}
    assert {part.slug for part in one("tout plus fort sauf le kick et la snare").but} == {"kick", "snare"}


@pytest.mark.parametrize(
    ("text", "spans"),
    [
        ("un break à la mesure 4", [Span(4, 4)]),
        ("a fill in bar 4", [Span(4, 4)]),
        ("a fill in the 8th bar", [Span(8, 8)]),
        ("un fill à la quatrième mesure", [Span(4, 4)]),
        ("fill à la mesure 4 et à la mesure 8", [Span(4, 4), Span(8, 8)]),
        ("more hats, only in bars 2 and 3", [Span(2, 2), Span(3, 3)]),
        ("only in bars 2 and 3, more hats", [Span(2, 2), Span(3, 3)]),
        ("no hats in bars 2-4", [Span(2, 4)]),
        ("de la mesure 2 à la mesure 4 sans hats", [Span(2, 4)]),
        ("à partir de la mesure 3 plus de kick", [Span(3, -1)]),
        ("sans kick jusqu'à la mesure 3", [Span(1, 3)]),
        ("plus de kick sur la dernière mesure", [Span(-1, -1)]),
        ("louder in the last two bars", [Span(-2, -1)]),
        ("un fill toutes les 4 mesures", [Span(4, -1, 4)]),
        ("sans crash une mesure sur deux", [Span(2, -1, 2)]),
        ("no kick in odd bars", [Span(1, -1, 2)]),
    ],
)
def test_bars_are_read(text: str, spans: list[Span]) -> None:
    assert [span for place in one(text).locations for span in place.spans] == spans


def test_stretches_and_positions_are_read() -> None:
    assert one("moins de kick à la fin").locations[0].edge is Edge.END
    assert one("un fill").locations[0].edge is Edge.END
    assert one("moins de hats dans la deuxième moitié").locations[0].portion == (0.5, 1.0)
    every = one("fill at the end of every 4 bars").locations[0]
    assert (every.spans, every.within) == ((Span(4, -1, 4),), (0.5, 1.0))
    half = one("moins de kick à la fin de la mesure 2").locations[0]
    assert (half.spans, half.within) == ((Span(2, 2),), (0.5, 1.0))
    assert one("un clap sur le 2 et le 4").locations[0].beats == (2, 4)
    assert one("clap on 2 and 4").locations[0].beats == (2, 4)
    assert one("ajoute un kick sur le et de 2").locations[0].beats == (2.5,)
    assert one("kick sur chaque temps").locations[0].role is MetricalRole.BEATS
    assert one("open hats on the offbeat").locations[0].role is MetricalRole.OFFBEATS
    assert one("add a kick on step 11").locations[0].steps == (11,)
    assert one("moins de hats sauf à la mesure 3").but_at[0].spans == (Span(3, 3),)


def test_a_location_limits_its_own_intent_unless_it_stands_alone() -> None:
    first, second = edits("moins de hats et un fill à la fin")
    assert (first.locations, second.locations[0].edge) == ((), Edge.END)
    assert all(edit.locations for edit in edits("more hats and less kick, only in bars 2 and 3"))
    first, second = edits("bar 2: more hats. bar 3: no kick.")
    assert (first.locations[0].spans, second.locations[0].spans) == ((Span(2, 2),), (Span(3, 3),))


@pytest.mark.parametrize(
    ("text", "action", "value", "percent"),
    [
        ("à 140", A.TEMPO, 140, None),
        ("140 bpm", A.TEMPO, 140, None),
        ("monte à 150 bpm", A.TEMPO, 150, None),
        ("10 bpm plus vite", A.FASTER, 10, None),
        ("ralentis de 5 bpm", A.SLOWER, 5, None),
        ("-5 bpm", A.SLOWER, 5, None),
        ("plus vite de 10%", A.FASTER, None, 10),
        ("double le tempo", A.FASTER, None, 100),
        ("deux fois moins vite", A.SLOWER, None, 50),
        ("20% plus fort la caisse claire", A.LOUDER, None, 20),
        ("+20% kick", A.LOUDER, None, 20),
        ("volume du kick à 80%", A.SOFTER, None, 20),
        ("décale la caisse claire de 10 ms", A.LAID_BACK, 10, None),
        ("tempo x2", A.FASTER, None, 100),
        ("décale le kick d'un pas", A.SHIFT, 1, None),
        ("move the kick 2 steps earlier", A.SHIFT, -2, None),
        ("décale la snare d'une croche vers la gauche", A.SHIFT, -2, None),
        ("kick d'un temps plus tard", A.SHIFT, 4, None),
        ("straight", A.SWING, 0, None),
        ("swing 0.3", A.SWING, 0.3, None),
        ("charley à la croche", A.PULSE, 2, None),
        ("mesure 3 comme la mesure 1", A.COPY, 1, None),
        ("copy bar 1 to bar 3", A.COPY, 1, None),
    ],
)
def test_figures_are_read(text: str, action: Action, value: float | None, percent: float | None) -> None:
    edit = one(text)
    assert (edit.action, edit.value, edit.percent) == (action, value, percent)


def test_swing_is_read_on_the_scale_of_sequencers_too() -> None:
    assert one("swing à 50%").value == 0.0
    assert one("swing à 66%").value == pytest.approx(0.32)
    assert one("swing 75 %").value == 0.5


def test_amounts_are_read() -> None:
    assert one("un peu plus de charley").amount == LITTLE
    assert one("beaucoup plus de charley").amount == MUCH
    assert one("a bit louder").amount == LITTLE
    assert one("double les hats").amount == MUCH


@pytest.mark.parametrize(
    ("slip", "meant"),
    [
        ("mions de caise claire", "moins de caisse claire"),
        ("plsu de kik", "plus de kick"),
        ("enleve la ciasse claire", "enlève la caisse claire"),
        ("rajuote un cowbel", "rajoute un cowbell"),
        ("remplce le charlet par le ride", "remplace le charley par le ride"),
        ("tambourrin sur les contretmps", "tambourin sur les contretemps"),
        ("make the snar softer", "make the snare softer"),
        ("PLUS DE CHARLEY!!!", "plus de charley"),
        ("plus d’énergie", "plus d'energie"),
    ],
)
def test_slips_of_typing_are_forgiven(slip: str, meant: str) -> None:
    assert edits(slip) == edits(meant)


@given(st.sampled_from(["plus de grosse caisse", "ajoute un break à la 4e mesure", "décale le charley d'un pas"]))
def test_accents_and_case_do_not_matter(text: str) -> None:
    plain = "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))
    assert edits(plain) == edits(text) == edits(text.upper())


@pytest.mark.parametrize("text", ["plus de basse", "chante une chanson", "🎹", "la mélodie plus fort", "?"])
def test_what_nothing_understands_is_a_fault_with_examples(text: str) -> None:
    with pytest.raises(ApiError) as caught:
        parse_instruction(text)
    assert caught.value.code is UNKNOWN_INSTRUCTION
    assert "plus de charley" in caught.value.text("fr")
    assert "more hats" in caught.value.text("en")


@pytest.mark.parametrize("text", ["comme avant", "undo", "annule", "go back"])
def test_an_earlier_version_is_asked_for(text: str) -> None:
    assert (one(text).action, one(text).value) == (A.UNDO, 1)


def test_words_that_were_not_understood_are_reported() -> None:
    parsed = parse_instruction("plus de kick et moins de bananes")
    assert [edit.action for edit in parsed.edits] == [A.MORE]
    assert "bananes" in parsed.unparsed
    assert not parse_instruction("plus de kick s'il te plaît").unparsed


@pytest.mark.parametrize(
    "text",
    ["enlève les 2 premiers kicks", "remove everything before the 3", "make hats 32nd notes",
     "plus de basse dans le kick", "make the kick wooden", "remplace le clap par un bongo",
     "play the hats on the ride"],
)  # fmt: skip
def test_what_is_half_understood_is_not_guessed(text: str) -> None:
    with pytest.raises(ApiError):
        parse_instruction(text)


def test_edits_are_described_in_the_callers_language() -> None:
    (edit,) = edits("un peu moins de charley dans les mesures 2 et 3")
    assert describe(edit, "fr") == "un peu moins de charleston (mesures 2 et 3)"
    assert describe(edit, "en") == "a little less hi-hat (bars 2 and 3)"
    assert describe(one("remplace le charley par le ride"), "en") == "ride instead of hi-hat"
    assert describe(one("décale le kick de 2 pas"), "fr") == "grosse caisse : décalage de 2 doubles croches plus tard"
    assert describe(one("ralentis de 5 bpm"), "en") == "slower (-5 bpm)"
