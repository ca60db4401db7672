"""Words that no exact edit knows, mapped to edits by a language model: it names edits, and never writes notes.

So nothing outside what an edit may touch can change, and locks hold as they do for every edit.
"""

import asyncio
import re
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
from services.composition.refining.edits import LITTLE, MUCH, USUAL
from services.composition.refining.errors import UNKNOWN_INSTRUCTION

_TABLE = Path(__file__).with_name("edits.yaml")
_AMOUNTS: Mapping[str, float] = {"little": LITTLE, "usual": USUAL, "much": MUCH}
_EDGES = {"start": pb.PLACE_EDGE_START, "end": pb.PLACE_EDGE_END}
_PATIENCE_S = 8.0
_MOST_TOKENS = 24
_EDIT = re.compile(r"([a-z_]+) (all|start|end|bar (\d+)) (little|usual|much)")

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
    """

    def __init__(self, model: LanguageModel, words: EditWords) -> None:
        self._model = model
        self._words = words

    @property
    def available(self) -> bool:
        """Whether a model that reads words is there."""
        capability = self._model.capability
        return capability is not None and capability.dialect is Dialect.INSTRUCT

    async def edits(self, instruction: str, bars: int) -> list[pb.Edit]:
        """The edits that a model makes of an instruction, one or more.

        Args:
            instruction: As the person typed it.
            bars: Of the music.

        Raises:
            LanguageModelError: There is no model, or it names none.
        """
        words = self._words
        ask = Ask(
            prompt=words.question.format(words=quoted(instruction)),
            system=words.system,
            shots=tuple((words.question.format(words=wish), f'"{answer}"') for wish, answer in words.examples),
            schema={"type": "string", "pattern": self.pattern(bars)},
            most_tokens=_MOST_TOKENS,
            temperature=0,
            first_s=_PATIENCE_S,
            total_s=_PATIENCE_S,
        )
        answer = await self._model.generate(ask)
        return [edit_from(*found) for found in _EDIT.findall(str(answer.data))]

    def pattern(self, bars: int) -> str:
        """Pattern of an answer: one edit.

        Args:
            bars: Of the music.
        """
        numbers = "|".join(str(number) for number in range(1, min(bars, 32) + 1))
        return f"^({'|'.join(self._words.actions)}) (all|start|end|bar ({numbers})) (little|usual|much)$"


def edit_from(action: str, place: str, number: str, amount: str) -> pb.Edit:
    """An edit as data.

    Args:
        action: Its slug.
        place: "all", "start", "end" or "bar" and a number.
        number: Of the bar, from 1; empty for other places.
        amount: "little", "usual" or "much".
    """
    edit = pb.Edit(action=action, amount=_AMOUNTS[amount])
    if number:
        edit.places.add(bars=[pb.BarSpan(first=int(number), last=int(number))])
    elif place in _EDGES:
        edit.places.add(edge=_EDGES[place])
    return edit


async def mapped(
    mapper: EditMapper | None,
    refused: ApiError,
    instruction: str,
    bars: int,
    parsed: Callable[[list[pb.Edit]], ParsedT],
) -> ParsedT:
    """What a model makes of an instruction that the exact edits refused.

    Args:
        mapper: Of the service; None where no model is wanted.
        refused: Why they did.
        instruction: As the person typed it.
        bars: Of the music.
        parsed: The edits as the service has them.

    Raises:
        ApiError: The refusal, where no model is there or it does not help.
    """
    if mapper is None or not mapper.available or refused.code is not UNKNOWN_INSTRUCTION:
        raise refused
    try:
        async with asyncio.timeout(_PATIENCE_S):
            return parsed(await mapper.edits(instruction, bars))
    except (LanguageModelError, TimeoutError) as error:
        raise refused from error
