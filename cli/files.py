"""Names of the files that composing writes."""

import os
import re
import unicodedata
from itertools import count
from pathlib import Path

from boumbapp.theory.v2.theory_service_pb2 import FileFormat

_LONGEST = 60
_MIDI = (".mid", ".midi", ".smf")
_SOUND = (".wav", ".wave")
_FORMATS = {
    ".musicxml": FileFormat.FILE_FORMAT_MUSICXML,
    ".xml": FileFormat.FILE_FORMAT_MUSICXML,
}


def default_path(prompt: str, folder: Path) -> Path:
    """A file named after the prompt: "fais-une-basse-funky-en-sol-mineur.mid"; "boumb.mid" where no letter is left.

    Args:
        prompt: What was asked for.
        folder: Where the file will be.
    """
    plain = unicodedata.normalize("NFKD", prompt).encode("ascii", "ignore").decode().lower()
    slug = "-".join(re.findall(r"[a-z0-9]+", plain))[:_LONGEST].rstrip("-")
    return folder / f"{slug or 'boumb'}.mid"


def unused(path: Path) -> Path:
    """The path, or the first of "name-2.mid", "name-3.mid"... that does not exist."""
    names = (path if number == 1 else path.with_name(f"{path.stem}-{number}{path.suffix}") for number in count(1))
    return next(candidate for candidate in names if not os.path.lexists(candidate))  # a link to nothing is something


def is_sound(path: Path) -> bool:
    """Whether a name asks for sound."""
    return path.suffix.lower() in _SOUND


def is_misnamed(path: Path) -> bool:
    """Whether a name says that the file holds what cannot be written here, such as MP3. Devices may have any name."""
    known = ("", *_MIDI, *_FORMATS, *_SOUND)
    return path.suffix.lower() not in known and (path.is_file() or not path.exists())


def format_of(path: Path) -> FileFormat.ValueType:
    """Format that a name asks for; MIDI unless it ends as MusicXML does."""
    return _FORMATS.get(path.suffix.lower(), FileFormat.FILE_FORMAT_MIDI)
