"""Refining: read the words, announce the edits, then every bar as it is after them, checked by theory."""

import asyncio
from collections.abc import AsyncGenerator, Collection, Iterator, Sequence
from contextlib import aclosing
from dataclasses import replace
from functools import partial
from itertools import groupby

from boumbapp.drums.v2.drums_service_pb2 import BarFeels, RefineRequest
from boumbapp.journal.v2.interaction_pb2 import INTERACTION_KIND_REFINE, Interaction
from boumbapp.music.v2 import edits_pb2 as pb
from boumbapp.music.v2.events_pb2 import BarReady, ComposingEvent, Notice, Started
from boumbapp.music.v2.feel_pb2 import HitFeel
from boumbapp.music.v2.intent_pb2 import BarPlan, Constraints
from boumbapp.music.v2.music_pb2 import ROLE_DRUMS, Bar, Key, Meter

from music.divisions import at_sixteenths, is_on_sixteenths
from services.chassis.errors.catalogue import TOO_SHORT, ApiError
from services.composition.bar_stream import Theory, draw_seed
from services.composition.event_writer import EventWriter
from services.composition.language_model.edit_mapping import EditMapper, mapped
from services.composition.recording.entry import Entry
from services.composition.recording.recorder import NoRecorder, Recorder
from services.composition.refining.addressing import Player
from services.composition.refining.errors import NO_EARLIER_VERSION
from services.composition.refining.lexicon import off_loop
from services.composition.refining.notices import (
    EDIT_WITHOUT_EFFECT,
    NOT_ADDRESSED,
    PARTLY_UNDERSTOOD,
    READ_BY_LANGUAGE_MODEL,
)
from services.composition.tracks import part_name, track_id, track_of
from services.drums.generation.accents import drum_accents
from services.drums.neural.onnx_models import SpecialistModel
from services.drums.performance.deviation_model import FeelModel
from services.drums.performance.realign import realign_feel
from services.drums.refine.apply import Refined, apply
from services.drums.refine.context.style_prior import StylePrior
from services.drums.refine.describe import describe
from services.drums.refine.messages import edit_of, message_of
from services.drums.refine.model.editable_groove import EditableGroove
from services.drums.refine.model.edits import Action, Edit, ParsedInstruction
from services.drums.refine.parse.parser import parse_instruction
from services.drums.styles.loader import load_styles

ENGINE = "refining"
_EVERY_PITCH_CLASS = 0xFFF
_LOWEST_KEY, _HIGHEST_KEY = 0, 127
# More than the kit has pieces: however thick a groove is, refining must not thin what nobody spoke of.
_EVERY_PIECE = 16


