"""XML as elements, each given away when it ends, so that a score is never in memory as a whole.

The parser is expat itself: entities of other files are never opened, those of the file may be short texts and nothing
else, and depth and number of elements have limits.
"""

import xml.etree.ElementTree as ET  # builds elements; expat parses
from collections.abc import Callable, Sequence
from xml.parsers import expat

from music.unreadable_file import UnreadableMusicXml

MAX_XML_BYTES = 8_388_608
MAX_ELEMENTS = 1_000_000
MAX_DEPTH = 100
_MAX_ENTITIES, _MAX_ENTITY = 100, 256
_MAX_TEXT = 2 * MAX_XML_BYTES
_CHUNK = 65_536
# What has nothing to say of notes; in large scores most of the bytes.
_SKIPPED = frozenset(
    {
        "appearance", "beam", "bookmark", "credit", "defaults", "encoding", "figured-bass", "frame", "grouping",
        "identification", "link", "listening", "lyric", "measure-layout", "measure-numbering", "measure-style",
        "part-group", "print", "staff-details", "stem", "technical", "articulations", "slur", "dynamics", "wedge",
        "words", "harmony", "accidental", "display-text", "virtual-instrument", "midi-device", "work",
    }
)  # fmt: skip

# An element that has ended, and the attributes and tags of those around it, the root first.
Ended = Callable[[ET.Element, Sequence[ET.Element]], None]


class DamagedXml(UnreadableMusicXml):
    """XML that is not well-formed from some line on.

    Attributes:
        line: That line, from 1.
    """

    def __init__(self, line: int) -> None:
        super().__init__(f"its XML is not well-formed at line {line}", f"son XML est mal formé à la ligne {line}")
        self.line = line


def parse(xml: bytes, ended: Ended, started: Callable[[str], None] | None = None) -> None:
    """Parse UTF-8, and give every element away when it ends, with its children.

    Args:
        xml: The text.
        ended: Takes elements, and may empty them.
        started: Takes the tag of the root.

    Raises:
        DamagedXml: It is not well-formed.
        UnreadableMusicXml: It is too deep, too long, or defines entities.
    """
    _Parser(ended, started).feed(xml)


class _Parser:
    def __init__(self, ended: Ended, started: Callable[[str], None] | None) -> None:
        self._ended = ended
        self._started = started
        self._open: list[ET.Element] = []
        self._text: list[str] = []
        self._skipping = self._elements = self._entities = self._characters = 0
        parser = expat.ParserCreate("utf-8")
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._data
        parser.EntityDeclHandler = self._entity
        self._parser = parser

    def feed(self, xml: bytes) -> None:
        """Parse all of it."""
        try:
            for at in range(0, len(xml), _CHUNK):
                self._parser.Parse(xml[at : at + _CHUNK], False)  # expat takes it by position
            self._parser.Parse(b"", True)
        except expat.ExpatError as error:
            raise DamagedXml(error.lineno) from error

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        self._elements += 1
        if self._elements > MAX_ELEMENTS or len(self._open) + self._skipping >= MAX_DEPTH:
            raise UnreadableMusicXml("it is too deep or too long", "il est trop profond ou trop long")
        if self._skipping or tag in _SKIPPED:
            self._skipping += 1
            return
        if not self._open and self._started is not None:
            self._started(tag)
        element = ET.Element(tag, attributes)
        if self._open:
            self._open[-1].append(element)
        self._open.append(element)
        self._text.clear()

    def _end(self, _: str) -> None:
        if self._skipping:
            self._skipping -= 1
            return
        element = self._open.pop()
        if self._text:
            element.text = "".join(self._text)
            self._text.clear()
        self._ended(element, self._open)

    def _data(self, text: str) -> None:
        self._characters += len(text)
        if self._characters > _MAX_TEXT:
            raise UnreadableMusicXml("it is too deep or too long", "il est trop profond ou trop long")
        if not self._skipping:
            self._text.append(text)

    def _entity(self, _: str, parameter: bool, value: str | None, *__: object) -> None:
        self._entities += 1
        small = value is not None and len(value) <= _MAX_ENTITY and "&" not in value and "<" not in value
        if parameter or not small or self._entities > _MAX_ENTITIES:
            raise UnreadableMusicXml("it defines entities", "il définit des entités")
