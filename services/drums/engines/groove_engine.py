"""The embedded engines: styles as they are known, varied by seed, played by drummers' tables or by the specialist."""

from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from functools import cache

from boumbapp.music.v2.events_pb2 import BarReady, EngineInfo
from boumbapp.music.v2.music_pb2 import ROLE_DRUMS, Bar

from modelstore.manifest import FilesManifest, Manifest
from music.meter import steps_per_bar
from music.random_streams import stream_for_bar
from services.composition.in_process_engine import InProcessEngine
from services.drums.engines.brief import DrumsBrief, bar_of
from services.drums.generation.accents import drum_accents, line_accents
from services.drums.generation.asked_pattern import follow, halve_time
from services.drums.generation.bass_lock import lock
from services.drums.generation.fills import crash, on_kit, play_fill
from services.drums.generation.form import fill_beats, first_of_section, opens_section, seams_of, section_of
from services.drums.generation.pattern import LogitBias, on_ride, play
from services.drums.generation.sampling_noise import NoiseKey
from services.drums.generation.variation import matches, theme_skeleton
from services.drums.kit.random_stream import RandomStream
from services.drums.kit.strokes import BarStrokes
from services.drums.neural.onnx_models import SpecialistModel
from services.drums.neural.session import SpecialistSession
from services.drums.performance.deviation_model import FeelModel
from services.drums.performance.humanize import Playing, TableHumanizer, feel_in_use, perform
from services.drums.styles.default_style import default_style
from services.drums.styles.loader import load_styles
from services.drums.styles.meter_fitting import Skeleton, beat_starts, fit, fit_fill, loop_bars
from services.drums.styles.style import DrumStyle

SPECIALIST, STATISTICAL = "specialist", "statistical"
_SLOWEST_BPM = 20
_MOST_ACCENTED = 100
# Chance of a crash after a fill: at no intensity, and how much full intensity adds; half as much inside a section.
_CRASH_AT_LEAST, _CRASH_BY_INTENSITY, _INSIDE_SECTION = 0.1, 0.9, 0.5


def style_of(brief: DrumsBrief) -> DrumStyle:
    """The style that a brief asks for; the basic one when it names none that has a groove."""
    return load_styles().get(brief.intent.style) or default_style(brief.constraints.meter)


def specialist_engine(
    feel: FeelModel, model: SpecialistModel, manifest: FilesManifest, executor: Executor | None = None
) -> InProcessEngine[DrumsBrief, BarReady]:
    """The engine whose style skeletons the specialist plays.

    Args:
        feel: How drummers deviate.
        model: The specialist's models.
        manifest: What they are.
        executor: Threads to compute in; see `InProcessEngine`.
    """
    info = EngineInfo(
        name=SPECIALIST,
        available=True,
        model=f"{manifest.name} {manifest.version}",
        digest=manifest.sha256,
        roles=[ROLE_DRUMS],
        repeatable=True,
    )

    def start(brief: DrumsBrief) -> Callable[[Sequence[Bar]], BarReady]:
        return Groove(brief, feel, model).next_bar

    return InProcessEngine(info, start, bar_of, executor)


def statistical_engine(
    model: FeelModel, manifest: Manifest, executor: Executor | None = None
) -> InProcessEngine[DrumsBrief, BarReady]:
    """The engine that needs no neural network.

    Args:
        model: How drummers deviate.
        manifest: What the model is.
        executor: Threads to compute in; see `InProcessEngine`.
    """
    info = EngineInfo(
        name=STATISTICAL,
        available=True,
        model=f"{manifest.name} {manifest.version}",
        digest=manifest.sha256,
        roles=[ROLE_DRUMS],
        repeatable=True,
    )

    def start(brief: DrumsBrief) -> Callable[[Sequence[Bar]], BarReady]:
        return Groove(brief, model).next_bar

    return InProcessEngine(info, start, bar_of, executor)


def _index_of(bar: Bar) -> int:
    return bar.index


