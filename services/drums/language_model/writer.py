"""Questions for grooves, bar by bar; see `services.composition.language_model.writer.BarWriter`."""

import itertools
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from boumbapp.music.v2 import music_pb2 as pb
from boumbapp.music.v2.events_pb2 import BarReady
from boumbapp.music.v2.feel_pb2 import Feel
from boumbapp.music.v2.intent_pb2 import Intent
from boumbapp.music.v2.music_pb2 import LEVEL_HIGH, LEVEL_LOW, ROLE_DRUMS, Bar, Role

from llm.ask import Ask
from llm.capability import Capability
from music.meter import steps_per_bar
from music.swing import StraightBars
from services.composition.language_model.prompts import Prompts, answer_seed, prompt_locale, quoted
from services.composition.language_model.song_plan import MOST_TOKENS, SongPlan, pattern
from services.composition.language_model.writer import BarTask
from services.drums.engines.brief import DrumsBrief
from services.drums.engines.groove_engine import Groove, style_of
from services.drums.generation.accents import drum_accents
from services.drums.kit.kit import PIECES, Piece
from services.drums.kit.strokes import BarStrokes
from services.drums.language_model.readers import COLOURS, MOST_HITS, ColouredGroove, FreeGroove, groove_pattern
from services.drums.performance.deviation_model import FeelModel
from services.drums.performance.humanize import TableHumanizer, perform
from services.drums.styles.loader import load_styles
from services.drums.styles.meter_fitting import beat_starts

PROMPTS = Path(__file__).with_name("prompts.yaml")
_ROLE = "drums"
_BACKBEATS = (pb.DRUM_PIECE_SNARE, pb.DRUM_PIECE_CLAP, pb.DRUM_PIECE_RIM)
_PULSES = (pb.DRUM_PIECE_CLOSED_HAT, pb.DRUM_PIECE_RIDE, pb.DRUM_PIECE_SHAKER, pb.DRUM_PIECE_TAMBOURINE)
_NAMES = {piece: name.replace("_", " ") for name, piece in PIECES.items()}
_LEVELS = {LEVEL_LOW: "low", LEVEL_HIGH: "high"}
_STYLES_OFFERED = 12
_INTENSITY = {"l": 0.3, "m": 0.55, "h": 0.85}
_COMPLEXITY = {1: 0.2, 2: 0.5, 3: 0.8}


