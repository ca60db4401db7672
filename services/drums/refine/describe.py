"""Describes edits in the caller's language: "moins de charleston (mesures 2 et 3)"."""

from collections.abc import Mapping, Sequence

from services.drums.refine.model.edits import LITTLE, MUCH, Action, Edit
from services.drums.refine.model.locations import WHOLE, Edge, Location, MetricalRole, Span

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
_DEGREES: Mapping[float, Text] = {LITTLE: {"en": "a little ", "fr": "un peu "}, MUCH: {"en": "much ", "fr": "bien "}}
_PULSES: Mapping[float, Text] = {
    1: {"en": "sixteenths", "fr": "doubles croches"},
    2: {"en": "eighths", "fr": "croches"},
    4: {"en": "quarter notes", "fr": "noires"},
}
_STRAIGHT: Text = {"en": "straight", "fr": "binaire"}
_LATER: Text = {"en": "later", "fr": "plus tard"}
_EARLIER: Text = {"en": "earlier", "fr": "plus tôt"}
_ONE_STEP: Text = {"en": "1 sixteenth", "fr": "1 double croche"}
_STEPS: Text = {"en": "{n} sixteenths", "fr": "{n} doubles croches"}
_EXCEPT: Text = {"en": "except {but}", "fr": "sauf {but}"}
_AND: Text = {"en": "and", "fr": "et"}
_LOCATIONS: Mapping[str, Text] = {
    "bar": {"en": "bar {n}", "fr": "mesure {n}"},
    "bars": {"en": "bars {n}", "fr": "mesures {n}"},
    "range": {"en": "bars {n} to {m}", "fr": "mesures {n} à {m}"},
    "from": {"en": "from bar {n} on", "fr": "à partir de la mesure {n}"},
    "last": {"en": "last bar", "fr": "dernière mesure"},
    "lasts": {"en": "last {n} bars", "fr": "{n} dernières mesures"},
    "before_last": {"en": "last bar but one", "fr": "avant-dernière mesure"},
    "every": {"en": "one bar in {n}", "fr": "une mesure sur {n}"},
    "start": {"en": "at the start", "fr": "au début"},
    "end": {"en": "at the end", "fr": "à la fin"},
    "half_1": {"en": "first half", "fr": "première moitié"},
    "half_2": {"en": "second half", "fr": "seconde moitié"},
    "quarter": {"en": "quarter {n}", "fr": "quart {n}"},
    "of_the_bar": {"en": "{part} of the bar", "fr": "{part} de la mesure"},
    "beat": {"en": "beat {n}", "fr": "temps {n}"},
    "beats": {"en": "beats {n}", "fr": "temps {n}"},
    "step": {"en": "step {n}", "fr": "pas {n}"},
    "steps": {"en": "steps {n}", "fr": "pas {n}"},
}
_ROLES: Mapping[MetricalRole, Text] = {
    MetricalRole.BEATS: {"en": "on every beat", "fr": "sur chaque temps"},
    MetricalRole.BACKBEATS: {"en": "on the backbeats", "fr": "sur les temps faibles"},
    MetricalRole.STRONG_BEATS: {"en": "on the strong beats", "fr": "sur les temps forts"},
    MetricalRole.OFFBEATS: {"en": "on the offbeats", "fr": "sur les contretemps"},
}


def describe(edit: Edit, locale: str) -> str:
    """Describe an edit in one line.

    Args:
        edit: The edit.
        locale: "fr" or "en".
    """
    parts = joined_names([part.labels[locale] for part in edit.parts], locale)
    by = edit.by.labels[locale] if edit.by else ""
    fillers = {"parts": parts, "by": by, "figure": _figure(edit, locale)}
    if parts and edit.action in _OF_PARTS:
        what = _OF_PARTS[edit.action][locale]
    elif parts and edit.action not in (Action.OPEN, Action.CLOSE):
        what = _OTHERWISE[locale].replace("{what}", _OF_ALL[edit.action][locale])
    else:
        what = _OF_ALL.get(edit.action, _OF_ALL[Action.KEEP])[locale]
    degree = _DEGREES.get(edit.amount, {}).get(locale, "") if edit.action in _COMPARED else ""
    change = _change(edit)
    where = joined_names([describe_location(location, locale) for location in edit.locations], locale)
    left_out = joined_names(
        [p.labels[locale] for p in edit.but] + [describe_location(p, locale) for p in edit.but_at], locale
    )
    return "".join(
        (
            degree,
            what.format(**fillers),
            f" ({change})" if change else "",
            f" ({where})" if where else "",
            f", {_EXCEPT[locale].format(but=left_out)}" if left_out else "",
        )
    )


def describe_location(location: Location, locale: str) -> str:
    """Describe a location; empty for everywhere.

    Args:
        location: The location.
        locale: "fr" or "en".
    """
    words = [_bars(location.spans, locale)] if location.spans else []
    if location.edge:
        words.append(_LOCATIONS["start" if location.edge is Edge.START else "end"][locale])
    if location.portion != WHOLE:
        words.append(_stretch(location.portion, locale))
    if location.within != WHOLE:
        words.append(_LOCATIONS["of_the_bar"][locale].format(part=_stretch(location.within, locale)))
    if location.role:
        words.append(_ROLES[location.role][locale])
    for singular, numbers in (("beat", location.beats), ("step", location.steps)):
        if numbers:
            text = _LOCATIONS[singular if len(numbers) == 1 else singular + "s"][locale]
            words.append(text.format(n=joined_names([f"{number:g}" for number in numbers], locale)))
    return ", ".join(words)


def joined_names(names: Sequence[str], locale: str) -> str:
    """A list in words: "a, b and c"; empty names are skipped.

    Args:
        names: The names.
        locale: "fr" or "en".
    """
    words = [name for name in names if name]
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {_AND[locale]} {words[-1]}"


def _bars(spans: Sequence[Span], locale: str) -> str:
    if len(spans) > 1 and all(span.first == span.last > 0 for span in spans):
        return _LOCATIONS["bars"][locale].format(n=joined_names([str(span.first) for span in spans], locale))
    return joined_names([_span(span, locale) for span in spans], locale)


def _span(span: Span, locale: str) -> str:
    if span.every > 1:
        return _LOCATIONS["every"][locale].format(n=span.every)
    if span.last == -1 and span.first == -1:
        return _LOCATIONS["last"][locale]
    if span.last == -1 and span.first < 0:
        return _LOCATIONS["lasts"][locale].format(n=-span.first)
    if span.last == -1:
        return _LOCATIONS["from"][locale].format(n=span.first)
    if span.first < 0:
        return _LOCATIONS["before_last"][locale]
    kind = "bar" if span.first == span.last else "range"
    return _LOCATIONS[kind][locale].format(n=span.first, m=span.last)


def _stretch(stretch: tuple[float, float], locale: str) -> str:
    size = stretch[1] - stretch[0]
    index = round(stretch[0] / size) + 1
    if size == 0.5:
        return _LOCATIONS[f"half_{index}"][locale]
    return _LOCATIONS["quarter"][locale].format(n=index)


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
