"""Numbers in words: read as before, however long the row, and in a time that grows with it and no faster."""

import random

import pytest

from services.theory.prompt.parse import numbers
from services.theory.prompt.parse.numbers import parse_number
from services.theory.prompt.parse.tokenizer import Prompt

WORDS = (
    "mille thousand cent hundred zero un deux sept dix onze seize vingt vingts trente soixante quatre quatre-vingt "
    "twenty nineteen et and a basse lofi mesures 3 douzaine"
).split()


def word_by_word(prompt: Prompt, index: int) -> tuple[float, int] | None:
    """The same without keeping anything."""
    total, group, start = 0, 0, index
    while True:
        text = prompt.text(index)
        if text in ("mille", "thousand"):
            total, group = total + max(group, 1) * 1000, 0
        elif (grown := numbers._grown(group, text)) is not None:
            group = grown
        elif index == start or not numbers._is_link(prompt, index, group):
            return (float(total + group), index) if index > start else None
        index += 1


@pytest.mark.parametrize("seed", range(20))
def test_a_number_is_the_same_from_whichever_word_and_in_whichever_order_it_is_read(seed: int) -> None:
    chance = random.Random(seed)
    for _ in range(100):
        prompt = Prompt.of(" ".join(chance.choices(WORDS, k=chance.randint(1, 30))))
        places = list(range(len(prompt.tokens)))
        chance.shuffle(places)
        for place in places:
            text = prompt.text(place)
            if text in numbers.WORDS and text not in numbers._ROUND:
                assert parse_number(prompt, place) == word_by_word(prompt, place)


@pytest.mark.parametrize("words", ["mille", "zero", "mille deux", "cent zero", "vingt et un mille"])
def test_a_row_of_number_words_is_read_once(words: str, monkeypatch: pytest.MonkeyPatch) -> None:
    grown, looked_at = numbers._grown, 0

    def counted(group: int, text: str) -> int | None:
        nonlocal looked_at
        looked_at += 1
        return grown(group, text)

    monkeypatch.setattr(numbers, "_grown", counted)

    def cost(times: int) -> int:
        nonlocal looked_at
        looked_at, prompt = 0, Prompt.of(f"{words} " * times)
        for _ in range(3):
            for index in range(len(prompt.tokens)):
                parse_number(prompt, index)
        return looked_at

    assert cost(200) <= 2 * cost(100) + 10
