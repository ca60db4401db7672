"""How styles harmonise: typical progressions with weights, by tonality, and how a piece closes."""

from collections.abc import Mapping
from dataclasses import dataclass

from language.yaml_fields import YamlFields

# Numerals of one bar, in their order; more than one share the bar.
Bar = tuple[str, ...]
_FORMS = ("loop", "piece")
_MAX_WEIGHT = 100


@dataclass(frozen=True, slots=True)
class TypicalProgression:
    """A progression and how often the family plays it, against its others."""

    bars: tuple[Bar, ...]
    weight: float


@dataclass(frozen=True, slots=True)
class HarmonyFamily:
    """Harmony that styles share.

    Attributes:
        slug: Name of its file.
        tonalities: Typical progressions by the slug of a scale; "major" and "minor" stand for their relatives too.
        cadences: Last bars of a piece that closes, by the same slugs.
        loops: Whether its pieces lead back to their first bar rather than close.
        bars: Length of its form, where it has one; 0 for none.
        source: Where the progressions are from.
    """

    slug: str
    tonalities: Mapping[str, tuple[TypicalProgression, ...]]
    cadences: Mapping[str, tuple[Bar, ...]]
    loops: bool
    bars: int
    source: str

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
        closing = {scale: parse_bars(cadences.string(scale)) for scale in tonalities}
        cadences.finish()
        return cls(
            slug=slug,
            tonalities=tonalities,
            cadences=closing,
            loops=form == "loop",
            bars=int(fields.number("bars", 1, 64, default=0)) if fields.has("bars") else 0,
            source=fields.string("source"),
        )


def parse_bars(text: str) -> tuple[Bar, ...]:
    """Split "ii7 V7 | Imaj7" into bars of numerals."""
    return tuple(tuple(bar.split()) for bar in text.split("|"))


def _progressions(fields: YamlFields) -> tuple[TypicalProgression, ...]:
    found = tuple(TypicalProgression(parse_bars(text), fields.number(text, 1, _MAX_WEIGHT)) for text in fields.names())
    if not found or any(not bar for progression in found for bar in progression.bars):
        raise fields.error("progressions", "bars of numerals are needed, separated by |")
    return found
