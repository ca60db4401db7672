"""The notation says exactly what bars hold, and refuses what it cannot say."""

import random
import re
from pathlib import Path

import pytest
from boumbapp.music.v2.music_pb2 import Bar, Meter, Note
from hypothesis import given, settings
from hypothesis import strategies as st

from music.meter import steps_per_bar
from music.notation.grammar import grammar
from music.notation.notes import NoteNotationError, chord_mark, home, read_bars, write_bars
from music.pitch import mask_of

METRES = [
    Meter(beats=beats, beat_unit=unit)
    for beats, unit in (
        (4, 4),
        (3, 4),
        (2, 4),
        (5, 4),
        (6, 8),
        (7, 8),
        (9, 8),
        (12, 8),
        (3, 2),
        (6, 4),
        (5, 16),
        (1, 16),
    )
]
FOUR_FOUR = METRES[0]


@st.composite
def pieces(draw: st.DrawFn) -> list[Bar]:
    """Bars of lines and block chords in any metre, with ties over bar lines."""
    meter = draw(st.sampled_from(METRES))
    bars: list[Bar] = []
    for index in range(draw(st.integers(1, 4))):
        bar = Bar(index=index, meter=meter)
        cursor = 0
        while cursor < steps_per_bar(meter):
            steps = draw(st.integers(1, steps_per_bar(meter) - cursor))
            sounding = [n.pitch for n in bars[-1].notes if ends_at_bar_line(n, bars[-1])] if bars else []
            if not cursor and sounding and draw(st.booleans()):
                add(bar, sounding, cursor, steps, tied=True)
            elif draw(st.booleans()):
                add(bar, draw(st.lists(st.integers(0, 127), min_size=1, max_size=4, unique=True)), cursor, steps)
            cursor += steps
        bars.append(bar)
    return bars


def ends_at_bar_line(note: Note, bar: Bar) -> bool:
    return note.start_step + note.duration_steps == steps_per_bar(bar.meter)


def add(bar: Bar, pitches: list[int], start: int, steps: int, tied: bool = False) -> None:
    for pitch in sorted(pitches):
        bar.notes.add(pitch=pitch, start_step=start, duration_steps=steps, velocity=90, tied=tied)


@settings(deadline=None)
@given(pieces(), st.integers(0, 11))
def test_what_is_written_reads_back_as_it_was(bars: list[Bar], tonic: int) -> None:
    assert read_bars(write_bars(bars, tonic), tonic, bars[0].meter) == bars


@settings(deadline=None)
@given(pieces(), st.integers(0, 11), st.data())
def test_bars_written_one_at_a_time_are_the_whole(bars: list[Bar], tonic: int, data: st.DataObject) -> None:
    cut = data.draw(st.integers(1, len(bars)))
    head, tail = bars[:cut], bars[cut:]
    assert write_bars(bars, tonic).split() == [
        *write_bars(head, tonic).split(),
        *write_bars(tail, tonic, previous=head[-1]).split(),
    ]
    text = write_bars(tail, tonic, previous=head[-1])
    assert read_bars(text, tonic, bars[0].meter, previous=head[-1]) == tail


@settings(deadline=None)
@given(pieces(), st.integers(0, 11))
def test_a_line_moved_with_its_tonic_reads_the_same(bars: list[Bar], tonic: int) -> None:
    distance = home((tonic + 1) % 12) - home(tonic)
    moved = [Bar.FromString(bar.SerializeToString()) for bar in bars]
    for note in (note for bar in moved for note in bar.notes):
        if not 0 <= note.pitch + distance <= 127:
            return
        note.pitch += distance
    assert write_bars(moved, (tonic + 1) % 12) == write_bars(bars, tonic)


@settings(deadline=None)
@given(st.text(alphabet="12345678b#:',+r~|[]m- 0", max_size=60), st.integers(0, 11), st.sampled_from(METRES))
def test_any_text_gives_full_bars_or_says_what_is_wrong(text: str, tonic: int, meter: Meter) -> None:
    try:
        bars, complaint = read_bars(text, tonic, meter), None
    except NoteNotationError as error:
        bars, complaint = [], error
    if complaint:
        assert complaint.reason
        assert str(complaint).startswith(f"bar {complaint.bar + 1}")
    else:
        assert read_bars(write_bars(bars, tonic), tonic, meter) == bars


def test_a_tune_reads_as_musicians_count_it() -> None:
    bars = read_bars("1:4 1:4 5:4 5:4 | 6:4 b7:2 1'2 5,8 |", 2, FOUR_FOUR)
    assert [note.pitch for note in bars[0].notes] == [62, 62, 69, 69]
    assert [note.pitch for note in bars[1].notes] == [71, 72, 74, 57]
    assert [note.start_step for note in bars[1].notes] == [0, 4, 6, 8]
    assert [bar.index for bar in bars] == [0, 1]


def test_the_examples_of_the_documentation_are_bars_in_four_four() -> None:
    page = (Path(__file__).parents[3] / "docs/representation.md").read_text(encoding="utf-8")
    examples = [line for line in page.splitlines() if line.startswith("    ") and line.endswith("|")]
    assert len(examples) == 2
    for example in examples:
        bars = read_bars(example, 7, FOUR_FOUR)
        without_chords = " ".join(symbol for symbol in example.split() if "[" not in symbol)
        assert write_bars(bars, 7) == without_chords


def test_other_spellings_are_read() -> None:
    assert [n.pitch for n in read_bars("#1:4 b5:4 b1:4 #7:4", 0, FOUR_FOUR)[0].notes] == [61, 66, 59, 72]


