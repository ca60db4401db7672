"""How the players of a style treat it beyond its rhythm; the data are in styles.yaml."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum
from functools import cache
from pathlib import Path

from boumbapp.music.v2.intent_pb2 import Shape

from language.yaml_fields import YamlFields

STYLES_FILE = Path(__file__).with_name("styles.yaml")
_ASKED_SLIDES = 0.5  # share of tones that slide in where words ask for slides


class BassFigure(Enum):
    """What the tones of a bass line do; the values are the words of styles.yaml."""

    RIFF = "riff"  # roots, fifths, octaves and approaches
    WALKING = "walking"  # from root to root, a tone a beat
    OCTAVES = "octaves"  # roots on the beats, their octaves between them
    ALTERNATING = "alternating"  # root and fifth in turn
    ANTICIPATING = "anticipating"  # root and fifth in turn, each before its beat


@dataclass(frozen=True, slots=True)
class StyleIdiom:
    """How a style is played.

    Attributes:
        bass: What the tones of its basses do.
        machine: Whether a sequencer plays it: on the grid, and as loud every time.
        loop: Whether its leads keep to a hook rather than develop.
        slides: Share of its bass tones that slide in from the tone before, 0-1.
    """

    bass: BassFigure
    machine: bool
    loop: bool
    slides: float

    def as_asked(self, shape: Shape) -> "StyleIdiom":
        """The idiom with what words ask of a bass, whatever the style.

        Args:
            shape: The shape that is asked for; an empty one changes nothing.
        """
        bass = BassFigure.WALKING if shape.walking_bass else self.bass
        return replace(self, bass=bass, slides=max(self.slides, _ASKED_SLIDES) if shape.slides else self.slides)


@dataclass(frozen=True, slots=True)
class StyleIdioms:
    """Idioms of all styles.

    Attributes:
        default: Of a style that is not listed, and of music without a style.
        styles: By the style's slug.
    """

    default: StyleIdiom
    styles: Mapping[str, StyleIdiom]


@cache
def load_idioms(path: Path = STYLES_FILE) -> StyleIdioms:
    """Read the idioms of a file, once per process.

    Raises:
        DataFileError: The file breaks the schema; the message names file and key.
        OSError: It cannot be read.
    """
    fields = YamlFields.of_file(path)
    nested = fields.nested("default")
    default = StyleIdiom(_bass(nested), nested.flag("machine"), nested.flag("loop"), nested.number("slides", 0, 1))
    nested.finish()

    def idiom(style: YamlFields) -> StyleIdiom:
        return StyleIdiom(
            bass=_bass(style) if style.has("bass") else default.bass,
            machine=style.flag("machine") if style.has("machine") else default.machine,
            loop=style.flag("loop") if style.has("loop") else default.loop,
            slides=style.number("slides", 0, 1, default=default.slides),
        )

    idioms = StyleIdioms(default, fields.mapping("styles", idiom))
    fields.finish()
    return idioms


def _bass(fields: YamlFields) -> BassFigure:
    figures = {figure.value: figure for figure in BassFigure}
    figure = figures.get(fields.string("bass"))
    if figure is None:
        raise fields.error("bass", f"one of {', '.join(figures)} is needed")
    return figure


def idiom_of(style: str) -> StyleIdiom:
    """How a style is played, by its slug; empty for none."""
    idioms = load_idioms()
    return idioms.styles.get(style, idioms.default)
