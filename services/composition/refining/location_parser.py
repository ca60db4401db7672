"""Finds locations among the tokens of an instruction: "bars 2 to 4", "à la fin", "sur le 2 et le 4"."""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache

from services.composition.refining.lexicon import InstructionToken
from services.composition.refining.locations import EVERYWHERE, Edge, Location, MetricalRole, Span
from services.composition.refining.tags import Tag

Build = Callable[[Sequence[InstructionToken]], Location | None]
# Tags as characters, so that patterns over tokens are plain regular expressions.
_CODES = {tag: chr(0xE000 + index) for index, tag in enumerate(Tag)}
_INSIDE = frozenset({Tag.IN, Tag.ON, Tag.FROM, Tag.UNTIL})
_MOST_BEATS, _MOST_STEPS = 32, 256  # of a bar
_HALF_BAR, _QUARTER_BAR = 0.5, 0.25


def mark_locations(tokens: Sequence[InstructionToken]) -> list[InstructionToken]:
    """The same tokens, with every run of them that says where replaced by one LOCATION token."""
    codes = "".join(_CODES[token.tag] for token in tokens)
    marked: list[InstructionToken] = []
    at = 0
    while at < len(tokens):
        for pattern, build in _patterns():
            match = pattern.match(codes, at)
            location = build(tokens[at : match.end()]) if match and match.end() > at else None
            if match and location and tokens[at].text == "from" and _takes_from(marked):
                location = replace(location, spans=tuple(Span(span.first, span.first) for span in location.spans))
            if match and location:
                text = " ".join(token.text for token in tokens[at : match.end()])
                inside = (at > 0 and tokens[at - 1].text == "for") or any(
                    token.tag in _INSIDE for token in tokens[at : at + 2]
                )
                marked.append(InstructionToken(Tag.LOCATION, text, location, relative=inside))
                at = match.end()
                break
        else:
            marked.append(tokens[at])
            at += 1
    return marked


def _takes_from(before: Sequence[InstructionToken]) -> bool:
    """Whether "from bar 3" says what something is taken from, and not where it begins: "remove the hats from bar 3"."""
    said = [token.tag for token in before]
    return Tag.REMOVE in said and not {Tag.SEPARATOR, Tag.STOP, Tag.THEN}.intersection(said[said.index(Tag.REMOVE) :])


def _compile(source: str) -> re.Pattern[str]:
    """A pattern written with tag names, spaces between them, and the operators of regular expressions."""
    return re.compile(re.sub(r"[a-z_]+", lambda name: _CODES[Tag(name[0])], source).replace(" ", ""))


def _numbers(tokens: Sequence[InstructionToken]) -> list[int]:
    return [int(token.value) for token in tokens if token.tag is Tag.NUMBER]


def _figures(tokens: Sequence[InstructionToken]) -> list[float]:
    return [float(token.value) for token in tokens if token.tag is Tag.NUMBER]


def _has(tokens: Sequence[InstructionToken], *tags: Tag) -> bool:
    return any(token.tag in tags for token in tokens)


def _bars(tokens: Sequence[InstructionToken]) -> Location:
    """Numbers in a list ("2, 3 and 5") are single bars; those joined by "to", or by nothing, are a range."""
    spans: list[Span] = []
    listing = True
    for token in tokens:
        if token.tag in (Tag.AND, Tag.SEPARATOR):
            listing = True
        elif token.tag is Tag.TO:
            listing = False
        elif token.tag is Tag.NUMBER:
            number = int(token.value)
            if listing or not spans:
                spans.append(Span(number, number))
            else:
                spans[-1] = Span(*sorted((spans[-1].first, number)))
            listing = False
    return Location(spans=tuple(spans))


def _numbered_bar(tokens: Sequence[InstructionToken]) -> Location | None:
    """A place ("2nd bar"), or an amount ("2 bars"), which begins with the first one."""
    bar = next(token for token in tokens if token.tag is Tag.BAR)
    number = _numbers(tokens)[0]
    if number < 1 or number != _figures(tokens)[0]:
        return None
    if bar.text.endswith("s") and number > 1 and bar.text != "mes":
        return Location(count=number)
    return _bars(tokens)


def _edge_notes(tokens: Sequence[InstructionToken]) -> Location | None:
    count = next(iter(_numbers(tokens)), 1)
    if count < 1:
        return None
    if _has(tokens, Tag.FIRST):
        return Location(notes=(1, count))
    if _has(tokens, Tag.EARLIER):
        return Location(notes=(-2, -2))
    return Location(notes=(-count, -1)) if _has(tokens, Tag.LAST) else Location(notes=(count, count))


