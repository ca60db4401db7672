"""Suggestions: what was liked comes first, what is unknown comes up, and what fails gives way."""

from collections import Counter

from boumbapp.journal.v2.journal_service_pb2 import SuggestionKind

from language.localized_text import LocalizedText
from services.journal.domain.catalogue import Catalogue, Style, style_closeness
from services.journal.domain.preferences import Counts, Trait
from services.journal.domain.suggesting import Situation, Suggester

STYLE = SuggestionKind.SUGGESTION_KIND_STYLE
NAMES = ("funk", "disco", "jazz", "waltz", "drone", "trap")
CATALOGUE = Catalogue(
    {
        name: Style(LocalizedText(name, name), bpm, "3/4" if name == "waltz" else "4/4")
        for name, bpm in zip(NAMES, (105, 115, 150, 150, 60, 140), strict=True)
    },
    {},
)


def firsts(own: dict[Trait, Counts], style: str = "", seeds: int = 300) -> Counter[str]:
    suggester = Suggester(own, own, CATALOGUE)
    return Counter(
        next(iter(suggester.suggest(Situation(style=style), [STYLE], 1, seed))).value for seed in range(seeds)
    )


def test_the_first_ones_are_near_what_is_worked_on_and_not_always_the_same() -> None:
    found = firsts({}, "funk")
    assert found.most_common(1)[0][0] == "disco"
    assert found["disco"] > found["drone"]
    assert len(found) == len(NAMES) - 1


def test_what_pleases_comes_first_and_others_still_come_up() -> None:
    found = firsts({Trait("style", "trap"): Counts(6, 6, 28, 0, 0)})
    assert found.most_common(1)[0][0] == "trap"
    assert found.total() > found["trap"]


def test_what_never_pleased_goes() -> None:
    found = firsts({Trait("style", "trap"): Counts(40, 40, 40, 0, 0)})
    assert found["trap"] <= 3


def test_exploring_finds_what_pleases() -> None:
    """Somebody who likes drone alone: suggestions that are taken and rated lead there."""
    own: dict[Trait, Counts] = {}
    taken: Counter[str] = Counter()
    for seed in range(120):
        value = next(iter(Suggester(own, {}, CATALOGUE).suggest(Situation(), [STYLE], 1, seed))).value
        stars = 5 if value == "drone" else 1
        own[Trait("style", value)] = own.get(Trait("style", value), Counts()) + Counts(1, 1, stars)
        if seed >= 60:
            taken[value] += 1
    assert taken.most_common(1)[0][0] == "drone"
    assert taken["drone"] > 50


def test_closeness_is_symmetric_and_greatest_to_itself() -> None:
    for one in CATALOGUE.styles.values():
        assert style_closeness(one, one) == 1
        for other in CATALOGUE.styles.values():
            assert style_closeness(one, other) == style_closeness(other, one) <= 1
