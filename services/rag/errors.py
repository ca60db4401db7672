"""Failures that only rag tells."""

from services.chassis.errors.catalogue import register

UNKNOWN_PAGE = register(
    "UNKNOWN_PAGE",
    "NOT_FOUND",
    en="{field}: there is no page “{value}”; ListTopics names those that there are.",
    fr="{field} : il n'y a pas de page « {value} » ; ListTopics donne celles qui existent.",
)
