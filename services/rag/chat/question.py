"""What a question asks for, by its words: a definition, a tempo, notes, a comparison..."""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from language.yaml_fields import YamlFields
from services.rag.retrieval.words import fold

_DATA = Path(__file__).with_name("questions.yaml")
# A question this short is about what was said before, where it begins like that.
_FOLLOW_UP = re.compile(
    r"^\W*(et|and|mais|but|ok|ou|or|pourquoi|why|comment|how|so|donc|alors|what about|un exemple|an? example)\b"
)
_MOST_WORDS = 7


@dataclass(frozen=True, slots=True)
class QuestionKind:
    """What is asked for.

    Attributes:
        name: "definition", "tempo"...; "open" for all others.
        asked: Finds it in a question.
        tells: Finds what answers it in a sentence; None where no words tell.
    """

    name: str
    asked: re.Pattern[str] | None
    tells: re.Pattern[str] | None


OPEN = QuestionKind("open", None, None)


@cache
def _kinds() -> tuple[QuestionKind, ...]:
    fields = YamlFields.of_file(_DATA)
    kinds = fields.names()

    def read(nested: YamlFields, name: str) -> QuestionKind:
        kind = QuestionKind(name, _any_of(nested.strings("asked")), _any_of(nested.strings("tells")))
        nested.finish()
        return kind

    return tuple(read(fields.nested(name), name) for name in kinds)


def _any_of(patterns: tuple[str, ...]) -> re.Pattern[str] | None:
    return re.compile(rf"\b(?:{'|'.join(patterns)})\b") if patterns else None


def kind_of(text: str) -> QuestionKind:
    """What a text asks for: the first kind whose words occur."""
    folded = fold(text)
    return next((kind for kind in _kinds() if kind.asked and kind.asked.search(folded)), OPEN)


def follows_up(text: str) -> bool:
    """Whether a text makes sense only after another: "et en mineur ?", "why?"."""
    folded = fold(text)
    return len(folded.split()) <= _MOST_WORDS and bool(_FOLLOW_UP.match(folded))
