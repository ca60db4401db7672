"""The metrics of `training.evaluation.melody` as one table on standard error: a line per metric, a column per model."""

from collections.abc import Iterator, Sequence
from typing import Any

from rich import box
from rich.console import Console
from rich.measure import Measurement
from rich.table import Table

_PREDICTED = (
    "bits_per_step", "bits_per_step_not_repeated", "bits_per_step_new", "bits_per_step_new_anywhere",
    "bits_per_step_segments", "bits_per_onset", "bits_per_onset_step", "bits_per_other_step", "pitch_perplexity",
    "pitch_accuracy", "duration_perplexity", "duration_accuracy", "steps",
)  # fmt: skip
_GENERATED_METRICS = (
    "bars", "notes_per_bar", "in_scale", "in_scale_raised", "in_chord", "in_mask", "repeated_bars", "repeated_rhythms",
    "repeated_figures", "rests", "range", "ends_stable", "ends_on_tonic", "same_pitch", "steps", "skips", "leaps",
    "far_leaps", "mean_interval", "overlap_mean", "notes_per_second", "ms_per_bar",
)  # fmt: skip
_GENERATED = "generated"

Row = dict[str, Any]


def show(rows: Sequence[Row]) -> None:
    """Print the main metrics of all models, and why some are missing."""
    columns = list(_columns(rows))
    table = Table(box=box.SIMPLE_HEAD)
    table.add_column("")
    for name, _, _ in columns:
        table.add_column(name, justify="right", no_wrap=True)
    for figure in _PREDICTED:
        table.add_row(figure.replace("_", " "), *(_cell(scored.get(figure)) for _, scored, _ in columns))
    if any(composed for _, _, composed in columns):
        table.add_section()
        for figure in _GENERATED_METRICS:
            label = "moves by step" if figure == "steps" else figure.replace("_", " ")
            table.add_row(label, *(_cell(composed.get(figure)) for _, _, composed in columns))
    console = Console(stderr=True)
    # Cut columns would say nothing: a narrow screen wraps the lines instead.
    console.width = max(console.width, Measurement.get(console, console.options.update(max_width=1000), table).maximum)
    console.print(table)
    for row in rows:
        for reason in ("unavailable", "not_generated"):
            if reason in row:
                console.print(f"{row['name']}: {row[reason]}", markup=False)


def _columns(rows: Sequence[Row]) -> Iterator[tuple[str, Row, Row]]:
    """Head, metrics of prediction and metrics of generation of each column."""
    if rows and rows[0].get("human"):
        yield "human", {}, rows[0]["human"]
    for row in rows:
        yield row["name"], row, row.get(_GENERATED) or {}
        for name in row:
            if name.startswith(f"{_GENERATED}_"):
                yield name.removeprefix(f"{_GENERATED}_"), {}, row[name] or {}


def _cell(value: float | None) -> str:
    return "" if value is None else f"{value:,}" if isinstance(value, int) else f"{value:.3f}"
