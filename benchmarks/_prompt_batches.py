"""Batches of prompts that were labelled before the code read them, each with the figures of its first run.

A batch is a file of tests/unit/theory/prompt_batches. The first time that the benchmark meets a batch, it keeps its
figures in first_runs.json beside it; from then on the batch only shows that what was right stays right, and both
figures are printed apart. In a label null means that the words say nothing; {"any": [...]} holds several right values;
two numbers are a range of tempos; chords agree by root and third; `notice` is a word that a notice must name, or null
where none must be sent.
"""

import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from boumbapp.music.v2.intent_pb2 import IntentOptions

from services.chassis.errors.catalogue import ApiError
from services.theory.analysis import analyse
from services.theory.catalogue.catalogue import Catalogue
from services.theory.harmony.chord_symbols import parse_symbol
from services.theory.prompt.summary import summary

BATCHES = Path(__file__).parent.parent / "tests/unit/theory/prompt_batches"
FIRST_RUNS = BATCHES / "first_runs.json"
_KIT = {"closed_hat": "hi_hat", "open_hat": "hi_hat"}
_UNSAID = frozenset({"vague", "notice"})
_ASKED = "VAGUE_PROMPT"  # a notice that asks, and says nothing about words


@dataclass(slots=True)
class BatchFigures:
    """How much of a batch is right.

    Attributes:
        prompts: Number of prompts.
        whole: Prompts all of whose labels are right.
        said: Labelled slots about which the words say something.
        said_right: Those that are right.
        vague: Labels of `vague`.
        vague_right: Those that are right.
    """

    prompts: int = 0
    whole: int = 0
    said: int = 0
    said_right: int = 0
    vague: int = 0
    vague_right: int = 0

    def shares(self) -> dict[str, float]:
        """The shares that are right, 0-1."""
        return {
            "said_slots": round(self.said_right / max(self.said, 1), 4),
            "whole_prompts": round(self.whole / max(self.prompts, 1), 4),
            "vague": round(self.vague_right / max(self.vague, 1), 4),
        }


def batches() -> dict[str, list[dict[str, object]]]:
    """Labelled prompts by the name of their batch."""
    return {
        path.stem: [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        for path in sorted(BATCHES.glob("*.jsonl"))
    }


def measure(
    prompts: list[dict[str, object]],
    catalogue: Catalogue,
    wrong: Callable[[str, str, object, object], None] | None = None,
) -> BatchFigures:
    """Count what is right in a batch.

    Args:
        prompts: Its prompts.
        catalogue: What prompts may name.
        wrong: Called with prompt, slot, label and value for each that is wrong.
    """
    figures = BatchFigures()
    for labelled in prompts:
        prompt, expect = labelled["prompt"], labelled["expect"]
        assert isinstance(prompt, str)
        assert isinstance(expect, dict)
        got = _got(prompt, catalogue)
        figures.prompts += 1
        right = True
        for slot, label in expect.items():
            implied = got.get("implied", ())
            assert isinstance(implied, Collection)
            # What style and defaults fill agrees with "the words say nothing".
            value = None if slot in implied and not _is_said(label) and slot not in _UNSAID else got.get(slot)
            agrees = _agrees(slot, label, value)
            right &= agrees
            if slot == "vague":
                figures.vague += 1
                figures.vague_right += agrees
            elif _is_said(label):
                figures.said += 1
                figures.said_right += agrees
            if wrong and not agrees:
                wrong(prompt, slot, label, value)
        figures.whole += right
    return figures


def rows(catalogue: Catalogue) -> list[dict[str, object]]:
    """A row for the first run of each batch and one for this run; first runs that are not known yet are kept.

    Args:
        catalogue: What prompts may name.
    """
    first_runs: dict[str, dict[str, int]] = json.loads(FIRST_RUNS.read_text()) if FIRST_RUNS.exists() else {}
    found: list[dict[str, object]] = []
    for name, prompts in batches().items():
        now = measure(prompts, catalogue)
        first = BatchFigures(**first_runs.setdefault(name, asdict(now)))
        found.append({"batch": name, "run": "first", "prompts": first.prompts, **first.shares()})
        found.append({"batch": name, "run": "regression", "prompts": now.prompts, **now.shares()})
    FIRST_RUNS.write_text(json.dumps(first_runs, indent=2) + "\n")
    return found


def _got(prompt: str, catalogue: Catalogue) -> Mapping[str, object]:
    """The slots of a prompt; `implied` tells those that no words fill."""
    try:
        analysis = analyse(prompt, IntentOptions(), "en", catalogue)
    except ApiError as fault:
        return {"notice": [str(fault)], "vague": None, "tonic": "error"}
    intent = analysis.intent
    slots = summary(intent)
    evidence = slots["evidence"]
    assert isinstance(evidence, dict)
    open_slots = {item.slot.removeprefix("key.") for item in intent.evidence if not item.words}
    open_slots = {"mode" if slot == "scale" else "modulation" if slot == "modulations" else slot for slot in open_slots}
    notices = [notice.message for notice in analysis.notices if notice.code != _ASKED]
    return {
        **slots,
        "patterns": slots["drum_patterns"],
        "avoided": slots["avoided_intervals"],
        "notice": notices,
        "implied": open_slots,
    }


def _is_said(label: object) -> bool:
    options = label["any"] if isinstance(label, dict) and "any" in label else [label]
    return None not in options


def _agrees(slot: str, label: object, got: object) -> bool:
    if isinstance(label, dict) and "any" in label:
        return any(_agrees(slot, option, got) for option in label["any"])
    if slot == "notice":
        messages = [str(message).casefold() for message in (got if isinstance(got, list) else [])]
        return not messages if label is None else any(str(label).casefold() in message for message in messages)
    if label is None:
        return got in (None, [])
    if slot == "progression" and isinstance(label, str):  # any chords of this name
        return bool(got)
    if slot == "progression" and isinstance(label, list) and isinstance(got, list):
        return [_root_and_third(symbol) for symbol in label] == [_root_and_third(symbol) for symbol in got]
    if slot == "modulation" and isinstance(label, list) and isinstance(got, list):
        return [_key(item) for item in label] == [(item["tonic"], item["mode"]) for item in got]
    if slot == "bpm" and isinstance(label, list):
        return isinstance(got, int | float) and label[0] <= got <= label[1]
    if slot == "patterns":
        played = [piece for piece, steps in got.items() if steps] if isinstance(got, dict) else []
        return sorted(label if isinstance(label, list) else []) == sorted(_KIT.get(piece, piece) for piece in played)
    if isinstance(label, list) and isinstance(got, list):
        return sorted(map(str, label)) == sorted(map(str, got)) if slot != "dynamics" else label == got
    return label == got


def _key(item: object) -> tuple[object, object]:
    if isinstance(item, dict):
        return item["tonic"], item["mode"]
    assert isinstance(item, list)
    return item[0], item[1]


def _root_and_third(symbol: str) -> tuple[int, bool] | str:
    chord = parse_symbol(symbol)
    if chord is None:
        return symbol
    minor = chord.pitch_classes >> (chord.root + 3) % 12 & 1 and not chord.pitch_classes >> (chord.root + 4) % 12 & 1
    return chord.root, bool(minor)
