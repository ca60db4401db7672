"""The embedded engines: rules write each part, and a next-note model weighs the notes of leads and basses."""

from collections.abc import Callable, Sequence
from concurrent.futures import Executor
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
from services.melody.parts.lead import write_melody
from services.melody.parts.performance import perform
from services.melody.parts.shape import Shaping, keep_lengths
from services.melody.plan.bar_constraints import bar_constraints_of
from services.melody.plan.bar_context import BarContext, notes_by_onset, recent_pitches
from services.melody.plan.form import Development, form_of
from services.melody.plan.motif import motif_of
from services.melody.styles.style_idiom import idiom_of, load_idioms

# Purpose of the random numbers for the whole piece; 0 is for a bar's notes and 1 for a phrase's form.
_PIECE = 2
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
    constraints, seed = brief.constraints, brief.seed
    role = constraints.role if constraints.role != ROLE_UNSPECIFIED else ROLE_MELODY
    if role == ROLE_DRUMS:
        raise ValueError("the specialist plays pitched roles only")
    constraints_of_bar = lru_cache(maxsize=None)(lambda index: bar_constraints_of(constraints, index))
    plans = constraints.plans
    cadences = [plans[index % len(plans)].cadence for index in range(brief.bars)]
    model_of_bar = models(brief)
    idiom = idiom_of(brief.intent.style)
    loops = idiom.loop or brief.intent.ending == ENDING_LOOP
    of_lead = Development.HOOK if loops else Development.SONG
    development = of_lead if role == ROLE_MELODY else Development.RIFF
    figure = int(stream_for_bar(seed, 0, _PIECE).random() * 256)

    shaping = Shaping(brief.intent.shape, role, brief.bars) if brief.intent.HasField("shape") else None
    straight = StraightBars(constraints.swing)
    tracks = TracksBeside(brief)
    given = sorted(brief.given_bars, key=lambda bar: bar.index)
    later = [straighten(bar, constraints.swing) for bar in given]

    def next_bar(accepted: Sequence[Bar]) -> Bar:
        earlier = straight.of(accepted)  # as they were written: models know no swing
        index = len(earlier)
        form = form_of(cadences, seed, index, development)
        motif = motif_of(earlier[form.source], constraints_of_bar(form.source)) if form.source is not None else None
        bar = BarContext(
            index=index,
            constraints=constraints_of_bar(index),
            form=form,
            draw=stream_for_bar(seed, index),
            recalled=motif if motif and motif.onsets else None,
            earlier=earlier,
            previous=notes_by_onset(earlier[-1]) if earlier else (),
            recent=recent_pitches(earlier),
            idiom=idiom,
            tempo_bpm=brief.intent.bpm,
            beside=tracks.of(index),
            later=[bar for bar in later if bar.index > index],
        )
        model = model_of_bar(bar)
        ghosts: frozenset[int] = frozenset()
        notes: list[Note]
        if role == ROLE_BASS:
            notes, ghosts = write_bass(bar, model)
        elif role == ROLE_ARPEGGIO:
            notes = write_arpeggio(bar, figure)
        elif role == ROLE_CHORDS:
            notes = write_chords(bar)
        elif role == ROLE_PAD:
            notes = write_pad(bar)
        else:
            notes = write_melody(bar, model)
        notes = shaping.write(notes, bar) if shaping else notes
        written = [note.duration_steps for note in notes]
        perform(notes, role, bar, ghosts)
        if shaping:
            shaping.perform(notes, bar)
            if brief.intent.shape.note_values:
                keep_lengths(notes, written)
        return Bar(index=index, meter=constraints.meter, notes=notes)

    return next_bar
