"""The error catalogue: every failure a caller can see, with its public text in English and French.

This module holds the failures that any service may tell. One that only some tell is registered where it is raised, in
the `errors` module of the service. Code raises an `ApiError`; the server's interceptor turns it into a gRPC status with
rich details. Anything else that escapes becomes INTERNAL with a request id, and its text goes to the log only.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal, TypeAlias

from language.localized_text import LocalizedText

DOMAIN = "boumbapp"
MOST_SHOWN = 16  # violations of a request; a status travels in headers, of which gRPC takes 8 KiB
# What the texts call a request of which no single field is wrong.
_WHOLE = LocalizedText("The message", "Le message")

StatusName: TypeAlias = Literal[
    "INVALID_ARGUMENT",
    "NOT_FOUND",
    "FAILED_PRECONDITION",
    "RESOURCE_EXHAUSTED",
    "UNAUTHENTICATED",
    "PERMISSION_DENIED",
    "UNAVAILABLE",
    "DEADLINE_EXCEEDED",
    "INTERNAL",
]


@dataclass(frozen=True, slots=True)
class ErrorCode:
    """A kind of failure.

    Attributes:
        name: Stable identifier for programs; sent as the reason of `google.rpc.ErrorInfo`.
        status: Name of the gRPC status.
        text: Public text. May use {field}, {request_id} and the error's other parameters.
    """

    name: str
    status: StatusName
    text: LocalizedText

    def __str__(self) -> str:
        return self.name


_registered: dict[str, ErrorCode] = {}


def register(name: str, status: StatusName, *, en: str, fr: str) -> ErrorCode:
    """Add a kind of failure to the catalogue, when the module that defines it is imported.

    Args:
        name: Identifier in capitals, of which there is no other.
        status: Name of the gRPC status.
        en: Public text in English.
        fr: Public text in French, with the same parameters.

    Raises:
        ValueError: The name is taken.
    """
    if name in _registered:
        raise ValueError(f"the error {name} is registered already")
    code = _registered[name] = ErrorCode(name, status, LocalizedText(en, fr))
    return code


def registered() -> Mapping[str, ErrorCode]:
    """Every kind of failure of the modules imported so far, by name."""
    return MappingProxyType(_registered)


REQUIRED = register(
    "REQUIRED",
    "INVALID_ARGUMENT",
    en="{field} is required.",
    fr="{field} est obligatoire.",
)
OUT_OF_RANGE = register(
    "OUT_OF_RANGE",
    "INVALID_ARGUMENT",
    en="{field} is {value}; it must lie between {min} and {max}.",
    fr="{field} vaut {value} ; il faut une valeur entre {min} et {max}.",
)
NOT_ALLOWED = register(
    "NOT_ALLOWED",
    "INVALID_ARGUMENT",
    en="{field} is {value}; it must be one of {allowed}.",
    fr="{field} vaut {value} ; valeurs possibles : {allowed}.",
)
TOO_LONG = register(
    "TOO_LONG",
    "INVALID_ARGUMENT",
    en="{field} is too long: {value}, at most {max}.",
    fr="{field} est trop long : {value}, au plus {max}.",
)
TOO_SHORT = register(
    "TOO_SHORT",
    "INVALID_ARGUMENT",
    en="{field} is empty or too short; write at least {min} character(s).",
    fr="{field} est vide ou trop court ; écrivez au moins {min} caractère(s).",
)
TOO_MANY = register(
    "TOO_MANY",
    "INVALID_ARGUMENT",
    en="{field} has {value} items, at most {max} are allowed.",
    fr="{field} contient {value} éléments, {max} au plus sont permis.",
)
TOO_FEW = register(
    "TOO_FEW",
    "INVALID_ARGUMENT",
    en="{field} has {value} items, at least {min} are needed.",
    fr="{field} contient {value} éléments, il en faut au moins {min}.",
)
MALFORMED = register(
    "MALFORMED",
    "INVALID_ARGUMENT",
    en="{field} is malformed: {value}.",
    fr="{field} est mal formé : {value}.",
)
OVERLOADED = register(
    "OVERLOADED",
    "RESOURCE_EXHAUSTED",
    en="All {value} places are taken; try again in {retry_s} s.",
    fr="Les {value} places sont prises ; réessayez dans {retry_s} s.",
)
USER_SHARE = register(
    "USER_SHARE",
    "RESOURCE_EXHAUSTED",
    en="Your calls hold {value} of {places} places, as many as one user may have now; try again in {retry_s} s.",
    fr="Vos appels occupent {value} places sur {places}, autant qu'un utilisateur peut en avoir "
    "maintenant ; réessayez dans {retry_s} s.",
)
GAVE_WAY = register(
    "GAVE_WAY",
    "RESOURCE_EXHAUSTED",
    en="This stream gave its place to a user who had fewer; go on in {retry_s} s with the bars that you have.",
    fr="Ce flux a laissé sa place à un utilisateur qui en avait moins ; reprenez dans {retry_s} s "
    "avec les mesures que vous avez.",
)
DEPENDENCY_DOWN = register(
    "DEPENDENCY_DOWN",
    "UNAVAILABLE",
    en="The {value} expert does not answer; try again in {retry_s} s.",
    fr="L'expert {value} ne répond pas ; réessayez dans {retry_s} s.",
)
DEADLINE = register(
    "DEADLINE",
    "DEADLINE_EXCEEDED",
    en="The time given for the answer is over.",
    fr="Le temps accordé pour répondre est écoulé.",
)
STOPPING = register(
    "STOPPING",
    "UNAVAILABLE",
    en="The service is stopping; try again in {retry_s} s, a stream with the bars that you have.",
    fr="Le service s'arrête ; réessayez dans {retry_s} s, un flux avec les mesures que vous avez.",
)
INTERNAL = register(
    "INTERNAL",
    "INTERNAL",
    en="Something went wrong here. Quote request {request_id} when you report it.",
    fr="Une erreur est survenue de notre côté. Citez la requête {request_id} pour la signaler.",
)
UNAUTHENTICATED = register(
    "UNAUTHENTICATED",
    "UNAUTHENTICATED",
    en="Who calls cannot be told: the identity in the headers is malformed or too long.",
    fr="Impossible de savoir qui appelle : l'identité dans les en-têtes est mal formée ou trop longue.",
)


class ApiError(Exception):
    """A failure from the catalogue.

    Args:
        code: Which failure.
        field: Path of the request's field that is wrong, such as "hints.bars"; empty when it is no single one.
        private: What the log should say beyond the public text.
        parameters: Values for the public text, a `LocalizedText` where English and French differ; `retry_s` also
            becomes `google.rpc.RetryInfo`.
    """

    def __init__(self, code: ErrorCode, *, field: str = "", private: str = "", **parameters: object) -> None:
        self.code = code
        self.field = field
        self.private = private
        self.parameters = parameters
        super().__init__(f"{code}: {self.text('en')} {private}".rstrip())

    @property
    def status(self) -> StatusName:
        """Name of the gRPC status."""
        return self.code.status

    @property
    def retry_s(self) -> float | None:
        """Seconds after which trying again makes sense, when it does."""
        value = self.parameters.get("retry_s")
        return float(value) if isinstance(value, int | float) else None

    def facts(self) -> dict[str, str]:
        """What the text says, for programs: each parameter as text, in one form whatever the caller's language.

        Whole numbers have no decimals, others as few as they need; a text in two languages is told in English; names in
        a list are separated by ", ".
        """
        return {name: _plain(value) for name, value in self.parameters.items()}

    def text(self, locale: str, request_id: str = "") -> str:
        """Public text.

        Args:
            locale: "fr", or "en" (any other).
            request_id: Of the call that failed.
        """
        values = {"field": self.field or _WHOLE, "request_id": request_id, **self.parameters}
        return self.code.text.in_(locale).format_map({name: _spoken(value, locale) for name, value in values.items()})


def _plain(value: object) -> str:
    return f"{value:.12g}" if isinstance(value, float) else str(_spoken(value, "en"))


def _spoken(value: object, locale: str) -> object:
    return value.in_(locale) if isinstance(value, LocalizedText) else value
