"""What the command says, in English and French. Help texts are English."""

import errno
import os
from collections.abc import Mapping
from dataclasses import dataclass

from language import locale


@dataclass(frozen=True, slots=True, kw_only=True)
class Texts:
    """The texts of one language."""

    locale: str
    starting: str
    listening: str
    slots: Mapping[str, str]
    roles: tuple[str, ...]  # by number of the contract's Role
    levels: tuple[str, ...]  # by number of the contract's Level
    sources: tuple[str, ...]  # by number of the contract's Source; "{words}" are those of the prompt
    tonics: Mapping[str, str]
    bpm: str
    bar: tuple[str, str]  # one, many
    note: tuple[str, str]
    hit: tuple[str, str]
    swing_units: tuple[str, ...]  # by number of the contract's unit
    feel: str
    pieces: Mapping[str, str]  # short names, six letters at most, by the contract's
    modulation: str
    vague: str
    corrected: str
    removed: str
    saved: str
    replaced: str
    renamed: str
    seed: str
    rate: str
    timings: str
    interrupted: str
    interrupted_early: str
    stopped: str
    next: str
    unwritable: str
    misnamed: str
    file_names: str
    sound_names: str
    untouched: str
    elsewhere: str
    nowhere: str
    midi_here: str
    midi_instead: str
    lost_output: str
    reasons: Mapping[int, str]  # why not, by errno
    playing: str
    unreadable: str
    absent: str
    empty: str
    too_large: str
    sections: Mapping[str, str]  # by the kinds of the contract's sections
    silent: str
    other_model: str
    unexpected: str
    refusals: Mapping[str, str]  # of the gateway, by gRPC status
    advice: Mapping[str, str]  # by gRPC status

    def count(self, number: int, word: tuple[str, str]) -> str:
        """A number with its noun: 0 takes the plural in English and the singular in French.

        Args:
            number: How many.
            word: The singular and the plural.
        """
        one = number == 1 or (number == 0 and self.locale == "fr")
        return f"{number} {word[0 if one else 1]}"


_ENGLISH = Texts(
    locale="en",
    starting="starting the studio",
    listening="composing",
    slots={
        "key": "key",
        "role": "part",
        "style": "style",
        "mood": "mood",
        "bpm": "tempo",
        "bars": "length",
        "meter": "metre",
        "register": "register",
        "density": "density",
        "swing": "swing",
        "progression": "chords",
        "modulations": "then",
    },
    roles=("", "melody", "bass", "chords", "arpeggio", "pad", "drums"),
    levels=("", "low", "medium", "high"),
    sources=("", "“{words}”", "your hint", "from the style", "from the project", "by default", "your option"),
    tonics={letter: letter for letter in "CDEFGAB"},
    bpm="{bpm:g} BPM",
    bar=("bar", "bars"),
    note=("note", "notes"),
    hit=("hit", "hits"),
    swing_units=("", "sixteenths", "eighths"),
    feel="intensity {intensity:.0%} · complexity {complexity:.0%} · swing {swing} · human {humanise:.0%}",
    pieces={
        "kick": "kick",
        "snare": "snare",
        "rim": "rim",
        "clap": "clap",
        "closed_hat": "hat",
        "pedal_hat": "pedal",
        "open_hat": "open",
        "low_tom": "tom lo",
        "mid_tom": "tom",
        "high_tom": "tom hi",
        "ride": "ride",
        "crash": "crash",
        "cowbell": "bell",
        "shaker": "shaker",
        "tambourine": "tamb.",
    },
    modulation="{key} from bar {bar}",
    vague="That leaves room. Name a key to go elsewhere:",
    corrected="bar {bar}: {before} → {after}. {why}",
    removed="bar {bar}: {before} removed. {why}",
    saved="saved {path}",
    replaced="saved {path}, over what was there",
    renamed="saved {path}, since {wanted} exists",
    seed="for the same music: --seed {seed}",
    rate='to rate it: ./boumb rate last 4 "too busy"',
    timings="understood in {started:.0f} ms · first bar {first:.0f} ms · {bars}, {notes} in {total:.0f} ms",
    interrupted="Interrupted after bar {bars} of {wanted}; saving what came.",
    interrupted_early="Interrupted before the first bar; nothing was saved.",
    stopped="Interrupted; the music was saved before: {path}",
    next="Try next",
    unwritable="{path} cannot be written: {problem}.",
    misnamed="{path}: a file that ends in “{ending}” cannot be made here; it may end in {known}.",
    file_names=".mid, .musicxml (a score) or .wav (sound)",
    sound_names=".wav",
    untouched="The file that was there is untouched.",
    elsewhere="The music was saved elsewhere: {path}",
    nowhere="Nothing was saved. For the same music again, add --seed {seed}.",
    midi_here="So the command wrote the MIDI file itself.",
    midi_instead="So there is no score; the command wrote a MIDI file instead.",
    lost_output="Not all could be shown: standard output cannot be written ({problem}).",
    reasons={
        errno.EACCES: "that is not allowed",
        errno.EISDIR: "it is a folder",
        errno.ENOENT: "its folder does not exist",
        errno.ENOSPC: "the disk is full",
        errno.EBADF: "it is closed",
        errno.EDQUOT: "the disk quota is used up",
        errno.EFBIG: "it would be larger than allowed here",
        errno.EINTR: "that was interrupted",
        errno.EIO: "the disk reports an error",
        errno.ELOOP: "its links lead in a circle",
        errno.ENAMETOOLONG: "its name is too long",
        errno.ENOTDIR: "its folder is a file",
        errno.ENXIO: "nobody reads from it",
        errno.EPERM: "that is not allowed",
        errno.EPIPE: "its reader went away",
        errno.EROFS: "the disk can only be read",
    },
    playing="playing; Ctrl-C stops",
    unreadable="{path} cannot be read: {problem}.",
    absent="there is no such file",
    empty="it is empty",
    too_large="it is larger than 1 MiB",
    sections={
        "intro": "intro",
        "verse": "verse",
        "pre_chorus": "pre-chorus",
        "chorus": "chorus",
        "post_chorus": "post-chorus",
        "bridge": "bridge",
        "break": "break",
        "build": "build-up",
        "drop": "drop",
        "solo": "solo",
        "interlude": "interlude",
        "outro": "outro",
        "section": "section",
    },
    silent="It cannot be played here; open the file, or get a player: {problem}.",
    other_model="A studio runs already, with a model of its own: stop it, or start it with BOUMB_LLM_MODEL={model}.",
    unexpected="The call failed: {problem}.",
    refusals={
        "UNAUTHENTICATED": "The gateway does not accept our token.",
        "PERMISSION_DENIED": "The gateway does not let this call through.",
        "UNAVAILABLE": "The studio does not answer.",
        "RESOURCE_EXHAUSTED": "Too many calls, or one too large.",
        "DEADLINE_EXCEEDED": "The answer took too long.",
        "INTERNAL": "The stream broke off.",
    },
    advice={
        "UNAUTHENTICATED": "Was it started with other keys? Stop it and run ./boumb up again.",
        "UNAVAILABLE": "Try again in a moment; ./boumb doctor tells what is missing.",
        "RESOURCE_EXHAUSTED": "Try again in a moment.",
        "INTERNAL": "The same command with the same --seed gives the same music.",
    },
)

