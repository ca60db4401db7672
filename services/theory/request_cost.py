"""Estimates the processor time of a request from its size, before anything is done with it.

Figures are microseconds of one core, measured on bars in which every note is wrong.
"""

from collections.abc import Iterable, Sequence

from boumbapp.music.v2.intent_pb2 import Constraints, Intent, IntentOptions
from boumbapp.music.v2.music_pb2 import Bar
from boumbapp.theory.v2 import theory_service_pb2 as pb
from google.protobuf.message import Message

from services.theory.harmony.limits import MAX_BARS
from services.theory.prompt.parse.tokenizer import count_tokens

MAX_INLINE_US = 3000  # a call of at most this cost runs in the event loop
MAX_INLINE_BYTES = 65_536  # parsing so much is quick, whatever it holds
_TOKEN = 30  # a word, number or sign of a prompt
_NOTE, _HIT, _BAR = 25, 15, 30  # to correct
_DETECTED_NOTE, _STEP = 10, 3  # to read for key and meter, at the nearest sixteenths
_WRITTEN_NOTE, _WRITTEN_HIT = 40, 100  # to write; a roll has many strokes
_GLIDE, _MISSING_BAR = 150, 10  # a glide has many bends; a gap in the indices is written too
_PLAN, _CHORD, _WEIGHT = 6, 4, 1
_ENTRY, _PLANNED_BAR = 8, 5
_MOST_BARS = MAX_BARS  # beyond this the content of bars is not counted
_MOST_STEPS = 512
_TOO_MUCH = 10**9


def cost_us(request: Message) -> int:
    """Upper estimate of a call's cost in microseconds; a request that breaks a rule costs no more."""
    match request:
        case pb.AnalyseRequest() | pb.ExploreRequest():
            return _TOKEN * (count_tokens(request.prompt) + _tokens_of(request.hints) + _tokens_of(request.overrides))
        case pb.ConstrainRequest():
            return _intent(request.intent)
        case pb.ValidateRequest():
            return _constraints(request.constraints) + _bars(request.bars, _NOTE, _HIT)
        case pb.ValidateStreamRequest():
            return _constraints(request.constraints) + _bars([request.bar], _NOTE, _HIT)
        case pb.DetectRequest() if not request.file:
            return _bars(request.bars, _DETECTED_NOTE, _DETECTED_NOTE, _STEP)
        case pb.ExportRequest() if request.format != pb.FILE_FORMAT_MUSICXML:
            if len(request.tracks) > _MOST_BARS or sum(len(track.bars) for track in request.tracks) > _MOST_BARS:
                return _TOO_MUCH
            return _written([bar for track in request.tracks for bar in track.bars], len(request.tracks))
        case pb.InfoRequest() | pb.ListCatalogueRequest():
            return 0
    return _TOO_MUCH  # a small file may hold thousands of bars


def _tokens_of(options: IntentOptions) -> int:
    texts = (options.key_text, options.style, options.progression, options.project_key)
    return sum(count_tokens(text) for text in texts)


def _intent(intent: Intent) -> int:
    lists = (intent.progression, intent.modulations, intent.evidence, intent.alternatives)
    return _ENTRY * sum(len(entries) for entries in lists) + _PLANNED_BAR * min(intent.bars, _MOST_BARS)


def _constraints(constraints: Constraints) -> int:
    plans, rhythm = constraints.plans, constraints.rhythm
    if len(plans) > _MOST_BARS:
        return _TOO_MUCH
    chords = sum(len(plan.chords) for plan in plans)
    return _PLAN * len(plans) + _CHORD * chords + _WEIGHT * (len(rhythm.onset_weights) + len(rhythm.anchors))


def _written(bars: Sequence[Bar], tracks: int) -> int:
    """Cost of writing bars of so many tracks as MIDI."""
    total = _bars(bars, _WRITTEN_NOTE, _WRITTEN_HIT)
    if total > MAX_INLINE_US:
        return total
    glides = sum(note.HasField("glide") for bar in bars for note in bar.notes)
    last = max((bar.index for bar in bars), default=0)
    return total + _GLIDE * glides + _MISSING_BAR * last * tracks


def _bars(bars: Iterable[Bar], note: int, hit: int, step: int = 0) -> int:
    """Cost of bars, by the cost of each note, hit and step."""
    total = 0
    for index, bar in enumerate(bars):
        meter = bar.meter
        steps = min(meter.beats * 16 // max(meter.beat_unit, 1), _MOST_STEPS)
        total += _BAR + note * len(bar.notes) + hit * len(bar.hits) + step * steps
        if index >= _MOST_BARS or total > MAX_INLINE_US:
            return _TOO_MUCH
    return total
