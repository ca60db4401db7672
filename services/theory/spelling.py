"""How a bar spells its notes: by its key, and chromatic chord tones by their chord."""

from functools import lru_cache

from boumbapp.music.v1.intent_pb2 import BarPlan

from music.pitch import PitchName
from services.theory.catalogue import Catalogue
from services.theory.harmony import chord_tones

_SOLFEGE = {"C": "Do", "D": "Ré", "E": "Mi", "F": "Fa", "G": "Sol", "A": "La", "B": "Si"}
# Tones foreign to key and chord lie between the flat second and the raised fourth on the line of fifths: the harmonic
# chromatic scale (Piston, "Harmony", 1941).
_FLATTEST, _SHARPEST = -5, 6


def spell(plan: BarPlan) -> tuple[PitchName, ...]:
    """Name of each pitch class, 0 to 11, in a bar.

    Args:
        plan: Key and harmony of the bar; a scale that the catalogue lacks is spelled chromatically from the tonic.
    """
    return _spell(plan.key.tonic, plan.key.scale, plan.tonic, tuple(chord.symbol for chord in plan.chords))


@lru_cache(maxsize=4096)
def _spell(tonic: str, scale: str, tonic_pitch_class: int, symbols: tuple[str, ...]) -> tuple[PitchName, ...]:
    home = _home(tonic, tonic_pitch_class)
    entry = Catalogue.load().scales.get(scale)
    names = [PitchName(home.fifths + distance) for distance in range(_FLATTEST, _SHARPEST + 1)]
    names += [tone for symbol in reversed(symbols) for tone in chord_tones(symbol)]
    names += [home + interval for interval in entry.intervals] if entry else []
    spelled = {name.pitch_class: name.readable() for name in names}  # later ones win
    return tuple(spelled[pitch_class] for pitch_class in range(12))


def _home(tonic: str, pitch_class: int) -> PitchName:
    """The tonic as spelled, unless its name contradicts its pitch class."""
    try:
        name = PitchName.parse(tonic)
    except ValueError:
        name = None
    if name is not None and name.pitch_class == pitch_class:
        return name
    return next(PitchName(fifths) for fifths in range(_FLATTEST, _SHARPEST + 1) if fifths * 7 % 12 == pitch_class)


def spoken(name: PitchName, locale: str) -> str:
    """A pitch name as readers of a language write it: Eb is "Mib" in French."""
    text = str(name)
    return _SOLFEGE[name.letter] + text[1:] if locale == "fr" else text


def key_label(plan: BarPlan, locale: str) -> str:
    """A bar's key in words: "Sol mineur", "G minor"."""
    entry = Catalogue.load().scales.get(plan.key.scale)
    scale = entry.label.in_(locale) if entry else plan.key.scale.replace("_", " ")
    return f"{spoken(_home(plan.key.tonic, plan.tonic), locale)} {scale}"