_FRENCH = Texts(
    locale="fr",
    starting="ouverture du studio",
    listening="composition",
    slots={
        "key": "tonalité",
        "role": "partie",
        "style": "style",
        "mood": "humeur",
        "bpm": "tempo",
        "bars": "durée",
        "meter": "métrique",
        "register": "registre",
        "density": "densité",
        "swing": "swing",
        "progression": "accords",
        "modulations": "puis",
    },
    roles=("", "mélodie", "basse", "accords", "arpège", "nappe", "batterie"),
    levels=("", "basse", "moyenne", "haute"),
    sources=("", "« {words} »", "votre indication", "par le style", "par le projet", "par défaut", "votre option"),
    tonics=dict(zip("CDEFGAB", ("Do", "Ré", "Mi", "Fa", "Sol", "La", "Si"), strict=True)),
    bpm="{bpm:g} BPM",
    bar=("mesure", "mesures"),
    note=("note", "notes"),
    hit=("coup", "coups"),
    swing_units=("", "doubles croches", "croches"),
    feel="intensité {intensity:.0%} · complexité {complexity:.0%} · swing {swing} · humain {humanise:.0%}",
    pieces={
        "kick": "kick",
        "snare": "caisse",
        "rim": "rim",
        "clap": "clap",
        "closed_hat": "charl.",
        "pedal_hat": "pédale",
        "open_hat": "ouvert",
        "low_tom": "tom b.",
        "mid_tom": "tom",
        "high_tom": "tom a.",
        "ride": "ride",
        "crash": "crash",
        "cowbell": "cloche",
        "shaker": "shaker",
        "tambourine": "tamb.",
    },
    modulation="{key} dès la mesure {bar}",
    vague="Cela laisse le choix. Nommez une tonalité pour aller ailleurs :",
    corrected="mesure {bar} : {before} → {after}. {why}",
    removed="mesure {bar} : {before} retirée. {why}",
    saved="enregistré : {path}",
    replaced="enregistré : {path}, à la place de l'ancien",
    renamed="enregistré : {path}, car {wanted} existe déjà",
    seed="pour la même musique : --seed {seed}",
    rate='pour le noter : ./boumb rate last 4 "trop chargé"',
    timings=("compris en {started:.0f} ms · première mesure {first:.0f} ms · {bars}, {notes} en {total:.0f} ms"),
    interrupted="Interrompu après la mesure {bars} sur {wanted} ; enregistrement de ce qui est venu.",
    interrupted_early="Interrompu avant la première mesure ; rien n'a été enregistré.",
    stopped="Interrompu ; la musique était déjà enregistrée : {path}",
    next="Et ensuite",
    unwritable="Impossible d'écrire {path} : {problem}.",
    misnamed="{path} : un fichier en « {ending} » ne peut pas être fait ici ; finissez par {known}.",
    file_names=".mid, .musicxml (partition) ou .wav (son)",
    sound_names=".wav",
    untouched="Le fichier qui s'y trouvait est intact.",
    elsewhere="La musique est enregistrée ailleurs : {path}",
    nowhere="Rien n'a été enregistré. Pour la même musique, ajoutez --seed {seed}.",
    midi_here="La commande a donc écrit elle-même le fichier MIDI.",
    midi_instead="Il n'y a donc pas de partition ; la commande a écrit un fichier MIDI à la place.",
    lost_output="Tout n'a pas pu être affiché : impossible d'écrire sur la sortie standard ({problem}).",
    reasons={
        errno.EACCES: "ce n'est pas permis",
        errno.EISDIR: "c'est un dossier",
        errno.ENOENT: "son dossier n'existe pas",
        errno.ENOSPC: "le disque est plein",
        errno.EBADF: "il est fermé",
        errno.EDQUOT: "le quota du disque est épuisé",
        errno.EFBIG: "il serait plus gros que permis ici",
        errno.EINTR: "l'écriture a été interrompue",
        errno.EIO: "le disque signale une erreur",
        errno.ELOOP: "ses liens tournent en rond",
        errno.ENAMETOOLONG: "son nom est trop long",
        errno.ENOTDIR: "son dossier est un fichier",
        errno.ENXIO: "personne ne le lit",
        errno.EPERM: "ce n'est pas permis",
        errno.EPIPE: "son lecteur est parti",
        errno.EROFS: "le disque est en lecture seule",
    },
    playing="lecture ; Ctrl-C l'arrête",
    unreadable="Impossible de lire {path} : {problem}.",
    absent="ce fichier n'existe pas",
    empty="il est vide",
    too_large="il dépasse 1 Mio",
    sections={
        "intro": "intro",
        "verse": "couplet",
        "pre_chorus": "pré-refrain",
        "chorus": "refrain",
        "post_chorus": "post-refrain",
        "bridge": "pont",
        "break": "break",
        "build": "montée",
        "drop": "drop",
        "solo": "solo",
        "interlude": "interlude",
        "outro": "outro",
        "section": "section",
    },
    silent="Lecture impossible ici ; ouvrez le fichier, ou installez un lecteur : {problem}.",
    other_model="Un studio tourne déjà avec son modèle : arrêtez-le, ou lancez-le avec BOUMB_LLM_MODEL={model}.",
    unexpected="L'appel a échoué : {problem}.",
    refusals={
        "UNAUTHENTICATED": "La passerelle n'accepte pas notre jeton.",
        "PERMISSION_DENIED": "La passerelle ne laisse pas passer cet appel.",
        "UNAVAILABLE": "Le studio ne répond pas.",
        "RESOURCE_EXHAUSTED": "Trop d'appels, ou un appel trop gros.",
        "DEADLINE_EXCEEDED": "La réponse a mis trop de temps.",
        "INTERNAL": "Le flux s'est interrompu.",
    },
    advice={
        "UNAUTHENTICATED": "Lancé avec d'autres clés ? Arrêtez-le et relancez ./boumb up.",
        "UNAVAILABLE": "Réessayez dans un instant ; ./boumb doctor dit ce qui manque.",
        "RESOURCE_EXHAUSTED": "Réessayez dans un instant.",
        "INTERNAL": "La même commande avec le même --seed redonne la même musique.",
    },
)


def accepted_language() -> str:
    """The terminal's language as an accept-language header: "fr" for LANG=fr_FR.UTF-8; empty for C and POSIX."""
    value = next((os.environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(name)), "")
    tag = value.split(".")[0].split("@")[0].replace("_", "-")
    return "" if tag in ("C", "POSIX") else tag


def choose(explicit: str = "", text: str = "") -> Texts:
    """Texts in the language that the services will choose too: as asked for, of the prompt, or of the terminal.

    Args:
        explicit: What `--locale` says; empty when it is not given.
        text: The prompt.
    """
    return of(locale.choose(explicit, text, accepted_language()))


def of(locale: str) -> Texts:
    """Texts in French for "fr", in English for any other locale."""
    return _FRENCH if locale == "fr" else _ENGLISH
