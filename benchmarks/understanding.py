"""How many slots of labelled prompts are understood right, and how long an analysis takes in process.

The prompts of the first table are those of tests/unit/theory/prompts.jsonl: `held_out` ones were labelled before the
code first saw them, `tuning` ones served to improve it. A slot that a label leaves out is not counted; null means that
the prompt says nothing about it; a tempo given as two numbers may lie anywhere between them. Batches of prompts follow,
each with its first run and this one; _prompt_batches.py describes them.
"""

import json
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from statistics import quantiles

from boumbapp.music.v2.intent_pb2 import IntentOptions

from benchmarks import _prompt_batches
from services.theory.catalogue.catalogue import Catalogue
from services.theory.prompt.summary import summary
from services.theory.prompt.understanding import understand

PROMPTS = Path(__file__).parent.parent / "tests/unit/theory/prompts.jsonl"
SLOTS = (
    "tonic",
    "mode",
    "role",
    "style",
    "mood",
    "register",
    "density",
    "bpm",
    "bars",
    "meter",
    "progression",
    "modulation",
    "vague",
)
_ROUNDS = 3


@dataclass(frozen=True, slots=True)
class Labelled:
    """A prompt with the slots that a person read in it."""

    prompt: str
    split: str
    expect: Mapping[str, object]


@dataclass(slots=True)
class ParsingScore:
    """Counts for one slot. A value is found when it is not null; a wrong value counts against precision and recall."""

    labelled: int = 0
    right: int = 0
    expected: int = 0
    found: int = 0
    found_right: int = 0
    wrong: list[str] = field(default_factory=list)

    def add(self, prompt: str, expected: object, got: object) -> None:
        """Count one prompt.

        Args:
            prompt: The prompt.
            expected: What its label says of the slot.
            got: What was understood.
        """
        right = agrees(expected, got)
        self.labelled += 1
        self.right += right
        self.expected += expected is not None
        self.found += got is not None
        self.found_right += right and expected is not None
        if not right:
            self.wrong.append(f"{prompt!r}: {expected!r} expected, got {got!r}")

    @property
    def precision(self) -> float:
        """Share of the values found that are right; 1 when none was found."""
        return self.found_right / self.found if self.found else 1.0

    @property
    def recall(self) -> float:
        """Share of the values expected that were found; 1 when none was expected."""
        return self.found_right / self.expected if self.expected else 1.0

    @property
    def accuracy(self) -> float:
        """Share of the labelled slots that are right, nulls included; 1 when none was labelled."""
        return self.right / self.labelled if self.labelled else 1.0


def load_prompts(path: Path = PROMPTS, split: str | None = None) -> list[Labelled]:
    """Labelled prompts, all or those of a split.

    Args:
        path: File of labelled prompts, a JSON object per line.
        split: Name of the split; None for all.
    """
    prompts = [Labelled(**json.loads(line)) for line in path.read_text(encoding="utf-8").splitlines()]
    return [labelled for labelled in prompts if split in (None, labelled.split)]


def agrees(expected: object, got: object) -> bool:
    """Whether a slot's value is what a label asks for; later keys need only hold what their label names.

    Args:
        expected: What the label says.
        got: What was understood.
    """
    if isinstance(expected, list) and isinstance(got, int | float):
        return bool(expected[0] <= got <= expected[1])
    if isinstance(expected, list) and isinstance(got, list) and all(isinstance(item, dict) for item in expected):
        return len(expected) == len(got) and all(
            all(actual.get(name) == value for name, value in wanted.items())
            for wanted, actual in zip(expected, got, strict=True)
        )
    return expected == got


def score(prompts: Iterable[Labelled], catalogue: Catalogue) -> dict[str, ParsingScore]:
    """Understand prompts and count each slot.

    Args:
        prompts: Labelled prompts.
        catalogue: Scales and styles.
    """
    scores = {slot: ParsingScore() for slot in SLOTS}
    for labelled in prompts:
        got = summary(understand(labelled.prompt, IntentOptions(), "en", catalogue))
        for slot, expected in labelled.expect.items():
            scores[slot].add(labelled.prompt, expected, got[slot])
    return scores


def run() -> list[dict[str, object]]:
    """A row per slot, one for all with the time of an analysis in milliseconds, then two for each batch of prompts."""
    catalogue = Catalogue.load()
    rows: list[dict[str, object]] = [
        {
            "slot": slot,
            "labelled": counted.labelled,
            "right": round(counted.accuracy, 4),
            "precision": round(counted.precision, 4),
            "recall": round(counted.recall, 4),
        }
        for slot, counted in _with_total(score(load_prompts(), catalogue)).items()
    ]
    cuts = quantiles(_times_ms(catalogue), n=20)
    rows[-1] |= {"p50_ms": round(cuts[9], 3), "p95_ms": round(cuts[18], 3)}
    return [*rows, *_prompt_batches.rows(catalogue)]


def _with_total(scores: dict[str, ParsingScore]) -> dict[str, ParsingScore]:
    total = ParsingScore(
        labelled=sum(counted.labelled for counted in scores.values()),
        right=sum(counted.right for counted in scores.values()),
        expected=sum(counted.expected for counted in scores.values()),
        found=sum(counted.found for counted in scores.values()),
        found_right=sum(counted.found_right for counted in scores.values()),
    )
    return {**scores, "all": total}


def _times_ms(catalogue: Catalogue) -> list[float]:
    """Milliseconds of each analysis, after a first round that warms the tables."""
    times = []
    for repetition in range(_ROUNDS):
        for labelled in load_prompts():
            begin = time.perf_counter()
            understand(labelled.prompt, IntentOptions(), "en", catalogue)
            if repetition:
                times.append((time.perf_counter() - begin) * 1000)
    return times
