"""The error catalogue: every failure a caller can see, with its public text in English and French.

Domain code raises a `ApiError`; the server's interceptor turns it into a gRPC status with rich details.
Anything else that escapes becomes INTERNAL with a request id, and its text goes to the log only.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

DOMAIN = "boumbapp"
MOST_SHOWN = 16  # violations of a request; a status travels in headers, of which gRPC takes 8 KiB


class Code(StrEnum):
    """Stable identifiers for programs; sent as the reason of `google.rpc.ErrorInfo`."""

    REQUIRED = "REQUIRED"
    OUT_OF_RANGE = "OUT_OF_RANGE"
    NOT_ALLOWED = "NOT_ALLOWED"
    TOO_LONG = "TOO_LONG"
    TOO_SHORT = "TOO_SHORT"
    TOO_MANY = "TOO_MANY"
    TOO_FEW = "TOO_FEW"
    MALFORMED = "MALFORMED"
    UNKNOWN_KEY = "UNKNOWN_KEY"
    UNKNOWN_SCALE = "UNKNOWN_SCALE"
    UNKNOWN_STYLE = "UNKNOWN_STYLE"
    UNKNOWN_CHORD = "UNKNOWN_CHORD"
    UNKNOWN_ENGINE = "UNKNOWN_ENGINE"
    WRONG_ROLE = "WRONG_ROLE"
    GIVEN_BARS = "GIVEN_BARS"
    REPEATED_BAR = "REPEATED_BAR"
    PRIMER_EMPTY = "PRIMER_EMPTY"
    PRIMER_BARS = "PRIMER_BARS"
    PRIMER_LENGTH = "PRIMER_LENGTH"
    NOT_MONOPHONIC = "NOT_MONOPHONIC"
    UNKNOWN_MODEL = "UNKNOWN_MODEL"
    NO_MODEL = "NO_MODEL"
    UNKNOWN_INSTRUCTION = "UNKNOWN_INSTRUCTION"
    NO_SUCH_BAR = "NO_SUCH_BAR"
    NO_EARLIER_VERSION = "NO_EARLIER_VERSION"
    UNREADABLE_FILE = "UNREADABLE_FILE"
    TOO_COSTLY = "TOO_COSTLY"
    OVERLOADED = "OVERLOADED"
    USER_SHARE = "USER_SHARE"
    GAVE_WAY = "GAVE_WAY"
    DEPENDENCY_DOWN = "DEPENDENCY_DOWN"
    DEADLINE = "DEADLINE"
    STOPPING = "STOPPING"
    INTERNAL = "INTERNAL"


@dataclass(frozen=True, slots=True)
class Entry:
    """Public face of an error. Texts may use {field} and the fault's other parameters."""

    status: str  # name of a gRPC status
    en: str
    fr: str


