"""Which piece of the kit an unpitched note strikes: by the key that the file names, by words, or by its place."""

import re
from collections.abc import Mapping

from boumbapp.music.v2 import music_pb2 as pb
from boumbapp.music.v2.music_pb2 import DrumPiece

from music.drum_kit import GM_KEYS, has_own_piece, piece_of_key
from music.musicxml.score import Part, WrittenStroke
from music.notation.drums import PLACES, is_place, piece_at
from music.reading.findings import Findings
from music.reading.notices import DRUM_KEYS_MAPPED, DRUM_PLACES_GUESSED

# Words in names of instruments, the more special ones first.
_WORDS: Mapping[DrumPiece.ValueType, str] = {
    pb.DRUM_PIECE_PEDAL_HAT: r"(pedal|foot)[ -]?(hi[ -]?)?hat",
    pb.DRUM_PIECE_OPEN_HAT: r"open(ed)? (hi[ -]?)?hat|(hi[ -]?)hat.*(open|ouvert)|triangle",
    pb.DRUM_PIECE_CLOSED_HAT: r"hi[ -]?hat|closed hat|charleston|charley",
    pb.DRUM_PIECE_RIM: r"side ?stick|rim|clave|wood ?block|castanet|sticks?\b|temple block",
    pb.DRUM_PIECE_CLAP: r"clap",
    pb.DRUM_PIECE_KICK: r"bass drum|kick|grosse caisse|grand cassa|gran cassa|bombo",
    pb.DRUM_PIECE_SNARE: r"snare|caisse claire|side drum",
    pb.DRUM_PIECE_TAMBOURINE: r"tambourine?\b|tambour de basque|sleigh|jingle",
    pb.DRUM_PIECE_COWBELL: r"cow ?bell|agogo|cloche",
    pb.DRUM_PIECE_SHAKER: r"shaker|maraca|cabasa|guiro|caxixi|egg",
    pb.DRUM_PIECE_RIDE: r"ride|bell\b",
    pb.DRUM_PIECE_CRASH: r"crash|cymbal|china|splash|gong|tam-?tam",
    pb.DRUM_PIECE_HIGH_TOM: r"high[ -](mid )?tom|hi tom|bongo|mute.*conga|tom ?1",
    pb.DRUM_PIECE_LOW_TOM: r"(low|floor)[ -]tom|low conga|surdo|tom ?[34]|taiko|timpani",
    pb.DRUM_PIECE_MID_TOM: r"tom|conga|timbale|djembe|cajon|darbuka",
}
_PATTERNS = [(piece, re.compile(words, re.IGNORECASE)) for piece, words in _WORDS.items()]


class Kit:
    """The pieces that a part plays.

    Args:
        part: With its instruments.
        findings: Takes what another piece plays.
    """

    def __init__(self, part: Part, findings: Findings) -> None:
        self._part = part
        self._findings = findings
        keys = [each for each in part.instruments.values() if each.key is not None]
        self._only = keys[0] if len(part.instruments) == 1 and keys else None

    def piece_of(self, stroke: WrittenStroke, bar: int) -> DrumPiece.ValueType:
        """The piece that a stroke strikes, or the one most like it.

        Args:
            stroke: The stroke.
            bar: Index of its bar, for the findings.
        """
        instrument = self._part.instruments.get(stroke.instrument, self._only)
        name = instrument.name if instrument is not None else ""
        key = instrument.key if instrument is not None else None
        piece = piece_of_key(key) if key is not None else None
        if piece is not None and key is not None:
            if not has_own_piece(key):
                self._findings.add(DRUM_KEYS_MAPPED, bar=bar, track=self._part.name, hits=1, keys=str(key))
            return piece
        # A file that says no key may still say a name; ours and others write it.
        if not is_place(stroke.place, stroke.head) or name:
            named = _named(name) or (None if is_place(stroke.place, stroke.head) else _named(self._part.name))
            if named is not None:
                if key is not None:
                    self._findings.add(DRUM_KEYS_MAPPED, bar=bar, track=self._part.name, hits=1, keys=str(key))
                return named
        if not is_place(stroke.place, stroke.head):
            place = stroke.place or "?"
            self._findings.add(DRUM_PLACES_GUESSED, bar=bar, track=self._part.name, hits=1, places=place)
        return piece_at(stroke.place, stroke.head)


def _named(name: str) -> DrumPiece.ValueType | None:
    return next((piece for piece, words in _PATTERNS if words.search(name)), None)


assert {*_WORDS} == {*GM_KEYS} == {*PLACES}
