"""MusicXML read measure by measure, with limits on size, depth, notes and bars.

music21 is not used here: it takes a bar for as long as the notes in it, knows one kind of instrument a part, and needs
a tenth of a second for each bar. Tests and `./boumb bench files` compare with it.
"""

from music.musicxml.reader import read_musicxml
from music.unreadable_file import UnreadableMusicXml

__all__ = ["UnreadableMusicXml", "read_musicxml"]
