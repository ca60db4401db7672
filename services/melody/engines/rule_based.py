"""The specialist engine: small, in this process, always there."""

from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from functools import lru_cache
from pathlib import Path

from boumbapp.music.v1.events_pb2 import EngineInfo
from boumbapp.music.v1.music_pb2 import (
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
from services.composition.brief import CompositionBrief
from services.composition.in_process_engine import InProcessEngine
from services.melody import line_model
from services.melody.engines.melody_engine import bar_of
from services.melody.next_note_models.backoff import folk_guides
from services.melody.next_note_models.folk_weights import load
from services.melody.next_note_models.neural import line_guides
from services.melody.next_note_models.protocol import Guides, Place
from services.melody.parts.arpeggio import write_arpeggio
from services.melody.parts.bar_context import Passage
from services.melody.parts.bass import write_bass
from services.melody.parts.chords import write_chords, write_pad
from services.melody.parts.idiom import idiom_of
from services.melody.parts.lead import write_melody
from services.melody.parts.performance import perform
from services.melody.plan.bar_constraints import frame_of
from services.melody.plan.form import Kind, form_of
from services.melody.plan.motif import motif_of

_MEMORY = 8  # notes
# Draws for the whole piece; 0 is for a bar's notes and 1 for a phrase's form.
_PIECE = 2


def open_specialist(folder: Path, executor: Executor | None = None) -> InProcessEngine[CompositionBrief, Bar]:
    """The engine whose lines a neural network guides.

    Args:
        folder: Weights and manifest of the line model.
        executor: Threads to compute in; see `InProcessEngine`.

    Raises:
        WeightsError: The weights are missing or not those of the manifest.
    """
    network, manifest = line_model.load(folder)
    info = EngineInfo(
        name="specialist", available=True, model=f"{manifest.name} {manifest.version}", digest=manifest.sha256
    )
    return _engine(info, line_guides(network), executor)


def open_statistical(folder: Path, executor: Executor | None = None) -> InProcessEngine[CompositionBrief, Bar]:
    """The engine whose lead lines counts of folk tunes guide; likewise."""
    model, manifest = load(folder)
    info = EngineInfo(
        name="statistical", available=True, model=f"{manifest.name} {manifest.version}", digest=manifest.sha256
    )
    return _engine(info, folk_guides(model), executor)


def _engine(info: EngineInfo, guides: Guides, executor: Executor | None) -> InProcessEngine[CompositionBrief, Bar]:
    return InProcessEngine(info, lambda brief: start_piece(guides, brief), bar_of, executor)


def start_piece(guides: Guides, brief: CompositionBrief) -> Callable[[Sequence[Bar]], Bar]:
    """Prepare a piece; the function returned composes its next bar from all bars before it.

    Raises:
        ValueError: The role is unpitched.
    """
    constraints, seed = brief.constraints, brief.seed
    role = constraints.role if constraints.role != ROLE_UNSPECIFIED else ROLE_MELODY
    if role == ROLE_DRUMS:
        raise ValueError("the specialist plays pitched roles only")
    frames = lru_cache(maxsize=None)(lambda index: frame_of(constraints, index))
    plans = constraints.plans
    cadences = [plans[index % len(plans)].cadence for index in range(brief.bars)]
    guide_of = guides(brief)
    idiom = idiom_of(brief.intent.style)
    kind = Kind.RIFF if role != ROLE_MELODY else Kind.HOOK if idiom.loop else Kind.SONG
    figure = int(stream_for_bar(seed, 0, _PIECE).random() * 256)

    def next_bar(accepted: Sequence[Bar]) -> Bar:
        index = len(accepted)
        frame, form = frames(index), form_of(cadences, seed, index, kind)
        motif = motif_of(accepted[form.source], frames(form.source)) if form.source is not None else None
        before = tuple(sorted(accepted[-1].notes, key=lambda note: (note.start_step, note.pitch))) if accepted else ()
        passage = Passage(
            index=index,
            frame=frame,
            form=form,
            guide=guide_of(Place(index, frame, form, accepted, before, brief.intent.bpm)),
            draw=stream_for_bar(seed, index),
            recalled=motif if motif and motif.onsets else None,
            before=before,
            heard=_heard(accepted),
            idiom=idiom,
            tempo_bpm=brief.intent.bpm,
        )
        ghosts: frozenset[int] = frozenset()
        notes: list[Note]
        if role == ROLE_BASS:
            notes, ghosts = write_bass(passage)
        elif role == ROLE_ARPEGGIO:
            notes = write_arpeggio(passage, figure)
        elif role == ROLE_CHORDS:
            notes = write_chords(passage)
        elif role == ROLE_PAD:
            notes = write_pad(passage)
        else:
            notes = write_melody(passage)
        perform(notes, role, passage, ghosts)
        return Bar(index=index, meter=constraints.meter, notes=notes)

    return next_bar


def _heard(accepted: Sequence[Bar]) -> tuple[int, ...]:
    """Pitches of the last notes of some bars, by onset."""
    pitches: list[int] = []
    for bar in reversed(accepted):
        pitches[:0] = [note.pitch for note in sorted(bar.notes, key=lambda note: (note.start_step, note.pitch))]
        if len(pitches) >= _MEMORY:
            break
    return tuple(pitches[-_MEMORY:])
