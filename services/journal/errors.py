"""Failures that only the journal tells."""

from services.chassis.errors.catalogue import register

NO_SUCH_PIECE = register(
    "NO_SUCH_PIECE",
    "NOT_FOUND",
    en="{field}: the journal has no piece “{value}” of yours. One that was just made takes a moment to arrive.",
    fr="{field} : le journal n'a aucun morceau « {value} » de vous. "
    "Un morceau tout juste composé met un instant à arriver.",
)
NO_USER = register(
    "NO_USER",
    "UNAUTHENTICATED",
    en="Nothing says whose journal is meant; call through the gateway with a token.",
    fr="Rien ne dit de qui est le journal ; passez par la passerelle avec un jeton.",
)
OPERATORS_ONLY = register(
    "OPERATORS_ONLY",
    "PERMISSION_DENIED",
    en="Only operators may ask for that: the token lacks the role {value}.",
    fr="Réservé aux opérateurs : le rôle {value} manque dans le jeton.",
)
INSIDE_ONLY = register(
    "INSIDE_ONLY",
    "PERMISSION_DENIED",
    en="Only services inside may record.",
    fr="Seuls les services internes peuvent enregistrer.",
)
STORAGE_DOWN = register(
    "STORAGE_DOWN",
    "UNAVAILABLE",
    en="The journal's storage does not answer; try again in {retry_s} s.",
    fr="Le stockage du journal ne répond pas ; réessayez dans {retry_s} s.",
)
