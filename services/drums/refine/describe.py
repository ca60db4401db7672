"""Describes edits in the caller's language: "moins de charleston (mesures 2 et 3)"."""

from collections.abc import Mapping

from services.composition.refining.descriptions import degree, described_places, joined_names
from services.drums.refine.model.edits import Action, Edit

Text = Mapping[str, str]
# What an edit of named parts is called; {parts}, {by} and {figure} are filled in.
_OF_PARTS: Mapping[Action, Text] = {
    Action.MORE: {"en": "more {parts}", "fr": "plus de {parts}"},
    Action.LESS: {"en": "less {parts}", "fr": "moins de {parts}"},
    Action.ADD: {"en": "add {parts}", "fr": "ajout de {parts}"},
    Action.REMOVE: {"en": "no {parts}", "fr": "sans {parts}"},
    Action.KEEP: {"en": "{parts} kept as it is", "fr": "{parts} : sans changement"},
    Action.ONLY: {"en": "only {parts}", "fr": "{parts} seulement"},
    Action.ONLY_AT: {"en": "{parts}, nowhere else than here", "fr": "{parts}, nulle part ailleurs"},
    Action.REPLACE: {"en": "{by} instead of {parts}", "fr": "{by} à la place de {parts}"},
    Action.LAYER: {"en": "{parts} doubled by {by}", "fr": "{parts} avec {by} en même temps"},
    Action.PULSE: {"en": "{parts} in {figure}", "fr": "{parts} en {figure}"},
    Action.SHIFT: {"en": "{parts} moved {figure}", "fr": "{parts} : décalage de {figure}"},
}
_OTHERWISE: Text = {"en": "{what}: {parts}", "fr": "{what} : {parts}"}
# What an edit of the whole kit is called.
_OF_ALL: Mapping[Action, Text] = {
    Action.REMOVE: {"en": "silence", "fr": "silence"},
    Action.KEEP: {"en": "kept as it is", "fr": "sans changement"},
    Action.SHIFT: {"en": "everything moved {figure}", "fr": "décalage de {figure}"},
    Action.REPLACE: {"en": "{by} instead", "fr": "{by} à la place"},
    Action.OPEN: {"en": "open hi-hat", "fr": "charleston ouvert"},
    Action.CLOSE: {"en": "closed hi-hat", "fr": "charleston fermé"},
    Action.REGENERATE: {"en": "composed anew", "fr": "autre version"},
    Action.COPY: {"en": "like bar {figure}", "fr": "comme la mesure {figure}"},
    Action.LOUDER: {"en": "louder", "fr": "plus fort"},
    Action.SOFTER: {"en": "softer", "fr": "moins fort"},
    Action.FASTER: {"en": "faster", "fr": "plus vite"},
    Action.SLOWER: {"en": "slower", "fr": "plus lent"},
    Action.TEMPO: {"en": "tempo {figure}", "fr": "tempo {figure}"},
    Action.DOUBLE_TIME: {
        "en": "double time, at the same tempo",
        "fr": "double tempo : le motif deux fois plus vite, sans changer les bpm",
    },
    Action.HALF_TIME: {
        "en": "half time, at the same tempo",
        "fr": "demi-tempo : le motif deux fois plus lent, sans changer les bpm",
    },
    Action.BUSIER: {"en": "busier", "fr": "plus chargé"},
    Action.SIMPLER: {"en": "less busy", "fr": "moins chargé"},
    Action.FILL: {"en": "a fill", "fr": "un break"},
    Action.ROLLS: {"en": "rolls", "fr": "roulements"},
    Action.NO_ROLLS: {"en": "no rolls", "fr": "sans roulements"},
    Action.GHOSTS: {"en": "ghost notes", "fr": "notes fantômes"},
    Action.NO_GHOSTS: {"en": "no ghost notes", "fr": "sans notes fantômes"},
    Action.FLAMS: {"en": "flams", "fr": "flas"},
    Action.NO_FLAMS: {"en": "no flams", "fr": "sans flas"},
    Action.SWING_MORE: {"en": "more swing", "fr": "plus de swing"},
    Action.SWING_LESS: {"en": "less swing", "fr": "moins de swing"},
    Action.SWING: {"en": "{figure}", "fr": "{figure}"},
    Action.HUMAN: {"en": "more human", "fr": "plus humain"},
    Action.MECHANICAL: {"en": "more mechanical", "fr": "plus mécanique"},
    Action.QUANTISE: {"en": "on the grid", "fr": "calé sur la grille"},
    Action.TRIPLETS: {"en": "triplets", "fr": "triolets"},
    Action.NO_FILL: {"en": "no fill", "fr": "sans break"},
    Action.CRESCENDO: {"en": "crescendo", "fr": "crescendo"},
    Action.DIMINUENDO: {"en": "diminuendo", "fr": "diminuendo"},
    Action.BRUSHES: {
        "en": "like brushes: soft, with ghost notes",
        "fr": "comme aux balais : doux, notes fantômes",
    },
    Action.STYLE: {"en": "as {text} plays it", "fr": "à la manière {text}"},
    Action.METER: {"en": "in {text}", "fr": "à {text}"},
    Action.MORE_BARS: {"en": "{figure} bar(s) more", "fr": "{figure} mesure(s) de plus"},
    Action.FEWER_BARS: {
        "en": "{figure} bar(s) fewer at the end",
        "fr": "{figure} mesure(s) de moins à la fin",
    },
    Action.CUT_BARS: {"en": "cut out", "fr": "coupé"},
    Action.BARS: {"en": "{figure} bars in all", "fr": "{figure} mesures en tout"},
    Action.UNDO: {"en": "back to {figure} version(s) before", "fr": "retour {figure} version(s) en arrière"},
    Action.LAID_BACK: {"en": "behind the beat", "fr": "derrière le temps"},
    Action.PUSHED: {"en": "ahead of the beat", "fr": "devant le temps"},
}
_COMPARED = frozenset(
    {
        Action.MORE, Action.LESS, Action.LOUDER, Action.SOFTER, Action.FASTER, Action.SLOWER, Action.BUSIER,
        Action.SIMPLER, Action.SWING_MORE, Action.SWING_LESS, Action.HUMAN, Action.MECHANICAL, Action.LAID_BACK,
        Action.PUSHED,
    }
)  # fmt: skip
_PULSES: Mapping[float, Text] = {
    1: {"en": "sixteenths", "fr": "doubles croches"},
    2: {"en": "eighths", "fr": "croches"},
    4: {"en": "quarter notes", "fr": "noires"},
}
_SOME: Text = {"en": "some", "fr": "quelques"}
_STRAIGHT: Text = {"en": "straight", "fr": "binaire"}
_LATER: Text = {"en": "later", "fr": "plus tard"}
_EARLIER: Text = {"en": "earlier", "fr": "plus tôt"}
_ONE_STEP: Text = {"en": "1 sixteenth", "fr": "1 double croche"}
_STEPS: Text = {"en": "{n} sixteenths", "fr": "{n} doubles croches"}


