"""Two bars blanked: how well they are predicted with and without what comes after them, and how what fills them joins.

The first rows are real tunes, those of `training/examples` or of a folder of MIDI or MusicXML files that
BOUMB_BENCH_TUNES names: nats for each note of the blanked bars, as the specialist's network predicts them from the bars
before alone, and from the bars after too, given it as the engine does. The last row is 200 leads of twenty styles, two
bars of each filled by another seed.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from random import Random

from boumbapp.music.v2.intent_pb2 import Intent
from boumbapp.music.v2.music_pb2 import ROLE_MELODY, Bar, Key, Meter

from benchmarks.arrange import DANCE, OTHERS
from services.composition.brief import AcceptedBars, CompositionBrief
from services.composition.in_process_engine import Piece
from services.melody import line_model
from services.melody.engines.melody_engine import bar_of
from services.melody.engines.rule_based import start_piece
from services.melody.line_model import Conditions, LineNetwork, LinePredictor
from services.melody.line_model.history import HOLD, KIND_ON, kind_of
from services.melody.next_note_models.neural import neural_models
from services.theory.catalogue.catalogue import Catalogue
from services.theory.harmony.constraints import constrain
from training.data.line_arrays import events_of, metre_of
from training.data.midi_folder import read_folder
from training.data.tunes import Tune

_ROOT = Path(__file__).resolve().parents[1]
_GAP, _PERIOD, _FEWEST = 2, 8, 6  # bars
_LEADS, _LEAD_BARS = 200, 8
_OCTAVE = 12


@dataclass
class _Nats:
    """Of the notes of blanked bars."""

    before: float = 0.0
    both: float = 0.0
    notes: int = 0
    tunes: int = 0
    better: int = 0

    def row(self, name: str) -> dict[str, object]:
        per_note = [round(nats / max(self.notes, 1), 3) for nats in (self.before, self.both)]
        return {
            "gaps": name,
            "number": self.tunes,
            "nats_a_note_before_only": per_note[0],
            "nats_a_note_with_after": per_note[1],
            "better_with_after_percent": round(100 * self.better / max(self.tunes, 1), 1),
        }


def run(most_tunes: int = 200) -> list[dict[str, object]]:
    """Blank two bars of so many tunes at most, and of 200 leads."""
    network = line_model.load(_ROOT / "models/specialist-line")[0]
    folder = Path(os.environ.get("BOUMB_BENCH_TUNES", _ROOT / "training/examples"))
    return [score(network, read_folder(folder).tunes[:most_tunes], folder.name), _joins(network)]


def score(network: LineNetwork, tunes: Sequence[Tune], name: str) -> dict[str, object]:
    """Nats of the blanked bars of tunes.

    Args:
        network: Predicts.
        tunes: Real ones.
        name: Of the row.
    """
    nats = _Nats()
    for tune in tunes:
        metre = metre_of(Meter(beats=tune.beats, beat_unit=tune.beat_unit))
        events = events_of(tune).tolist()
        bars = [events[at : at + metre.steps] for at in range(0, len(events), metre.steps)]
        if len(bars) < _FEWEST or len(bars[-1]) < metre.steps:
            bars = bars[:-1]
        if len(bars) < _FEWEST:
            continue
        gap = Random(tune.name).randrange(2, len(bars) - _GAP)
        costs = []
        for after in ([], bars[gap + _GAP :]):
            line = LinePredictor(network, metre)
            line.condition_on(Conditions.of_role("melody"))
            for bar in (*_period(after, gap + _GAP, metre.steps), *bars[:gap]):
                for event in bar:
                    line.push(event)
            costs.append(sum(_cost(line, event) for bar in bars[gap : gap + _GAP] for event in bar))
        nats.before += costs[0]
        nats.both += costs[1]
        nats.notes += sum(kind_of(event) == KIND_ON for bar in bars[gap : gap + _GAP] for event in bar)
        nats.tunes += 1
        nats.better += costs[1] < costs[0]
    return nats.row(name)


def _cost(line: LinePredictor, event: int) -> float:
    """Nats of an event, which the line goes on with."""
    kind = kind_of(event)
    nats = -line.kind_log_probabilities()[kind]
    if kind == KIND_ON:
        nats -= float(line.pitch_log_probabilities()[event])
    line.push(event)
    return nats


def _period(after: Sequence[list[int]], first: int, steps: int) -> list[list[int]]:
    """The bars after a gap at their places in a period, as the engine is given them."""
    if not after:
        return []
    period = [[HOLD] * steps for _ in range(_PERIOD)]
    for at, bar in reversed(list(enumerate(after[:_PERIOD], first))):
        period[at % _PERIOD] = bar
    return period


def _joins(network: LineNetwork) -> dict[str, object]:
    """Leads of which two bars are filled by another seed: wide leaps at the seams, and notes outside their plans."""
    catalogue, styles = Catalogue.load(), (*DANCE, *OTHERS)
    seams, wide, notes, foreign = 0, 0, 0, 0
    start = partial(start_piece, neural_models(network))
    for number in range(_LEADS):
        intent = Intent(
            key=Key(tonic="CDEFGAB"[number % 7], scale=("major", "minor", "dorian")[number % 3]),
            role=ROLE_MELODY,
            style=styles[number % len(styles)],
            bpm=110,
            bars=_LEAD_BARS,
            meter=Meter(beats=4, beat_unit=4),
        )
        constraints = constrain(intent, catalogue)
        brief = CompositionBrief(constraints=constraints, intent=intent, bars=_LEAD_BARS, seed=number)
        piece = Piece(start(brief), bar_of, AcceptedBars(brief))
        whole = [piece.next(None) for _ in brief.missing]
        gap = 1 + number % (_LEAD_BARS - _GAP - 1)
        kept = tuple(bar for bar in whole if not gap <= bar.index < gap + _GAP)
        blanked = replace(brief, seed=number + _LEADS, given_bars=kept)
        filling = Piece(start(blanked), bar_of, AcceptedBars(blanked))
        made = [filling.next(None) for _ in range(_GAP)]
        for before, after in ((whole[gap - 1], made[0]), (made[-1], whole[gap + _GAP])):
            if before.notes and after.notes:
                seams += 1
                wide += abs(_last(before) - _first(after)) > _OCTAVE
        for bar in made:
            notes += len(bar.notes)
            allowed = constraints.plans[bar.index % len(constraints.plans)].pitch_classes
            foreign += sum(not allowed >> note.pitch % _OCTAVE & 1 for note in bar.notes)
    return {
        "gaps": "leads",
        "number": _LEADS,
        "seams": seams,
        "leaps_above_an_octave": wide,
        "foreign_notes_percent": round(100 * foreign / max(notes, 1), 2),
    }


def _first(bar: Bar) -> int:
    return min(bar.notes, key=lambda note: note.start_step).pitch


def _last(bar: Bar) -> int:
    return max(bar.notes, key=lambda note: note.start_step).pitch
