"""Reads MusicXML with music21, which fails in many ways on files from outside."""

from boumbapp.theory.v2.theory_service_pb2 import ImportResponse

from music.grid import MAX_BARS, TooManyBars
from services.theory.file_io.musicxml.checked_xml import UnreadableMusicXml, score_root
from services.theory.file_io.musicxml.from_score import ScoreTooLargeError, read_score
from services.theory.file_io.musicxml.score import score_of


def read_musicxml(data: bytes) -> ImportResponse:
    """Read a file, plain or compressed. Raises UnreadableMusicXml."""
    root = score_root(data)
    try:
        return read_score(score_of(root))
    except (TooManyBars, ScoreTooLargeError) as error:
        raise UnreadableMusicXml(
            f"it has more than {MAX_BARS} bars or too many notes", f"il a plus de {MAX_BARS} mesures ou trop de notes"
        ) from error
    except MemoryError:
        raise
    except Exception as error:  # music21 raises whatever it stumbles over
        raise UnreadableMusicXml("its music makes no sense", "sa musique n'a pas de sens") from error
