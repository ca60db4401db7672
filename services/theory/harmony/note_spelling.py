"""How a bar spells its notes: by its key, and chromatic chord tones by their chord."""

from dataclasses import dataclass
from functools import lru_cache

from boumbapp.music.v2.intent_pb2 import BarPlan

from music.pitch import PitchName
from services.theory.catalogue.catalogue import Catalogue
from services.theory.harmony.chord_symbols import chord_tones

# Tones foreign to key and chord lie between the flat second and the raised fourth on the line of fifths: the harmonic
# chromatic scale (Piston, "Harmony", 1941).
_FLATTEST, _SHARPEST = -5, 6


@dataclass(frozen=True, slots=True)
class Spelling:
    """How one bar names its notes.

    Attributes:
        names: Name with octave of each MIDI key number, 0 to 127, in scientific pitch notation: "Eb4".
        notes: Each pitch class as readers of the language write it: "Mib" in French.
        key: The bar's key in words: "Sol mineur".
    """

    names: tuple[str, ...]
    notes: tuple[str, ...]
    key: str


def spelling_of(plan: BarPlan, locale: str) -> Spelling:
    """Spelling of a bar with this key and harmony.

    Args:
        plan: The bar; a scale that the catalogue lacks is spelled chromatically from the tonic.
        locale: Language of `notes` and `key`, "fr" or "en".
    """
    return _spelling(plan.key.tonic, plan.key.scale, plan.tonic, tuple(chord.symbol for chord in plan.chords), locale)


@lru_cache(maxsize=2048)
def _spelling(tonic: str, scale: str, tonic_pitch_class: int, symbols: tuple[str, ...], locale: str) -> Spelling:
    home = _home(tonic, tonic_pitch_class)
    entry = Catalogue.load().scales.get(scale)
    names = [PitchName(home.fifths + distance) for distance in range(_FLATTEST, _SHARPEST + 1)]
    names += [tone for symbol in reversed(symbols) for tone in chord_tones(symbol)]
    names += [home + interval for interval in entry.intervals] if entry else []
    spelled = {name.pitch_class: name.readable() for name in names}  # later ones win
    label = entry.label.in_(locale) if entry else scale.replace("_", " ")
    return Spelling(
        names=tuple(spelled[pitch % 12].at(pitch) for pitch in range(128)),
        notes=tuple(spelled[pitch_class].localized(locale) for pitch_class in range(12)),
        key=f"{home.localized(locale)} {label}",
    )


def _home(tonic: str, pitch_class: int) -> PitchName:
    """The tonic as spelled, unless its name contradicts its pitch class."""
    try:
        name = PitchName.parse(tonic)
    except ValueError:
        name = None
    if name is not None and name.pitch_class == pitch_class:
        return name
    return next(PitchName(fifths) for fifths in range(_FLATTEST, _SHARPEST + 1) if fifths * 7 % 12 == pitch_class)
