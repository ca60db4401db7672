"""Notices of readers of music files; `docs/notices.md` lists them."""

from boumbapp.music.v2.events_pb2 import SEVERITY_INFO, SEVERITY_WARNING

from music.notices import NoticeKind

# What the grid of bars cannot hold.
NOTES_JOINED = NoticeKind(
    "NOTES_JOINED",
    "{notes} note(s) are left out, first in bar {bar}: the same pitch begins at the same moment in the same part.",
    "{notes} note(s) sont laissées de côté, d'abord à la mesure {bar} : la même hauteur commence au même moment "
    "dans la même partie.",
    SEVERITY_WARNING,
)
NOTES_SHORTENED = NoticeKind(
    "NOTES_SHORTENED",
    "{notes} note(s) end earlier than written, first in bar {bar}: their pitch is struck again before.",
    "{notes} note(s) finissent plus tôt qu'écrit, d'abord à la mesure {bar} : leur hauteur est rejouée avant.",
    SEVERITY_INFO,
)
NOTES_LENGTHENED = NoticeKind(
    "NOTES_LENGTHENED",
    "{notes} very short note(s) just before a sixteenth last until it, first in bar {bar}.",
    "{notes} note(s) très brèves juste avant une double croche durent jusqu'à elle, d'abord à la mesure {bar}.",
    SEVERITY_INFO,
)
NOTES_TOO_FAST = NoticeKind(
    "NOTES_TOO_FAST",
    "{notes} note(s) are left out, first in bar {bar}: their pitch is repeated faster than bars can say.",
    "{notes} note(s) sont laissées de côté, d'abord à la mesure {bar} : leur hauteur est répétée plus vite que "
    "les mesures ne peuvent le dire.",
    SEVERITY_WARNING,
)
BARS_TOO_FULL = NoticeKind(
    "BARS_TOO_FULL",
    "{notes} note(s) or hit(s) are left out, first in bar {bar}: a bar holds at most 512 of each.",
    "{notes} note(s) ou coup(s) sont laissés de côté, d'abord à la mesure {bar} : une mesure en contient au plus 512.",
    SEVERITY_WARNING,
)
HITS_JOINED = NoticeKind(
    "HITS_JOINED",
    "{hits} hit(s) are left out, first in bar {bar}: the same piece of the kit is struck at the same moment.",
    "{hits} coup(s) sont laissés de côté, d'abord à la mesure {bar} : le même élément de la batterie est frappé "
    "au même moment.",
    SEVERITY_INFO,
)
HITS_APPROXIMATED = NoticeKind(
    "HITS_APPROXIMATED",
    "{hits} fast stroke(s) are written as even rolls, first in bar {bar}.",
    "{hits} coup(s) rapides sont écrits comme des roulements réguliers, d'abord à la mesure {bar}.",
    SEVERITY_WARNING,
)
METERS_APPROXIMATED = NoticeKind(
    "METERS_APPROXIMATED",
    "{bars} bar(s) are in {meters}, which bars cannot say, first bar {bar}; their bar lines stand on the nearest "
    "sixteenth, and those of more than 32 beats are cut in two.",
    "{bars} mesure(s) sont à {meters}, ce que les mesures ne peuvent dire, d'abord la mesure {bar} ; leurs barres sont "
    "à la double croche la plus proche, et celles de plus de 32 temps sont coupées en deux.",
    SEVERITY_WARNING,
)
METERS_IGNORED = NoticeKind(
    "METERS_IGNORED",
    "{changes} time signature(s) make no sense ({meters}); the metre goes on as before.",
    "{changes} indication(s) de mesure n'ont pas de sens ({meters}) ; la métrique reste celle d'avant.",
    SEVERITY_WARNING,
)
METER_CHANGES_MOVED = NoticeKind(
    "METER_CHANGES_MOVED",
    "The metre changes {changes} time(s) inside a bar, first in bar {bar}; the next bar begins with the new one.",
    "La métrique change {changes} fois au milieu d'une mesure, d'abord à la mesure {bar} ; la mesure suivante "
    "commence avec la nouvelle.",
    SEVERITY_WARNING,
)
TEMPO_CHANGES_MOVED = NoticeKind(
    "TEMPO_CHANGES_MOVED",
    "The tempo changes {changes} time(s) inside a bar; the next bar begins with the new one.",
    "Le tempo change {changes} fois au milieu d'une mesure ; la mesure suivante commence avec le nouveau.",
    SEVERITY_WARNING,
)
BARS_OF_OTHER_LENGTH = NoticeKind(
    "BARS_OF_OTHER_LENGTH",
    "{bars} bar(s) are shorter or longer than their metre, first bar {bar}; each has the metre that it lasts.",
    "{bars} mesure(s) sont plus courtes ou plus longues que leur métrique, d'abord la mesure {bar} ; chacune a la "
    "métrique de sa durée.",
    SEVERITY_INFO,
)
# Drums.
DRUM_KEYS_LEFT_OUT = NoticeKind(
    "DRUM_KEYS_LEFT_OUT",
    "{hits} hit(s) are left out: no piece of the kit plays these MIDI keys: {keys}.",
    "{hits} coup(s) sont laissés de côté : aucun élément de la batterie ne joue ces touches MIDI : {keys}.",
    SEVERITY_WARNING,
)
DRUM_KEYS_MAPPED = NoticeKind(
    "DRUM_KEYS_MAPPED",
    "{hits} hit(s) are played by the piece of the kit that sounds most alike, first in bar {bar}: MIDI keys {keys}.",
    "{hits} coup(s) sont joués par l'élément de la batterie qui sonne le plus proche, d'abord à la mesure {bar} : "
    "touches MIDI {keys}.",
    SEVERITY_INFO,
)
DRUM_PLACES_GUESSED = NoticeKind(
    "DRUM_PLACES_GUESSED",
    "{hits} hit(s) name no instrument and stand where no piece of the kit is written ({places}), first in bar "
    "{bar}; the nearest place is taken.",
    "{hits} coup(s) ne nomment pas d'instrument et sont là où aucun élément de la batterie ne s'écrit ({places}), "
    "d'abord à la mesure {bar} ; la place la plus proche est prise.",
    SEVERITY_WARNING,
)
# Notes of scores.
GRACE_NOTES_LEFT_OUT = NoticeKind(
    "GRACE_NOTES_LEFT_OUT",
    "{notes} grace note(s) are left out, first in bar {bar}.",
    "{notes} note(s) d'agrément sont laissées de côté, d'abord à la mesure {bar}.",
    SEVERITY_INFO,
)
CUE_NOTES_LEFT_OUT = NoticeKind(
    "CUE_NOTES_LEFT_OUT",
    "{notes} cue note(s) are silent, first in bar {bar}.",
    "{notes} petite(s) note(s) de réplique restent muettes, d'abord à la mesure {bar}.",
    SEVERITY_INFO,
)
PITCHES_LEFT_OUT = NoticeKind(
    "PITCHES_LEFT_OUT",
    "{notes} note(s) are left out, first in bar {bar}: they have no pitch that MIDI knows, or no length.",
    "{notes} note(s) sont laissées de côté, d'abord à la mesure {bar} : elles n'ont pas de hauteur que le MIDI "
    "connaisse, ou pas de durée.",
    SEVERITY_WARNING,
)
QUARTER_TONES_ROUNDED = NoticeKind(
    "QUARTER_TONES_ROUNDED",
    "{notes} note(s) between two semitones are read at the nearest one, first in bar {bar}.",
    "{notes} note(s) entre deux demi-tons sont lues au plus proche, d'abord à la mesure {bar}.",
    SEVERITY_WARNING,
)
REPEATS_READ_ONCE = NoticeKind(
    "REPEATS_READ_ONCE",
    "{repeats} repeat(s) are read as written, once; first in bar {bar}.",
    "{repeats} reprise(s) sont lues comme écrites, une fois ; d'abord à la mesure {bar}.",
    SEVERITY_INFO,
)
KEYS_IGNORED = NoticeKind(
    "KEYS_IGNORED",
    "{keys} key signature(s) at the start are of a kind that has no name here; none is given.",
    "{keys} armure(s) du début sont d'un genre qui n'a pas de nom ici ; aucune n'est donnée.",
    SEVERITY_INFO,
)
# The file itself.
DAMAGED_AT_BYTE = NoticeKind(
    "DAMAGED_AT_BYTE",
    "The file is damaged at byte {byte}; what can be read of it is read.",
    "Le fichier est abîmé à l'octet {byte} ; ce qui peut en être lu est lu.",
    SEVERITY_WARNING,
)
DAMAGED_AT_LINE = NoticeKind(
    "DAMAGED_AT_LINE",
    "The file is damaged at line {line}; the measures before it are read.",
    "Le fichier est abîmé à la ligne {line} ; les mesures qui précèdent sont lues.",
    SEVERITY_WARNING,
)
TRACKS_MISSING = NoticeKind(
    "TRACKS_MISSING",
    "{tracks} track(s) that the file announces are not there.",
    "{tracks} piste(s) que le fichier annonce n'y sont pas.",
    SEVERITY_WARNING,
)
SYSTEM_MESSAGES_SKIPPED = NoticeKind(
    "SYSTEM_MESSAGES_SKIPPED",
    "{messages} system message(s), which files may not hold, are passed over.",
    "{messages} message(s) système, interdits dans un fichier, sont ignorés.",
    SEVERITY_INFO,
)
NOTES_NOT_RELEASED = NoticeKind(
    "NOTES_NOT_RELEASED",
    "{notes} note(s) are never released; they last until their track ends.",
    "{notes} note(s) ne sont jamais relâchées ; elles durent jusqu'à la fin de leur piste.",
    SEVERITY_INFO,
)
TIME_IN_SECONDS = NoticeKind(
    "TIME_IN_SECONDS",
    "The file counts seconds, not beats; bars at 120 quarter notes per minute are laid over it.",
    "Le fichier compte des secondes et non des temps ; des mesures à 120 noires par minute y sont posées.",
    SEVERITY_INFO,
)
ENCODING_GUESSED = NoticeKind(
    "ENCODING_GUESSED",
    "Its texts are read as {encoding}, which the file does not say.",
    "Ses textes sont lus en {encoding}, ce que le fichier ne dit pas.",
    SEVERITY_INFO,
)