class Groove:
    """One piece, a bar at a time.

    Args:
        brief: What to compose.
        model: How drummers deviate.
        specialist: Plays it, if given; else it is played by the tables of `model`.

    Attributes:
        playing: How it is played.
    """

    def __init__(self, brief: DrumsBrief, model: FeelModel, specialist: SpecialistModel | None = None) -> None:
        self._brief = brief
        self._style = style_of(brief)
        self._meter = brief.constraints.meter
        self._beats = [*beat_starts(self._meter), steps_per_bar(self._meter)]
        self._seams = seams_of(brief.intent.sections)
        self._loop = loop_bars(self._style.pattern_for(self._meter), self._meter)
        self.playing = Playing(
            feel=feel_in_use(brief.feel, brief.intent, brief.constraints, self._style),
            style=self._style,
            meter=self._meter,
            bpm=max(brief.intent.bpm, _SLOWEST_BPM) if brief.intent.bpm else self._style.bpm,
            seed=brief.seed,
        )
        self._own = cache(self._own_strokes)
        self._player = SpecialistSession(specialist, self.playing) if specialist else None
        self._hand = TableHumanizer(model)

    def next_bar(self, accepted: Sequence[Bar]) -> BarReady:
        """The bar after these, with what feel added and what it accents."""
        index = len(accepted)
        # Bars of silence before the groove begins are no theme.
        silent = next((number for number, bar in enumerate(accepted) if bar.hits), index) // self._loop * self._loop
        theme = self._stated_later(index) or accepted[silent : silent + self._loop]
        own = all(self._is_own(bar, bar.index) for bar in theme)
        if self._player is None:
            strokes = self._own(index) if own else self.strokes(index, self._themed(theme, index))
        elif own:
            strokes = self._own(index)
            self._player.catch_up(index, self._own)
        else:
            section_bars = accepted[first_of_section(index) :] or theme
            strokes = self.strokes(index, self._themed(theme, index), self._player.logit_bias_after(section_bars))
            self._player.condition_on(section_bars)
        return self._performed(strokes, index, own=own)

    def _stated_later(self, index: int) -> list[Bar]:
        """The theme in the given bars after a gap, each at its place in the loop; none where nothing follows.

        It depends on what comes after the bar alone: a client that lost the stream gives the bars before it as well.
        """
        later = sorted((bar for bar in self._brief.given_bars if bar.hits and bar.index > index), key=_index_of)
        if not later:
            return []
        stated = {bar.index % self._loop: bar for bar in reversed(later)}
        return [stated.get(place, later[0]) for place in range(self._loop)]

    def _performed(self, strokes: BarStrokes, index: int, *, own: bool) -> BarReady:
        hand = self._player or self._hand
        hits, feels = perform(strokes, self.playing, hand, index, on_the_beat=own)
        bar = Bar(index=index, meter=self._meter, hits=hits)
        return BarReady(bar=bar, feels=feels, accents=drum_accents(bar))

    def _is_own(self, bar: Bar, index: int) -> bool:
        feel = self.playing.feel
        return matches(bar, self._own(index), self._meter, feel.swing)

    def _themed(self, theme: Sequence[Bar], index: int) -> Skeleton:
        own, feel = fit(self._style, self._meter, index), self.playing.feel
        return theme_skeleton(theme, index, own, self._style, self._meter, feel.swing, feel.intensity)

    def _own_strokes(self, index: int) -> BarStrokes:
        if self._player is not None and index > first_of_section(index):
            self._own(index - 1)  # its logit bias depends on the bar before
        skeleton, section = fit(self._style, self._meter, index), section_of(index)
        if stream_for_bar(self._brief.seed, section, RandomStream.RIDE).random() < self._style.ride:
            skeleton = on_ride(skeleton)
        lean = self._player.logit_bias(index) if self._player is not None else None
        return self.strokes(index, skeleton, lean)

    def strokes(self, index: int, skeleton: Skeleton, lean: LogitBias | None = None) -> BarStrokes:
        """Strokes of the bar of an index, its fill and its crash among them.

        Args:
            index: Index of the bar.
            skeleton: What must be struck in it, what may be and what never is.
            lean: What somebody would rather play.
        """
        brief, style, feel = self._brief, self._style, self.playing.feel
        if line := self._accents_beside(index):
            skeleton = lock(skeleton, line, self._meter, feel.swing)
        key = NoiseKey(brief.seed, index, index % self._loop)
        strokes = play(skeleton, key, feel.complexity, feel.intensity, style.percussionist, lean)
        if self._fill_beats(index):
            self._fill(strokes, index)
        if index and self._fill_beats(index - 1):
            chance = (_CRASH_AT_LEAST + _CRASH_BY_INTENSITY * feel.intensity) * style.crash
            chance *= 1 if opens_section(index) or index - 1 in self._seams else _INSIDE_SECTION
            if stream_for_bar(brief.seed, index, RandomStream.CRASH).random() < chance:
                crash(strokes)
        if brief.intent.half_time:
            halve_time(strokes, steps_per_bar(self._meter))
        follow(strokes, brief.intent.drum_patterns, steps_per_bar(self._meter))
        return strokes

    def _accents_beside(self, index: int) -> list[float]:
        """How strongly each step of a bar is accented beside it, 0-1: by a line, else by what the request says."""
        brief = self._brief
        if index < len(brief.lock_to) and brief.lock_to[index].notes:
            return line_accents(brief.lock_to[index])
        accents = next((each.accents for each in brief.accents if each.index == index), ())
        return [accent / _MOST_ACCENTED for accent in accents]

    def _fill(self, strokes: BarStrokes, index: int) -> None:
        fill = stream_for_bar(self._brief.seed, index, RandomStream.FILL).choice(self._style.fills)
        rows = on_kit(fit_fill(fill, self._meter, self._style.triplets), self._style.pattern.rows)
        beats = [range(start, end) for start, end in zip(self._beats, self._beats[1:], strict=False)]
        play_fill(strokes, fill, rows, beats[-self._fill_beats(index) :], self.playing.feel.complexity)

    def _fill_beats(self, index: int) -> int:
        beats = len(self._beats) - 1
        return fill_beats(index, self._brief.bars, self.playing.feel.complexity, beats, self._seams)
