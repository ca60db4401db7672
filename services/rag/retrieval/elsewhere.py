"""Texts about anything but music and this product, near misses above all: what a text is weighed against."""

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from services.rag.pages.reader import LOCALES


@cache
def texts_elsewhere() -> Mapping[str, Sequence[str]]:
    """The texts that ship, a line each, by language."""
    here = Path(__file__)
    return {
        locale: tuple(here.with_name(f"elsewhere.{locale}.txt").read_text("utf-8").splitlines()) for locale in LOCALES
    }