CATALOGUE: Mapping[Code, Entry] = {
    Code.REQUIRED: Entry("INVALID_ARGUMENT", "{field} is required.", "{field} est obligatoire."),
    Code.OUT_OF_RANGE: Entry(
        "INVALID_ARGUMENT",
        "{field} is {value}; it must lie between {min} and {max}.",
        "{field} vaut {value} ; il faut une valeur entre {min} et {max}.",
    ),
    Code.NOT_ALLOWED: Entry(
        "INVALID_ARGUMENT",
        "{field} is {value}; it must be one of {allowed}.",
        "{field} vaut {value} ; valeurs possibles : {allowed}.",
    ),
    Code.TOO_LONG: Entry(
        "INVALID_ARGUMENT",
        "{field} is too long: {value}, at most {max}.",
        "{field} est trop long : {value}, au plus {max}.",
    ),
    Code.TOO_SHORT: Entry(
        "INVALID_ARGUMENT",
        "{field} is empty or too short; write at least {min} character(s).",
        "{field} est vide ou trop court ; écrivez au moins {min} caractère(s).",
    ),
    Code.TOO_MANY: Entry(
        "INVALID_ARGUMENT",
        "{field} has {value} items, at most {max} are allowed.",
        "{field} contient {value} éléments, {max} au plus sont permis.",
    ),
    Code.TOO_FEW: Entry(
        "INVALID_ARGUMENT",
        "{field} has {value} items, at least {min} are needed.",
        "{field} contient {value} éléments, il en faut au moins {min}.",
    ),
    Code.MALFORMED: Entry(
        "INVALID_ARGUMENT",
        "{field} is malformed: {value}.",
        "{field} est mal formé : {value}.",
    ),
    Code.UNKNOWN_KEY: Entry(
        "INVALID_ARGUMENT",
        "{field}: no key is called “{value}”. Write a tonic and a scale, such as “G minor” or “Eb dorian”.",
        "{field} : aucune tonalité ne s'appelle « {value} ». "
        "Donnez une tonique et un mode, par exemple « Sol mineur ».",
    ),
    Code.UNKNOWN_SCALE: Entry(
        "INVALID_ARGUMENT",
        "{field}: no scale is called “{value}”. ListCatalogue names those that exist.",
        "{field} : aucune gamme ne s'appelle « {value} ». ListCatalogue donne celles qui existent.",
    ),
    Code.UNKNOWN_STYLE: Entry(
        "INVALID_ARGUMENT",
        "{field}: no style is called “{value}”. ListCatalogue names those that exist.",
        "{field} : aucun style ne s'appelle « {value} ». ListCatalogue donne ceux qui existent.",
    ),
    Code.UNKNOWN_CHORD: Entry(
        "INVALID_ARGUMENT",
        "{field}: “{value}” is not a chord. Write symbols such as “Am7” or numerals such as “IV”.",
        "{field} : « {value} » n'est pas un accord. Écrivez des symboles comme « Am7 » ou des degrés comme « IV ».",
    ),
    Code.UNKNOWN_ENGINE: Entry(
        "INVALID_ARGUMENT",
        "{field}: no engine is called “{value}”; there are: {allowed}.",
        "{field} : aucun moteur ne s'appelle « {value} » ; il y a : {allowed}.",
    ),
    Code.WRONG_ROLE: Entry(
        "INVALID_ARGUMENT",
        "{field}: this expert does not play {value}; ask the {expert} expert.",
        "{field} : cet expert ne joue pas de {value} ; demandez à l'expert {expert}.",
    ),
    Code.GIVEN_BARS: Entry(
        "INVALID_ARGUMENT",
        "{field}: the given bars must be numbered 0, 1, 2..., share the metre of the piece, "
        "and be fewer than its {bars} bars.",
        "{field} : les mesures données doivent être numérotées 0, 1, 2..., avoir la métrique du morceau "
        "et être moins nombreuses que ses {bars} mesures.",
    ),
    Code.REPEATED_BAR: Entry(
        "INVALID_ARGUMENT",
        "{field} is {value}, which another bar has already; number the bars of a part differently.",
        "{field} vaut {value}, déjà pris par une autre mesure ; numérotez différemment les mesures d'une partie.",
    ),
    Code.PRIMER_EMPTY: Entry(
        "INVALID_ARGUMENT",
        "{field}: there is no note to continue; give at least one.",
        "{field} : il n'y a aucune note à continuer ; donnez-en au moins une.",
    ),
    Code.PRIMER_BARS: Entry(
        "INVALID_ARGUMENT",
        "{field}: the bars to continue must be numbered 0, 1, 2... and share one metre, that of the constraints; "
        "give bars or notes, not both.",
        "{field} : les mesures à continuer doivent être numérotées 0, 1, 2... et partager une métrique, celle des "
        "contraintes ; donnez des mesures ou des notes, pas les deux.",
    ),
    Code.PRIMER_LENGTH: Entry(
        "INVALID_ARGUMENT",
        "{field} is {value}, but what is to be continued has {primer} steps already; ask for more.",
        "{field} vaut {value}, mais ce qu'il faut continuer compte déjà {primer} pas ; demandez-en plus.",
    ),
    Code.NOT_MONOPHONIC: Entry(
        "INVALID_ARGUMENT",
        "{field}: two notes sound together at step {value}; only one at a time can be continued.",
        "{field} : deux notes sonnent ensemble au pas {value} ; on ne peut en continuer qu'une à la fois.",
    ),
    Code.UNKNOWN_MODEL: Entry(
        "INVALID_ARGUMENT",
        "{field}: no usable model is called “{value}”; there are: {allowed}.",
        "{field} : aucun modèle utilisable ne s'appelle « {value} » ; il y a : {allowed}.",
    ),
    Code.NO_MODEL: Entry(
        "FAILED_PRECONDITION",
        "No model could be loaded; ListModels says why.",
        "Aucun modèle n'a pu être chargé ; ListModels dit pourquoi.",
    ),
    Code.UNKNOWN_INSTRUCTION: Entry(
        "INVALID_ARGUMENT",
        "{field}: nothing here tells what to change. Try “more hats”, “no kick”, “a fill in bar 4”, “busier”, "
        "“more swing” or “keep the snare”.",
        "{field} : rien ici ne dit quoi changer. Essayez « plus de charley », « sans kick », "
        "« un break à la mesure 4 », « moins chargé », « plus de swing » ou « garde la caisse claire ».",
    ),
    Code.NO_SUCH_BAR: Entry(
        "INVALID_ARGUMENT",
        "{field}: there is no bar {value}; the groove has {bars}.",
        "{field} : il n'y a pas de mesure {value} ; le rythme en compte {bars}.",
    ),
    Code.NO_EARLIER_VERSION: Entry(
        "INVALID_ARGUMENT",
        "{field}: earlier versions are not kept here; send the bars that you had before.",
        "{field} : les versions d'avant ne sont pas gardées ici ; renvoyez les mesures que vous aviez.",
    ),
    Code.UNREADABLE_FILE: Entry(
        "INVALID_ARGUMENT",
        "{field} cannot be read as {value}: {problem}.",
        "{field} n'est pas un fichier {value} lisible : {problem}.",
    ),
    Code.TOO_COSTLY: Entry(
        "INVALID_ARGUMENT",
        "{field} asks for too much at once: {problem}. Send less at a time.",
        "{field} demande trop à la fois : {problem}. Envoyez-en moins.",
    ),
    Code.OVERLOADED: Entry(
        "RESOURCE_EXHAUSTED",
        "All {value} places are taken; try again in {retry_s} s.",
        "Les {value} places sont prises ; réessayez dans {retry_s} s.",
    ),
    Code.USER_SHARE: Entry(
        "RESOURCE_EXHAUSTED",
        "Your calls hold {value} of {places} places, as many as one user may have now; try again in {retry_s} s.",
        "Vos appels occupent {value} places sur {places}, autant qu'un utilisateur peut en avoir maintenant ; "
        "réessayez dans {retry_s} s.",
    ),
    Code.GAVE_WAY: Entry(
        "RESOURCE_EXHAUSTED",
        "This stream gave its place to a user who had fewer; go on in {retry_s} s with the bars that you have.",
        "Ce flux a laissé sa place à un utilisateur qui en avait moins ; "
        "reprenez dans {retry_s} s avec les mesures que vous avez.",
    ),
    Code.DEPENDENCY_DOWN: Entry(
        "UNAVAILABLE",
        "The {value} expert does not answer; try again in {retry_s} s.",
        "L'expert {value} ne répond pas ; réessayez dans {retry_s} s.",
    ),
    Code.DEADLINE: Entry(
        "DEADLINE_EXCEEDED",
        "The time given for the answer is over.",
        "Le temps accordé pour répondre est écoulé.",
    ),
    Code.STOPPING: Entry(
        "UNAVAILABLE",
        "The service is stopping; try again in {retry_s} s.",
        "Le service s'arrête ; réessayez dans {retry_s} s.",
    ),
    Code.INTERNAL: Entry(
        "INTERNAL",
        "Something went wrong here. Quote request {request_id} when you report it.",
        "Une erreur est survenue de notre côté. Citez la requête {request_id} pour la signaler.",
    ),
}


