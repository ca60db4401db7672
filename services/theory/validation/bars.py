"""Corrects a bar to its constraints with the smallest musical changes."""

from collections.abc import Iterable, Iterator

from boumbapp.music.v2.events_pb2 import CORRECTION_REASON_IMPOSSIBLE_VALUE, Notice
from boumbapp.music.v2.intent_pb2 import BarPlan, Constraints
from boumbapp.music.v2.music_pb2 import ROLE_DRUMS, Bar, Meter
from boumbapp.theory.v2.theory_service_pb2 import ValidatedBar

from music.divisions import is_on_sixteenths
from services.chassis.errors.catalogue import OUT_OF_RANGE, REQUIRED, TOO_FEW, ApiError
from services.theory.notices import METER_REPLACED
from services.theory.validation.corrections import CorrectionLog
from services.theory.validation.divisions import check_divisions
from services.theory.validation.hits import validate_hits
from services.theory.validation.notes import validate_notes

_HIGHEST_KEY = 127


def validate(constraints: Constraints, bar: Bar, locale: str) -> ValidatedBar:
    """Correct a bar: pitches into key and range, lengths into the bar and the allowed polyphony, names spelled.

    Args:
        constraints: What the bar must keep to; bar i keeps to plan i modulo their number.
        bar: From any source; it is left as it is.
        locale: Language of the explanations, "fr" or "en".

    Returns:
        The bar with notes ordered and named, and one correction per change. Valid notes come back as they were.

    Raises:
        ApiError: The constraints contradict themselves, or the bar holds no whole number of its steps.
    """
    plan = _checked_plan(constraints, bar.index)
    result = ValidatedBar(bar=Bar(index=bar.index, meter=constraints.meter, divisions=bar.divisions))
    if bar.HasField("bpm"):
        result.bar.bpm = bar.bpm
    check_divisions(result.bar, "bar")
    log = CorrectionLog(constraints, plan, locale, result.corrections, on_sixteenths=is_on_sixteenths(bar))
    measured = bar
    if bar.meter != constraints.meter:
        measured = Bar()
        measured.CopyFrom(bar)
        measured.meter.CopyFrom(constraints.meter)
    if constraints.role == ROLE_DRUMS:
        for note in bar.notes:
            log.removed(CORRECTION_REASON_IMPOSSIBLE_VALUE, note)
        result.bar.hits.extend(validate_hits(measured, constraints, log))
    else:
        for hit in bar.hits:
            log.hit_removed(CORRECTION_REASON_IMPOSSIBLE_VALUE, hit)
        result.bar.notes.extend(validate_notes(measured, constraints, plan, log))
    return result


def replaced_meters(meter: Meter, bars: Iterable[Bar], locale: str) -> Iterator[Notice]:
    """A notice for each bar that says another metre than the one it is checked in.

    Args:
        meter: Of the constraints.
        bars: As they were sent.
        locale: Language of the notices, "fr" or "en".
    """
    for bar in bars:
        if bar.meter != meter:
            given, used = (f"{each.beats}/{each.beat_unit}" for each in (bar.meter, meter))
            yield METER_REPLACED.notice(locale, bar=bar.index, given=given, meter=used)


def _checked_plan(constraints: Constraints, index: int) -> BarPlan:
    """The plan of a bar; raises ApiError where no note could satisfy the constraints."""
    if not constraints.plans:
        raise ApiError(TOO_FEW, field="constraints.plans", value=0, min=1)
    number = index % len(constraints.plans)
    plan = constraints.plans[number]
    if not plan.pitch_classes & 0xFFF:
        raise ApiError(REQUIRED, field=f"constraints.plans[{number}].pitch_classes")
    lowest_top = constraints.lowest_pitch + 12  # an octave holds every pitch class
    if lowest_top > _HIGHEST_KEY:
        raise ApiError(
            OUT_OF_RANGE,
            field="constraints.lowest_pitch",
            value=constraints.lowest_pitch,
            min=0,
            max=_HIGHEST_KEY - 12,
        )
    if not lowest_top <= constraints.highest_pitch <= _HIGHEST_KEY:
        raise ApiError(
            OUT_OF_RANGE,
            field="constraints.highest_pitch",
            value=constraints.highest_pitch,
            min=lowest_top,
            max=_HIGHEST_KEY,
        )
    if not constraints.role:
        raise ApiError(REQUIRED, field="constraints.role")
    if not constraints.max_polyphony:
        raise ApiError(REQUIRED, field="constraints.max_polyphony")
    return plan
