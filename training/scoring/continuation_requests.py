"""Passages as people would ask for them: a request with a beginning, and the harmony that theory plans for it.

A request names C major or A minor, the metre and the role, and neither style nor anything else; theory derives scale,
chords and range, as for anybody.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from boumbapp.music.v2.intent_pb2 import Constraints, Intent
from boumbapp.music.v2.music_pb2 import ROLE_BASS, ROLE_MELODY, Bar, Key

from music.grid import Layout, Sound
from music.meter import steps_per_bar
from music.reading.placing import cut
from services.chassis.errors.catalogue import ApiError
from services.composition.brief import CompositionBrief
from services.theory.catalogue.catalogue import Catalogue
from services.theory.harmony.constraints import constrain
from training.scoring.continuation_tasks import ContinuationTask, rounds
from training.scoring.protocol import EventLine

_BPM, _VELOCITY = 110, 90


@dataclass(frozen=True, slots=True)
class PlannedHarmony:
    """What is planned for each step of a piece.

    Attributes:
        roots: Pitch class of the chord's root.
        chords: Pitch classes of the chord as bits.
        scales: Pitch classes that are allowed, likewise.
    """

    roots: tuple[int, ...]
    chords: tuple[int, ...]
    scales: tuple[int, ...]

    @classmethod
    def of(cls, constraints: Constraints, bars: int) -> "PlannedHarmony":
        """What constraints plan for so many bars.

        Args:
            constraints: Of the piece.
            bars: How many.
        """
        steps = []
        for bar in range(bars):
            plan = constraints.plans[bar % len(constraints.plans)]
            for step in range(steps_per_bar(constraints.meter)):
                chord = next((chord for chord in reversed(plan.chords) if chord.start_step <= step), plan.chords[0])
                steps.append((chord.root, chord.pitch_classes, plan.pitch_classes))
        return cls(*zip(*steps, strict=True))

    def after(self, steps: int) -> "PlannedHarmony":
        """The plan without its first steps."""
        return PlannedHarmony(self.roots[steps:], self.chords[steps:], self.scales[steps:])


@dataclass(frozen=True, slots=True)
class ContinuationRequest:
    """A task, asked for.

    Attributes:
        task: Its primer is the beginning that the person has.
        brief: What the engine is given.
        harmony: Of all steps, the primer's too.
    """

    task: ContinuationTask
    brief: CompositionBrief
    harmony: PlannedHarmony


def requests_of(tasks: Sequence[ContinuationTask], count: int) -> Iterator[ContinuationRequest]:
    """Requests with seeds from 0, for all tasks in turn; those in metres that nobody can ask for are left out.

    Args:
        tasks: At least one.
        count: How many seeds, from 0.
    """
    catalogue = Catalogue.load()
    for seed, task in rounds(tasks, count):
        primer, bar = task.primer, steps_per_bar(task.primer.meter)
        bars = (len(primer.events) + len(task.continuation.events)) // bar
        intent = Intent(
            key=Key(tonic="A", scale="minor") if primer.is_minor else Key(tonic="C", scale="major"),
            role=ROLE_BASS if primer.role == "bass" else ROLE_MELODY,
            meter=primer.meter,
            bars=bars,
            bpm=_BPM,
        )
        try:
            constraints = constrain(intent, catalogue)
        except ApiError:
            continue
        given = tuple(bars_of(primer))
        brief = CompositionBrief(constraints=constraints, intent=intent, bars=bars, seed=seed, given_bars=given)
        yield ContinuationRequest(task, brief, PlannedHarmony.of(constraints, bars))


def bars_of(line: EventLine) -> list[Bar]:
    """A line of whole bars as messages of the contract."""
    bars = len(line.events) // steps_per_bar(line.meter)
    notes = zip(line.onsets.tolist(), line.lengths.tolist(), line.pitches.tolist(), strict=True)
    sounds = [Sound(step, length, pitch, _VELOCITY, 0) for step, length, pitch in notes]
    return cut(sounds, Layout.of([line.meter] * bars))
