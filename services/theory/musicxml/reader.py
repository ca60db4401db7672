"""Reads MusicXML with music21, which stumbles over files from outside in many ways."""

# music21 is typed in part only.
# mypy: disable-error-code="no-untyped-call"

from boumbapp.theory.v1.theory_service_pb2 import ImportResponse
from music21.musicxml.xmlToM21 import MusicXMLImporter

from music.grid import MAX_BARS, TooManyBars
from services.theory.musicxml.from_score import TooMuchMusic, read_score
from services.theory.musicxml.source import UnreadableMusicXml, score_root


def read_musicxml(data: bytes) -> ImportResponse:
    """Read a file, plain or compressed. Raises UnreadableMusicXml."""
    root = score_root(data)
    importer = MusicXMLImporter()
    try:
        importer.xmlRootToScore(root, importer.stream)
        return read_score(importer.stream)
    except (TooManyBars, TooMuchMusic) as error:
        raise UnreadableMusicXml(
            f"it has more than {MAX_BARS} bars or too many notes", f"il a plus de {MAX_BARS} mesures ou trop de notes"
        ) from error
    except MemoryError:
        raise
    except Exception as error:  # music21 raises whatever it stumbles over
        raise UnreadableMusicXml("its music makes no sense", "sa musique n'a pas de sens") from error
