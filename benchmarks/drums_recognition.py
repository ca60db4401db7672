"""Are generated grooves recognised as often as human ones? A classifier trained on drummers judges both.

Needs the Groove MIDI Dataset, unpacked in .boumb/corpus/groove or where BOUMB_GROOVE_DIR says. Performances are held
out a quarter at a time; the classifier learns the others and judges two-bar windows of those held out and of generated
pieces. Styles with ten performances take part; those that no groove is called after are only there to be confused with.
"""

import os
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from boumbapp.music.v2.intent_pb2 import Constraints, Intent
from boumbapp.music.v2.music_pb2 import ROLE_DRUMS, Meter

from benchmarks.drums_requests import Players, Row, compose, load_players, swing_of
from music.grid import TICKS_PER_STEP
from services.drums.engines.brief import DrumsBrief
from services.drums.styles.loader import load_styles
from training.data.groove_corpus import Performance, read_corpus, split
from training.evaluation.groove_classifier import Hits, StyleClassifier

CORPUS = Path(os.environ.get("BOUMB_GROOVE_DIR", ".boumb/corpus/groove"))
_FOLDS = 4
_FEWEST_PERFORMANCES, _FEWEST_BARS = 10, 4
_SEEDS, _BARS = 40, 8
_COMMON_TIME, _STEPS = Meter(beats=4, beat_unit=4), 16
# Styles of the data set that are close enough to be one.
_SAME = {"afrocuban": "latin"}
_ALLOWED = 10  # points by which generated grooves may be recognised less often


def run() -> list[Row]:
    """Recognition of human and generated grooves, a row per style."""
    if not CORPUS.exists():
        return [{"style": "none", "verdict": f"the Groove MIDI Dataset is not in {CORPUS}"}]
    performances = _usable(read_corpus(CORPUS).performances)
    players = load_players()
    styles = sorted({_style(p) for p in performances} & load_styles().keys())
    pieces = {style: [_piece(style, seed, players) for seed in range(_SEEDS)] for style in styles}
    human: defaultdict[str, list[str]] = defaultdict(list)
    generated: defaultdict[str, list[str]] = defaultdict(list)
    for fold in range(_FOLDS):
        training, held_out = split(performances, _FOLDS, fold)
        classifier = StyleClassifier([Hits.of(p) for p in training], [_style(p) for p in training])
        for performance in held_out:
            human[_style(performance)] += classifier.recognise(Hits.of(performance))
        for style, grooves in pieces.items():
            generated[style] += [recognised for groove in grooves for recognised in classifier.recognise(groove)]
    return [_row(style, human[style], generated[style]) for style in styles] + [_overall(styles, human, generated)]


def _usable(performances: Sequence[Performance]) -> list[Performance]:
    whole = [p for p in performances if not p.fill and p.meter == _COMMON_TIME and p.bars >= _FEWEST_BARS]
    counts = Counter(_style(p) for p in whole)
    return [p for p in whole if counts[_style(p)] >= _FEWEST_PERFORMANCES]


def _style(performance: Performance) -> str:
    primary = performance.style.partition("/")[0]
    return _SAME.get(primary, primary)


def _piece(style: str, seed: int, players: Players) -> Hits:
    brief = DrumsBrief(
        constraints=Constraints(meter=_COMMON_TIME, role=ROLE_DRUMS, swing=swing_of(style)),
        intent=Intent(style=style, bars=_BARS, meter=_COMMON_TIME),
        bars=_BARS,
        seed=seed,
    )
    bars = [made.bar for made in compose(brief, players)]
    hits = [(bar.index * _STEPS + hit.step, hit) for bar in bars for hit in bar.hits]
    return Hits(
        np.array([step for step, _ in hits]),
        np.array([hit.piece for _, hit in hits]),
        np.array([hit.velocity for _, hit in hits]),
        np.array([hit.offset_ticks / TICKS_PER_STEP for _, hit in hits]),
    )


def _percent(style: str, recognised: Sequence[str]) -> float:
    return round(100 * recognised.count(style) / max(len(recognised), 1), 1)


def _row(style: str, human: Sequence[str], generated: Sequence[str]) -> Row:
    theirs, ours = _percent(style, human), _percent(style, generated)
    confused = Counter(recognised for recognised in generated if recognised != style).most_common(1)
    return {
        "style": style,
        "human_percent": theirs,
        "generated_percent": ours,
        "verdict": "ok" if ours >= theirs - _ALLOWED else "less often",
        "else_taken_for": confused[0][0] if confused else "",
    }


def _overall(styles: Sequence[str], human: Mapping[str, list[str]], generated: Mapping[str, list[str]]) -> Row:
    theirs, ours = (
        round(sum(_percent(style, recognised[style]) for style in styles) / len(styles), 1)
        for recognised in (human, generated)
    )
    verdict = "ok" if ours >= theirs - _ALLOWED else "less often"
    return {"style": "mean", "human_percent": theirs, "generated_percent": ours, "verdict": verdict}


if __name__ == "__main__":
    for row in run():
        print(*row.values())
