"""The embedded engines: rules write each part, and a next-note model weighs the notes of leads and basses."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from boumbapp.music.v2.events_pb2 import EngineInfo
from boumbapp.music.v2.intent_pb2 import ENDING_LOOP
from boumbapp.music.v2.music_pb2 import (
    ROLE_ARPEGGIO,
    ROLE_BASS,
    ROLE_CHORDS,
    ROLE_DRUMS,
    ROLE_MELODY,
    ROLE_PAD,
    ROLE_UNSPECIFIED,
    Bar,
    Note,
)

from music.random_streams import stream_for_bar
from music.swing import StraightBars, straighten
from services.composition.brief import CompositionBrief
from services.composition.in_process_engine import InProcessEngine
from services.melody import line_model
from services.melody.beside.tracks import TracksBeside
from services.melody.engines.melody_engine import bar_of
from services.melody.next_note_models.backoff import folk_models
from services.melody.next_note_models.folk_weights import load
from services.melody.next_note_models.neural import neural_models
from services.melody.next_note_models.protocol import NextNoteModels
from services.melody.parts.arpeggio import write_arpeggio
from services.melody.parts.bass import write_bass
from services.melody.parts.chords import write_chords, write_pad
from services.melody.parts.colour import colour
from services.melody.parts.lead import write_melody
from services.melody.parts.performance import perform
from services.melody.parts.seam import join
from services.melody.parts.shape import Shaping, keep_lengths
from services.melody.parts.triplets import exact_places, restore
from services.melody.plan.bar_constraints import bar_constraints_of
from services.melody.plan.bar_context import BarContext, notes_by_onset, recent_pitches
from services.melody.plan.form import BarForm, Development, Recall, form_of
from services.melody.plan.motif import Motif, motif_of
from services.melody.styles.style_idiom import idiom_of, load_idioms

# Purpose of the random numbers for the whole piece; 0 is for a bar's notes and 1 for a phrase's form.
_PIECE = 2
_AGAIN = 16  # and above it those for a bar that is written another time
_TRIES = 6  # to write a new bar
_MOST_REPEATED = 1 / 8  # of the bars of a lead that develops
_LINES = (ROLE_MELODY, ROLE_BASS, ROLE_ARPEGGIO)
_ROLES = (ROLE_MELODY, ROLE_BASS, ROLE_CHORDS, ROLE_ARPEGGIO, ROLE_PAD)


def open_specialist(folder: Path, executor: Executor | None = None) -> InProcessEngine[CompositionBrief, Bar]:
    """Open the engine `specialist`, whose leads and basses a neural network predicts.

    Args:
        folder: Weights and manifest of the line model.
        executor: Threads to compute in; see `InProcessEngine`.

    Raises:
        WeightsError: The weights are missing or not those of the manifest.
        DataFileError: The data on styles break their schema.
    """
    network, manifest = line_model.load(folder)
    info = EngineInfo(
        name="specialist",
        available=True,
        model=f"{manifest.name} {manifest.version}",
        digest=manifest.sha256,
        roles=_ROLES,
        repeatable=True,
    )
    return _engine(info, neural_models(network), executor)


def open_statistical(folder: Path, executor: Executor | None = None) -> InProcessEngine[CompositionBrief, Bar]:
    """Open the engine `statistical`, whose leads counts of folk tunes predict.

    Args:
        folder: Weights and manifest of the folk model.
        executor: Threads to compute in; see `InProcessEngine`.

    Raises:
        WeightsError: The weights are missing or not those of the manifest.
        DataFileError: The data on styles break their schema.
    """
    model, manifest = load(folder)
    info = EngineInfo(
        name="statistical",
        available=True,
        model=f"{manifest.name} {manifest.version}",
        digest=manifest.sha256,
        roles=_ROLES,
        repeatable=True,
    )
    return _engine(info, folk_models(model), executor)


def _engine(
    info: EngineInfo, models: NextNoteModels, executor: Executor | None
) -> InProcessEngine[CompositionBrief, Bar]:
    load_idioms()  # a mistake in the data stops the service at start
    return InProcessEngine(info, lambda brief: start_piece(models, brief), bar_of, executor)


def start_piece(models: NextNoteModels, brief: CompositionBrief) -> Callable[[Sequence[Bar]], Bar]:
    """Prepare a piece.

    Args:
        models: Opens the next-note model of each bar; only leads and basses use it.
        brief: What to compose.

    Returns:
        A function that composes the next bar from all bars before it.

    Raises:
        ValueError: The role is unpitched.
    """
    return _PieceWriter(models, brief).next_bar


class _PieceWriter:
    """A piece, written a bar at a time.

    Args:
        models: Opens the next-note model of each bar.
        brief: What to compose.
    """

    def __init__(self, models: NextNoteModels, brief: CompositionBrief) -> None:
        constraints, seed = brief.constraints, brief.seed
        self._brief = brief
        self._role = constraints.role if constraints.role != ROLE_UNSPECIFIED else ROLE_MELODY
        if self._role == ROLE_DRUMS:
            raise ValueError("the specialist plays pitched roles only")
        self._constraints = lru_cache(maxsize=None)(lambda index: bar_constraints_of(constraints, index))
        plans = constraints.plans
        cadences = [plans[index % len(plans)].cadence for index in range(brief.bars)]
        self._idiom = idiom_of(brief.intent.style).as_asked(brief.intent.shape)
        loops = self._idiom.loop or brief.intent.ending == ENDING_LOOP
        of_lead = Development.HOOK if loops else Development.SONG
        self._development = development = of_lead if self._role == ROLE_MELODY else Development.RIFF
        self._form = lru_cache(maxsize=None)(lambda index: form_of(cadences, seed, index, development))
        self._model = models(brief)
        self._figure = int(stream_for_bar(seed, 0, _PIECE).random() * 256)
        shape = brief.intent.shape if brief.intent.HasField("shape") else None
        self._shaping = Shaping(shape, self._role, brief.bars) if shape is not None else None
        self._swing = constraints.swing
        self._straight = StraightBars(constraints.swing)
        self._tracks = TracksBeside(brief)
        self._rhythms = {bar.index: bar for bar in brief.rhythms}
        given = sorted(brief.given_bars, key=lambda bar: bar.index)
        self._given = [straighten(bar, constraints.swing) for bar in given]

    def next_bar(self, accepted: Sequence[Bar]) -> Bar:
        """The bar after these."""
        earlier = self._straight.of(accepted)  # as they were written: models know no swing
        index = len(earlier)
        later = [bar for bar in self._given if bar.index > index]
        form, recalled = self._recalled(index, earlier, later)
        bar = BarContext(
            index=index,
            constraints=self._constraints(index),
            form=form,
            draw=stream_for_bar(self._brief.seed, index),
            recalled=recalled,
            earlier=earlier,
            previous=notes_by_onset(earlier[-1]) if earlier else (),
            recent=recent_pitches(earlier),
            idiom=self._idiom,
            tempo_bpm=self._brief.intent.bpm,
            beside=self._tracks.of(index),
            later=later,
        )
        if index in self._rhythms:
            notes = colour(self._rhythms[index], self._role, bar, self._model(bar))
        else:
            notes = self._written(bar)
            for again, other in enumerate(self._otherwise(bar), start=_AGAIN):
                if not self._repeats_too_much(notes, earlier):
                    break
                other = replace(other, draw=stream_for_bar(self._brief.seed, index, again))  # noqa: PLW2901
                notes = self._written(other)
        return Bar(index=index, meter=self._brief.constraints.meter, notes=notes)

    def _otherwise(self, bar: BarContext) -> Iterator[BarContext]:
        """The same bar with less of what it recalls, then with nothing of it, as often as it may take."""
        yield replace(bar, form=replace(bar.form, recall=Recall.HEAD))
        yield replace(bar, form=replace(bar.form, recall=Recall.CONTOUR))
        for _ in range(_TRIES):
            yield replace(bar, recalled=None)

    def _repeats_too_much(self, notes: Sequence[Note], earlier: Sequence[Bar]) -> bool:
        """Whether a bar of a lead that develops repeats another one, and as many as a song bears do so already."""
        if self._role != ROLE_MELODY or self._development is not Development.SONG or not notes:
            return False
        played = [_line_of(bar.notes) for bar in earlier]
        if _line_of(straighten(Bar(meter=self._brief.constraints.meter, notes=notes), self._swing).notes) not in played:
            return False
        known = sum(line in played[:index] for index, line in enumerate(played))
        return known + 1 > self._brief.bars * _MOST_REPEATED

    def _written(self, bar: BarContext) -> list[Note]:
        """The notes of a bar, performed."""
        ghosts: frozenset[int] = frozenset()
        if self._role == ROLE_BASS:
            notes, ghosts = write_bass(bar, self._model(bar))
        elif self._role == ROLE_ARPEGGIO:
            notes = write_arpeggio(bar, self._figure)
        elif self._role == ROLE_CHORDS:
            notes = write_chords(bar)
        elif self._role == ROLE_PAD:
            notes = write_pad(bar)
        else:
            notes = write_melody(bar, self._model(bar))
        notes = self._shaping.write(notes, bar) if self._shaping else notes
        if bar.later and self._role in _LINES:
            join(notes, bar)
        written, exact = [note.duration_steps for note in notes], exact_places(notes) if self._shaping else []
        perform(notes, self._role, bar, ghosts)
        if self._shaping:
            self._shaping.perform(notes, bar)
            if self._brief.intent.shape.note_values:
                keep_lengths(notes, written)
                restore(notes, exact)
        return notes

    def _recalled(self, index: int, earlier: Sequence[Bar], later: Sequence[Bar]) -> tuple[BarForm, Motif | None]:
        """The place of a bar in the piece, and the line that it recalls: of a bar before, else of a given one after."""
        form = self._form(index)
        if form.source is not None:
            motif = motif_of(earlier[form.source], self._constraints(form.source))
            if motif.onsets:
                return form, motif
        recalling = next((bar for bar in later if self._form(bar.index).source == index), None)
        if recalling is None and not earlier and self._development is not Development.SONG:
            recalling = next(iter(later), None)  # a riff or a hook is there already
        if recalling is None:
            return form, None
        motif = motif_of(recalling, self._constraints(recalling.index))
        return replace(form, recall=self._form(recalling.index).recall), motif if motif.onsets else None


def _line_of(notes: Iterable[Note]) -> tuple[tuple[int, int], ...]:
    """Onsets and pitches."""
    return tuple(sorted((note.start_step, note.pitch) for note in notes))
