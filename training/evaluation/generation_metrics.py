"""Metrics of the melodies that a model composed, beside those of how the songs themselves went on.

- All of `training.evaluation.statistics`, of the composed bars alone: the primer is not counted.
- `in_chord`, `in_mask`: share of the notes that belong to the chord planned where they begin, and to the pitches
  allowed there; null where nothing was planned.
- `ends_stable`: share of the melodies whose last note is the root, the third or the fifth of the chord planned there.
- `overlap`: by feature of `training.evaluation.overlap`, the `area` that both sets' distances have in common, and their
  `divergence`; null where it cannot be estimated. `overlap_mean`: mean of the areas.
- `notes_per_second`, `ms_per_bar`: of processor time, as one core alone would take; loading is not counted.
"""

from collections.abc import Sequence
from dataclasses import asdict
from statistics import fmean
from typing import Any

from training.evaluation.overlap import likeness
from training.evaluation.role_figures import STABLE
from training.evaluation.sampler import Sample
from training.evaluation.statistics import share, statistics
from training.scoring.protocol import EventLine

_LEAST_NOTES = 2  # of a line that has intervals


def generation_metrics_of(samples: Sequence[Sample], human: Sequence[EventLine]) -> dict[str, Any]:
    """Metrics of samples beside the songs' own continuations.

    Args:
        samples: What a model composed.
        human: The songs' own continuations.
    """
    lines = [sample.line for sample in samples]
    figures = {**statistics(lines), **_kept(samples), **_overlap(human, lines)}
    seconds = sum(sample.seconds for sample in samples)
    return figures | {
        "notes_per_second": share(figures["notes"], seconds),
        "ms_per_bar": share(1000 * seconds, figures["bars"]),
    }


def reference_metrics(human: Sequence[EventLine], songs: Sequence[EventLine]) -> dict[str, Any]:
    """The same of the songs' own continuations; every other one of them is compared with the rest.

    Args:
        human: The continuations.
        songs: Whole songs, for how they end.
    """
    endings = {"ends_on_tonic": statistics(songs)["ends_on_tonic"]}
    return {**statistics(human), **endings, **_overlap(human[::2], human[1::2])}


def _kept(samples: Sequence[Sample]) -> dict[str, float | None]:
    chords = scales = notes = stable = endings = 0
    for sample in samples:
        if sample.harmony is None:
            continue
        for step, pitch in zip(sample.line.onsets.tolist(), sample.line.pitches.tolist(), strict=True):
            chords += sample.harmony.chords[step] >> pitch % 12 & 1
            scales += sample.harmony.scales[step] >> pitch % 12 & 1
            notes += 1
        if len(sample.line.onsets):
            step, pitch = int(sample.line.onsets[-1]), int(sample.line.pitches[-1])
            in_chord = sample.harmony.chords[step] >> pitch % 12 & 1
            stable += bool(in_chord) and (pitch - sample.harmony.roots[step]) % 12 in STABLE
            endings += 1
    return {
        "in_chord": share(chords, notes),
        "in_mask": share(scales, notes),
        "ends_stable": share(stable, endings),
    }


def _overlap(human: Sequence[EventLine], lines: Sequence[EventLine]) -> dict[str, Any]:
    ours, theirs = ([line for line in each if len(line.onsets) >= _LEAST_NOTES] for each in (lines, human))
    found = likeness(theirs, ours)
    areas = [each.area for each in found.values() if each]
    rounded = {
        name: found and {key: round(value, 4) for key, value in asdict(found).items()} for name, found in found.items()
    }
    return {"overlap_mean": round(fmean(areas), 4) if areas else None, "overlap": rounded}
