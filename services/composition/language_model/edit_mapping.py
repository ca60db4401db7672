"""Words that no exact edit knows, mapped to edits by a language model: it names an edit, and never writes notes.

So nothing outside what an edit may touch can change, and locks hold as they do for every edit. Where the edit is made,
the exact parser says: it knows "in bar 2" and "à la fin" whatever else stands there.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import yaml
from boumbapp.music.v2 import edits_pb2 as pb

from llm.ask import Ask
from llm.catalogue import Dialect
from llm.faults import LanguageModelError
from llm.model import LanguageModel
from services.chassis.errors.catalogue import ApiError
from services.composition.language_model.prompts import quoted
from services.composition.refining.edit_messages import message_of
from services.composition.refining.edits import LITTLE, MUCH, USUAL, PlacedEdit
from services.composition.refining.errors import UNKNOWN_INSTRUCTION
from services.composition.refining.lexicon import Lexicon
from services.composition.refining.location_parser import mark_locations
from services.composition.refining.locations import Location
from services.composition.refining.tags import Tag

_TABLE = Path(__file__).with_name("edits.yaml")
_AMOUNTS: Mapping[str, float] = {"little": LITTLE, "usual": USUAL, "much": MUCH}
_PATIENCE_S = 8.0
_MOST_TOKENS = 24

ParsedT = TypeVar("ParsedT")


@dataclass(frozen=True, slots=True)
class EditWords:
    """What a service's edits are called, for a model.

    Attributes:
        actions: Slug of each, with what it is for.
        examples: Wishes and answers.
        system: What holds for all questions.
        question: Template of one.
    """

    actions: Mapping[str, str]
    examples: tuple[tuple[str, str], ...]
    system: str
    question: str


@cache
def edit_words(service: str) -> EditWords:
    """The words for a service's edits.

    Args:
        service: "melody" or "drums".
    """
    table: dict[str, Any] = yaml.safe_load(_TABLE.read_text("utf-8"))
    examples = tuple((question, answer) for question, answer in table["examples"][service])
    return EditWords(table[service], examples, table["system"], table["question"])


class EditMapper:
    """Maps words to edits.

    Args:
        model: Who reads the words.
        words: What the edits are called.
        lexicon: Of the service's instructions; it tells which words say where.
    """

    def __init__(self, model: LanguageModel, words: EditWords, lexicon: Callable[[], Lexicon]) -> None:
        self._model = model
        self._words = words
        self._lexicon = lexicon

    @property
    def available(self) -> bool:
        """Whether a model that reads words is there."""
        capability = self._model.capability
        return capability is not None and capability.dialect is Dialect.INSTRUCT

    async def edit(self, instruction: str) -> pb.Edit:
        """The edit that a model makes of an instruction.

        Args:
            instruction: As the person typed it.

        Raises:
            LanguageModelError: There is no model, or it names none.
        """
        words = self._words
        tokens = mark_locations(self._lexicon().tokenize(instruction))
        wish = " ".join(token.text for token in tokens if token.tag is not Tag.LOCATION)
        ask = Ask(
            prompt=words.question.format(words=quoted(wish or instruction)),
            system=words.system,
            shots=tuple((words.question.format(words=asked), f'"{answer}"') for asked, answer in words.examples),
            schema={"type": "string", "pattern": self.pattern},
            most_tokens=_MOST_TOKENS,
            temperature=0,
            first_s=_PATIENCE_S,
            total_s=_PATIENCE_S,
        )
        answer = await self._model.generate(ask)
        action, _, amount = str(answer.data).partition(" ")
        locations = tuple(token.value for token in tokens if isinstance(token.value, Location))
        return message_of(PlacedEdit(locations=locations, amount=_AMOUNTS[amount]), action)

    @property
    def pattern(self) -> str:
        """Pattern of an answer."""
        return f"^({'|'.join(self._words.actions)}) ({'|'.join(_AMOUNTS)})$"


async def mapped(
    mapper: EditMapper | None,
    refused: ApiError,
    instruction: str,
    parsed: Callable[[pb.Edit], ParsedT],
) -> ParsedT:
    """What a model makes of an instruction that the exact edits refused.

    Args:
        mapper: Of the service; None where no model is wanted.
        refused: Why they did.
        instruction: As the person typed it.
        parsed: The edit as the service has it.

    Raises:
        ApiError: The refusal, where no model is there or it does not help.
    """
    if mapper is None or not mapper.available or refused.code is not UNKNOWN_INSTRUCTION:
        raise refused
    try:
        async with asyncio.timeout(_PATIENCE_S):
            return parsed(await mapper.edit(instruction))
    except (LanguageModelError, TimeoutError) as error:
        raise refused from error
