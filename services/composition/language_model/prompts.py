"""Prompts as data: versioned templates in English and French, one file for each service."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from llm.capability import Capability
from llm.catalogue import entry_of
from services.composition.brief import CompositionBrief

_MOST_WORDS = 200  # characters of a person's words that a model is given
_MOST_KNOW_HOW = 400  # characters of what pages of know-how say


@dataclass(frozen=True, slots=True)
class Prompts:
    """The templates of a service.

    Attributes:
        version: Changes whenever a text does.
        texts: By name, then by language.
        roles: What to mind for each part, likewise.
        examples: For each part, a bar as (degree of the scale from 0, octave, sixteenths); a degree of None rests.
    """

    version: int
    texts: Mapping[str, Mapping[str, str]]
    roles: Mapping[str, Mapping[str, str]]
    examples: Mapping[str, tuple[tuple[int | None, int, int], ...]]

    @classmethod
    def read(cls, path: Path) -> "Prompts":
        """Read a file.

        Args:
            path: Of the file.

        Raises:
            ValueError: It holds something else.
        """
        data: dict[str, Any] = yaml.safe_load(path.read_text("utf-8"))
        for table in ("texts", "roles"):
            for name, languages in data[table].items():
                if set(languages) != {"en", "fr"}:
                    raise ValueError(f"{path}: {table}.{name} needs en and fr")
        examples = {role: tuple(tuple(note) for note in notes) for role, notes in data.get("examples", {}).items()}
        return cls(data["version"], data["texts"], data["roles"], examples)

    def text(self, name: str, locale: str, **blanks: object) -> str:
        """A text with its blanks filled.

        Args:
            name: Of the text.
            locale: "fr" or "en".
            blanks: What fills them.
        """
        return self.texts[name][locale].format_map(blanks)

    def role(self, role: str, locale: str) -> str:
        """What to mind for a part.

        Args:
            role: Its name.
            locale: "fr" or "en".
        """
        return self.roles[role][locale]


def quoted(words: str) -> str:
    """A person's words as part of a prompt: one line, bounded. Whatever they say, the schema bounds the answer."""
    return " ".join(words.split())[:_MOST_WORDS].replace('"', "'")


def passage(know_how: str) -> str:
    """What pages of know-how say, as part of a prompt: one line, cut between sentences."""
    text = " ".join(know_how.split())
    if len(text) <= _MOST_KNOW_HOW:
        return text
    return text[: text.rfind(". ", 0, _MOST_KNOW_HOW) + 1]


def prompt_locale(brief: CompositionBrief, model: Capability) -> str:
    """The language of a prompt: that of the caller where the model knows it, else English.

    Args:
        brief: What is composed.
        model: Who is asked.
    """
    entry = entry_of(model.model)
    return "fr" if brief.intent.locale == "fr" and (entry is None or "fr" in entry.languages) else "en"


def answer_seed(brief: CompositionBrief, index: int) -> int:
    """The seed of an answer.

    Args:
        brief: What is composed.
        index: Of the bar that is asked for.
    """
    return (brief.seed * 131 + index * 7919) % 2**31
