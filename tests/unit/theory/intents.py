"""Intents of prompts, for tests."""

from typing import Any

from boumbapp.music.v2.intent_pb2 import (
    Intent,
    IntentOptions,
)

from services.chassis.errors.catalogue import ApiError
from services.theory.catalogue.catalogue import Catalogue
from services.theory.prompt.understanding import understand

CATALOGUE = Catalogue.load()


def read(prompt: str, **options: Any) -> Intent:
    return understand(prompt, IntentOptions(**options), "en", CATALOGUE)


def read_or_fault(prompt: str, **options: Any) -> Intent | ApiError:
    try:
        return read(prompt, **options)
    except ApiError as fault:
        return fault
