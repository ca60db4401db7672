"""Describes edits of a pitched part in the caller's language: "un ton plus haut (mesures 2 et 3)"."""

from collections.abc import Mapping

from language.localized_text import LocalizedText as L
from services.composition.refining.descriptions import degree, described_places
from services.melody.refine.model.edits import Action, Edit

A = Action
_WHAT: Mapping[Action, L] = {
    A.TRANSPOSE: L("{figure} {direction}", "{figure} plus {direction}"),
    A.STEP: L("{figure} {direction}, in the scale", "{figure} plus {direction}, dans la gamme"),
    A.HIGHER: L("higher", "plus aigu"),
    A.LOWER: L("lower", "plus grave"),
    A.TO_KEY: L("transposed to {text}", "transposé en {text}"),
    A.TO_MODE: L("in the scale “{text}” on the same tonic", "dans la gamme « {text} » sur la même tonique"),
    A.INVERT: L("inverted: what rose falls", "renversé : ce qui montait descend"),
    A.RETROGRADE: L("backwards", "à l'envers, de la fin au début"),
    A.RISING: L("rising", "montant"),
    A.FALLING: L("falling", "descendant"),
    A.ARCH: L("rising, then falling", "montant puis descendant"),
    A.OCTAVES: L("doubled at the octave", "doublé à l'octave"),
    A.HARMONISE: L("a second voice, {figure} {direction}", "une seconde voix, {figure} plus {direction}"),
    A.CHORDS: L("following the chords {text}", "sur les accords {text}"),
    A.END_ON: L("ending on {text}", "fin sur {text}"),
    A.DENSER: L("more notes", "plus de notes"),
    A.SPARSER: L("fewer notes", "moins de notes"),
    A.BREATHE: L("more rests", "plus de silences"),
    A.LONGER_NOTES: L("longer notes", "notes plus longues"),
    A.SHORTER_NOTES: L("shorter notes", "notes plus courtes"),
    A.LEGATO: L("legato", "legato"),
    A.STACCATO: L("staccato", "staccato"),
    A.ORNAMENT: L("ornaments", "ornements"),
    A.SIMPLIFY: L("simpler", "plus simple"),
    A.SYNCOPATE: L("syncopated", "syncopé"),
    A.STRIKE_TWICE: L("struck twice", "joué deux fois"),
    A.SHIFT: L("moved {figure} {direction}", "décalé de {figure} {direction}"),
    A.REMOVE: L("silence", "silence"),
    A.SWING_MORE: L("more swing", "plus de swing"),
    A.SWING_LESS: L("less swing", "moins de swing"),
    A.SWING: L("{figure}", "{figure}"),
    A.QUANTISE: L("on the grid", "calé sur la grille"),
    A.HUMANISE: L("more human", "plus humain"),
    A.MECHANICAL: L("more mechanical", "plus mécanique"),
    A.LAID_BACK: L("behind the beat", "derrière le temps"),
    A.PUSHED: L("ahead of the beat", "devant le temps"),
    A.LOUDER: L("louder", "plus fort"),
    A.SOFTER: L("softer", "moins fort"),
    A.CRESCENDO: L("crescendo", "crescendo"),
    A.DIMINUENDO: L("diminuendo", "diminuendo"),
    A.COPY: L("like bar {figure}", "comme la mesure {figure}"),
    A.REPEAT: L("repeated in the bars that follow", "répété dans les mesures qui suivent"),
    A.SWAP: L("exchanged", "échangées"),
    A.REGENERATE: L("composed again", "recomposé"),
    A.NEW_PITCHES: L("other pitches on the same rhythm", "d'autres notes sur le même rythme"),
    A.NEW_ENDING: L("a new ending", "une nouvelle fin"),
    A.DOUBLE_TIME: L("twice as fast at the same tempo", "deux fois plus vite au même tempo"),
    A.HALF_TIME: L("half as fast at the same tempo", "deux fois moins vite au même tempo"),
    A.MORE_BARS: L("{figure} bar(s) more", "{figure} mesure(s) de plus"),
    A.FEWER_BARS: L("{figure} bar(s) fewer, from the end", "{figure} mesure(s) de moins, depuis la fin"),
    A.CUT_BARS: L("cut out", "coupé"),
    A.BARS: L("{figure} bars in all", "{figure} mesures en tout"),
    A.METER: L("in {text}", "à {text}"),
    A.FASTER: L("faster", "plus vite"),
    A.SLOWER: L("slower", "plus lent"),
    A.TEMPO: L("tempo {figure}", "tempo {figure}"),
    A.KEEP: L("kept as it is", "sans changement"),
    A.UNDO: L("back to {figure} version(s) before", "retour {figure} version(s) en arrière"),
}
_COMPARED = frozenset(
    {
        A.HIGHER, A.LOWER, A.DENSER, A.SPARSER, A.BREATHE, A.LONGER_NOTES, A.SHORTER_NOTES, A.SIMPLIFY, A.SWING_MORE,
        A.SWING_LESS, A.HUMANISE, A.MECHANICAL, A.LAID_BACK, A.PUSHED, A.LOUDER, A.SOFTER, A.FASTER, A.SLOWER,
    }
)  # fmt: skip
_INTERVALS: Mapping[int, L] = {
    1: L("a semitone", "un demi-ton"),
    2: L("a tone", "un ton"),
    3: L("a minor third", "une tierce mineure"),
    4: L("a major third", "une tierce majeure"),
    5: L("a fourth", "une quarte"),
    6: L("a tritone", "un triton"),
    7: L("a fifth", "une quinte"),
    12: L("an octave", "une octave"),
    24: L("two octaves", "deux octaves"),
}
_SEMITONES = L("{n} semitones", "{n} demi-tons")
_DEGREES: Mapping[int, L] = {
    1: L("a step", "un degré"),
    2: L("a third", "une tierce"),
    3: L("a fourth", "une quarte"),
    4: L("a fifth", "une quinte"),
    5: L("a sixth", "une sixte"),
    7: L("an octave", "une octave"),
}
_STEPS_OF_SCALE = L("{n} steps", "{n} degrés")
_SIXTEENTHS = L("{n} sixteenth(s)", "{n} double(s) croche(s)")
_HIGHER, _LOWER = L("higher", "haut"), L("lower", "bas")
_LATER, _EARLIER = L("later", "plus tard"), L("earlier", "plus tôt")
_STRAIGHT, _TONIC, _SOME = L("straight", "binaire"), L("the tonic", "la tonique"), L("some", "quelques")
_BARS = frozenset({A.MORE_BARS, A.FEWER_BARS})