class ApiError(Exception):
    """A failure from the catalogue.

    Args:
        code: Which failure.
        field: Path of the request's field at fault, such as "options.bars"; empty when none is.
        private: What the log should say beyond the public text.
        parameters: Values for the public text, a pair of texts where English and French differ; `retry_s` also
            becomes `google.rpc.RetryInfo`.
    """

    def __init__(self, code: Code, *, field: str = "", private: str = "", **parameters: object) -> None:
        self.code = code
        self.field = field
        self.private = private
        self.parameters = parameters
        super().__init__(f"{code}: {self.text('en')} {private}".rstrip())

    @property
    def status(self) -> str:
        """Name of the gRPC status."""
        return CATALOGUE[self.code].status

    @property
    def retry_s(self) -> float | None:
        """Seconds after which trying again makes sense, when it does."""
        value = self.parameters.get("retry_s")
        return float(value) if isinstance(value, int | float) else None

    def text(self, locale: str, request_id: str = "") -> str:
        """Public text in "fr" or "en" (any other locale)."""
        entry = CATALOGUE[self.code]
        french = locale == "fr"
        values = {"field": self.field, "request_id": request_id, **self.parameters}
        spoken = {name: value[french] if isinstance(value, tuple) else value for name, value in values.items()}
        return (entry.fr if french else entry.en).format_map(spoken)
