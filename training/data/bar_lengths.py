"""How long each bar of a score lasts, by all its parts, and the silences that a file leaves unwritten.

music21 takes a bar for as long as the notes in it. A part whose bar ends in silence (a closing `<forward>`, or nothing
at all while another part goes on) would then have every later bar too early, or its first bar taken for a pickup.
"""

import xml.etree.ElementTree as ET  # only builds elements; what it is given has been parsed already
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import zip_longest

_COMMON_TIME = Fraction(4)  # quarters; where a file names no meter
_LONGEST = 10**9  # divisions
_FINEST = 10**6  # part of a division
_UNDOTTED = {"whole": Fraction(4), "breve": Fraction(8)}  # types that also stand for a whole bar of rest
_YES, _UNNUMBERED = "yes", "0"
_FIRST = "1"  # staff


@dataclass(slots=True)
class _PartBar:
    """One part's measure; lengths in quarters.

    Attributes:
        element: The measure.
        divisions: Of a quarter, at its end.
        meter: Its length by the time signature.
        cursor: Where the next note would stand.
        content: Where its last note or rest ends.
        silence: Where its last forward ends.
        bar_rests: Rests that stand for a whole bar, and the written end of each.
    """

    element: ET.Element
    divisions: Fraction
    meter_quarters: Fraction
    cursor: Fraction = Fraction(0)
    content: Fraction = Fraction(0)
    silence: Fraction = Fraction(0)
    bar_rests: list[tuple[ET.Element, Fraction]] = field(default_factory=list)


def fill_bars(root: ET.Element) -> None:
    """Write out the silence at the end of each bar, so that bars of every part have the length in the file.

    A bar lasts until the last note, rest or forward of any part, silence at most as long as the meter. One that is
    short in all parts stays short. A whole-bar rest makes no pickup longer.

    Args:
        root: A partwise score; it is changed in place.
    """
    for part in root.iterfind("part"):
        _name_staves(part)
    parts = [list(_bars_of(part)) for part in root.iterfind("part")]
    for bars in zip_longest(*parts):
        _fill([bar for bar in bars if bar is not None])


def _name_staves(part: ET.Element) -> None:
    """Put notes that name no staff on the first one, where a part has several: music21 would put them on each."""
    notes = list(part.iterfind("measure/note"))
    if all(note.findtext("staff", _FIRST).strip() == _FIRST for note in notes):
        return
    for note in notes:
        if note.find("staff") is None:
            ET.SubElement(note, "staff").text = _FIRST


def _bars_of(part: ET.Element) -> Iterator[_PartBar]:
    divisions, meter_quarters = Fraction(1), _COMMON_TIME
    for measure in part.iterfind("measure"):
        bar = _PartBar(measure, divisions, meter_quarters)
        for element in measure:
            _advance(bar, element)
        yield bar
        divisions, meter_quarters = bar.divisions, bar.meter_quarters


def _advance(bar: _PartBar, element: ET.Element) -> None:
    """Follow one element of a measure."""
    match element.tag:
        case "attributes":
            bar.divisions = _number(element.find("divisions")) or bar.divisions
            time = element.find("time")
            bar.meter_quarters = bar.meter_quarters if time is None else _meter_quarters(time)
        case "backup":
            bar.cursor = max(bar.cursor - _duration(bar, element), Fraction(0))
        case "forward":
            bar.cursor += _duration(bar, element)
            bar.silence = max(bar.silence, bar.cursor)
        case "note" if element.find("grace") is None and element.find("chord") is None:
            bar.cursor += _duration(bar, element)
            if _is_bar_rest(bar, element):
                bar.bar_rests.append((element, bar.cursor))
            else:
                bar.content = max(bar.content, bar.cursor)


def _fill(bars: Sequence[_PartBar]) -> None:
    """Write out the silences of one bar of all parts."""
    length = max(max(bar.content, min(bar.silence, bar.meter_quarters)) for bar in bars)
    if not length:
        return  # rests only: a bar as long as its meter
    if not any(_is_upbeat(bar.element) for bar in bars):
        length = max(length, *(min(end, bar.meter_quarters) for bar in bars for _, end in bar.bar_rests), Fraction(0))
    for bar in bars:
        own = max(bar.content, min(length, bar.meter_quarters))
        if bar.bar_rests and own < bar.meter_quarters:
            for element, _ in bar.bar_rests:
                _resize(element, own * bar.divisions)
        elif bar.content < own and not bar.bar_rests:
            _append_rest(bar, own)


def _is_upbeat(measure: ET.Element) -> bool:
    """Whether a measure is marked as shorter than a bar."""
    return measure.get("implicit") == _YES or measure.get("number") == _UNNUMBERED


def _is_bar_rest(bar: _PartBar, note: ET.Element) -> bool:
    """Whether a note is a rest for the whole bar, whatever length it is given."""
    rest = note.find("rest")
    if rest is None:
        return False
    written = _UNDOTTED.get((note.findtext("type") or "").strip())
    alone = written is not None and note.find("dot") is None and written != _duration(bar, note)
    return rest.get("measure") == _YES or alone


def _resize(rest: ET.Element, divisions: Fraction) -> None:
    """Let a whole-bar rest last for so many divisions, its look forgotten."""
    for name in ("type", "dot"):
        for found in rest.findall(name):
            rest.remove(found)
    sign, duration = rest.find("rest"), rest.find("duration")
    if sign is not None:
        sign.attrib.pop("measure", None)
    if duration is not None:
        duration.text = str(float(divisions))


def _append_rest(bar: _PartBar, end: Fraction) -> None:
    """A rest from where the notes of a measure end until its end, in the voice and on the staff of its last note."""
    if bar.cursor != bar.content:
        move = "backup" if bar.cursor > bar.content else "forward"
        ET.SubElement(ET.SubElement(bar.element, move), "duration").text = str(
            float(abs(bar.cursor - bar.content) * bar.divisions)
        )
    last = next(reversed(bar.element.findall("note")), None)
    # Two rests, as music21 takes a lone one of a whole note for a whole bar.
    for _ in range(2):
        rest = ET.SubElement(bar.element, "note")
        ET.SubElement(rest, "rest")
        ET.SubElement(rest, "duration").text = str(float((end - bar.content) / 2 * bar.divisions))
        for name in ("voice", "staff"):
            if last is not None and (text := last.findtext(name)):
                ET.SubElement(rest, name).text = text


def _meter_quarters(time: ET.Element) -> Fraction:
    """Quarters in a bar of a time signature; "3+2" and several pairs of figures add up."""
    pairs = zip(time.findall("beats"), time.findall("beat-type"), strict=False)
    try:
        total = sum(
            Fraction(4 * sum(int(each) for each in (beats.text or "").split("+")), int(unit.text or ""))
            for beats, unit in pairs
        )
    except (ValueError, ZeroDivisionError):
        return _COMMON_TIME
    return Fraction(total) if total > 0 else _COMMON_TIME


def _duration(bar: _PartBar, element: ET.Element) -> Fraction:
    """Quarters that an element lasts; 0 where it has no sensible duration."""
    return _number(element.find("duration")) / bar.divisions


def _number(element: ET.Element | None) -> Fraction:
    """A number of divisions, 0 where there is none or it is absurd."""
    try:
        # By way of a float: a fraction of "1e999999999" would have as many digits.
        value = float((element.text if element is not None else None) or 0)
    except ValueError:
        return Fraction(0)
    return Fraction(value).limit_denominator(_FINEST) if 0 <= value <= _LONGEST else Fraction(0)
