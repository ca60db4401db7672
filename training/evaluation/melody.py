"""How well every melody model predicts lines that it has not seen: `./boumb evaluate melody --midi DIR`.

Prints a JSON list, an object per model, all scored on the same events (`training.scoring.protocol.EventLine`): every
sixteenth from the start of a file to the end of its last note, the key moved to C major or A minor.

- `bits_per_step`: mean negative log-likelihood of a sixteenth step, holds and rests included.
- `bits_per_onset`: what all steps cost together, per note.
- `bits_per_onset_step`: mean of the steps on which a note begins; `bits_per_other_step` at holds and rests.
- `bits_per_step_not_repeated`, `bits_per_step_new`, `bits_per_step_new_anywhere`: of the steps in bars that repeat no
  earlier one, that are not even half like an earlier one, and not half like any passage before them
  (`training.evaluation.bar_kinds`); `steps_not_repeated`, `steps_new`, `steps_new_anywhere`: how many.
- `bits_per_step_segments`: of the lines cut into sixteen bars each, every one as if nothing had come before
  (`training.scoring.segments`); `segments`: how many.
- `bits_per_step_by_quarter`: of the first quarters of all files, where there is little to remember, to the last ones.
- `pitch_perplexity`, `pitch_accuracy`: of the pitch of a note, given that one begins.
- `duration_perplexity`, `duration_accuracy`: of how long a note lasts; accurate when at each of its steps the
  likelier choice between going on and ending is the right one.
- `steps`, `onsets`: how many were scored. `files`: how many were read. `skipped`: reasons and counts. `notices`: what
  reading left out, moved or approximated, by code, and in how many files.
- `moved`: files that were moved to another key, because they are not in C major or A minor.
- `unavailable`: why a model could not be scored here; its figures are then null.

Each model also composes: it is given the first two bars of a file and continues for as many as the file does, up to
16 (`training.scoring.continuation_tasks`). Metrics as in `training.evaluation.generation_metrics`; null where it
cannot:

- `generated`: samples of its own distribution, no masks, no temperature.
- `generated_told`, of the specialist: likewise, conditioned on the mode and the chords of a request.
- `generated_masked`, of the specialist: the engine that ships, answering the same requests under their masks.
- `human`: the same figures of how the files themselves went on.
"""

import argparse
import json
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from modelstore.manifest import WeightsError
from training.data.line_arrays import key_shift
from training.data.midi_folder import read_folder
from training.data.skipping import EmptyFolder, value_or_reason
from training.data.tunes import Tune, UnreadableTune
from training.evaluation.attention_rnn_scorer import UnavailableModel
from training.evaluation.generation_metrics import generation_metrics_of, reference_metrics
from training.evaluation.models import GENERATORS, SCORERS
from training.evaluation.table import show
from training.scoring.continuation_tasks import ContinuationTask, continuation_tasks
from training.scoring.protocol import EventLine
from training.scoring.segments import segments_of

SAMPLES = 32
_BAD_INPUT = 2  # as of the boumb command

Row = dict[str, Any]


def evaluate(
    folder: Path, names: Sequence[str] = tuple(SCORERS), *, as_written: bool = False, samples: int = 0
) -> list[Row]:
    """Score models on a folder of music.

    Args:
        folder: MIDI or MusicXML files, at any depth.
        names: Of SCORERS.
        as_written: Take all files to be in C major or A minor, whatever they say.
        samples: Melodies that each model composes; none leaves `generated` and its like out.

    Returns:
        A row per model; see the module.

    Raises:
        EmptyFolder: There is nothing to score.
    """
    corpus = read_folder(folder)
    skipped, lines, moved = Counter(corpus.skipped), list[EventLine](), 0
    for tune in corpus.tunes:
        line = value_or_reason(_line_of, tune, as_written, known=(UnreadableTune,))
        if isinstance(line, str):
            skipped[line] += 1
        else:
            lines.append(line)
            moved += not as_written and key_shift(tune.tonic, tune.mode) != 0
    if not lines:
        raise EmptyFolder(f"no file of {folder} can be scored: {json.dumps(skipped)}")
    shared: Row = {"files": len(lines), "skipped": dict(sorted(skipped.items())), "moved": moved}
    shared["notices"] = corpus.notices
    tasks = continuation_tasks(lines)
    if samples:
        shared["human"] = reference_metrics([task.continuation for task in tasks], lines) if tasks else None
    return [{"name": name, **_scored(name, lines), **_composed(name, tasks, samples), **shared} for name in names]


def _line_of(tune: Tune, as_written: bool) -> EventLine:
    line = EventLine.of(replace(tune, tonic=0, mode="major") if as_written else tune)
    if not len(line.onsets):
        raise UnreadableTune("no notes")
    return line


def _scored(name: str, lines: Sequence[EventLine]) -> Row:
    try:
        segments = segments_of(lines)
        alone = SCORERS[name](segments)["bits_per_step"]
        return SCORERS[name](lines) | {"bits_per_step_segments": alone, "segments": len(segments)}
    except (WeightsError, UnavailableModel) as reason:
        return {"bits_per_step": None, "bits_per_onset": None, "steps": 0, "unavailable": str(reason)}


def _composed(name: str, tasks: Sequence[ContinuationTask], samples: int) -> Row:
    if not samples:
        return {}
    human = [task.continuation for task in tasks]
    row: Row = dict.fromkeys(GENERATORS[name])
    try:
        for generated, compose in GENERATORS[name].items():
            if composed := compose(tasks, samples) if tasks else []:
                row[generated] = generation_metrics_of(composed, human)
    except (WeightsError, UnavailableModel) as reason:
        row["not_generated"] = str(reason)
    return row


def main() -> None:
    """Evaluate the melody models: a table on standard error, JSON on standard output."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--midi", type=Path, required=True, help="folder of MIDI or MusicXML files")
    parser.add_argument("--model", action="append", choices=tuple(SCORERS), help="only this one; may be repeated")
    parser.add_argument(
        "--as-written", action="store_true", help="take every file to be in C major or A minor, whatever it says"
    )
    parser.add_argument(
        "--samples", type=int, default=SAMPLES, help="melodies that each model composes (default: %(default)s); 0: none"
    )
    options = parser.parse_args()
    try:
        rows = evaluate(
            options.midi,
            options.model or tuple(SCORERS),
            as_written=options.as_written,
            samples=max(options.samples, 0),
        )
    except EmptyFolder as reason:
        print(f"boumb: {reason}", file=sys.stderr)
        sys.exit(_BAD_INPUT)
    show(rows)
    print(json.dumps(rows, indent=2))


if __name__ == "__main__":
    main()
