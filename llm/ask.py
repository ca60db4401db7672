"""What a language model is asked, and what it answers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """One question.

    Attributes:
        prompt: The words of it; in the notation where `raw`.
        system: What holds for all answers; empty for none.
        shots: Examples before it, each a question and its answer.
        schema: JSON schema that the answer keeps to; None for free text.
        most_tokens: Tokens of the answer at most.
        temperature: Of sampling; that of the settings when None.
        seed: Of sampling.
        raw: The prompt goes to the model as it is, without its chat template; for models of notation.
        stop: Texts that end the answer.
        first_s: Seconds until the answer begins, at most.
        total_s: Seconds of the whole answer at most, the wait for a slot included.
    """

    prompt: str
    system: str = ""
    shots: tuple[tuple[str, str], ...] = ()
    schema: Mapping[str, Any] | None = None
    most_tokens: int = 256
    temperature: float | None = None
    seed: int = 0
    raw: bool = False
    stop: tuple[str, ...] = ()
    first_s: float = 30.0
    total_s: float = 60.0

    @property
    def sent(self) -> str:
        """All text that the model reads."""
        return "\n".join([self.system, *(text for shot in self.shots for text in shot), self.prompt])


@dataclass(slots=True)
class Usage:
    """What an answer cost.

    Attributes:
        prompt_tokens: Read, those that the server still had included; 0 when the answer was not waited for.
        tokens: Written.
        load_s: Seconds to load the model; nearly 0 when it was loaded.
        prompt_s: Seconds to read the prompt.
        answer_s: Seconds to write the answer.
        first_s: Seconds from the question to the first piece of the answer, as the caller saw it.
    """

    prompt_tokens: int = 0
    tokens: int = 0
    load_s: float = 0.0
    prompt_s: float = 0.0
    answer_s: float = 0.0
    first_s: float = 0.0


@dataclass(slots=True)
class Answer:
    """An answer.

    Attributes:
        text: As the model wrote it.
        data: The same as data; None for free text.
        usage: What it cost.
    """

    text: str
    data: Any = None
    usage: Usage = field(default_factory=Usage)