def describe(edit: Edit, locale: str) -> str:
    """Describe an edit in one line.

    Args:
        edit: The edit.
        locale: "fr" or "en".
    """
    value = edit.value or 0.0
    later = (_LATER if value >= 0 else _EARLIER) if edit.action is A.SHIFT else (_HIGHER if value >= 0 else _LOWER)
    text = edit.text or (_TONIC.in_(locale) if edit.action is A.END_ON else "")
    what = _WHAT[edit.action].format(locale, figure=_figure(edit, locale), direction=later, text=text)
    compared = degree(edit, locale) if edit.action in _COMPARED else ""
    change = _change(edit)
    return f"{compared}{what}{f' ({change})' if change else ''}{described_places(edit, locale)}"


def _figure(edit: Edit, locale: str) -> str:
    """The figure of an edit in words."""
    value = edit.value or 0.0
    size = round(abs(value))
    if edit.action is A.TRANSPOSE:
        return _INTERVALS.get(size, _SEMITONES).format(locale, n=size)
    if edit.action in (A.STEP, A.HARMONISE):
        return _DEGREES.get(size, _STEPS_OF_SCALE).format(locale, n=size)
    if edit.action is A.SHIFT:
        return _SIXTEENTHS.format(locale, n=f"{abs(value):g}")
    if edit.action is A.SWING:
        return _STRAIGHT.in_(locale) if value == 0 else f"swing {50 + 50 * value:.0f} %"  # as sequencers count it
    if edit.action in _BARS and edit.value is None:
        return _SOME.in_(locale)
    return f"{value:g}"


def _change(edit: Edit) -> str:
    """A change of tempo or loudness as a figure."""
    sign = "-" if edit.action in (A.SLOWER, A.SOFTER) else "+"
    if edit.percent is not None and edit.action in _COMPARED:
        return f"{sign}{edit.percent:g} %"
    if edit.value is not None and edit.action in (A.FASTER, A.SLOWER):
        return f"{sign}{edit.value:g} bpm"
    return f"{edit.value:g} ms" if edit.value is not None and edit.action in (A.LAID_BACK, A.PUSHED) else ""
