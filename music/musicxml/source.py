"""The XML of a MusicXML file, as UTF-8: out of its archive, and out of whatever encoding it is in.

Files come from outside: archives unpack to gigabytes, and declarations name encodings that the file is not in.
"""

import re
import xml.etree.ElementTree as ET  # only builds elements, one container of 64 KiB; expat has checked it before
import zipfile
import zlib
from contextlib import suppress
from io import BytesIO

from music.musicxml.elements import MAX_XML_BYTES, DamagedXml, parse
from music.reading.findings import Findings
from music.reading.notices import ENCODING_GUESSED
from music.reading.text_encoding import ENCODING_NAMES, encoding_of
from music.unreadable_file import UnreadableMusicXml

MAX_ENTRIES = 200
_MAX_CONTAINER_BYTES = 65_536
_CONTAINER = "META-INF/container.xml"
ARCHIVE = b"PK\x03\x04"
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ENCRYPTED = 0x1
_SUFFIXES = (".musicxml", ".xml")
_DECLARED = re.compile(rb"""<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._:-]{1,40})["']""")
# Beginnings of names of encodings that are believed as far as the bytes bear them out.
_TRUSTED = (
    "utf-8",
    "iso-8859",
    "iso_8859",
    "latin",
    "windows-",
    "cp",
    "ascii",
    "us-ascii",
    "shift",
    "euc",
    "gb",
    "big5",
    "koi8",
)
_LONG = 2000  # bytes of a text; names are shorter
_MARKS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
_WITHOUT_MARK = {b"<\0": "utf-16-le", b"\0<": "utf-16-be"}


def xml_of(data: bytes, findings: Findings) -> bytes:
    """The score as UTF-8, out of a plain or compressed (.mxl) file.

    Args:
        data: The file.
        findings: Takes an encoding that had to be guessed.

    Raises:
        UnreadableMusicXml: It is too large, or its archive is damaged or holds no score.
    """
    xml = _unpacked(data) if data.startswith(ARCHIVE) else data
    if len(xml) > MAX_XML_BYTES:
        raise _too_large(MAX_XML_BYTES)
    return _as_utf8(xml, findings)


def _as_utf8(xml: bytes, findings: Findings) -> bytes:
    """The same text in UTF-8, by its byte-order mark, its declaration where that is true, or its bytes.

    Args:
        xml: The text.
        findings: Takes an encoding that had to be guessed.
    """
    marked = next((encoding for mark, encoding in _MARKS.items() if xml.startswith(mark)), None)
    marked = marked or _WITHOUT_MARK.get(xml[:2])
    declared = _DECLARED.search(xml[:400])
    said = marked or (declared[1].decode().lower() if declared else "utf-8")
    # What says in single bytes that it has two a character is not so.
    if marked or said.startswith(_TRUSTED):
        try:
            return xml.decode(said).encode("utf-8", "replace")
        except (LookupError, UnicodeError):
            pass
    samples = [part for part in re.split(rb"[<>]", xml) if not part.isascii() and len(part) < _LONG]
    encoding = encoding_of(samples)
    if samples:
        findings.add(ENCODING_GUESSED, encoding=ENCODING_NAMES[encoding])
    return xml.decode(encoding, "replace").encode("utf-8", "replace")


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
                wanted = names.get(_full_path(_extracted(archive, names[_CONTAINER], _MAX_CONTAINER_BYTES)))
            scores = (entry for entry in entries if _looks_like_score(entry.filename))
            score = wanted or next(scores, None)
            if score is None:
                raise UnreadableMusicXml("its archive holds no score", "son archive ne contient pas de partition")
            return _extracted(archive, score, MAX_XML_BYTES)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError) as error:
        if isinstance(error, UnreadableMusicXml):
            raise
        raise UnreadableMusicXml("its archive is damaged", "son archive est abîmée") from error


def _full_path(container: bytes) -> str:
    """The first file that a container names; none where it is damaged, as where a program left an & as it is."""
    found: list[str] = []

    def end(element: ET.Element, _: object) -> None:
        if element.tag.rpartition(":")[2].rpartition("}")[2] == "rootfile":
            found.append(element.get("full-path", ""))

    with suppress(DamagedXml):
        parse(_as_utf8(container, Findings()), end)
    return found[0] if found else ""


def _looks_like_score(name: str) -> bool:
    return name.lower().endswith(_SUFFIXES) and not name.startswith("META-INF/")


def _extracted(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, limit: int) -> bytes:
    """An entry of at most `limit` bytes, whatever size its header gives."""
    if entry.compress_type not in _METHODS or entry.flag_bits & _ENCRYPTED:
        raise UnreadableMusicXml("its archive is of an unusual kind", "son archive est d'un type inhabituel")
    with archive.open(entry) as file:
        data = b"" if entry.file_size > limit else file.read(limit + 1)
    if entry.file_size > limit or len(data) > limit:
        raise _too_large(limit)
    return data


def _too_large(most: int) -> UnreadableMusicXml:
    return UnreadableMusicXml(
        f"it unpacks to more than {most} bytes", f"il fait plus de {most} octets une fois décompressé"
    )
