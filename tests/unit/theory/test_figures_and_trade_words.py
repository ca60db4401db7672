"""Figures beside units and trade words: no error is about a slot that the person did not mean."""

from hypothesis import given, settings
from hypothesis import strategies as st

from services.chassis.errors.catalogue import ApiError
from tests.unit.theory.intents import read_or_fault

FIGURES = st.sampled_from(
    ["0", "1", "2", "7", "12", "16", "64", "90", "128", "140", "303", "471", "808", "909", "2000"]
)
# Units and nouns that no length, tempo or metre is counted in.
NOUNS = st.sampled_from(
    "s x hats claps kicks notes accords chords voices voix tracks pistes hz khz db % ms cents octaves degrees cordes "
    "strings synths 808s 909s bits fps euros years ans th eme k layers loops takes semitones croches steps pas times "
    "fois eggs bananes".split()
)
TRADE = st.sampled_from(
    "trap house drill basse melody drums lead pad reverb sub kick snare hats verse chorus drop intro type beat reese "
    "loop dark triste Am F#m vinyl tape mpc juno tr sp".split()
)
# What makes a figure a tempo, a length or a metre after all.
MEANT = {
    "prompt.bars": ("bar", "mesure", "s", "sec", "min", "temps", "beat", "verse", "chorus", "drop", "intro"),
    "prompt.bpm": ("bpm", "tempo"),
    "prompt.meter": ("/",),
}


@settings(deadline=None, max_examples=400)
@given(
    st.lists(
        st.one_of(TRADE, st.tuples(FIGURES, NOUNS).map(" ".join), st.tuples(FIGURES, NOUNS).map("".join)),
        min_size=1,
        max_size=6,
    )
)
def test_a_figure_beside_a_trade_word_is_no_impossible_length_tempo_or_metre(parts: list[str]) -> None:
    prompt = " ".join(parts)
    fault = read_or_fault(prompt)
    if isinstance(fault, ApiError):
        assert fault.field in MEANT, prompt
        assert any(word in prompt.split() or f"{word} " in f"{prompt} " for word in MEANT[fault.field]), prompt
        assert fault.field == "prompt.bars", prompt
