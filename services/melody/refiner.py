"""Refining: read the words, make the edits, announce them, then every bar as it is after them, checked by theory."""

import asyncio
from collections.abc import AsyncGenerator, Iterator, Mapping, Sequence
from contextlib import aclosing
from functools import partial
from itertools import groupby

from boumbapp.journal.v2.interaction_pb2 import INTERACTION_KIND_REFINE, Interaction
from boumbapp.melody.v2.melody_service_pb2 import RefineRequest
from boumbapp.music.v2 import edits_pb2 as pb
from boumbapp.music.v2.events_pb2 import BarReady, ComposingEvent, Notice, Started
from boumbapp.music.v2.intent_pb2 import BarPlan, Constraints
from boumbapp.music.v2.music_pb2 import ROLE_DRUMS, Bar, Meter, Note, Role, Track

from music.event_ids import ids_of
from music.roles import role_name
from services.chassis.errors.catalogue import TOO_SHORT, ApiError
from services.composition.bar_stream import draw_seed
from services.composition.errors import wrong_role
from services.composition.event_writer import EventWriter
from services.composition.language_model.edit_mapping import EditMapper, mapped
from services.composition.recording.entry import Entry
from services.composition.recording.recorder import NoRecorder, Recorder
from services.composition.refining.addressing import Addressee, Player, role_of
from services.composition.refining.lexicon import off_loop
from services.composition.refining.notices import (
    EDIT_WITHOUT_EFFECT,
    NOT_ADDRESSED,
    PARTLY_UNDERSTOOD,
    READ_BY_LANGUAGE_MODEL,
)
from services.composition.tracks import part_name, track_id, track_of
from services.melody.engines.melody_engine import MelodyEngineRegistry
from services.melody.refine.conversation import Conversation, RefiningTheory
from services.melody.refine.describe import describe
from services.melody.refine.messages import edit_of, message_of
from services.melody.refine.model.edits import Edit
from services.melody.refine.model.harmony import Harmony
from services.melody.refine.model.part import PartEditor
from services.melody.refine.parse.parser import ParsedInstruction, parse_instruction

ENGINE = "refining"
_EVERY_PITCH_CLASS = 0xFFF
_HIGHEST_KEY = 127
_MOST_VOICES = 16


class Refiner:
    """Turns requests into streams of events.

    Args:
        theory: Says what keys and chords are, and checks every bar that changes.
        engines: Who composes bars that are to be other ones.
        recorder: Records what was refined; None records nothing.
        mapper: Makes edits of words that no exact edit knows; None where no language model is wanted.
    """

    def __init__(
        self,
        theory: RefiningTheory,
        engines: MelodyEngineRegistry,
        recorder: Recorder | None = None,
        mapper: EditMapper | None = None,
    ) -> None:
        self._mapper = mapper
        self._theory = theory
        self._engines = engines
        self._recorder = recorder or NoRecorder()

    def refine(self, request: RefineRequest, request_id: str, locale: str) -> AsyncGenerator[ComposingEvent, None]:
        """Edit a part as its instruction says.

        Args:
            request: From the caller.
            request_id: Identifies it.
            locale: Language of texts, "fr" or "en".

        Raises:
            ApiError: The instruction cannot be followed, or theory is away.
        """
        entry = Entry(
            kind=INTERACTION_KIND_REFINE,
            request_id=request_id,
            locale=locale,
            prompt=request.instruction,
            parent=request.parent_request_id,
            fill=partial(_fill, request),
        )
        return self._recorder.recorded(entry, self._events(request, request_id, locale))

    async def _events(
        self, request: RefineRequest, request_id: str, locale: str
    ) -> AsyncGenerator[ComposingEvent, None]:
        events = EventWriter()
        seed = request.seed if request.HasField("seed") else draw_seed()
        role = await asyncio.to_thread(_role, request)
        try:
            parsed = await off_loop(request.instruction, lambda _: _parsed(request, role))
        except ApiError as refused:
            # Beside others, words may be for one of them; who has all of the answers can tell.
            mapper = None if request.context else self._mapper
            parsed = await mapped(mapper, refused, request.instruction, _freely)
        conversation = Conversation(request, role, seed, theory=self._theory, engines=self._engines, locale=locale)
        await conversation.begin(parsed.edits)
        for edit in parsed.edits:
            await conversation.make(edit)
        part = conversation.part
        yield events.started(
            Started(
                request_id=request_id,
                seed=seed,
                engine=ENGINE,
                repeatable=True,
                tracks=[track_of(role, locale)],
                edits=[describe(edit, locale) for edit in parsed.edits],
                edit_data=[message_of(edit) for edit in parsed.edits],
                bpm=part.bpm,
            )
        )
        for notice in (*self._recorder.notices(locale), *_notices(parsed, conversation.idle, role, locale)):
            yield events.notice(notice)
        drafts = await asyncio.to_thread(_drafts, part, request.bars)
        composed = {at: bar.composed for at, bar in enumerate(part.bars) if bar.composed}
        async with aclosing(self._checked(drafts, request.bars, part.harmony, role, composed, locale)) as bars:
            async for ready in bars:
                yield events.bar(ready)
        yield events.completed()

    async def _checked(
        self,
        drafts: Sequence[Bar],
        sent: Sequence[Bar],
        harmony: Harmony,
        role: Role.ValueType,
        composed: Mapping[int, str],
        locale: str,
    ) -> AsyncGenerator[BarReady, None]:
        """The bars as theory corrects those that changed; the others are the very bars that were sent."""
        for _, group in groupby(enumerate(drafts), lambda each: (each[1].meter.beats, each[1].meter.beat_unit)):
            together = list(group)
            constraints = _any_notes(together[0][1].meter, role, harmony)
            async with self._theory.checking(constraints, locale) as check:
                for at, draft in together:
                    ready = BarReady(track=track_id(role), bar=draft, engine=composed.get(at, ENGINE))
                    if at >= len(sent) or draft != sent[at]:
                        validated = await check(draft)
                        before = sent[at] if at < len(sent) else Bar()
                        ready.changed = True
                        ready.bar.CopyFrom(_with_what_stays(draft, validated.bar, before))
                        ready.corrections.extend(validated.corrections)
                    yield ready


