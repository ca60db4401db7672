"""Words that are no typing errors, though some lie close to words of the vocabulary ("baisse" beside "basse")."""

from pathlib import Path

_WORDS = Path(__file__).with_suffix(".txt")


def ordinary_words() -> frozenset[str]:
    """Words of French and English that are never corrected, without accents."""
    return frozenset(_WORDS.read_text(encoding="utf-8").split())
