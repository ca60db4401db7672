"""Patterns of words for the shape of a line, over the texts of a prompt's tokens joined by spaces."""

import re
from collections.abc import Mapping

from boumbapp.music.v2.intent_pb2 import (
    CONTOUR_ARCH,
    CONTOUR_ASCENDING,
    CONTOUR_DESCENDING,
    CONTOUR_LEVEL,
    CONTOUR_VALLEY,
    NOTE_VALUE_DOTTED_EIGHTH,
    NOTE_VALUE_DOTTED_HALF,
    NOTE_VALUE_DOTTED_QUARTER,
    NOTE_VALUE_EIGHTH,
    NOTE_VALUE_EIGHTH_TRIPLET,
    NOTE_VALUE_HALF,
    NOTE_VALUE_QUARTER,
    NOTE_VALUE_QUARTER_TRIPLET,
    NOTE_VALUE_SIXTEENTH,
    NOTE_VALUE_SIXTEENTH_TRIPLET,
    NOTE_VALUE_THIRTY_SECOND,
    NOTE_VALUE_WHOLE,
    Contour,
    NoteValue,
)
from boumbapp.music.v2.music_pb2 import LEVEL_HIGH, LEVEL_LOW, LEVEL_MEDIUM

_UP = (
    r"(?:goes up|going up|go up|rises?|rising|climbs?|climbing|ascends?|ascending|monte|montent|montant|"
    r"montante|montants|montantes|ascendant|ascendante|ascendants|ascendantes|grimpe|grimpant)"
)
_DOWN = (
    r"(?:goes down|going down|go down|come down|comes down|falls?|falling|descends?|descending|"
    r"redescends?|redescend|redescendant|descend|descendent|descendant|descendante|descendants|"
    r"descendantes|down|back down)"
)
_THEN = r"(?: ,)?(?: (?:then|puis|and|et|and then|et puis|ensuite|back|avant de)){0,3} "
_LOUD = (
    r"(?:loud|huge|big|strong|forte|fort|fortissimo|loudly|explosive|enorme|puissant|puissante|en force|"
    r"massive|gros|intense|energetic|energique|wild|powerful)"
)
_QUIET = (
    r"(?:quiet|quietly|soft|softly|silent|piano|doux|douce|doucement|calme|tranquille|tranquillement|"
    r"pianissimo|gentle|gently|small|calm|calmly)"
)
_BEGIN = r"(?:starts?|starting|begins?|beginning|first|commence|commencer|commencant|debute|d abord|from|de)"
_FINISH = r"(?:ends?|ending|finish(?:es)?|then|finit|finir|finissant|termine|puis|ensuite|to|vers|a|until|jusqu a)"
CONTOURS: tuple[tuple[Contour.ValueType, re.Pattern[str]], ...] = (
    (
        CONTOUR_ARCH,
        re.compile(
            rf"\b(?:{_UP}{_THEN}{_DOWN}|up(?: and)? then down|up and down|arche|arc shape|arch shape|en arche|"
            rf"forme d arche|montant descendant|montante descendante|montante et descendante|"
            rf"montant et descendant)\b"
        ),
    ),
    (CONTOUR_VALLEY, re.compile(rf"\b(?:{_DOWN}{_THEN}{_UP}|down(?: and)? then up|en creux|descendant montant)\b")),
    (CONTOUR_ASCENDING, re.compile(rf"\b(?:{_UP}|upwards?)(?! (?:en puissance|to the chorus|d un|le volume))\b")),
    (
        CONTOUR_DESCENDING,
        re.compile(
            r"\b(?:goes down|going down|falling|descending|descends?|descend|descendent|descendant|descendante|"
            r"descendants|descendantes|downwards?|vers le bas)\b"
        ),
    ),
    (
        CONTOUR_LEVEL,
        re.compile(r"\b(?:monotone|one note|single note|une seule note|sur une note|on one note|same note)\b"),
    ),
)
_CRESCENDO = re.compile(
    rf"\b(?:crescendo|cresc|(?:monte|montant|montee|rises?|builds?|grows?|building|growing) (?:en|"
    rf"in) (?:puissance|intensite|intensity|power|volume)"
    rf"|getting louder|gets louder|louder and louder|de plus en plus fort|"
    rf"{_BEGIN} {_QUIET}(?: ,)?(?: (?:and|et|but|mais))?(?: ,)? {_FINISH} {_LOUD}|{_QUIET} (?:to|then|puis|"
    rf"vers) {_LOUD})\b"
)
_DECRESCENDO = re.compile(
    rf"\b(?:decrescendo|diminuendo|decresc|fade out|fades out|fading|fade|getting quieter|getting softer|"
    rf"de plus en plus doux"
    rf"|de plus en plus calme|{_BEGIN} {_LOUD}(?: ,)?(?: (?:and|et|but|mais))?(?: ,)? {_FINISH} {_QUIET}|"
    rf"{_LOUD} (?:to|then|puis|vers) {_QUIET})\b"
)
_ENDS_QUIET = re.compile(rf"\b(?:ends?|finishes|finit|termine) {_QUIET}\b")
_ENDS_LOUD = re.compile(rf"\b(?:ends?|finishes|finit|termine) {_LOUD}\b")
DYNAMICS = (
    (_CRESCENDO, (LEVEL_LOW, LEVEL_HIGH)),
    (_DECRESCENDO, (LEVEL_HIGH, LEVEL_LOW)),
    (_ENDS_QUIET, (LEVEL_MEDIUM, LEVEL_LOW)),
    (_ENDS_LOUD, (LEVEL_MEDIUM, LEVEL_HIGH)),
)
_VALUES: Mapping[NoteValue.ValueType, str] = {
    NOTE_VALUE_SIXTEENTH_TRIPLET: (
        r"sextolets?|sextuplets?|sixteenth triplets?|16th triplets?|triolets? de doubles(?: croches)?"
    ),
    NOTE_VALUE_QUARTER_TRIPLET: r"quarter (?:note )?triplets?|triolets? de noires?",
    NOTE_VALUE_EIGHTH_TRIPLET: (
        r"(?:eighth (?:note )?|8th (?:note )?)?triplets?|triolets?(?: de croches)?|3 notes per beat|"
        r"three notes per beat|3 notes par temps|trois notes par temps"
    ),
    NOTE_VALUE_DOTTED_HALF: r"blanches? pointees?|dotted half(?: notes?)?|dotted halves",
    NOTE_VALUE_DOTTED_QUARTER: r"noires? pointees?|dotted quarters?(?: notes?)?|dotted crotchets?",
    NOTE_VALUE_DOTTED_EIGHTH: r"croches? pointees?|dotted eighths?(?: notes?)?|dotted 8 ths?|dotted quavers?",
    NOTE_VALUE_THIRTY_SECOND: r"triples? croches?|thirty second notes?|32 nd notes?|32 nds?|demisemiquavers?",
    NOTE_VALUE_SIXTEENTH: (
        r"doubles? croches?|sixteenths?(?: notes?)?|16 ths?(?: notes?)?|semiquavers?|1 / 16(?: notes?)?"
    ),
    NOTE_VALUE_EIGHTH: r"croches|eighths?(?: notes?)?|8 ths?(?: notes?)?|quavers?|1 / 8(?: notes?)?",
    NOTE_VALUE_QUARTER: r"noires|quarters|quarter notes?|crotchets?|1 / 4 notes?",
    NOTE_VALUE_HALF: r"blanches|half notes?|halves|minims?",
    NOTE_VALUE_WHOLE: r"rondes|whole notes?|semibreves?",
}
_ANY_VALUE = "|".join(f"(?P<v{value}>{names})" for value, names in _VALUES.items())
VALUE_OF_GROUP = {f"v{value}": value for value in _VALUES}
CONTEXT = 48  # characters
KEY_WORDS = frozenset(
    "minor major mineur majeur mineure majeure dorian dorien phrygian phrygien lydian lydien mixolydian".split()
)
VALUE = re.compile(rf"\b(?:{_ANY_VALUE})(?![\w])")
SWINGS = re.compile(r"^ ?(?:swing|swung|feel|ternaires?|swinguees?|shuffle)|(?:swung|swing|swinging) ?$")
BEAT = re.compile(r"^ ?(?:pointee )?(?:=|egale|a \d|at \d)|(?:a la|= ?\d+) ?$|\d ?(?:a la) ?$")
NOUN_BEFORE = re.compile(
    r"(?:hats?|hi hats?|charleys?|charlestons?|kicks?|snares?|claps?|caisse claire|shakers?|rides?|"
    r"cymbales?) (?:on|sur|en|in|as|play|playing|of) ?(?:les |the |des )?$"
)
_INTERVALS: Mapping[str, tuple[int, ...]] = {
    r"seconds?|secondes?|steps": (1, 2),
    r"thirds?|tierces?": (3, 4),
    r"fourths?|quartes?": (5,),
    r"tritones?|tritons?": (6,),
    r"fifths?|quintes?": (7,),
    r"sixths?|sixtes?": (8, 9),
    r"sevenths?|septiemes?": (10, 11),
    r"octaves?": (12,),
    r"repeated notes?|notes? repetees?|repetitions?": (0,),
    r"semitones?|demi tons?|half steps?": (1,),
    r"(?:big |large |wide )?(?:leaps?|jumps?|skips?)|(?:grands? )?(?:sauts?)": (5, 6, 7, 8, 9, 10, 11, 12),
}
AVOIDED = tuple(
    (
        re.compile(
            rf"\b(?:no|without|avoid|avoiding|pas de|sans|evite les|evite|aucune?|never use) (?:any |les |"
            rf"des )?(?:parallel )?(?:{names})\b"
        ),
        steps,
    )
    for names, steps in _INTERVALS.items()
)
ROOTS = re.compile(
    r"\b(?:roots? only|only roots|root notes only|only root notes|just roots|just the roots?|root notes|"
    r"fondamentales? uniquement"
    r"|(?:sur |que )?(?:les |des )fondamentales(?: uniquement| seulement)?|que les fondamentales)\b"
)
WALKS = re.compile(
    r"\b(?:walking(?: bass(?:es)?(?: ?lines?)?| basses?)?|basses? (?:walking|marchantes?)|"
    r"bass(?:es)? (?:line )?that walks?|walk(?:s|ed)? (?:the|its|that) bass)\b"
)
SLIDES = re.compile(
    r"\b(?:slid(?:es?|ing)|glid(?:es?|ing)|gliss(?:andos?|andi|e|es|ent|ant|ante|antes|ades?)|portamentos?)\b"
)
FINAL = re.compile(
    r"\b(?:ends?|ending|finish(?:es|ing)?|finit|finir|finissant|finis|termine|terminer|terminant|"
    r"last note|derniere note|note finale|final note)"
    r"(?: (?:on|with|sur|par|avec|is|est|:|=))?(?: (?:an?|the|un|une|le|la note|the note|note|note :))? $"
)
FINAL_AFTER = re.compile(
    r"^ (?:a la fin|at the end|pour finir|to finish|to end|as (?:the )?last note|en derniere note|"
    r"comme derniere note|en dernier)"
)
FIRST = re.compile(
    r"\b(?:starts?|starting|begins?|beginning|commence|commencer|commencant|debute|first note|premiere note)"
    r"(?: (?:on|with|sur|par|avec|is|est|:|=))(?: (?:an?|the|un|une|le|la note|note))? $"
)


# Words without which a prompt says nothing about a shape; most prompts have none of them.
TRIGGERS = re.compile(
    r"\b(?:ris|up|down|climb|ascen|descen|redesc|mont|grimp|fall|arch|arc |creux|monoton|note|cresc|"
    r"decresc|dimin|grow|build|loud"
    r"|quiet|soft|doux|douce|fade|fading|start|begin|first|commenc|debut|end|fin|termin|last|derni|triol|"
    r"triplet|sextol|"
    r"croche|noires|blanches|rondes|eighth|sixteenth|quarter|half notes|halves|quaver|minim|crotchet|"
    r"semibreve|8 th|16 th|1 /|"
    r"walk|marchant|slid|glid|gliss|portam|"
    r"dotted|pointee|no |without|avoid|sans |pas de|evite|aucun|never|root|fondamental)"
)
