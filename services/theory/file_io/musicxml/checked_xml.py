"""The XML of a MusicXML file, checked before anything parses it in earnest.

Files come from outside: archives that unpack to gigabytes, entities that multiply, elements nested to any depth.
"""

import xml.etree.ElementTree as ET  # after expat has checked depth, size and entities
import zipfile
import zlib
from io import BytesIO
from xml.parsers import expat

from music.unreadable_file import UnreadableFile

MAX_XML_BYTES = 8_388_608
MAX_ELEMENTS = 400_000
MAX_DEPTH = 100
MAX_ENTRIES = 200
_MAX_CONTAINER_BYTES = 65_536
_CONTAINER = "META-INF/container.xml"
_ARCHIVE = b"PK\x03\x04"
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ENCRYPTED = 0x1
_ROOT = "score-partwise"
_SUFFIXES = (".musicxml", ".xml")


class UnreadableMusicXml(UnreadableFile):
    """A file that is no MusicXML score, is damaged, or is beyond the limits."""


def score_root(data: bytes) -> ET.Element:
    """Root element of a score, from plain or compressed (.mxl) MusicXML. Raises UnreadableMusicXml."""
    xml = _unpacked(data) if data.startswith(_ARCHIVE) else data
    root = _checked(xml)
    if root.tag != _ROOT:
        raise UnreadableMusicXml(f"it holds no {_ROOT}", f"il ne contient pas de {_ROOT}")
    return root


def _unpacked(data: bytes) -> bytes:
    """The score inside an archive: the one that its container names, else the first that looks like one."""
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            entries = archive.infolist()
            if len(entries) > MAX_ENTRIES:
                raise UnreadableMusicXml("its archive has too many entries", "son archive a trop d'entrées")
            names = {entry.filename: entry for entry in entries}
            wanted = None
            if _CONTAINER in names:
                container = _checked(_extracted(archive, names[_CONTAINER], _MAX_CONTAINER_BYTES))
                rootfile = next((element for element in container.iter() if element.tag.endswith("rootfile")), None)
                wanted = names.get(rootfile.get("full-path", "")) if rootfile is not None else None
            scores = (entry for entry in entries if _looks_like_score(entry.filename))
            score = wanted or next(scores, None)
            if score is None:
                raise UnreadableMusicXml("its archive holds no score", "son archive ne contient pas de partition")
            return _extracted(archive, score, MAX_XML_BYTES)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError) as error:
        if isinstance(error, UnreadableMusicXml):
            raise
        raise UnreadableMusicXml("its archive is damaged", "son archive est abîmée") from error


def _looks_like_score(name: str) -> bool:
    return name.lower().endswith(_SUFFIXES) and not name.startswith("META-INF/")


def _extracted(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, limit: int) -> bytes:
    """An entry of at most `limit` bytes, whatever size its header gives."""
    if entry.compress_type not in _METHODS or entry.flag_bits & _ENCRYPTED:
        raise UnreadableMusicXml("its archive is of an unusual kind", "son archive est d'un type inhabituel")
    with archive.open(entry) as file:
        data = b"" if entry.file_size > limit else file.read(limit + 1)
    if entry.file_size > limit or len(data) > limit:
        raise _too_large()
    return data


def _too_large() -> UnreadableMusicXml:
    return UnreadableMusicXml("it unpacks to too much data", "il contient trop de données une fois décompressé")


def _checked(xml: bytes) -> ET.Element:
    """Parse XML that has no entities of its own, is not too deep and not too long."""
    if len(xml) > MAX_XML_BYTES:
        raise _too_large()
    depth = elements = 0

    def refuse_entity(*_: object) -> None:
        raise UnreadableMusicXml("it defines entities", "il définit des entités")

    def enter(*_: object) -> None:
        nonlocal depth, elements
        depth += 1
        elements += 1
        if depth > MAX_DEPTH or elements > MAX_ELEMENTS:
            raise UnreadableMusicXml("it is too deep or too long", "il est trop profond ou trop long")

    def leave(_: str) -> None:
        nonlocal depth
        depth -= 1

    parser = expat.ParserCreate()
    parser.EntityDeclHandler = refuse_entity
    parser.StartElementHandler = enter
    parser.EndElementHandler = leave
    try:
        parser.Parse(xml, True)  # expat takes it by position
        return ET.fromstring(xml)  # noqa: S314  # checked just above
    except (expat.ExpatError, ET.ParseError, LookupError, ValueError) as error:
        if isinstance(error, UnreadableMusicXml):
            raise
        raise UnreadableMusicXml("it is not well-formed XML", "son XML est mal formé") from error
