"""Tunes as tokens: nothing is lost on the way, and every symbol is one token."""

import numpy as np
from boumbapp.music.v2.music_pb2 import Meter
from hypothesis import given, settings
from hypothesis import strategies as st

from music.notation.conditions import CONDITIONS
from music.notation.notes import home, read_bars
from music.notation.vocabulary import END, IDS, TOKENS, UNKNOWN, TokenKind, ids_of
from training.data.tunes import Tune, TuneChord, TuneNote
from training.ollama.corpus import notate
from training.ollama.lines import Crops, bar_starts, levels, notes_and_steps, sounding_starts, token_lines


@st.composite
def tunes(draw: st.DrawFn) -> Tune:
    """Monophonic tunes, some notes of which cross bar lines, within the octaves that have tokens."""
    beats, beat_unit = draw(st.sampled_from([(4, 4), (3, 4), (6, 8), (9, 8)]))
    length = beats * 16 // beat_unit
    tonic = draw(st.integers(0, 11))
    notes, cursor = [], 0
    for _ in range(draw(st.integers(1, 30))):
        cursor += draw(st.integers(0, 20))
        steps = draw(st.integers(1, 40))
        bar, step = divmod(cursor, length)
        notes.append(TuneNote(bar, step, steps, home(tonic) + draw(st.integers(-36, 35))))
        cursor += steps
    chords = tuple(
        TuneChord(step, root, 1 << root | 1 << (root + 4) % 12 | 1 << (root + 7) % 12)
        for step, root in sorted(draw(st.dictionaries(st.integers(0, 200), st.integers(0, 11), max_size=8)).items())
    )
    return Tune(
        name="folk/tunes/1",
        title="",
        beats=beats,
        beat_unit=beat_unit,
        tonic=tonic,
        mode="minor",
        bars=notes[-1].bar + 1,
        notes=tuple(notes),
        chords=chords,
    )


@settings(deadline=None)
@given(tunes())
def test_a_notated_tune_has_the_notes_of_the_tune(tune: Tune) -> None:
    line = notate(tune)
    length = tune.beats * 16 // tune.beat_unit
    sounds: list[tuple[int, int, int]] = []
    for bar in read_bars(line.text, tune.tonic, Meter(beats=tune.beats, beat_unit=tune.beat_unit)):
        for note in bar.notes:
            start = bar.index * length + note.start_step
            if note.tied:
                begin, end, pitch = sounds[-1]
                assert (end, pitch) == (start, note.pitch)
                sounds[-1] = (begin, start + note.duration_steps, pitch)
            else:
                sounds.append((start, start + note.duration_steps, note.pitch))
    end = tune.bars * length
    starts = [note.bar * length + note.step for note in tune.notes]
    written = zip(starts, tune.notes, strict=True)
    assert sounds == [(start, min(start + note.steps, end), note.pitch) for start, note in written]


@settings(deadline=None)
@given(tunes())
def test_every_symbol_is_one_token_and_chords_can_be_left_out(tune: Tune) -> None:
    [line] = token_lines([notate(tune)])
    assert "".join(TOKENS[token].text for token in line.chorded[:-1]).split() == line.source.text.split()
    assert not any(TOKENS[token].text.startswith(" [") for token in line.plain)
    assert line.plain[-1] == line.chorded[-1] == IDS[END]
    assert notes_and_steps(line.plain) == (len(tune.notes), tune.bars * tune.beats * 16 // tune.beat_unit)


def test_no_symbol_is_cut_short_by_one_that_it_begins_with() -> None:
    order = [token.text for token in TOKENS if token.kind is TokenKind.USER_DEFINED]
    assert len(set(order)) == len(order)
    place = {text: index for index, text in enumerate(order)}
    for text in order:
        shorter = [text[:end] for end in range(1, len(text)) if text[:end] in place]
        assert all(place[text] < place[other] for other in shorter)


def test_stretches_begin_with_conditions_and_then_a_bar() -> None:
    notes = tuple(TuneNote(2 * index, 0, 20, 60 + index % 7) for index in range(40))
    lines = token_lines([notate(Tune("pop909/001/melody", "", 4, 4, 0, "major", 79, notes))])
    starts = bar_starts(lines[0].plain)
    assert len(starts) == 40  # every other bar begins with a tie
    assert all(TOKENS[token].text.endswith(":16") for token in lines[0].plain[starts])
    silent = np.array(ids_of("r16 | r8 1:8 | ~4 r12 | r16 | r16 | 5:16 | |"), np.int32)
    assert bar_starts(silent).tolist() == [0, 2, 8, 10, 12]
    assert sounding_starts(silent).tolist() == [2, 12]
    draws = np.random.default_rng(1)
    for _ in range(20):
        row = Crops(lines, 0.5, 64).draw(draws)
        texts = [TOKENS[token].text for token in row if token != IDS[UNKNOWN]]
        head = [text for text in texts[: texts.index(next(t for t in texts if t.startswith(" ")))] if text != "<s>"]
        assert set(head) <= set(CONDITIONS)
        assert texts[0] == "<s>"
        assert texts[len(head) + 1].endswith(":16")


def test_levels_rise_with_what_they_measure() -> None:
    low, high = (np.array(ids_of(text), np.int32) for text in ("1:16 | 3:16 |", "1''1 2''1 3''1 r1 " * 4 + "|"))
    assert levels("melody", low) == ("low", "low")
    assert levels("melody", high) == ("high", "high")
    assert levels("bass", np.array(ids_of("r16 |"), np.int32)) == ("", "")