def _fill(request: RefineRequest, interaction: Interaction) -> None:
    """Add to an interaction the part as it was."""
    interaction.hints.style = request.intent.style
    interaction.given_bars.extend(request.bars)
    interaction.context.extend(request.context)


def _role(request: RefineRequest) -> Role.ValueType:
    role = request.role or request.intent.role
    if role == ROLE_DRUMS:
        raise wrong_role(role, ROLE_DRUMS, "role" if request.role else "intent.role")
    return role or role_of(Track(name=request.name, bars=request.bars))


def _parsed(request: RefineRequest, role: Role.ValueType) -> ParsedInstruction:
    """The edits of a request: those of its words, then those that it gives as data."""
    given = tuple(edit_of(message, f"edits[{at}]") for at, message in enumerate(request.edits))
    if not request.instruction.strip():
        if not given:
            raise ApiError(TOO_SHORT, field="instruction", min=1)
        return ParsedInstruction(given, (), addressed=True)
    own = Player(role_name(role), request.name)
    parsed = parse_instruction(request.instruction, Addressee(own, tuple(map(Player.of, request.context))))
    return ParsedInstruction((*parsed.edits, *given), parsed.unparsed, parsed.addressed or bool(given))


def _freely(edit: pb.Edit) -> ParsedInstruction:
    """The edit that a language model made of the words."""
    return ParsedInstruction((edit_of(edit, "instruction"),), (), addressed=True, freely=True)


def _notices(parsed: ParsedInstruction, idle: Sequence[Edit], role: Role.ValueType, locale: str) -> Iterator[Notice]:
    if not parsed.addressed:
        yield NOT_ADDRESSED.notice(locale, part=part_name(role).in_(locale))
    for edit in idle:
        yield EDIT_WITHOUT_EFFECT.notice(locale, what=describe(edit, locale))
    if parsed.unparsed:
        yield PARTLY_UNDERSTOOD.notice(locale, what=", ".join(parsed.unparsed))
    if parsed.freely:
        yield READ_BY_LANGUAGE_MODEL.notice(locale, what=describe(parsed.edits[0], locale))


def _drafts(part: PartEditor, sent: Sequence[Bar]) -> list[Bar]:
    """The bars of a part that was edited, at their indices."""
    return [_renumbered(bar, at, sent) for at, bar in enumerate(part.messages(ids_of(sent)))]


def _renumbered(bar: Bar, at: int, sent: Sequence[Bar]) -> Bar:
    """A bar at the index that its place had, or after the last one."""
    index = sent[at].index if at < len(sent) else sent[-1].index + at - len(sent) + 1
    if bar.index == index:
        return bar
    moved = Bar()
    moved.CopyFrom(bar)
    moved.index = index
    return moved


def _with_what_stays(draft: Bar, validated: Bar, before: Bar) -> Bar:
    """A checked bar in which notes that no edit touched are as they were sent."""
    untouched = {(note.start_step, note.pitch): note for note in before.notes if draft.divisions == before.divisions}
    checked = {(note.start_step, note.pitch): note for note in validated.notes}
    bar = Bar()
    bar.CopyFrom(draft)
    del bar.notes[:]
    for note in draft.notes:
        place = (note.start_step, note.pitch)
        same: Note | None = untouched.get(place)
        found = same if same is not None and same == note else checked.get(place)
        if found is not None:
            bar.notes.append(found)
    return bar


def _any_notes(meter: Meter, role: Role.ValueType, harmony: Harmony) -> Constraints:
    """Constraints that any notes keep to, spelled as their key wants them: an edit says what is played."""
    return Constraints(
        meter=meter,
        role=role,
        lowest_pitch=0,
        highest_pitch=_HIGHEST_KEY,
        max_polyphony=_MOST_VOICES,
        plans=[BarPlan(key=plan.key, tonic=plan.tonic, pitch_classes=_EVERY_PITCH_CLASS) for plan in harmony.plans],
    )
