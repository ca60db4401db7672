"""Describes places and amounts in the caller's language: "mesures 2 et 3, sauf la dernière"."""

from collections.abc import Mapping, Sequence

from services.composition.refining.edits import LITTLE, MUCH, PlacedEdit
from services.composition.refining.locations import WHOLE, Edge, Location, MetricalRole, Span

Text = Mapping[str, str]
_MIDDLE = (0.25, 0.75)
_DEGREES: Mapping[float, Text] = {LITTLE: {"en": "a little ", "fr": "un peu "}, MUCH: {"en": "much ", "fr": "bien "}}
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
    "middle": {"en": "in the middle", "fr": "au milieu"},
    "quarter": {"en": "quarter {n}", "fr": "quart {n}"},
    "of_the_bar": {"en": "{part} of the bar", "fr": "{part} de la mesure"},
    "beat": {"en": "beat {n}", "fr": "temps {n}"},
    "beats": {"en": "beats {n}", "fr": "temps {n}"},
    "step": {"en": "step {n}", "fr": "pas {n}"},
    "steps": {"en": "steps {n}", "fr": "pas {n}"},
    "count": {"en": "the first {n} bars", "fr": "les {n} premières mesures"},
    "note": {"en": "note {n}", "fr": "note {n}"},
    "notes": {"en": "notes {n} to {m}", "fr": "notes {n} à {m}"},
    "first_note": {"en": "the first note", "fr": "la première note"},
    "first_notes": {"en": "the first {n} notes", "fr": "les {n} premières notes"},
    "last_note": {"en": "the last note", "fr": "la dernière note"},
    "before_last_note": {"en": "the last note but one", "fr": "l'avant-dernière note"},
    "last_notes": {"en": "the last {n} notes", "fr": "les {n} dernières notes"},
}
_ROLES: Mapping[MetricalRole, Text] = {
    MetricalRole.BEATS: {"en": "on every beat", "fr": "sur chaque temps"},
    MetricalRole.BACKBEATS: {"en": "on the backbeats", "fr": "sur les temps faibles"},
    MetricalRole.STRONG_BEATS: {"en": "on the strong beats", "fr": "sur les temps forts"},
    MetricalRole.OFFBEATS: {"en": "on the offbeats", "fr": "sur les contretemps"},
}


def degree(edit: PlacedEdit, locale: str) -> str:
    """The words that come before "more" or "less"; empty for the usual amount.

    Args:
        edit: The edit.
        locale: "fr" or "en".
    """
    return _DEGREES.get(edit.amount, {}).get(locale, "")


def described_places(edit: PlacedEdit, locale: str, left_out: Sequence[str] = ()) -> str:
    """Where an edit applies, as an end of a sentence: " (bars 2 and 3), except the snare"; empty for everywhere.

    Args:
        edit: The edit.
        locale: "fr" or "en".
        left_out: Names of the parts that it leaves out.
    """
    where = joined_names([describe_location(location, locale) for location in edit.locations], locale)
    but = joined_names([*left_out, *(describe_location(place, locale) for place in edit.but_at)], locale)
    return (f" ({where})" if where else "") + (f", {_EXCEPT[locale].format(but=but)}" if but else "")


def describe_location(location: Location, locale: str) -> str:
    """Describe a location; empty for everywhere.

    Args:
        location: The location.
        locale: "fr" or "en".
    """
    words = [_notes(location.notes, locale)] if location.notes else []
    words += [_bars(location.spans, locale)] if location.spans else []
    if location.count is not None:
        words.append(_LOCATIONS["count"][locale].format(n=location.count))
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


def _notes(notes: tuple[int, int], locale: str) -> str:
    first, last = notes
    if last == -1:
        return _LOCATIONS["last_note" if first == -1 else "last_notes"][locale].format(n=-first)
    if first == 1:
        return _LOCATIONS["first_note" if last == 1 else "first_notes"][locale].format(n=last)
    if first == last:
        return _LOCATIONS["note" if first > 0 else "before_last_note"][locale].format(n=first)
    return _LOCATIONS["notes"][locale].format(n=first, m=last)


def _stretch(stretch: tuple[float, float], locale: str) -> str:
    if stretch == _MIDDLE:
        return _LOCATIONS["middle"][locale]
    size = stretch[1] - stretch[0]
    index = round(stretch[0] / size) + 1 if size else 1
    if size == 0.5 and index in (1, 2):
        return _LOCATIONS[f"half_{index}"][locale]
    return _LOCATIONS["quarter"][locale].format(n=index)
