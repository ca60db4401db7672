"""What theory costs per call in process, beside music21 checking the same bars in the same run.

music21's row does a part of what validation does: it asks its scale for the degree of each pitch of the bar, which is
None for a foreign one, and spells the pitch.
"""

# music21 is typed in part only.
# mypy: disable-error-code="no-untyped-call"

import random
import time
from collections.abc import Callable
from itertools import cycle
from statistics import quantiles

from boumbapp.music.v2.intent_pb2 import Constraints, Intent, IntentOptions
from boumbapp.music.v2.music_pb2 import LEVEL_MEDIUM, ROLE_BASS, Bar, Key, Meter, Note
from music21 import pitch, scale

from services.theory.catalogue.catalogue import Catalogue
from services.theory.detection.key import detect_keys
from services.theory.harmony.constraints import constrain
from services.theory.prompt.understanding import understand
from services.theory.validation.bars import validate

_PROMPTS = (
    "Fais une basse funky en Sol mineur",
    "a dreamy arpeggio in F# dorian, 92 bpm",
    "mélodie jazz en Sib majeur, 8 mesures, II-V-I",
    "quelque chose de triste",
)
_BARS, _NOTES = 8, 8
_ROUNDS = 2000
_SEED = 1


def run() -> list[dict[str, object]]:
    """One row per call, with the median and the 95th percentile in milliseconds."""
    catalogue = Catalogue.load()
    intent = _intent("G")
    constraints = constrain(intent, catalogue)
    right, half, wrong = (_bars(constraints, foreign) for foreign in (0.0, 0.5, 1.0))
    prompts, right_bars, half_bars, wrong_bars = cycle(_PROMPTS), cycle(right), cycle(half), cycle(wrong)
    cold = iter([_intent(tonic, bars) for bars in range(1, 129) for tonic in ("C", "D", "E")])
    ours = _measured("validate a bar in key", lambda: validate(constraints, next(right_bars), "fr"))
    music21_scale = scale.MinorScale("G")
    theirs = _measured("music21: degrees and names of a bar", lambda: _degrees(music21_scale, next(right_bars)), 200)
    return [
        _measured("analyse a prompt", lambda: understand(next(prompts), IntentOptions(), "fr", catalogue)),
        _measured("constrain, seen before", lambda: constrain(intent, catalogue)),
        _measured("constrain, new", lambda: constrain(next(cold), catalogue), 300),
        ours,
        _measured("validate a bar half of random notes", lambda: validate(constraints, next(half_bars), "fr")),
        _measured("validate a bar of random notes", lambda: validate(constraints, next(wrong_bars), "fr")),
        _measured("detect the key of eight bars", lambda: detect_keys(right), 500),
        theirs,
        {"call": "music21 / ours", "p50_ms": _ratio(theirs, ours, "p50_ms"), "p95_ms": _ratio(theirs, ours, "p95_ms")},
    ]


def _measured(call: str, work: Callable[[], object], rounds: int = _ROUNDS) -> dict[str, object]:
    """A row with the times of single calls, the first ones left out."""
    times = []
    for _ in range(rounds):
        began = time.perf_counter()
        work()
        times.append((time.perf_counter() - began) * 1000)
    cuts = quantiles(times[len(times) // 20 :], n=20)
    return {"call": call, "p50_ms": round(cuts[9], 4), "p95_ms": round(cuts[18], 4)}


def _ratio(one: dict[str, object], other: dict[str, object], column: str) -> float:
    numerator, denominator = one[column], other[column]
    assert isinstance(numerator, float)
    assert isinstance(denominator, float)
    return round(numerator / denominator, 1)


def _intent(tonic: str, bars: int = _BARS) -> Intent:
    return Intent(
        key=Key(tonic=tonic, scale="minor"),
        role=ROLE_BASS,
        style="funk",
        register=LEVEL_MEDIUM,
        density=LEVEL_MEDIUM,
        bars=bars,
        meter=Meter(beats=4, beat_unit=4),
    )


def _bars(constraints: Constraints, foreign: float) -> list[Bar]:
    """Bars of eighth notes within the constraints, but for a share of notes of any pitch and length."""
    draws = random.Random(_SEED)
    allowed = constraints.plans[0].pitch_classes
    pitches = range(constraints.lowest_pitch, constraints.highest_pitch + 1)
    inside = [pitch for pitch in pitches if allowed >> pitch % 12 & 1]
    bars = []
    for index in range(_BARS):
        bar = Bar(index=index, meter=constraints.meter)
        for place in range(_NOTES):
            wild = draws.random() < foreign
            bar.notes.append(
                Note(
                    pitch=draws.randrange(24, 96) if wild else draws.choice(inside),
                    start_step=2 * place,
                    duration_steps=draws.randint(1, 6) if wild else 2,
                    velocity=90,
                )
            )
        bars.append(bar)
    return bars


def _degrees(music21_scale: scale.MinorScale, bar: Bar) -> list[tuple[int | None, str]]:
    found = (pitch.Pitch(midi=note.pitch) for note in bar.notes)
    return [
        (music21_scale.getScaleDegreeFromPitch(each, comparisonAttribute="pitchClass"), each.nameWithOctave)
        for each in found
    ]
