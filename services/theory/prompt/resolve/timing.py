"""Resolves meter, tempo and number of bars."""

from dataclasses import replace

from boumbapp.music.v2.intent_pb2 import SOURCE_PROMPT
from boumbapp.music.v2.music_pb2 import Chord

from services.chassis.errors.catalogue import NOT_ALLOWED, OUT_OF_RANGE, ApiError
from services.theory.harmony.limits import BEAT_UNITS, MAX_BARS, MAX_BEATS, MAX_BPM, MIN_BARS, MIN_BPM, check_range
from services.theory.harmony.progressions import whole_turn
from services.theory.prompt.parse.spans import Mention
from services.theory.prompt.resolve.parts_and_sections import bars_of_sections
from services.theory.prompt.resolve.slots import ResolutionContext, Slot, default, implied

_DEFAULT_BARS = 4
_DEFAULT_BPM = 100.0
_DEFAULT_METER = "4/4"
_LONG_FORM = 8  # a named progression this long brings its own number of bars


def resolve_meter(context: ResolutionContext) -> Slot[tuple[int, int]]:
    """Beats and beat unit. Raises ApiError when the prompt writes an impossible time signature."""
    mention = context.parsed.timing.meter
    if mention:
        written = f"{mention.value[0]}/{mention.value[1]}"
        check_range("prompt.meter", mention.value[0], 1, MAX_BEATS, written)
        if mention.value[1] not in BEAT_UNITS:
            allowed = ", ".join(f"n/{unit}" for unit in BEAT_UNITS)
            raise ApiError(NOT_ALLOWED, field="prompt.meter", value=written, allowed=allowed)
        return context.from_prompt(mention)
    meter = context.options.message.meter
    if meter.beats:
        return context.from_option("meter", (meter.beats, meter.beat_unit))
    if context.styles and context.styles[0].meter != _DEFAULT_METER:
        beats, unit = context.styles[0].meter.split("/")
        return implied((int(beats), int(unit)))
    return default((4, 4))


def resolve_bpm(context: ResolutionContext) -> Slot[float]:
    """Tempo in quarter notes per minute. Raises ApiError when the prompt writes an impossible one."""
    parsed, options = context.parsed, context.options.message
    if parsed.timing.bpm:
        check_range("prompt.bpm", parsed.timing.bpm.value, MIN_BPM, MAX_BPM)
        return context.from_prompt(parsed.timing.bpm)
    if parsed.tempo:
        stated = context.from_prompt(parsed.tempo)
        return Slot(_tempo_in_words(context), stated.source, stated.words, 0.7)
    if options.HasField("bpm"):
        return context.from_option("bpm", options.bpm)
    if context.reference and context.reference.bpm:
        return implied(context.reference.bpm)
    factor = context.mood.tempo if context.mood else None
    if context.styles or factor is not None:
        return implied(_usual_bpm(context, factor or 1.0))
    return default(_DEFAULT_BPM)


def _usual_bpm(context: ResolutionContext, factor: float) -> float:
    """The style's typical tempo, or the default one, times a factor but within the style's range."""
    if not context.styles:
        return float(round(_DEFAULT_BPM * factor))
    low, typical, high = context.styles[0].bpm
    return float(round(min(max(typical * factor, low), high)))


def _tempo_in_words(context: ResolutionContext) -> float:
    """What "fast" means here: a place within the style's range, else the lexicon's own figure."""
    assert context.parsed.tempo is not None
    tempo = context.parsed.tempo.value
    if tempo.factor is not None:
        options = context.options.message
        base = options.bpm if options.HasField("bpm") else _usual_bpm(context, 1.0)
        return min(max(base * tempo.factor, float(MIN_BPM)), float(MAX_BPM))
    if tempo.place is None or not context.styles:
        return tempo.bpm
    low, typical, high = context.styles[0].bpm
    below = 2 * min(tempo.place, 0.5)
    above = 2 * max(tempo.place - 0.5, 0.0)
    return float(round(low + (typical - low) * below + (high - typical) * above))


