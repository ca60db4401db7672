"""Texts about anything but music and this product, near misses above all: what a text is weighed against."""

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from services.rag.pages.reader import LOCALES


def file(locale: str) -> Path:
    """Where the texts of a language are, a line each.

    Args:
        locale: "fr" or "en".
    """
    return Path(__file__).with_name(f"elsewhere.{locale}.txt")


@cache
def texts_elsewhere() -> Mapping[str, Sequence[str]]:
    """The texts that ship, by language."""
    return {locale: tuple(file(locale).read_text("utf-8").splitlines()) for locale in LOCALES}