class DrumsWriter:
    """Asks for grooves.

    Args:
        feel: How drummers deviate.
        prompts: The templates; those of `prompts.yaml` when not given.
    """

    roles: Sequence[Role.ValueType] = (ROLE_DRUMS,)

    def __init__(self, feel: FeelModel, prompts: Prompts | None = None) -> None:
        self._feel = feel
        self._prompts = prompts or Prompts.read(PROMPTS)

    def tokens(self, brief: DrumsBrief) -> tuple[int, int]:
        """About how many tokens a bar has, written freely and coloured."""
        return 4 * MOST_HITS, 2 * len(beat_starts(brief.constraints.meter))

    def free(self, brief: DrumsBrief, before: Sequence[Bar], model: Capability) -> BarTask[BarReady]:
        """Ask for a whole bar; see `BarWriter`.

        Args:
            brief: What is composed.
            before: The bars before, in order.
            model: Who is asked.
        """
        index, locale, style = len(before), prompt_locale(brief, model), style_of(brief)
        steps = steps_per_bar(brief.constraints.meter)
        pieces = _pieces(brief)
        blanks = {"steps": steps, "backbeat": _NAMES[pieces[1]], "pulse": _NAMES[pieces[2]]}
        straight = StraightBars(brief.constraints.swing).of(before)
        playing = Groove(brief, self._feel).playing

        def finish(strokes: BarStrokes) -> BarReady:
            hits, feels = perform(strokes, playing, TableHumanizer(self._feel), index)
            bar = Bar(index=index, meter=brief.constraints.meter, hits=hits)
            return BarReady(bar=bar, feels=feels, accents=drum_accents(bar))

        ask = Ask(
            prompt=self._question("free", brief, locale, straight[-1:], index),
            system=self._system("system", brief, locale, **blanks),
            schema={"type": "string", "pattern": groove_pattern(steps)},
            most_tokens=6 * MOST_HITS + 8,
            seed=answer_seed(brief, index),
        )
        return BarTask(ask, FreeGroove(steps, pieces, style.percussionist, finish))

    def colouring(
        self, brief: DrumsBrief, before: Sequence[Bar], given: BarReady, model: Capability
    ) -> BarTask[BarReady] | None:
        """Ask for a letter a beat; see `BarWriter`.

        Args:
            brief: What is composed.
            before: The bars before, in order.
            given: The bar of the specialist, which has the rhythm.
            model: Who is asked.
        """
        index, locale, meter = len(before), prompt_locale(brief, model), brief.constraints.meter
        beats = [*beat_starts(meter), steps_per_bar(meter)]
        ask = Ask(
            prompt=self._question("colouring", brief, locale, [given.bar], index, beats=len(beats) - 1),
            system=self._system("colouring_system", brief, locale),
            schema={"type": "string", "pattern": f"^[{COLOURS}]{{{len(beats) - 1}}}$"},
            most_tokens=2 * len(beats) + 8,
            seed=answer_seed(brief, index),
        )
        reader = ColouredGroove(given, beats, brief.constraints.swing, style_of(brief).percussionist)
        return BarTask(ask, reader)

    def plan(self, brief: DrumsBrief, model: Capability) -> tuple[Ask, Sequence[str]]:
        """Ask for a plan; see `BarWriter`.

        Args:
            brief: What is composed.
            model: Who is asked.
        """
        locale = prompt_locale(brief, model)
        styles = (
            () if brief.intent.style else tuple(sorted(load_styles()))[:: max(len(load_styles()) // _STYLES_OFFERED, 1)]
        )
        prompt = self._prompts.text(
            "plan",
            locale,
            style=brief.intent.style.replace("_", " ") or "-",
            bpm=round(brief.intent.bpm),
            bars=brief.bars,
            density=_LEVELS.get(brief.intent.density, "medium"),
            words=self._words(brief, locale),
        )
        ask = Ask(
            prompt=prompt,
            system=self._prompts.text("plan_system", locale),
            schema={"type": "string", "pattern": pattern(styles)},
            most_tokens=MOST_TOKENS,
            seed=answer_seed(brief, 0),
        )
        return ask, styles

    def planned(self, brief: DrumsBrief, plan: SongPlan, index: int) -> DrumsBrief:
        """The brief of a bar as a plan has it; what the request says of feel stays.

        Args:
            brief: What is composed.
            plan: Of the piece.
            index: Of the bar.
        """
        height, amount = plan.at(index)
        feel = Feel(intensity=_INTENSITY[height], complexity=_COMPLEXITY[amount])
        feel.MergeFrom(brief.feel)
        intent = Intent()
        intent.CopyFrom(brief.intent)
        intent.style = intent.style or plan.style
        return replace(brief, feel=feel, intent=intent)

    def _question(
        self, name: str, brief: DrumsBrief, locale: str, shown: Sequence[Bar], index: int, **blanks: object
    ) -> str:
        return self._prompts.text(
            name,
            locale,
            before=" | ".join(_text(bar, _pieces(brief)) for bar in shown) or "-",
            number=index + 1,
            bars=brief.bars,
            words=self._words(brief, locale),
            **blanks,
        )

    def _system(self, name: str, brief: DrumsBrief, locale: str, **blanks: object) -> str:
        style = brief.intent.style.replace("_", " ") or "-"
        role = self._prompts.role(_ROLE, locale)
        return self._prompts.text(name, locale, role=role, style=style, bpm=round(brief.intent.bpm), **blanks)

    def _words(self, brief: DrumsBrief, locale: str) -> str:
        words = quoted(brief.words)
        return self._prompts.text("words", locale, words=words) if words else ""


def _pieces(brief: DrumsBrief) -> tuple[Piece, Piece, Piece]:
    """Kick, backbeat and pulse of the style."""
    rows = style_of(brief).pattern_for(brief.constraints.meter).rows
    backbeat = next((piece for piece in _BACKBEATS if piece in rows), _BACKBEATS[0])
    return pb.DRUM_PIECE_KICK, backbeat, next((piece for piece in _PULSES if piece in rows), _PULSES[0])


def _text(bar: Bar, pieces: tuple[Piece, Piece, Piece]) -> str:
    """A bar as a model is shown it."""
    kick, backbeat, pulse = ([hit.step for hit in bar.hits if hit.piece == piece] for piece in pieces)
    apart = min((later - step for step, later in itertools.pairwise(pulse)), default=0)
    return f"k {' '.join(map(str, kick))} s {' '.join(map(str, backbeat))} t{apart}"
