"""Refining: read the words, announce the edits, then every bar as it is after them, checked by theory."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence

from boumbapp.drums.v1.drums_service_pb2 import GrooveBar, RefineRequest, RefineResponse, RefineStarted
from boumbapp.music.v1.events_pb2 import BarComposed, Notice
from boumbapp.music.v1.intent_pb2 import BarPlan, Constraints
from boumbapp.music.v1.music_pb2 import ROLE_DRUMS, Bar, Key, Meter

from music.divisions import SIXTEENTHS, is_on_sixteenths
from services.chassis.errors.catalogue import ApiError, Code
from services.composition.bar_stream import Theory, Totals, draw_seed
from services.drums.generation.accents import drum_accents
from services.drums.neural.onnx_models import SpecialistModel
from services.drums.performance.deviation_model import FeelModel
from services.drums.performance.realign import realign_feel
from services.drums.refine.apply import Refined, apply
from services.drums.refine.context.style_prior import StylePrior
from services.drums.refine.describe import describe
from services.drums.refine.model.editable_groove import EditableGroove
from services.drums.refine.model.edits import ParsedInstruction
from services.drums.refine.parse.parser import parse_instruction
from services.drums.styles.loader import load_styles

ENGINE = "refining"
_EVERY_PITCH_CLASS = 0xFFF
_LOWEST_KEY, _HIGHEST_KEY = 0, 127
# More than the kit has pieces: however thick a groove is, refining must not thin what nobody spoke of.
_EVERY_PIECE = 16
_NOTICES = {
    "EDIT_WITHOUT_EFFECT": {
        "en": "Nothing to change for “{what}”: it is so already, or what it names does not play there or is locked.",
        "fr": "Rien à changer pour « {what} » : c'est déjà le cas, ou ce qui est nommé n'y joue pas ou est verrouillé.",
    },
    "PARTLY_UNDERSTOOD": {
        "en": "Not understood, and so left out: {what}.",
        "fr": "Non compris, donc laissé de côté : {what}.",
    },
}


class Refiner:
    """Turns requests into streams of events.

    Args:
        theory: Checks every bar.
        model: How drummers deviate.
        specialist: Plays bars anew; without it, the statistical engine does.
    """

    def __init__(self, theory: Theory, model: FeelModel, specialist: SpecialistModel | None) -> None:
        self._theory = theory
        self._model = model
        self._specialist = specialist

    async def refine(self, request: RefineRequest, request_id: str, locale: str) -> AsyncIterator[RefineResponse]:
        """Edit a groove as its instruction says.

        Raises:
            ApiError: The instruction cannot be followed, or theory is away.
        """
        totals = Totals()
        seed = request.seed if request.HasField("seed") else draw_seed()
        _check_divisions(request.bars)
        parsed = parse_instruction(request.instruction)
        # A bar made anew takes a tenth of a second, a long groove of them seconds; other callers are served meanwhile.
        refined = await asyncio.to_thread(self._apply, request, parsed, seed)
        edits = [describe(edit, locale) for edit in parsed.edits]
        totals.start()
        yield RefineResponse(
            started=RefineStarted(request_id=request_id, seed=seed, edits=edits, bpm=refined.groove.bpm)
        )
        for notice in _notices(parsed, refined, locale):
            yield RefineResponse(notice=notice)
        for at, (bar, feels) in enumerate(zip(refined.groove.bars, refined.groove.feels, strict=True)):
            validated = await self._theory.validate(_any_drums(bar.meter), bar, locale)
            engine = refined.composed.get(at, ENGINE)
            composed = BarComposed(bar=validated.bar, corrections=validated.corrections, engine=engine)
            totals.add(composed)
            yield RefineResponse(
                bar=GrooveBar(
                    composed=composed,
                    feels=realign_feel(bar.hits, feels.feels, validated.bar.hits),
                    accents=drum_accents(validated.bar),
                )
            )
        yield RefineResponse(completed=totals.complete())

    def _apply(self, request: RefineRequest, parsed: ParsedInstruction, seed: int) -> Refined:
        locked = set(request.locked_bars)
        return apply(
            parsed.edits,
            EditableGroove(tuple(request.bars), tuple(request.feels), request.bpm),
            prior=StylePrior(load_styles().get(request.style), seed, self._model, self._specialist),
            locked_pieces=request.locked_pieces,
            locked_bars=[at for at, bar in enumerate(request.bars) if bar.index in locked],
        )


def _check_divisions(bars: Sequence[Bar]) -> None:
    """Raise ApiError for a bar whose steps are no sixteenths: edits speak of these."""
    for at, bar in enumerate(bars):
        if not is_on_sixteenths(bar):
            field = f"bars[{at}].divisions"
            raise ApiError(Code.NOT_ALLOWED, field=field, value=bar.divisions, allowed=str(SIXTEENTHS))


def _notices(parsed: ParsedInstruction, refined: Refined, locale: str) -> Iterator[Notice]:
    said = [("EDIT_WITHOUT_EFFECT", describe(edit, locale)) for edit in refined.idle]
    if parsed.unparsed:
        said.append(("PARTLY_UNDERSTOOD", ", ".join(parsed.unparsed)))
    for code, what in said:
        yield Notice(code=code, message=_NOTICES[code][locale].format(what=what))


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