class Refiner:
    """Turns requests into streams of events.

    Args:
        theory: Checks every bar.
        model: How drummers deviate.
        specialist: Plays bars anew; without it, the statistical engine does.
        recorder: Records what was refined; None records nothing.
        mapper: Makes edits of words that no exact edit knows; None where no language model is wanted.
    """

    def __init__(
        self,
        theory: Theory,
        model: FeelModel,
        specialist: SpecialistModel | None,
        recorder: Recorder | None = None,
        mapper: EditMapper | None = None,
    ) -> None:
        self._mapper = mapper
        self._theory = theory
        self._model = model
        self._specialist = specialist
        self._recorder = recorder or NoRecorder()

    def refine(self, request: RefineRequest, request_id: str, locale: str) -> AsyncGenerator[ComposingEvent, None]:
        """Edit a groove as its instruction says.

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
        try:
            parsed = await off_loop(request.instruction, lambda _: _parsed(request))
        except ApiError as refused:
            # Beside others, words may be for one of them; who has all of the answers can tell.
            mapper = None if request.context else self._mapper
            parsed = await mapped(mapper, refused, request.instruction, _freely)
        # A bar made anew takes a tenth of a second, a long groove of them seconds; other callers are served meanwhile.
        refined = await asyncio.to_thread(self._apply, request, parsed, seed)
        yield events.started(
            Started(
                request_id=request_id,
                seed=seed,
                engine=ENGINE,
                repeatable=True,
                tracks=[track_of(ROLE_DRUMS, locale)],
                edits=[describe(edit, locale) for edit in parsed.edits],
                edit_data=[message_of(edit) for edit in parsed.edits],
                bpm=refined.groove.bpm,
            )
        )
        for notice in (*self._recorder.notices(locale), *_notices(parsed, refined, locale)):
            yield events.notice(notice)
        async with aclosing(self._checked(refined, request.bars, locale)) as bars:
            async for ready in bars:
                yield events.bar(ready)
        yield events.completed()

    async def _checked(self, refined: Refined, sent: Sequence[Bar], locale: str) -> AsyncGenerator[BarReady, None]:
        """The bars as theory corrects them: those that follow each other in one metre over one stream."""
        drafts = zip(refined.groove.bars, refined.groove.feels, strict=True)
        for _, group in groupby(enumerate(drafts), lambda each: (each[1][0].meter.beats, each[1][0].meter.beat_unit)):
            together = list(group)
            constraints = _any_drums(together[0][1][0].meter)
            async with self._theory.checking(constraints, locale) as check:
                for at, (draft, feels) in together:
                    validated = await check(draft)
                    engine = refined.composed.get(at, ENGINE)
                    yield BarReady(
                        track=track_id(ROLE_DRUMS),
                        bar=validated.bar,
                        corrections=validated.corrections,
                        engine=engine,
                        changed=at >= len(sent) or validated.bar != sent[at],
                        feels=realign_feel(draft.hits, feels.feels, validated.bar.hits),
                        accents=drum_accents(validated.bar),
                    )

    def _apply(self, request: RefineRequest, parsed: ParsedInstruction, seed: int) -> Refined:
        locked = set(request.locked_bars)
        locked_bars = [at for at, bar in enumerate(request.bars) if bar.index in locked]
        sent = _version(request, parsed.edits, locked_bars)
        read = EditableGroove(tuple(map(at_sixteenths, sent.bars)), _feels(sent), sent.bpm)
        refined = apply(
            parsed.edits,
            read,
            prior=StylePrior(load_styles().get(request.style), seed, self._model, self._specialist),
            locked_pieces=request.locked_pieces,
            locked_bars=locked_bars,
        )
        # Bars of other divisions are edited at sixteenths; those that did not change stay as they were sent.
        finer = {id(bar): own for bar, own in zip(read.bars, sent.bars, strict=True) if not is_on_sixteenths(own)}
        bars = tuple(finer.get(id(bar), bar) for bar in refined.groove.bars)
        feels = tuple(
            BarFeels(feels=[HitFeel()] * len(finer[id(bar)].hits)) if id(bar) in finer else known
            for bar, known in zip(refined.groove.bars, refined.groove.feels, strict=True)
        )
        return replace(refined, groove=replace(refined.groove, bars=bars, feels=feels))


def _fill(request: RefineRequest, interaction: Interaction) -> None:
    """Add to an interaction the groove as it was."""
    interaction.hints.style = request.style
    interaction.given_bars.extend(request.bars)


def _parsed(request: RefineRequest) -> ParsedInstruction:
    """The edits of a request: those of its words, then those that it gives as data."""
    given = tuple(edit_of(message, f"edits[{at}]") for at, message in enumerate(request.edits))
    if not request.instruction.strip():
        if not given:
            raise ApiError(TOO_SHORT, field="instruction", min=1)
        return ParsedInstruction(given, ())
    parsed = parse_instruction(request.instruction, tuple(map(Player.of, request.context)))
    return replace(parsed, edits=(*parsed.edits, *given), addressed=parsed.addressed or bool(given))


def _version(request: RefineRequest, edits: Sequence[Edit], locked: Collection[int]) -> EditableGroove:
    """The groove that edits begin with: the one that was sent, or an earlier one; locked bars are those of now."""
    now = EditableGroove(tuple(request.bars), tuple(request.feels), request.bpm)
    back = next((round(edit.value or 1) for edit in edits if edit.action is Action.UNDO), 0)
    if not back or (not request.versions and len(edits) > 1):  # "as before, but..." of the only version there is
        return now
    if not 1 <= back <= len(request.versions):
        raise ApiError(NO_EARLIER_VERSION, field="instruction")
    version = request.versions[-back]
    before = EditableGroove(tuple(version.bars), tuple(version.feels), version.bpm)
    chosen = [(now if at in locked and at < len(now.bars) else before, at) for at in range(len(before.bars))]
    bars = tuple(groove.bars[at] for groove, at in chosen)
    feels = tuple(groove.feels[at] if at < len(groove.feels) else BarFeels() for groove, at in chosen)
    return EditableGroove(bars, feels, before.bpm)


def _feels(groove: EditableGroove) -> tuple[BarFeels, ...]:
    """The feels of bars that are on sixteenths; those of others are not known."""
    return tuple(
        feels if is_on_sixteenths(bar) else BarFeels() for bar, feels in zip(groove.bars, groove.feels, strict=False)
    )


def _freely(edit: pb.Edit) -> ParsedInstruction:
    """The edit that a language model made of the words."""
    return ParsedInstruction((edit_of(edit, "instruction"),), (), addressed=True, freely=True)


def _notices(parsed: ParsedInstruction, refined: Refined, locale: str) -> Iterator[Notice]:
    if not parsed.addressed:
        yield NOT_ADDRESSED.notice(locale, part=part_name(ROLE_DRUMS).in_(locale))
    for edit in refined.idle:
        yield EDIT_WITHOUT_EFFECT.notice(locale, what=describe(edit, locale))
    if parsed.unparsed:
        yield PARTLY_UNDERSTOOD.notice(locale, what=", ".join(parsed.unparsed))
    if parsed.freely:
        yield READ_BY_LANGUAGE_MODEL.notice(locale, what=describe(parsed.edits[0], locale))


def _any_drums(meter: Meter) -> Constraints:
    """Constraints that any playable drums keep to; pitches do not matter to them."""
    return Constraints(
        meter=meter,
        role=ROLE_DRUMS,
        lowest_pitch=_LOWEST_KEY,
        highest_pitch=_HIGHEST_KEY,
        max_polyphony=_EVERY_PIECE,
        plans=[BarPlan(key=Key(tonic="C", scale="chromatic"), pitch_classes=_EVERY_PITCH_CLASS)],
    )