def resolve_bars(context: ResolutionContext, meter: tuple[int, int], bpm: float, chords: list[Chord]) -> Slot[int]:
    """Number of bars, 1-128: words, then options, then what the chords and later keys need.

    Args:
        context: The parsed prompt and options.
        meter: Beats and beat unit.
        bpm: Quarter notes per minute, for lengths in seconds.
        chords: Chords of the progression, one per bar; may be empty.

    Raises:
        ApiError: OUT_OF_RANGE where the prompt asks for an impossible number.
    """
    if context.parsed.timing.bars:
        return _bars_said(context, context.parsed.timing.bars)
    if length := _bars_of_length(context, meter, bpm):
        return length
    by_sections = bars_of_sections(context)
    if by_sections and by_sections[1] and "bars" not in context.options.overridden:
        check_range("prompt.bars", by_sections[0], MIN_BARS, MAX_BARS)
        sections = context.parsed.sections
        words = context.parsed.prompt.words(sections[0].first, sections[-1].last)
        return Slot(by_sections[0], SOURCE_PROMPT, words, 0.85)
    if context.options.message.HasField("bars"):
        return context.from_option("bars", context.options.message.bars)
    return implied(min(by_sections[0], MAX_BARS)) if by_sections else _bars_needed(context, chords)


def _bars_said(context: ResolutionContext, said: Mention[float]) -> Slot[int]:
    """Bars that the words say in figures, for the piece or for each of its keys."""
    stated = context.from_prompt(said)
    if context.parsed.timing.bars_are_each:
        stated = replace(stated, value=stated.value * (1 + len(context.parsed.later_keys)))
    check_range("prompt.bars", stated.value, MIN_BARS, MAX_BARS)
    if stated.value != int(stated.value):
        raise ApiError(OUT_OF_RANGE, field="prompt.bars", value=f"{stated.value:g}", min=MIN_BARS, max=MAX_BARS)
    return Slot(int(stated.value), stated.source, stated.words, stated.confidence)


def _bars_needed(context: ResolutionContext, chords: list[Chord]) -> Slot[int]:
    """Bars that the chords, the style's form and later keys need."""
    count = len(whole_turn(chords))
    form = context.catalogue.harmony(context.styles[0].slug).bars if context.styles and not count else 0
    if form and not context.parsed.later_keys:
        return default(form)
    if count >= _LONG_FORM and context.progression_name:
        return _long_form(context, count)
    latest = max((later.bar for later in context.parsed.later_keys if later.bar is not None), default=0)
    bars_needed = count * -(-_DEFAULT_BARS // count) if count else _DEFAULT_BARS
    while bars_needed <= latest and bars_needed * 2 <= MAX_BARS:
        bars_needed *= 2
    return default(min(bars_needed, MAX_BARS))


def _bars_of_length(context: ResolutionContext, meter: tuple[int, int], bpm: float) -> Slot[int] | None:
    """Bars of a length in beats or seconds. Raises ApiError for an impossible one."""
    timing = context.parsed.timing
    length = timing.beats or timing.seconds
    if length is None:
        return None
    stated = context.from_prompt(length)
    beats = stated.value if timing.beats else stated.value / 60 * bpm * meter[1] / 4
    bars = beats / meter[0]
    whole = max(round(bars), MIN_BARS) if bars > 0 else 0
    check_range("prompt.bars", whole, MIN_BARS, MAX_BARS)
    return Slot(whole, stated.source, stated.words, stated.confidence)


def _long_form(context: ResolutionContext, count: int) -> Slot[int]:
    """The length that a name such as "twelve-bar blues" brings; stated by the prompt when the name holds the figure."""
    chords = context.from_chords(count)
    figures = (str(count), "douze", "twelve")
    if chords.source == SOURCE_PROMPT and any(figure in chords.words.lower() for figure in figures):
        return chords
    return implied(count)