@pytest.mark.parametrize(
    ("text", "bar", "symbol"),
    [
        ("1:4 8:4", 0, "8:4"),
        ("1:16 | 5:12 3:8", 1, "3:8"),
        ("1:16 | 5:12 |", 1, ""),
        ("1:4 ~16", 0, "~16"),
        ("r4 ~4 1:8", 0, "~4"),
        ("~4 1:12", 0, "~4"),
        ("1:4 [4] 1:12", 0, "[4]"),
        ("+3: 1:16", 0, "+3:"),
        ("1:16 +1:", 0, "+1:"),
        ("1:16 | | 1:16", 1, ""),
        ("1''''''''16", 0, "1''''''''16"),
        ("1:0 1:16", 0, "1:0"),
    ],
)
def test_errors_name_the_bar_and_the_symbol(text: str, bar: int, symbol: str) -> None:
    with pytest.raises(NoteNotationError) as caught:
        read_bars(text, 0, FOUR_FOUR)
    assert (caught.value.bar, caught.value.symbol) == (bar, symbol)


@pytest.mark.parametrize(
    "notes",
    [
        [(60, 0, 8, False), (64, 4, 4, False)],  # overlap
        [(60, 0, 8, False), (64, 0, 4, False)],  # begin together, end apart
        [(60, 12, 8, False)],  # over the bar line
        [(60, 0, 4, True)],  # tied to nothing
        [(60, 0, 4, False), (60, 0, 4, False)],  # twice
    ],
)
def test_bars_that_the_notation_cannot_say_are_refused(notes: list[tuple[int, int, int, bool]]) -> None:
    bar = Bar(meter=FOUR_FOUR)
    for pitch, start, steps, tied in notes:
        add(bar, [pitch], start, steps, tied)
    with pytest.raises(NoteNotationError):
        write_bars([bar], 0)


def test_chords_are_named_by_degree_and_kind() -> None:
    tones = {
        "1": (0, 4, 7),
        "2m": (2, 5, 9, 0),
        "7o": (11, 2, 5),
        "b3+": (3, 7, 11),
        "5sus": (7, 0, 2),
        "5": (7, 11, 2, 5),
    }
    for name, pitches in tones.items():
        moved = [(pitch + 3) % 12 for pitch in pitches]
        assert chord_mark(moved[0], mask_of(moved), 3) == f"[{name}]"
    assert chord_mark(None, 0, 3) == "[-]"
    assert read_bars("[1] [5sus] 1:16 | [-] r16", 0, FOUR_FOUR)[0].notes[0].duration_steps == 16


@pytest.mark.parametrize("meter", METRES, ids=lambda meter: f"{meter.beats}-{meter.beat_unit}")
def test_all_that_the_grammar_lets_through_can_be_read(meter: Meter) -> None:
    minor_pentatonic = mask_of([0, 3, 5, 7, 10])
    rules = rules_of(grammar(meter, minor_pentatonic))
    draws = random.Random(1)
    for _ in range(30):
        for bar in read_bars(derive(rules, draws), 9, meter):
            assert all((note.pitch - 9) % 12 in (0, 3, 5, 7, 10) for note in bar.notes)


@settings(deadline=None)
@given(pieces(), st.integers(0, 11))
def test_the_grammar_lets_lines_through(bars: list[Bar], tonic: int) -> None:
    text = write_bars(bars, tonic)
    in_range = all(abs(note.pitch - home(tonic)) <= 24 for bar in bars for note in bar.notes)
    if "+" in text or not in_range or re.search(r"16 ~", text):
        return
    assert accepts(rules_of(grammar(bars[0].meter)), "".join(f" {symbol}" for symbol in text.split()))


Rules = dict[str, list[list[str]]]


def rules_of(text: str) -> Rules:
    """Alternatives of each rule, each a row of literals, names, and literals or names with `?`."""
    rules: Rules = {}
    for line in text.splitlines():
        name, _, body = line.partition(" ::= ")
        items = re.findall(r'"[^"]*"\??|[a-z0-9]+\??|\|', body)
        rules[name] = [[]]
        for item in items:
            if item == "|":
                rules[name].append([])
            else:
                rules[name][-1].append(item)
    return rules


def derive(rules: Rules, draws: random.Random) -> str:
    """A random text."""
    text, waiting = "", ["root"]
    while waiting:
        item = waiting.pop(0)
        if item.endswith("?"):
            if draws.random() < 0.6:
                waiting.insert(0, item[:-1])
        elif item.startswith('"'):
            text += item[1:-1]
        else:
            waiting = [*draws.choice(rules[item]), *waiting]
    return text


def accepts(rules: Rules, text: str) -> bool:
    """Whether the rules derive exactly this text."""
    states: set[tuple[int, tuple[str, ...]]] = {(0, ("root",))}
    seen = set(states)
    while states:
        at, waiting = states.pop()
        if not waiting:
            if at == len(text):
                return True
            continue
        item, rest = waiting[0], waiting[1:]
        found: set[tuple[int, tuple[str, ...]]] = set()
        if item.endswith("?"):
            found = {(at, rest), (at, (item[:-1], *rest))}
        elif item.startswith('"'):
            if text.startswith(item[1:-1], at):
                found = {(at + len(item) - 2, rest)}
        else:
            found = {(at, (*alternative, *rest)) for alternative in rules[item]}
        states |= found - seen
        seen |= found
    return False
