"""Questions for pitched parts, bar by bar; see `services.composition.language_model.writer.BarWriter`."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from boumbapp.music.v2.intent_pb2 import Constraints
from boumbapp.music.v2.music_pb2 import (
    LEVEL_HIGH,
    LEVEL_LOW,
    ROLE_ARPEGGIO,
    ROLE_BASS,
    ROLE_CHORDS,
    ROLE_MELODY,
    ROLE_PAD,
    Bar,
    Role,
)

from llm.ask import Ask
from llm.capability import Capability
from llm.catalogue import Dialect
from music.notation.conditions import METRES, LineConditions
from music.notation.notes import pitch_symbol, write_bars
from music.roles import role_name
from music.swing import StraightBars
from services.composition.brief import CompositionBrief
from services.composition.language_model.prompts import Prompts, answer_seed, passage, prompt_locale, quoted
from services.composition.language_model.song_plan import MOST_TOKENS, SongPlan, pattern
from services.composition.language_model.writer import BarTask
from services.melody.language_model.bar_symbols import BarSymbols
from services.melody.language_model.readers import ColouredBar, FreeBar, onset_groups
from services.melody.parts.humanising import humanised
from services.melody.plan.bar_constraints import bar_constraints_of
from services.melody.styles.style_idiom import load_idioms

PROMPTS = Path(__file__).with_name("prompts.yaml")
_ROLES = (ROLE_MELODY, ROLE_BASS, ROLE_CHORDS, ROLE_ARPEGGIO, ROLE_PAD)
_POLYPHONIC = (ROLE_CHORDS, ROLE_PAD)
_TOKENS_A_NOTE, _TOKENS_A_COLOUR = 5, 2
_BEFORE = 2  # bars that a model is shown
_NOTATION_BEFORE = 8
_STYLES_OFFERED = 12
_FOUR_FOUR = 16
_LEVELS = {LEVEL_LOW: "low", LEVEL_HIGH: "high"}
# The share of a range that a height of a plan uses, from its bottom; the share of onsets that an amount wants.
_HEIGHTS = {"l": (0.0, 0.7), "m": (0.15, 0.85), "h": (0.3, 1.0)}
_AMOUNTS = {1: (0.0, 0.4), 2: (0.3, 0.7), 3: (0.6, 1.0)}
_OCTAVE = 12


class MelodyWriter:
    """Asks for bars of pitched parts.

    Args:
        prompts: The templates; those of `prompts.yaml` when not given.
    """

    roles: Sequence[Role.ValueType] = _ROLES

    def __init__(self, prompts: Prompts | None = None) -> None:
        self._prompts = prompts or Prompts.read(PROMPTS)

    def tokens(self, brief: CompositionBrief) -> tuple[int, int]:
        """About how many tokens a bar has, written freely and coloured."""
        bar = bar_constraints_of(brief.constraints, 0)
        voices = 3 if brief.constraints.role in _POLYPHONIC else 1
        return bar.most * _TOKENS_A_NOTE * voices, bar.most * _TOKENS_A_COLOUR

    def free(self, brief: CompositionBrief, before: Sequence[Bar], model: Capability) -> BarTask[Bar]:
        """Ask for a whole bar; see `BarWriter`.

        Args:
            brief: What is composed.
            before: The bars before, in order.
            model: Who is asked.
        """
        index = len(before)
        symbols = _symbols(brief, index)
        written = StraightBars(brief.constraints.swing).of(before)
        reader = FreeBar(symbols, written, lambda bar: humanised(bar, brief))
        if model.dialect is Dialect.NOTATION:
            return BarTask(_notation(brief, written, symbols), reader)
        bar, locale = symbols.constraints, prompt_locale(brief, model)
        fewest, most = min(bar.fewest, bar.most), max(bar.most, 1)
        recent = [_text(each, _symbols(brief, each.index)) for each in written[-_BEFORE:]]
        prompt = self._prompts.text(
            "free",
            locale,
            before=" | ".join(text for text in recent if text) or "-",
            chord=" ".join(pitch_symbol(above)[:-1] for above in _tones(bar.span_at(0).tones, symbols)),
            words=self._words(brief, locale),
            ending=self._prompts.text("ending", locale) if bar.cadence else "",
            number=index + 1,
            bars=brief.bars,
        )
        system = self._system("system", brief, symbols, locale, fewest, most)
        role = role_name(brief.constraints.role)
        shots: tuple[tuple[str, str], ...] = ()
        if bar.steps == _FOUR_FOUR:
            shots = ((self._prompts.role(role, locale), self._example(role, symbols)),)
        tokens = (most + 2) * _TOKENS_A_NOTE * (3 if symbols.polyphonic else 1) + 8
        ask = Ask(
            prompt=prompt,
            system=system,
            shots=shots,
            schema={"type": "string", "pattern": symbols.bar_pattern(fewest, most)},
            most_tokens=tokens,
            seed=answer_seed(brief, index),
        )
        return BarTask(ask, reader)

    def colouring(
        self, brief: CompositionBrief, before: Sequence[Bar], given: Bar, model: Capability
    ) -> BarTask[Bar] | None:
        """Ask for pitches; see `BarWriter`.

        Args:
            brief: What is composed.
            before: The bars before, in order.
            given: The bar of the specialist, which has the rhythm.
            model: Who is asked.
        """
        groups = onset_groups(given)
        if not groups:
            return None
        index, locale = len(before), prompt_locale(brief, model)
        symbols = _symbols(brief, index)
        bar = symbols.constraints
        earlier = [
            symbols.step_of(max(n.pitch for n in group)) for each in before[-_BEFORE:] for group in onset_groups(each)
        ]
        # A swung or early onset sounds on another step than it is felt on; the rhythm is read as it sounds.
        onsets = [min(group[0].start_step, bar.steps - 1) for group in groups]
        prompt = self._prompts.text(
            "colouring",
            locale,
            before="".join(earlier) or "-",
            lengths=" ".join(str(group[0].duration_steps) for group in groups),
            chord=symbols.steps_of(bar.span_at(0).tones),
            words=self._words(brief, locale),
            ending=self._prompts.text("ending", locale) if bar.cadence else "",
            count=len(groups),
        )
        ask = Ask(
            prompt=prompt,
            system=self._system("colouring_system", brief, symbols, locale, bar.fewest, bar.most),
            schema={"type": "string", "pattern": symbols.colour_pattern(onsets)},
            most_tokens=2 * len(groups) + 8,
            seed=answer_seed(brief, index),
        )
        return BarTask(ask, ColouredBar(symbols, given))

    def plan(self, brief: CompositionBrief, model: Capability) -> tuple[Ask, Sequence[str]]:
        """Ask for a plan; see `BarWriter`.

        Args:
            brief: What is composed.
            model: Who is asked.
        """
        locale, intent = prompt_locale(brief, model), brief.intent
        styles = () if intent.style else tuple(sorted(load_idioms().styles))[:_STYLES_OFFERED]
        prompt = self._prompts.text(
            "plan",
            locale,
            part=role_name(brief.constraints.role),
            style=intent.style.replace("_", " ") or "-",
            bpm=round(intent.bpm),
            bars=brief.bars,
            register=_LEVELS.get(intent.register, "medium"),
            density=_LEVELS.get(intent.density, "medium"),
            words=self._words(brief, locale),
        )
        ask = Ask(
            prompt=prompt,
            system=self._prompts.text("plan_system", locale, know_how=self._know_how(brief, locale)),
            schema={"type": "string", "pattern": pattern(styles)},
            most_tokens=MOST_TOKENS,
            seed=answer_seed(brief, 0),
        )
        return ask, styles

    def planned(self, brief: CompositionBrief, plan: SongPlan, index: int) -> CompositionBrief:
        """The brief of a bar as a plan has it; never outside what the constraints allow.

        Args:
            brief: What is composed.
            plan: Of the piece.
            index: Of the bar.
        """
        height, amount = plan.at(index)
        constraints = Constraints()
        constraints.CopyFrom(brief.constraints)
        low, high = constraints.lowest_pitch, constraints.highest_pitch
        bottom, top = (low + round((high - low) * share) for share in _HEIGHTS[height])
        if top - bottom >= _OCTAVE:
            constraints.lowest_pitch, constraints.highest_pitch = bottom, top
        bar = bar_constraints_of(brief.constraints, index)
        least, most = (bar.fewest + (bar.most - bar.fewest) * share for share in _AMOUNTS[amount])
        constraints.min_onsets, constraints.max_onsets = round(least), max(round(most), 1)
        intent = type(brief.intent)()
        intent.CopyFrom(brief.intent)
        intent.style = intent.style or plan.style
        return replace(brief, constraints=constraints, intent=intent)

    def _system(
        self, name: str, brief: CompositionBrief, symbols: BarSymbols, locale: str, fewest: int, most: int
    ) -> str:
        role = role_name(brief.constraints.role)
        return self._prompts.text(
            name,
            locale,
            steps=symbols.constraints.steps,
            part=role,
            role=self._prompts.role(role, locale),
            style=brief.intent.style.replace("_", " ") or "-",
            bpm=round(brief.intent.bpm),
            fewest=fewest,
            most=most,
            size=len(symbols.scale),
        )

    def _words(self, brief: CompositionBrief, locale: str) -> str:
        words = quoted(brief.words)
        return self._prompts.text("words", locale, words=words) if words else ""

    def _know_how(self, brief: CompositionBrief, locale: str) -> str:
        known = passage(brief.know_how)
        return self._prompts.text("know_how", locale, know_how=known) if known else ""

    def _example(self, role: str, symbols: BarSymbols) -> str:
        written = []
        for degree, octave, steps in self._prompts.examples[role]:
            written.append(
                f"r{steps}" if degree is None else f"{symbols.symbol(symbols.pitch_of(degree, octave))}{steps}"
            )
            if degree is not None and symbols.polyphonic:
                written += [f"+{symbols.symbol(symbols.pitch_of(degree + more, octave))}" for more in (2, 4)]
        return f'"{" ".join(dict.fromkeys(written) if symbols.polyphonic else written)}"'


def _symbols(brief: CompositionBrief, index: int) -> BarSymbols:
    plans = brief.constraints.plans
    tonic = plans[index % len(plans)].tonic
    return BarSymbols(bar_constraints_of(brief.constraints, index), tonic, brief.constraints.role in _POLYPHONIC)


def _text(bar: Bar, symbols: BarSymbols) -> str:
    """A bar as a model is shown it; empty where the notation has no way to write it."""
    moved = Bar(index=bar.index, meter=bar.meter, notes=[note for note in bar.notes if not note.tied])
    for note in moved.notes:
        note.pitch = max(note.pitch - symbols.shift, 0)
    try:
        return write_bars([moved], symbols.tonic).removesuffix(" |")
    except ValueError:
        return ""


def _notation(brief: CompositionBrief, written: Sequence[Bar], symbols: BarSymbols) -> Ask:
    """The question for a model of the notation alone: conditions, and the line so far."""
    constraints, bar = brief.constraints, symbols.constraints
    metre = f"{constraints.meter.beats}/{constraints.meter.beat_unit}"
    conditions = LineConditions(
        role="bass" if constraints.role == ROLE_BASS else "melody",
        mode="minor" if bar.scale.minor else "major",
        metre=metre if metre in METRES else "",
    )
    lines = [_text(each, symbols) for each in written[-_NOTATION_BEFORE:]]
    prompt = "".join(conditions.tokens()) + "".join(f" {line} |" for line in lines if line)
    return Ask(prompt=prompt, raw=True, stop=(" |",), most_tokens=2 * bar.steps, seed=answer_seed(brief, len(written)))


def _tones(mask: int, symbols: BarSymbols) -> list[int]:
    return [above for above in symbols.scale if mask >> (symbols.tonic + above) % _OCTAVE & 1]
