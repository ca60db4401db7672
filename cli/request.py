"""Requests made from the command's options."""

import re

from boumbapp.arranger.v2 import arranger_service_pb2 as arranger
from boumbapp.drums.v2 import drums_service_pb2 as drums
from boumbapp.melody.v2 import melody_service_pb2 as melody
from boumbapp.music.v2.intent_pb2 import IntentOptions
from boumbapp.music.v2.music_pb2 import (
    ROLE_DRUMS,
    SWING_UNIT_EIGHTH,
    SWING_UNIT_SIXTEENTH,
    SWING_UNIT_UNSPECIFIED,
    Meter,
    Role,
    Swing,
)
from boumbapp.music.v2.playback_pb2 import PACE_AS_FAST_AS_POSSIBLE
from boumbapp.rules.v2.rules_pb2 import FieldRules, rules
from google.protobuf.descriptor import Descriptor

from cli.messages.events import ComposeRequest
from cli.options import ArrangeOptions, ComposeOptions, DrumsOptions, PartOptions
from music.swing import amount_of_percent
from services.chassis.errors.catalogue import MALFORMED, NOT_ALLOWED, OUT_OF_RANGE, ApiError

_UINT32_MAX = 2**32 - 1
_MOST_PERCENT = 100
_SWING = re.compile(
    r"(?P<amount>-?[0-9]{1,6}(?:[.,][0-9]{1,6})?)\s*(?P<percent>%?)\s*(?P<unit>e|eighths?|s|sixteenths?)?"
)
_SWING_UNITS = {"": SWING_UNIT_UNSPECIFIED, "e": SWING_UNIT_EIGHTH, "s": SWING_UNIT_SIXTEENTH}
_WHOLE = re.compile(r"-?[0-9]{1,10}")
ROLES = {name.removeprefix("ROLE_").lower(): number for name, number in Role.items() if number}


def compose_request(args: PartOptions) -> ComposeRequest:
    """The request for the options of a command.

    Options of the command win over the words of the prompt.
    What the contract can carry goes to the expert, who judges it; only what it cannot is refused here.

    Raises:
        ApiError: A whole number is negative or too large, or a metre or role cannot be read.
    """
    request = _request(args)
    request.prompt, request.locale = args.prompt, args.locale
    request.playback.pace = PACE_AS_FAST_AS_POSSIBLE  # a file is written; --play comes after it
    if args.seed is not None:
        request.seed = _unsigned("seed", args.seed, request.DESCRIPTOR)
    options = request.overrides
    options.SetInParent()
    options.style = args.style
    if isinstance(args, ComposeOptions | ArrangeOptions):
        _set_notes(args, options)
    if args.bars is not None:
        options.bars = _unsigned("overrides.bars", args.bars, options.DESCRIPTOR)
    if args.bpm is not None:
        options.bpm = args.bpm
    if args.swing:
        if isinstance(request, drums.ComposeRequest):
            request.feel.swing.CopyFrom(_swing(args.swing, "feel.swing"))
        else:
            options.swing.CopyFrom(_swing(args.swing, "overrides.swing"))
    if args.meter:
        options.meter.CopyFrom(_meter(args.meter))
    return request


def _request(args: PartOptions) -> ComposeRequest:
    """The request with what only its expert knows."""
    if isinstance(args, ArrangeOptions):
        names = [name.strip() for name in args.parts.split(",") if name.strip()]
        return arranger.ComposeRequest(
            parts=[arranger.Part(role=_role(name, "parts"), engine=args.engine_wanted) for name in names]
        )
    request = _drums_request(args) if isinstance(args, DrumsOptions) else melody.ComposeRequest()
    request.engine = args.engine_wanted
    return request


def _role(name: str, field: str) -> Role.ValueType:
    if name not in ROLES:
        raise ApiError(NOT_ALLOWED, field=field, value=name, allowed=", ".join(ROLES))
    return ROLES[name]


def _set_notes(args: ComposeOptions | ArrangeOptions, options: IntentOptions) -> None:
    """What only parts of notes have: key, chords and role."""
    if args.key:
        options.key_text = args.key
    options.progression = args.chords
    if isinstance(args, ComposeOptions) and args.role:
        options.role = _role(args.role, "overrides.role")


def _drums_request(args: DrumsOptions) -> drums.ComposeRequest:
    request = drums.ComposeRequest()
    request.hints.role = ROLE_DRUMS
    for name in ("intensity", "complexity", "humanise"):
        value = getattr(args, name)
        if value is not None:
            setattr(request.feel, name, value)
    return request


def _unsigned(path: str, value: int, message: Descriptor) -> int:
    """A number for a uint32 field. Where it does not fit, the limits named are those that the contract declares."""
    if 0 <= value <= _UINT32_MAX:
        return value
    declared: FieldRules = message.fields_by_name[path.rpartition(".")[2]].GetOptions().Extensions[rules]
    most = declared.max if declared.HasField("max") else _UINT32_MAX
    raise ApiError(OUT_OF_RANGE, field=path, value=value, min=f"{declared.min:.0f}", max=f"{most:.0f}")


def _swing(text: str, field: str) -> Swing:
    """Swing such as "0.33", "66%" or "0.33e": an amount or a sequencer's percentage, with the unit's first letter."""
    found = _SWING.fullmatch(text.strip().lower())
    if found is None:
        raise ApiError(MALFORMED, field=field, value=text)
    amount, unit = float(found["amount"].replace(",", ".")), _SWING_UNITS[(found["unit"] or "")[:1]]
    if found["percent"]:
        if not 0 <= amount <= _MOST_PERCENT:
            raise ApiError(OUT_OF_RANGE, field=field, value=text, min="0%", max=f"{_MOST_PERCENT:.0f}%")
        amount = amount_of_percent(amount)
    return Swing(amount=amount, unit=unit)


def _meter(text: str) -> Meter:
    beats, separator, unit = (part.strip() for part in text.partition("/"))
    if not separator or not _WHOLE.fullmatch(beats) or not _WHOLE.fullmatch(unit):
        raise ApiError(MALFORMED, field="overrides.meter", value=text)
    return Meter(
        beats=_unsigned("overrides.meter.beats", int(beats), Meter.DESCRIPTOR),
        beat_unit=_unsigned("overrides.meter.beat_unit", int(unit), Meter.DESCRIPTOR),
    )