def _edge_notes_of_each(tokens: Sequence[InstructionToken]) -> Location | None:
    """Notes counted in every bar, not in all of the piece."""
    found = _edge_notes(tokens)
    return replace(found, spans=(Span(),)) if found else None


def _numbered_note(tokens: Sequence[InstructionToken]) -> Location | None:
    """One note by its number, "the third note"; "3 notes" says how many."""
    number = _numbers(tokens)[0]
    return Location(notes=(number, number)) if number > 1 and not tokens[-1].text.endswith("s") else None


def _first_one(tokens: Sequence[InstructionToken]) -> Location | None:
    """The first bar where it is called "the first one": "softer in bar 1" may be said so."""
    return _edge_bars(tokens) if tokens[-1].text == "first one" else None


def _last_alone(tokens: Sequence[InstructionToken]) -> Location:
    return _edge_bars([token for token in tokens if token.tag is not Tag.NUMBER])


def _in_bar(tokens: Sequence[InstructionToken]) -> Location | None:
    """A bar by its number alone, as in "dans la 2"."""
    return _bars(tokens) if tokens[0].text == "dans" and _numbers(tokens)[0] > 0 else None


def _from_bar(tokens: Sequence[InstructionToken]) -> Location:
    return Location(spans=(Span(max(_numbers(tokens)[0] + _has(tokens, Tag.LATER), 1), -1),))


def _until_bar(tokens: Sequence[InstructionToken]) -> Location:
    return Location(spans=(Span(1, _numbers(tokens)[0] - _has(tokens, Tag.EARLIER)),))


def _edge_bars(tokens: Sequence[InstructionToken]) -> Location:
    count = next(iter(_numbers(tokens)), 1)
    if _has(tokens, Tag.FIRST):
        return Location(spans=(Span(1, max(count, 1)),))
    if _has(tokens, Tag.EARLIER):
        return Location(spans=(Span(-2, -2),))
    return Location(spans=(Span(-max(count, 1), -1),))


def _every(tokens: Sequence[InstructionToken]) -> Location:
    count = max(next(iter(_numbers(tokens)), 2), 1)
    return Location(spans=(Span(count, -1, count),))


def _parity(tokens: Sequence[InstructionToken]) -> Location:
    return Location(spans=(Span(1 if _has(tokens, Tag.ODD) else 2, -1, 2),))


def _fraction(tokens: Sequence[InstructionToken]) -> Location | None:
    size = _HALF_BAR if _has(tokens, Tag.HALF) else _QUARTER_BAR
    number = next(iter(_numbers(tokens)), 1)
    late = _has(tokens, Tag.LAST)
    index = round(1 / size) - 1 if late else number - 1
    if not 0 <= index < round(1 / size):
        return None
    return Location(portion=(index * size, (index + 1) * size))


def _fraction_of_bars(tokens: Sequence[InstructionToken]) -> Location | None:
    """A half of named bars, or of each."""
    at = next(index for index, token in enumerate(tokens) if token.tag in (Tag.HALF, Tag.QUARTER))
    fraction = _fraction(tokens[: at + 1])
    if fraction is None:
        return None
    bars = _bars(tokens[at + 1 :]) if _numbers(tokens[at + 1 :]) else EVERYWHERE
    return bars.and_also(Location(within=fraction.portion))


def _edge(tokens: Sequence[InstructionToken]) -> Location:
    return Location(edge=Edge.START if _has(tokens, Tag.START) else Edge.END)


def _edge_of_bars(tokens: Sequence[InstructionToken]) -> Location:
    size = _HALF_BAR if not _has(tokens, Tag.EACH) else _QUARTER_BAR
    within = (0.0, size) if _has(tokens, Tag.START) else (1 - size, 1.0)
    if _has(tokens, Tag.FIRST, Tag.LAST):
        bars = _edge_bars(tokens)
    else:
        bars = _bars(tokens) if _numbers(tokens) else EVERYWHERE
    return bars.and_also(Location(within=within))


def _edge_of_every(tokens: Sequence[InstructionToken]) -> Location:
    edge = _edge_of_bars([token for token in tokens if token.tag in (Tag.START, Tag.END)])
    return edge.and_also(_every(tokens))


def _beats(tokens: Sequence[InstructionToken]) -> Location | None:
    numbers = _figures(tokens)
    if _has(tokens, Tag.ONE_IN_TWO):  # "sur 2" and what follows
        numbers = [2, *numbers]
    if _has(tokens, Tag.FIRST):
        numbers = [1]
    if not all(1 <= number <= _MOST_BEATS for number in numbers):
        return None
    return Location(beats=tuple(numbers))


