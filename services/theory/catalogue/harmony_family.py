"""How styles harmonise: typical progressions with weights, by tonality, and how a piece closes.

A weight is a judgement from the cited books, or where a family is counted what songs of a corpus do, by kind of section
(`training/chords/weights.py` writes those).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from language.yaml_fields import YamlFields

# Numerals of one bar, in their order; more than one share the bar.
Bar = tuple[str, ...]
_FORMS = ("loop", "piece")
_MAX_WEIGHT = 100
# Kinds of sections that weights are counted for.
SECTIONS = ("verse", "chorus", "bridge")
_PERCENT = 100


@dataclass(frozen=True, slots=True)
class TypicalProgression:
    """A progression and how often the family plays it, against its others.

    Attributes:
        bars: Its numerals by bar.
        weight: Where nothing is known of the section.
        judged: What the cited books let expect; the weight itself where nothing is counted.
        by_section: Weights by kind of section, where they are counted.
    """

    bars: tuple[Bar, ...]
    weight: float
    judged: float
    by_section: tuple[tuple[str, float], ...] = ()

    def weight_in(self, section: str) -> float:
        """Weight in a kind of section; that of any section where the kind is not counted."""
        return dict(self.by_section).get(section, self.weight)


@dataclass(frozen=True, slots=True)
class Paces:
    """Shares of progressions that last twice or half as long as written, 0 to 1 together."""

    half: float = 0.0
    double: float = 0.0


@dataclass(frozen=True, slots=True)
class HarmonyFamily:
    """Harmony that styles share.

    Attributes:
        slug: Name of its file.
        tonalities: Typical progressions by the slug of a scale, the best known first; "major" and "minor" stand for
            their relatives too.
        cadences: Last bars of a piece that closes, by the same slugs, likewise.
        loops: Whether its pieces lead back to their first bar rather than close.
        bars: Length of its form, where it has one; 0 for none.
        source: Where the progressions are from.
        counted: Corpus that its weights are counted in; empty where they are judgements.
        paces: How fast its chords change.
    """

    slug: str
    tonalities: Mapping[str, tuple[TypicalProgression, ...]]
    cadences: Mapping[str, tuple[TypicalProgression, ...]]
    loops: bool
    bars: int
    source: str
    counted: str = ""
    paces: Paces = field(default_factory=Paces)

    @classmethod
    def read(cls, slug: str, fields: YamlFields) -> "HarmonyFamily":
        """Read the file of a family.

        Args:
            slug: Name of the file without its suffix.
            fields: Content of the file.

        Raises:
            DataFileError: A field is missing, unknown or wrong; it names file and field.
        """
        form = fields.string("form")
        if form not in _FORMS:
            raise fields.error("form", "loop or piece is needed")
        tonalities = fields.mapping("tonalities", _progressions)
        cadences = fields.nested("cadences")
        closing = {scale: _cadences(cadences, scale) for scale in tonalities}
        cadences.finish()
        return cls(
            slug=slug,
            tonalities=tonalities,
            cadences=closing,
            loops=form == "loop",
            bars=int(fields.number("bars", 1, 64, default=0)) if fields.has("bars") else 0,
            source=fields.string("source"),
            counted=fields.string("counted", default=""),
            paces=_paces(fields.nested("paces")) if fields.has("paces") else Paces(),
        )


def parse_bars(text: str) -> tuple[Bar, ...]:
    """Split "ii7 V7 | Imaj7" into bars of numerals."""
    return tuple(tuple(bar.split()) for bar in text.split("|"))


def _progressions(fields: YamlFields) -> tuple[TypicalProgression, ...]:
    found = tuple(_progression(fields, text) for text in fields.names())
    if not found or any(not bar for progression in found for bar in progression.bars):
        raise fields.error("progressions", "bars of numerals are needed, separated by |")
    return found


def _progression(fields: YamlFields, text: str) -> TypicalProgression:
    if not fields.holds_fields(text):
        weight = fields.number(text, 1, _MAX_WEIGHT)
        return TypicalProgression(parse_bars(text), weight, weight)
    counted = fields.nested(text)
    judged, weight = (counted.number(name, 0, _MAX_WEIGHT) for name in ("judged", "any"))
    by_section = tuple((name, counted.number(name, 0, _MAX_WEIGHT)) for name in SECTIONS if counted.has(name))
    counted.finish()
    return TypicalProgression(parse_bars(text), weight, judged, by_section)


def _cadences(fields: YamlFields, scale: str) -> tuple[TypicalProgression, ...]:
    if fields.holds_fields(scale):
        return _progressions(fields.nested(scale))
    return (TypicalProgression(parse_bars(fields.string(scale)), 1, 1),)


def _paces(fields: YamlFields) -> Paces:
    half, double = (fields.number(name, 0, _PERCENT, default=0) / _PERCENT for name in ("half", "double"))
    fields.finish()
    if half + double > 1:
        raise fields.error("half", "the shares are more than all")
    return Paces(half, double)
