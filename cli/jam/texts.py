"""What a jam says, in both languages."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class JamTexts:
    """The texts of one language."""

    bar: str
    paused: str
    keys: Mapping[str, str]  # short, for the line below
    help: Mapping[str, str]  # whole, for `?`
    help_title: str
    legend: str
    kept_mark: str
    changed_mark: str
    working: str
    wait: str
    nothing_yet: str
    nothing_to_undo: str
    undone: str
    keeps: str
    lets_go: str
    is_kept: str
    all_kept: str
    made_bar: str
    made_all: str
    tempo: str
    moved: str
    took: str
    added: str
    no_suggestion: str
    ask: str
    refined: str
    saved: str
    soundless: str
    port: str
    no_terminal: str
    left: str


_ENGLISH = JamTexts(
    bar="bar {bar} of {bars}",
    paused="paused",
    keys={
        "space": "pause",
        "r": "this bar",
        "R": "all",
        "k": "keep",
        "u": "undo",
        "+ -": "tempo",
        "t T": "transpose",
        "d b c m p": "add a part",
        "/": "words",
        "s": "save",
        "?": "help",
        "q": "quit",
    },
    help={
        "space": "pause, and go on",
        "← →": "this bar from its beginning, the next one",
        "r": "make the bar that sounds again; R all bars",
        "k": "keep the bar that sounds as it is, or let it go",
        "u": "undo the last change; again, the one before",
        "+ -": "faster, slower",
        "t T": "up a semitone, down a semitone",
        "1 2 3": "take a suggestion",
        "d": "add drums: their kick locks to the bass",
        "b c m p": "add a bass, chords, a melody, a pad",
        "/": "say what to change: 'fewer notes at the end'",
        "s": "save a file",
        "q": "quit; what was not saved is saved then",
    },
    help_title="Keys (any key closes this)",
    legend="drums, soft to hard: {shades}  f flam  2-9 roll",
    kept_mark="kept",
    changed_mark="just changed",
    working="at work",
    wait="One moment: the last key is still at work.",
    nothing_yet="No bar is there yet.",
    nothing_to_undo="There is nothing to undo.",
    undone="Undone.",
    keeps="Bar {bar} stays as it is.",
    lets_go="Bar {bar} may change again.",
    is_kept="Bar {bar} is kept; k lets it go.",
    all_kept="Every bar is kept; k lets one go.",
    made_bar="Another bar {bar}.",
    made_all="Other bars: {bars}.",
    tempo="{bpm:g} BPM.",
    moved="Now in {key}.",
    took="'{prompt}'",
    added="Added: {part}.",
    no_suggestion="There is no suggestion {number}.",
    ask="change what?",
    refined="Changed: {edits}.",
    saved="Saved: {path}",
    soundless="No sound here: {problem}. The cursor moves all the same; s saves a file.",
    port="Playing to {path}.",
    no_terminal="A jam needs a terminal to draw on and keys to press; ./boumb compose works without.",
    left="Saved: {path}",
)
_FRENCH = JamTexts(
    bar="mesure {bar} sur {bars}",
    paused="en pause",
    keys={
        "espace": "pause",
        "r": "la mesure",
        "R": "tout",
        "k": "garder",
        "u": "annuler",
        "+ -": "tempo",
        "t T": "transposer",
        "d b c m p": "une partie",
        "/": "en mots",
        "s": "enregistrer",
        "?": "aide",
        "q": "quitter",
    },
    help={
        "espace": "pause, puis reprise",
        "← →": "cette mesure depuis son début, la suivante",
        "r": "refaire la mesure qui sonne ; R toutes les mesures",
        "k": "garder telle quelle la mesure qui sonne, ou la libérer",
        "u": "annuler le dernier changement ; encore, celui d'avant",
        "+ -": "plus vite, moins vite",
        "t T": "un demi-ton plus haut, un demi-ton plus bas",
        "1 2 3": "prendre une suggestion",
        "d": "ajouter une batterie, grosse caisse calée sur la basse",
        "b c m p": "ajouter une basse, des accords, une mélodie, une nappe",
        "/": "dire quoi changer : « moins de notes à la fin »",
        "s": "enregistrer un fichier",
        "q": "quitter ; ce qui ne l'était pas est alors enregistré",
    },
    help_title="Touches (une touche ferme cette page)",
    legend="batterie, de doux à fort : {shades}  f flam  2-9 roulement",
    kept_mark="gardée",
    changed_mark="vient de changer",
    working="au travail",
    wait="Un instant : la touche précédente est encore au travail.",
    nothing_yet="Aucune mesure n'est encore là.",
    nothing_to_undo="Il n'y a rien à annuler.",
    undone="Annulé.",
    keeps="La mesure {bar} reste telle quelle.",
    lets_go="La mesure {bar} peut de nouveau changer.",
    is_kept="La mesure {bar} est gardée ; k la libère.",
    all_kept="Toutes les mesures sont gardées ; k en libère une.",
    made_bar="Une autre mesure {bar}.",
    made_all="D'autres mesures : {bars}.",
    tempo="{bpm:g} BPM.",
    moved="Désormais en {key}.",
    took="« {prompt} »",
    added="Ajouté : {part}.",
    no_suggestion="Il n'y a pas de suggestion {number}.",
    ask="changer quoi ?",
    refined="Changé : {edits}.",
    saved="Enregistré : {path}",
    soundless="Pas de son ici : {problem}. Le curseur avance quand même ; s enregistre un fichier.",
    port="Joué vers {path}.",
    no_terminal="Un jam demande un terminal où dessiner et des touches ; ./boumb compose s'en passe.",
    left="Enregistré : {path}",
)


def texts_of(locale: str) -> JamTexts:
    """The texts in "fr", or in English for any other locale."""
    return _FRENCH if locale == "fr" else _ENGLISH