def _steps(tokens: Sequence[InstructionToken]) -> Location | None:
    numbers = _numbers(tokens)
    return Location(steps=tuple(numbers)) if all(1 <= number <= _MOST_STEPS for number in numbers) else None


def _at(role: MetricalRole) -> Build:
    return lambda _: Location(role=role)


@cache
def _patterns() -> tuple[tuple[re.Pattern[str], Build], ...]:
    """Patterns, from the most to the least specific."""
    number = "number(?!bpm|percent|pulse)"
    table: list[tuple[str, Build]] = [
        (f"in? on? (end|start) in? on? (bar {number}|{number} bar|(first|last) bar|each bar)", _edge_of_bars),
        (f"in? on? (end|start) in? on? each {number} bar", _edge_of_every),
        (f"in? on? (first|last|{number}) half in? on? (bar {number}|each bar)", _fraction_of_bars),
        (f"in? on? from? (in|on)? bar {number} (to|until)? in? end", _from_bar),
        (f"(from (in|on)?|later) bar {number} (to|until) (in|on)? bar? {number}", _bars),
        (f"(from (in|on)?|later) bar {number}(?!number|bar number|to)", _from_bar),
        (f"(until (in|on)?|earlier) bar {number}", _until_bar),
        (f"in? on? bar {number} (((and|separator|to) (in|on)?)? bar? {number})*", _bars),
        (
            f"in? on? (first {number}|last {number}|{number} first|{number} last|earlier last|first|last) bar",
            _edge_bars,
        ),
        ("in? on? first and last bar", lambda _: Location(spans=(Span(1, 1), Span(-1, -1)))),
        (f"in? on? each {number} bar", _every),
        ("in? on? (every_other bar|bar one_in_two)", _every),
        ("in? on? (bar (even|odd)|(even|odd) bar)", _parity),
        (f"in? on? {number} bar(?!{number})", _numbered_bar),
        ("in? on? each bar", lambda _: EVERYWHERE),
        (f"in? on? (first|last|{number}) (half|quarter)", _fraction),
        (f"in? on? half (first|last|{number})", _fraction),
        (f"in? on? (first {number}|last {number}|first|last) notes in? on? each bar", _edge_notes_of_each),
        (
            f"in? on? (first {number}|last {number}|{number} first|{number} last|earlier last|first|last) notes",
            _edge_notes,
        ),
        (f"in? on? {number} notes", _numbered_note),
        (f"in? on? notes {number}(?!bar|beat)", _edge_notes),
        ("in? on? middle(?!bar)", lambda _: Location(portion=(_QUARTER_BAR, 1 - _QUARTER_BAR))),
        ("in? on? (end|start)", _edge),
        (f"(in|on) and {number}", lambda tokens: Location(beats=(_numbers(tokens)[0] + 0.5,))),
        ("in? on? each beat", _at(MetricalRole.BEATS)),
        ("in? on? each? strong_beat", _at(MetricalRole.STRONG_BEATS)),
        ("in? on? each? backbeat", _at(MetricalRole.BACKBEATS)),
        ("in? on? each? offbeat", _at(MetricalRole.OFFBEATS)),
        ("in? on? each? downbeat", lambda _: Location(beats=(1,))),
        (f"in? on? beat {number} ((and|separator) on? beat? {number})*", _beats),
        (f"in? on? ({number}|first) beat(?!in? on? (earlier|later))", _beats),
        (f"on {number} and(?=separator|stop|$)", lambda tokens: Location(beats=(_numbers(tokens)[0] + 0.5,))),
        # "on 1 and 3, 8 bars": what counts bars is no beat
        (
            f"on {number} (separator* and on? {number}(?!bar(?!number))|separator on? {number}(?!bar)"
            f"|on? {number}(?!bar|beat|step))*",
            _beats,
        ),
        (f"(?<!notes)one_in_two ((and|separator) on? {number})*", _beats),
        (f"in {number}(?!notes|step|bar|beat|half|quarter|interval|first|last)", _in_bar),
        (f"in? on? step {number} ((and|separator) on? step? {number})*", _steps),
        (f"(in|on) (not {number}|{number} not)", _steps),
        (f"(?<=except|like|by) in? on? first(?!{number}|bar|beat|notes|step|part|foreign)", _last_alone),
        (f"in? on? (earlier last|last)(?!{number}|bar|beat|notes|step|part|foreign)", _last_alone),
        (f"in? on? first(?!{number}|bar|beat|notes|step|part|foreign)", _first_one),
    ]
    return tuple((_compile(source), build) for source, build in table)
