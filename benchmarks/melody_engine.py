"""How fast melody's own engines compose in this process, and how well they keep to key and harmony uncorrected.

Every role composes pieces over theory's constraints for prompts of many styles; for each engine one row per role, one
for all, and one for loading the weights in a fresh process. Single-threaded.
"""

import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from statistics import quantiles

from boumbapp.music.v2.intent_pb2 import IntentOptions
from boumbapp.music.v2.music_pb2 import Bar

from services.composition.brief import CompositionBrief
from services.melody import line_model
from services.melody.engines.rule_based import start_piece
from services.melody.next_note_models.backoff import folk_models
from services.melody.next_note_models.folk_weights import load
from services.melody.next_note_models.neural import neural_models
from services.melody.next_note_models.protocol import NextNoteModels
from services.theory.catalogue.catalogue import Catalogue
from services.theory.harmony.constraints import constrain
from services.theory.prompt.understanding import understand

_MODELS = Path(__file__).resolve().parents[1] / "models"
_FOLDERS = {"specialist": "specialist-line", "statistical": "specialist-folk"}
_BARS = 8
_PIECES = 40
_STYLES = ("funk en sol mineur", "jazz in Bb major", "trance en fa mineur", "reggae in A minor", "en ré hirajoshi 7/8")
_COLD_START = """
import sys, time
from pathlib import Path
from boumbapp.music.v2 import intent_pb2

def resident_mib():
    status = Path("/proc/self/status")
    return int(status.read_text().split("VmRSS:")[1].split()[0]) / 1024 if status.exists() else float("nan")

before = resident_mib()
from services.melody import line_model
from services.melody.engines import weights
begin = time.perf_counter()
(line_model if sys.argv[2] == "specialist" else weights).load(Path(sys.argv[1]))
print((time.perf_counter() - begin) * 1000, resident_mib() - before)
"""
_ROLES = {"melody": "mélodie", "bass": "basse", "chords": "accords", "arpeggio": "arpège", "pad": "nappe"}


@dataclass
class EngineTally:
    """Sums over the bars of a role."""

    bar_ms: list[float] = field(default_factory=list)
    first_bar_ms: list[float] = field(default_factory=list)
    notes: int = 0
    in_key: int = 0
    on_chord: int = 0

    def add(self, brief: CompositionBrief, bar: Bar) -> None:
        """Count a bar's notes.

        Args:
            brief: What was asked for.
            bar: What was composed.
        """
        plan = brief.constraints.plans[bar.index % len(brief.constraints.plans)]
        for note in bar.notes:
            chord = [chord for chord in plan.chords if chord.start_step <= note.start_step][-1]
            self.notes += 1
            self.in_key += plan.pitch_classes >> note.pitch % 12 & 1
            self.on_chord += chord.pitch_classes >> note.pitch % 12 & 1

    def row(self, name: str) -> dict[str, object]:
        """Speed, and rates of notes in key and in chord."""
        cuts = quantiles(self.bar_ms, n=20)
        return {
            "role": name,
            "notes_per_s": round(self.notes / sum(self.bar_ms) * 1000),
            "bar_p50_ms": round(cuts[9], 2),
            "bar_p95_ms": round(cuts[18], 2),
            "first_p50_ms": round(quantiles(self.first_bar_ms, n=2)[0], 2),
            "raw_in_key": round(self.in_key / self.notes, 4),
            "raw_chord_tones": round(self.on_chord / self.notes, 3),
        }


def run() -> list[dict[str, object]]:
    """For each engine one row per role, one for all roles, one for a cold start."""
    models = {
        "specialist": neural_models(line_model.load(_MODELS / _FOLDERS["specialist"])[0]),
        "statistical": folk_models(load(_MODELS / _FOLDERS["statistical"])[0]),
    }
    return [{"engine": engine, **row} for engine in _FOLDERS for row in _rows(engine, models[engine])]


def _rows(engine: str, models: NextNoteModels) -> list[dict[str, object]]:
    catalogue = Catalogue.load()
    tallies = {role: EngineTally() for role in _ROLES}
    for piece in range(_PIECES):
        style = _STYLES[piece % len(_STYLES)]
        for role, word in _ROLES.items():
            intent = understand(f"{word} {style} {_BARS} mesures", IntentOptions(), "fr", catalogue)
            constraints = constrain(intent, catalogue)
            _compose(
                models, CompositionBrief(constraints=constraints, intent=intent, bars=_BARS, seed=piece), tallies[role]
            )
    everything = EngineTally()
    for tally in tallies.values():
        everything.bar_ms += tally.bar_ms
        everything.first_bar_ms += tally.first_bar_ms
        everything.notes += tally.notes
        everything.in_key += tally.in_key
        everything.on_chord += tally.on_chord
    return [*(tally.row(role) for role, tally in tallies.items()), everything.row("all"), _cold_start(engine)]


def _compose(models: NextNoteModels, brief: CompositionBrief, tally: EngineTally) -> None:
    begin = time.perf_counter()
    next_bar = start_piece(models, brief)
    played: list[Bar] = []
    while len(played) < brief.bars:
        bar = next_bar(played)
        taken_ms = (time.perf_counter() - begin) * 1000
        tally.bar_ms.append(taken_ms)
        if not played:
            tally.first_bar_ms.append(taken_ms)
        tally.add(brief, bar)
        played.append(bar)
        begin = time.perf_counter()


def _cold_start(engine: str) -> dict[str, object]:
    """Time to load the weights in a fresh process, and the resident memory that they and numpy take (Linux only)."""
    command = [sys.executable, "-c", _COLD_START, str(_MODELS / _FOLDERS[engine]), engine]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    load_ms, memory_mib = map(float, done.stdout.split())
    return {"role": "cold start", "load_ms": round(load_ms, 1), "memory_mib": round(memory_mib, 1)}
