"""Loads styles and fills from data/: one YAML file per style. Every error names its file and key."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from boumbapp.music.v2.music_pb2 import Meter

from language.yaml_fields import YamlFields
from music.meter import steps_per_bar
from services.drums.kit.kit import PIECES, Piece, playable
from services.drums.kit.tab_notation import (
    GHOST,
    MAYBE,
    HitRule,
    Row,
    TabNotationError,
    read_rolls,
    read_row,
    with_ghosts,
)
from services.drums.styles.fill import Fill
from services.drums.styles.style import FAMILIES, DrumStyle, Pattern

DATA = Path(__file__).with_name("data")
_COMMON_TIME = "4/4"
_LANGUAGES = ("en", "fr")
# In triplets, three steps of a beat are the parts of a triplet and the fourth is silent.
_BEAT, _SILENT = 4, 3


@cache
def load_styles(folder: Path = DATA) -> Mapping[str, DrumStyle]:
    """Styles by slug, in the order of their slugs; read once per process.

    Raises:
        DataFileError: A file breaks the schema; the message names file and key.
    """
    fills = load_fills(folder)
    return {path.stem: _read_style(path, fills) for path in sorted((folder / "styles").glob("*.yaml"))}


@cache
def load_fills(folder: Path = DATA) -> Mapping[str, Fill]:
    """Fills by name; read once per process.

    Raises:
        DataFileError: fills.yaml breaks the schema; the message names the key.
    """
    fields = YamlFields.of_file(folder / "fills.yaml")
    steps = steps_per_bar(_meter(fields, _COMMON_TIME))
    return {name: _read_fill(name, fields.nested(name), steps) for name in fields.names()}


def _read_fill(name: str, fields: YamlFields, steps: int) -> Fill:
    keeps, rests = _pieces(fields, "keeps"), _pieces(fields, "rests")
    rows = _read_rows(fields, steps, MAYBE, fields.names())
    fields.finish()
    return Fill(name, {piece: row for piece, (row, *_) in rows.items()}, keeps, rests)


def _pieces(fields: YamlFields, key: str) -> frozenset[Piece]:
    names = fields.strings(key)
    for name in names:
        if name not in PIECES:
            raise fields.error(key, f"no piece is called {name!r}")
    return frozenset(PIECES[name] for name in names)


def _read_style(path: Path, fills: Mapping[str, Fill]) -> DrumStyle:
    fields = YamlFields.of_file(path)
    names = fields.strings("fills")
    if not names or not fills.keys() >= set(names):
        raise fields.error("fills", f"names of fills are needed; there are {', '.join(fills)}")
    style = DrumStyle(
        slug=path.stem,
        labels=_texts(fields.nested("label")),
        descriptions=_texts(fields.nested("description")),
        bpm=fields.number("bpm", 20, 400),
        triplets=fields.flag("triplets"),
        half_time=fields.flag("half_time"),
        percussionist=fields.flag("percussionist"),
        feel=_choice(fields, "feel", FAMILIES),
        humanise=fields.number("humanise", 0, 1),
        intensity=fields.number("intensity", 0, 1),
        ride=fields.number("ride", 0, 1, 0),
        crash=fields.number("crash", 0, 1, 1),
        balance=_by_piece(fields, "balance", 0.5, 1.3),
        late=_by_piece(fields, "late", 0, 0.4),
        pattern=_read_pattern(fields, fields.string("meter", _COMMON_TIME)),
        variants=_read_variants(fields),
        fills=tuple(fills[name] for name in names),
        source=fields.string("source"),
    )
    fields.finish()
    for pattern in (style.pattern, *style.variants.values()):
        _check_playable(pattern, style.percussionist, fields)
    if style.triplets:
        _check_triplets(style.pattern, fields)
    return style


def _by_piece(fields: YamlFields, key: str, low: float, high: float) -> dict[Piece, float]:
    if not fields.has(key):
        return {}
    nested = fields.nested(key)
    numbers = {PIECES[name]: nested.number(name, low, high) for name in PIECES if nested.has(name)}
    nested.finish()
    return numbers


def _texts(fields: YamlFields) -> dict[str, str]:
    texts = {language: fields.string(language) for language in _LANGUAGES}
    fields.finish()
    return texts


def _choice(fields: YamlFields, key: str, allowed: tuple[str, ...]) -> str:
    chosen = fields.string(key, allowed[0])
    if chosen not in allowed:
        raise fields.error(key, f"one of {', '.join(allowed)} is needed")
    return chosen


def _meter(fields: YamlFields, text: str) -> Meter:
    beats, _, unit = text.partition("/")
    if not beats.isdigit() or unit not in ("2", "4", "8", "16"):
        raise fields.error(text, "a metre such as 3/4 is needed")
    return Meter(beats=int(beats), beat_unit=int(unit))


def _read_variants(fields: YamlFields) -> dict[tuple[int, int], Pattern]:
    if not fields.has("variants"):
        return {}
    nested = fields.nested("variants")
    variants = {}
    for name in nested.names():
        variant = nested.nested(name)
        pattern = _read_pattern(variant, name)
        variant.finish()
        variants[pattern.meter.beats, pattern.meter.beat_unit] = pattern
    return variants


def _read_pattern(fields: YamlFields, meter_text: str) -> Pattern:
    meter = _meter(fields, meter_text)
    steps = steps_per_bar(meter)
    blocks = {key: fields.nested(key) for key in ("pattern", "ghosts", "rolls") if fields.has(key)}
    if "pattern" not in blocks:
        raise fields.error("pattern", "a row per piece is needed")
    full = _read_rows(blocks["pattern"], steps, MAYBE)
    ghosts = _read_rows(blocks["ghosts"], steps, GHOST) if "ghosts" in blocks else {}
    bars = max(len(rows) for rows in (*full.values(), *ghosts.values()))
    silence = (read_row("." * steps, steps),)
    rows: dict[Piece, tuple[Row, ...]] = {}
    for name, piece in PIECES.items():
        if piece in full or piece in ghosts:
            below, above = full.get(piece, silence), ghosts.get(piece, silence)
            try:
                rows[piece] = tuple(
                    with_ghosts(below[bar % len(below)], above[bar % len(above)]) for bar in range(bars)
                )
            except TabNotationError as error:
                raise fields.error(f"ghosts.{name}", str(error)) from error
    rolls = {}
    for name, piece in PIECES.items():
        if "rolls" in blocks and blocks["rolls"].has(name):
            try:
                rolls[piece] = tuple(read_rolls(text, steps) for text in blocks["rolls"].text_or_texts(name))
            except TabNotationError as error:
                raise fields.error(f"rolls.{name}", str(error)) from error
    for block in blocks.values():
        block.finish()
    return Pattern(meter, rows, rolls)


def _read_rows(
    fields: YamlFields, steps: int, may_level: int, names: tuple[str, ...] | None = None
) -> dict[Piece, tuple[Row, ...]]:
    """Rows of all pieces that the fields name; other fields are left for the caller."""
    rows = {}
    for name in names or fields.names():
        if name in PIECES:
            try:
                rows[PIECES[name]] = tuple(read_row(text, steps, may_level) for text in fields.text_or_texts(name))
            except TabNotationError as error:
                raise fields.error(name, str(error)) from error
    return rows


def _check_playable(pattern: Pattern, percussionist: bool, fields: YamlFields) -> None:
    for bar in range(pattern.bars):
        for step in range(steps_per_bar(pattern.meter)):
            together: list[Piece] = []
            for name, piece in PIECES.items():
                if piece in pattern.rows and pattern.rows[piece][bar][step].rule is HitRule.MUST:
                    if not playable(piece, together, percussionist):
                        raise fields.error(f"pattern.{name}", f"cannot be played on step {step} of bar {bar + 1}")
                    together.append(piece)


def _check_triplets(pattern: Pattern, fields: YamlFields) -> None:
    for name, piece in PIECES.items():
        for row in pattern.rows.get(piece, ()):
            if any(cell.rule in (HitRule.MUST, HitRule.MAY) for cell in row[_SILENT::_BEAT]):
                raise fields.error(f"pattern.{name}", "in triplets, the fourth sixteenth of a beat is silent")
