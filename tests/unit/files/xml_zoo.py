"""Small MusicXML scores of every kind that is read otherwise than it looks. A quarter has four divisions."""

import zipfile
from collections.abc import Sequence
from io import BytesIO

_CONTAINER = '<container><rootfiles><rootfile full-path="a.xml"/></rootfiles></container>'
HEAD = "<divisions>4</divisions><time><beats>4</beats><beat-type>4</beat-type></time>"


def note(name: str, length: int = 4, extra: str = "", before: str = "", attributes: str = "") -> str:
    """A note such as "C4" or "F#4"; `before` goes in front of its pitch, `extra` behind its duration."""
    alter = name.count("#") - name[1:].count("b")
    alteration = f"<alter>{alter}</alter>" if alter else ""
    duration = f"<duration>{length}</duration>" if length else ""
    pitch = f"<pitch><step>{name[0]}</step>{alteration}<octave>{name[-1]}</octave></pitch>"
    return f"<note {attributes}>{before}{pitch}{duration}{extra}</note>"


def stroke(place: str, length: int = 4, extra: str = "", before: str = "") -> str:
    """An unpitched note at a place such as "E4"."""
    display = f"<display-step>{place[0]}</display-step><display-octave>{place[1]}</display-octave>" if place else ""
    duration = f"<duration>{length}</duration>" if length else ""
    return f"<note>{before}<unpitched>{display}</unpitched>{duration}{extra}</note>"


SCALE = "".join(map(note, ("C4", "D4", "E4", "F4")))


def score(
    *parts: Sequence[str],
    head: str = HEAD,
    listed: str = "",
    name: str = "",
    numbers: Sequence[str] = (),
    timewise: bool = False,
) -> str:
    """A score of these parts, each a list of measures.

    `head` is in the first measure's attributes, `listed` in each entry of the part list, and `numbers` are the
    attributes of the measures.
    """
    entries = "".join(
        f'<score-part id="P{at}"><part-name>{name}</part-name>{listed}</score-part>' for at in range(len(parts))
    )
    count = max(map(len, parts))
    marks = [numbers[at] if at < len(numbers) and numbers[at] else f'number="{at + 1}"' for at in range(count)]
    contents = [
        [(f"<attributes>{head}</attributes>" if not at else "") + measure for at, measure in enumerate(part)]
        for part in parts
    ]
    if timewise:
        body = "".join(
            f"<measure {marks[at]}>"
            + "".join(f'<part id="P{n}">{part[at]}</part>' for n, part in enumerate(contents) if at < len(part))
            + "</measure>"
            for at in range(count)
        )
        return f'<score-timewise version="4.0"><part-list>{entries}</part-list>{body}</score-timewise>'
    body = "".join(
        f'<part id="P{n}">{"".join(f"<measure {marks[at]}>{each}</measure>" for at, each in enumerate(part))}</part>'
        for n, part in enumerate(contents)
    )
    return f'<score-partwise version="4.0"><part-list>{entries}</part-list>{body}</score-partwise>'


def kit(**keys: int) -> str:
    """Instruments of a part, each with its `midi-unpitched`, counted from 1."""
    names = "".join(_tagged("score-instrument", key, _tagged("instrument-name", "", key)) for key in keys)
    midi = "".join(
        _tagged("midi-instrument", key, f"<midi-channel>10</midi-channel><midi-unpitched>{value}</midi-unpitched>")
        for key, value in keys.items()
    )
    return names + midi


def _tagged(tag: str, name: str, content: str) -> str:
    mark = f' id="{name}"' if name else ""
    return f"<{tag}{mark}>{content}</{tag}>"


def of(instrument: str) -> str:
    """What says that a note is of an instrument."""
    return f'<instrument id="{instrument}"/>'


def packed(xml: bytes) -> bytes:
    """The same as a compressed file."""
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("META-INF/container.xml", _CONTAINER)
        archive.writestr("a.xml", xml)
    return buffer.getvalue()
