"""Takes words out of a parsed prompt where an override of the request wins over them."""

from dataclasses import dataclass, replace
from math import isclose
from typing import Any

from boumbapp.music.v2.intent_pb2 import IntentOptions
from boumbapp.music.v2.music_pb2 import SWING_UNIT_UNSPECIFIED, Role, SwingUnit

from services.theory.catalogue.catalogue import Catalogue
from services.theory.prompt.parse.chord_lists import ProgressionMention
from services.theory.prompt.parse.parsed_prompt import ParsedPrompt
from services.theory.prompt.parse.spans import Mention
from services.theory.prompt.parse.swing_words import SwingWords
from services.theory.prompt.parse.timing import Timing
from services.theory.prompt.resolve.slots import OptionKey, ParsedOptions

_MODERATE_BPM = 100  # words for a tempo are slow below it, and fast from it on
_SAME_SWING = 0.005  # half a percent of what a sequencer shows


@dataclass(frozen=True, slots=True)
class SettledPrompt:
    """A prompt and its options, none of which contradict an override any more.

    Attributes:
        parsed: The prompt without the words that an override wins over.
        options: Overrides, and hints where there is none; `overridden` tells which are overrides.
    """

    parsed: ParsedPrompt
    options: ParsedOptions


def settle(parsed: ParsedPrompt, hints: ParsedOptions, overrides: ParsedOptions, catalogue: Catalogue) -> SettledPrompt:
    """Let overrides win over words, and over hints.

    Args:
        parsed: The parsed prompt; not changed.
        hints: The parsed hints.
        overrides: The parsed overrides.
        catalogue: Where the roles that words name are looked up.
    """
    rest = replace(parsed, timing=replace(parsed.timing))
    overridden = {
        **_take_out_key(rest, overrides.key),
        **_take_out_names(rest, overrides, catalogue),
        **_take_out_timing(rest, overrides.message),
        **_take_out_swing(rest, overrides.message),
    }
    message = IntentOptions()
    message.CopyFrom(hints.message)
    message.MergeFrom(overrides.message)
    if overrides.message.HasField("swing"):
        message.swing.amount = overrides.message.swing.amount  # merging would keep the hint's where it is 0
        message.swing.unit = overrides.message.swing.unit or _unit(parsed.swing) or hints.message.swing.unit
    options = ParsedOptions(
        message=message,
        key=_either(overrides.key, hints.key),
        project_key=_either(overrides.project_key, hints.project_key),
        style=overrides.style or hints.style,
        progression=overrides.progression or hints.progression,
        overridden=overridden,
    )
    return SettledPrompt(rest, options)


def _either(first: OptionKey, second: OptionKey) -> OptionKey:
    return OptionKey(first.tonic or second.tonic, first.scale or second.scale)


def _take_out_key(rest: ParsedPrompt, key: OptionKey) -> dict[str, str]:
    overridden = {}
    if key.tonic:
        said = rest.tonic
        differs = said is not None and said.value.pitch_class != key.tonic.pitch_class
        overridden["key.tonic"] = _words(rest, said) if differs else ""
        rest.tonic = None
    if key.scale:
        overridden["key.scale"] = _words_unless(rest, rest.scale, key.scale)
        rest.scale = None
    return overridden


def _take_out_names(rest: ParsedPrompt, overrides: ParsedOptions, catalogue: Catalogue) -> dict[str, str]:
    overridden = {}
    message = overrides.message
    if message.role:
        overridden["role"] = "" if _role_of(rest, catalogue) == message.role else _words(rest, rest.role)
        rest.role = None
    if overrides.style:
        overridden["style"] = _words_unless(rest, rest.style, overrides.style)
        if rest.style is None or rest.style.value != overrides.style:
            rest.colours = []
        rest.style = None
    if message.register:
        overridden["register"] = _words_unless(rest, rest.register, message.register)
        rest.register = None
    if message.density:
        overridden["density"] = _words_unless(rest, rest.density, message.density)
        rest.density = None
    if overrides.progression:
        said = rest.progression
        overridden["progression"] = "" if _same_chords(said, overrides.progression) else _words(rest, said)
        rest.progression = None
    return overridden


def _take_out_timing(rest: ParsedPrompt, message: IntentOptions) -> dict[str, str]:
    overridden = {}
    timing: Timing = rest.timing
    if message.HasField("bpm"):
        tempo = rest.tempo.value if rest.tempo else None
        slow = message.bpm < _MODERATE_BPM
        agrees = tempo is not None and not tempo.factor and (tempo.bpm < _MODERATE_BPM) == slow
        in_words = "" if agrees else _words(rest, rest.tempo)
        overridden["bpm"] = _words_unless(rest, timing.bpm, message.bpm) if timing.bpm else in_words
        timing.bpm = rest.tempo = None
    if message.HasField("bars"):
        length = timing.beats or timing.seconds
        overridden["bars"] = _words_unless(rest, timing.bars, message.bars) if timing.bars else _words(rest, length)
        timing.bars = timing.beats = timing.seconds = None
    if message.meter.beats:
        overridden["meter"] = _words_unless(rest, timing.meter, (message.meter.beats, message.meter.beat_unit))
        timing.meter = None
    return overridden


def _take_out_swing(rest: ParsedPrompt, message: IntentOptions) -> dict[str, str]:
    if not message.HasField("swing"):
        return {}
    said, wanted = rest.swing, message.swing
    rest.swing = None
    if said is None:
        return {"swing": ""}
    same_unit = not (said.value.unit and wanted.unit) or said.value.unit == wanted.unit
    agrees = same_unit and isclose(said.value.amount, wanted.amount, abs_tol=_SAME_SWING)
    return {"swing": "" if agrees else _words(rest, said)}


def _unit(said: Mention[SwingWords] | None) -> SwingUnit.ValueType:
    """The notes that words say swing; unspecified where they do not say it."""
    return said.value.unit if said else SWING_UNIT_UNSPECIFIED


def _role_of(rest: ParsedPrompt, catalogue: Catalogue) -> Role.ValueType | None:
    return catalogue.roles[rest.role.value].role if rest.role else None


def _same_chords(said: ProgressionMention | None, wanted: ProgressionMention) -> bool:
    return said is not None and replace(said, first=wanted.first, last=wanted.last) == wanted


def _words_unless(rest: ParsedPrompt, said: Mention[Any] | None, wanted: object) -> str:
    """The words of a mention that says something else than what is wanted; empty for the same."""
    return "" if said is None or said.value == wanted else _words(rest, said)


def _words(rest: ParsedPrompt, said: Mention[Any] | ProgressionMention | None) -> str:
    return rest.prompt.words(said.first, said.last) if said else ""
