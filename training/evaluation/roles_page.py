"""The page of documentation that `training.evaluation.roles` writes."""

from collections.abc import Mapping
from typing import Any

_HEAD = """# Roles beside human music

    ./boumb evaluate roles --seeds {seeds} --every {every} --pop909 DIR --openewld DIR --lieder DIR --page docs/evaluation-roles.md

writes this page and the figures in `evaluation-roles.json`. Every role is composed in process by the engine that ships, for
prompts like "jazz melody, 16 bars": {seeds} seeds, 8 and 16 bars, in C major or what the style takes. *Lead* is of ballad, folk,
jazz and pop; *lead in loops* of house, techno, trap and funk, which keep to a hook by design; the other roles are of all eight.
Human parts (of one song in {every}) are cut into
passages of sixteen bars; their endings are those of whole songs. What each figure is:
`training/evaluation/role_figures.py`.

| | rests | bars repeated | range, semitones | onsets a bar | notes an onset | ends on a stable tone | ends on the tonic |
|---|---|---|---|---|---|---|---|
"""  # noqa: E501  the lines of a table
_TAIL = """
*Stable* is the root, the third or the fifth of the chord that sounds there; of several notes at once the lowest counts. Chords
and tonic of the Lieder, and the tonic of OpenEWLD's sheets, are not in the files. POP909's tonic is that
of the key that lasts longest.

## Written and learned

| role | rhythm | pitches | human music that it could learn from |
|---|---|---|---|
| lead | the line model, times the style's written rhythm and the phrase plan | the line model under the masks | it does: POP909 MELODY and BRIDGE, OpenEWLD, folk tunes |
| bass | written: the style's pattern | written rules, coloured by the line model, which learned POP909's PIANO (lowest line) | ballads alone; no free data of funk, house or salsa basses |
| chords, arpeggio, pad | written: the style's figures | written: voice leading by the least motion | POP909's PIANO and the Lieder's pianos fit ballads and classical; they are compared with here, not learned |
"""  # noqa: E501  the lines of a table
# Figures in the order of the table; shares are printed in per cent.
_COLUMNS = (
    "rests", "repeated_bars", "range", "onsets_per_bar", "notes_per_onset", "ends_stable", "ends_on_tonic",
)  # fmt: skip
_NUMBERS = frozenset({"range", "onsets_per_bar", "notes_per_onset"})


def page_of(figures: Mapping[str, Any]) -> str:
    """The page.

    Args:
        figures: `seeds`, and by role under `composed` and `human` what `figures_of` gives.
    """
    rows = [
        f"| {source}{name} | " + " | ".join(_cell(column, of.get(column)) for column in _COLUMNS) + " |"
        for source, roles in (("**composed**: ", figures["composed"]), ("", figures["human"]))
        for name, of in roles.items()
    ]
    return _HEAD.format(seeds=figures["seeds"], every=figures["every"]) + "\n".join(rows) + "\n" + _TAIL


def _cell(column: str, value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:.1f}" if column in _NUMBERS else f"{100 * value:.0f} %"
