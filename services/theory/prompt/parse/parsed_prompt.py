"""What the words of a prompt say, slot by slot."""

from dataclasses import dataclass, field

from boumbapp.music.v2.music_pb2 import Level

from music.pitch import PitchName
from services.theory.prompt.parse.chord_devices import ChordDevice
from services.theory.prompt.parse.chord_lists import ProgressionMention
from services.theory.prompt.parse.drum_words import PieceWords
from services.theory.prompt.parse.lexicon import Tempo
from services.theory.prompt.parse.modulations import LaterKey
from services.theory.prompt.parse.parts import PartMention
from services.theory.prompt.parse.sections import SectionMention
from services.theory.prompt.parse.shape_words import ShapeWords
from services.theory.prompt.parse.spans import Mention
from services.theory.prompt.parse.swing_words import SwingWords
from services.theory.prompt.parse.timing import Timing
from services.theory.prompt.parse.tokenizer import Prompt
from services.theory.prompt.parse.tunes import TuneMention
from services.theory.prompt.parse.vocabulary import Phrase, PhraseKind


@dataclass(slots=True)
class ParsedPrompt:
    """A parsed prompt, slot by slot; None or empty where no words name a value."""

    prompt: Prompt
    tonic: Mention[PitchName] | None = None
    scale: Mention[str] | None = None
    later_keys: list[LaterKey] = field(default_factory=list)
    role: Mention[str] | None = None
    parts: list[PartMention] = field(default_factory=list)
    sections: list[SectionMention] = field(default_factory=list)
    first_key_section: int | None = None  # the section that the first key is said for
    style: Mention[str] | None = None
    references: list[Mention[str]] = field(default_factory=list)  # usual names
    unknown_names: list[tuple[int, int]] = field(default_factory=list)  # spans that words such as "à la" make names
    colours: list[str] = field(default_factory=list)  # slugs of further styles
    mood: Mention[str] | None = None
    further_moods: list[str] = field(default_factory=list)  # slugs of moods that colour it
    register: Mention[Level.ValueType] | None = None
    density: Mention[Level.ValueType] | None = None
    tempo: Mention[Tempo] | None = None
    swing: Mention[SwingWords] | None = None
    pattern: bool = False
    timing: Timing = field(default_factory=Timing)
    progression: ProgressionMention | None = None
    chord_devices: list[ChordDevice] = field(default_factory=list)
    pieces: list[PieceWords] = field(default_factory=list)  # what single pieces of the kit play
    half_time: bool = False
    shape: ShapeWords = field(default_factory=ShapeWords)
    tune: TuneMention | None = None
    refinements: list[Phrase] = field(default_factory=list)  # words that change music which exists
    leftovers: list[tuple[int, int]] = field(default_factory=list)  # spans of tokens that nothing used
    excluded: frozenset[tuple[PhraseKind, str]] = frozenset()
