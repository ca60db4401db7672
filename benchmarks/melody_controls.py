"""Do density and register do what they say, role by role? `python -m benchmarks.melody_controls FILE.svg` draws it."""

import sys
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from statistics import fmean

from boumbapp.music.v2.intent_pb2 import Constraints, Intent
from boumbapp.music.v2.music_pb2 import Bar, Key, Level, Meter, Role

from benchmarks.melody_requests import LEVELS, ROLES, Row, compose, load_models
from services.composition.brief import CompositionBrief
from services.melody.next_note_models.protocol import NextNoteModels
from services.theory.catalogue.catalogue import Catalogue
from services.theory.harmony.constraints import constrain

_STYLES = ("pop", "funk", "house", "jazz", "")
_BARS, _SEEDS = 8, 4
# From very few onsets to one on every step; an octave and a half that moves up.
_ONSETS = tuple(range(1, 17))
_LOWEST = tuple(range(36, 73, 4))
_WIDTH = 18
_COLOURS = ("#2563eb", "#b45309", "#15803d", "#9333ea", "#be123c")


def run() -> list[Row]:
    """A row per role and control: its means as it rises, and in how many pieces it never fell."""
    models, catalogue = load_models(), Catalogue.load()
    rows: list[Row] = []
    for role in ROLES:
        for control in ("density", "register"):
            swept = [_by_level(models, catalogue, role, style, control) for style in _STYLES]
            means = [fmean(values) for values in zip(*swept, strict=True)]
            kept = sum(all(low <= high for low, high in pairwise(values)) for values in swept)
            rows.append(
                {
                    "role": Role.Name(role).removeprefix("ROLE_").lower(),
                    "control": control,
                    "low": round(means[0], 1),
                    "medium": round(means[1], 1),
                    "high": round(means[2], 1),
                    "never_fell": f"{kept} of {len(swept)}",
                }
            )
    return rows


def _by_level(
    models: NextNoteModels, catalogue: Catalogue, role: Role.ValueType, style: str, control: str
) -> list[float]:
    """Onsets a bar, or mean pitch, at each level."""
    values = []
    for level in LEVELS:
        intent = _intent(role, style)
        setattr(intent, control, level)
        values.append(_measure(models, constrain(intent, catalogue), intent, control))
    return values


def _intent(role: Role.ValueType, style: str) -> Intent:
    return Intent(
        key=Key(tonic="A", scale="minor"),
        role=role,
        style=style,
        bpm=110,
        bars=_BARS,
        meter=Meter(beats=4, beat_unit=4),
    )


def _measure(models: NextNoteModels, constraints: Constraints, intent: Intent, control: str) -> float:
    bars = [
        bar
        for seed in range(_SEEDS)
        for bar, _ in compose(models, CompositionBrief(constraints=constraints, intent=intent, bars=_BARS, seed=seed))
    ]
    return _onsets(bars) if control == "density" else _pitch(bars)


def _onsets(bars: Sequence[Bar]) -> float:
    return fmean(len({note.start_step for note in bar.notes}) for bar in bars)


def _pitch(bars: Sequence[Bar]) -> float:
    return fmean(note.pitch for bar in bars for note in bar.notes)


def sweep(models: NextNoteModels, catalogue: Catalogue, role: Role.ValueType) -> tuple[list[float], list[float]]:
    """Onsets a bar for each number of onsets asked, and mean pitch for each range asked.

    Args:
        models: The next-note models of the specialist.
        catalogue: Scales and styles.
        role: Of the line.
    """
    intent = _intent(role, "")
    intent.density = intent.register = Level.LEVEL_MEDIUM
    dense, high = [], []
    for onsets in _ONSETS:
        asked = Constraints.FromString(constrain(intent, catalogue).SerializeToString())
        asked.min_onsets = asked.max_onsets = onsets
        dense.append(_measure(models, asked, intent, "density"))
    for lowest in _LOWEST:
        asked = Constraints.FromString(constrain(intent, catalogue).SerializeToString())
        asked.lowest_pitch, asked.highest_pitch = lowest, lowest + _WIDTH
        high.append(_measure(models, asked, intent, "register"))
    return dense, high


def plot(path: Path) -> None:
    """Draw both sweeps for every role."""
    models, catalogue = load_models(), Catalogue.load()
    swept = {Role.Name(role).removeprefix("ROLE_").lower(): sweep(models, catalogue, role) for role in ROLES}
    parts = [
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 760 330" font-family="sans-serif" font-size="12">',
        '<rect width="760" height="330" fill="white"/>',
    ]
    panels = (
        ("onsets asked in a bar of 4/4", "onsets played", _ONSETS, 0, 16, 60),
        ("lowest pitch allowed (range of 18 semitones)", "mean pitch", _LOWEST, 36, 90, 430),
    )
    for index, (below, beside, asked, low, high, left) in enumerate(panels):
        parts.append(f'<text x="{left + 130}" y="285" text-anchor="middle">{below}</text>')
        parts.append(f'<text x="{left}" y="18">{beside}</text>')
        parts.append(f'<path d="M{left} 28V250H{left + 270}" fill="none" stroke="#888"/>')
        for tick in range(5):
            value = low + (high - low) * tick / 4
            y = 250 - 215 * tick / 4
            parts.append(f'<text x="{left - 8}" y="{y + 4:.0f}" text-anchor="end" fill="#555">{value:g}</text>')
        for place, value in enumerate(asked):
            x = left + 10 + 250 * place / (len(asked) - 1)
            if place % 3 == 0:
                parts.append(f'<text x="{x:.0f}" y="266" text-anchor="middle" fill="#555">{value}</text>')
        for colour, curves in zip(_COLOURS, swept.values(), strict=True):
            points = " ".join(
                f"{left + 10 + 250 * place / (len(asked) - 1):.1f},{250 - 215 * (value - low) / (high - low):.1f}"
                for place, value in enumerate(curves[index])
            )
            parts.append(f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="1.8"/>')
    for place, (colour, name) in enumerate(zip(_COLOURS, swept, strict=True)):
        x = 60 + 130 * place
        parts.append(
            f'<path d="M{x} 312h22" stroke="{colour}" stroke-width="3"/><text x="{x + 28}" y="316">{name}</text>'
        )
    path.write_text("\n".join([*parts, "</svg>\n"]), encoding="utf-8")


if __name__ == "__main__":
    plot(Path(sys.argv[1]))