def describe(edit: Edit, locale: str) -> str:
    """Describe an edit in one line.

    Args:
        edit: The edit.
        locale: "fr" or "en".
    """
    parts = joined_names([part.labels[locale] for part in edit.parts], locale)
    by = edit.by.labels[locale] if edit.by else ""
    fillers = {"parts": parts, "by": by, "figure": _figure(edit, locale), "text": edit.text.replace("_", " ")}
    if parts and edit.action in _OF_PARTS:
        what = _OF_PARTS[edit.action][locale]
    elif parts and edit.action not in (Action.OPEN, Action.CLOSE):
        what = _OTHERWISE[locale].replace("{what}", _OF_ALL[edit.action][locale])
    else:
        what = _OF_ALL.get(edit.action, _OF_ALL[Action.KEEP])[locale]
    compared = degree(edit, locale) if edit.action in _COMPARED else ""
    change = _change(edit)
    places = described_places(edit, locale, [part.labels[locale] for part in edit.but])
    return f"{compared}{what.format(**fillers)}{f' ({change})' if change else ''}{places}"


def _figure(edit: Edit, locale: str) -> str:
    """The figure of an edit in words."""
    value = edit.value or 0.0
    if edit.action is Action.PULSE and value in _PULSES:
        return _PULSES[value][locale]
    if edit.action is Action.SHIFT:
        distance = _ONE_STEP[locale] if abs(value) == 1 else _STEPS[locale].format(n=f"{abs(value):g}")
        return f"{distance} {(_LATER if value >= 0 else _EARLIER)[locale]}"
    if edit.action is Action.SWING:
        return _STRAIGHT[locale] if value == 0 else f"swing {50 + 50 * value:g} %"  # as sequencers count it
    if edit.action in (Action.MORE_BARS, Action.FEWER_BARS) and edit.value is None:
        return _SOME[locale]
    return f"{value:g}"


def _change(edit: Edit) -> str:
    """A change of tempo or loudness as a figure."""
    sign = "-" if edit.action in (Action.SLOWER, Action.SOFTER) else "+"
    if edit.percent is not None and edit.action in _COMPARED:
        return f"{sign}{edit.percent:g} %"
    if edit.value is not None and edit.action in (Action.FASTER, Action.SLOWER):
        return f"{sign}{edit.value:g} bpm"
    if edit.value is not None and edit.action in (Action.LAID_BACK, Action.PUSHED):
        return f"{edit.value:g} ms"
    return ""
