"""What a language model makes of a vague prompt: a mood, a style and scales, each one of the catalogue's.

It only ranks what there is to choose from. Key and mode that the words say are the parser's alone: small models read
"ré mineur" as A major.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from boumbapp.music.v2.intent_pb2 import Intent

from llm.ask import Ask
from llm.catalogue import Dialect
from llm.faults import LanguageModelError
from llm.model import LanguageModel
from services.theory.catalogue.catalogue import Catalogue

_SYSTEM = (
    "A listener describes music. Answer with a mood, a style, and two scales that suit the description, "
    "as four words: mood style scale scale."
)
_SHOTS = (
    ("walking alone in the rain", '"sad lofi minor dorian"'),
    ("un matin de fête au village", '"happy folk major mixolydian"'),
)
_PATIENCE_S = 2.5
_MOST_TOKENS, _MOST_WORDS = 32, 300


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a model proposes, all of it in the catalogue.

    Attributes:
        mood: Slug of a mood.
        style: Slug of a style.
        scales: Slugs of scales, the best first.
    """

    mood: str
    style: str
    scales: tuple[str, ...]

    def suggested(self, intent: Intent) -> Intent:
        """The intent as if the words had named the mood and the style, for ranking; nothing that they say changes."""
        guessed = Intent()
        guessed.CopyFrom(intent)
        guessed.mood = intent.mood or self.mood
        guessed.style = intent.style or self.style
        return guessed


async def propose(prompt: str, intent: Intent, model: LanguageModel | None, catalogue: Catalogue) -> Proposal | None:
    """Ask a model what a vague prompt could mean.

    Args:
        prompt: The words.
        intent: As theory understands them.
        model: Who is asked; None where none is wanted.
        catalogue: What there is to choose from.

    Returns:
        What it proposes; None where the words say enough, no model is there, or its answer is not in the catalogue.
    """
    capability = model.capability if model is not None else None
    if model is None or capability is None or capability.dialect is not Dialect.INSTRUCT or not intent.vague:
        return None
    if intent.mood and intent.style:
        return None
    moods, styles, scales = (
        "|".join(_plain(entries)) for entries in (catalogue.moods, catalogue.styles, catalogue.scales)
    )
    ask = Ask(
        prompt=" ".join(prompt.split())[:_MOST_WORDS],
        system=_SYSTEM,
        shots=_SHOTS,
        schema={"type": "string", "pattern": f"^({moods}) ({styles}) ({scales}) ({scales})$"},
        most_tokens=_MOST_TOKENS,
        temperature=0,
        first_s=_PATIENCE_S,
        total_s=_PATIENCE_S,
    )
    try:
        answer = await model.generate(ask)
        return checked(str(answer.data if answer.data is not None else json.loads(answer.text)), catalogue)
    except (LanguageModelError, ValueError):
        return None


def checked(text: str, catalogue: Catalogue) -> Proposal:
    """A proposal, every word of which is in the catalogue.

    Args:
        text: As a model wrote it.
        catalogue: What there is.

    Raises:
        ValueError: A word is not.
    """
    mood, style, *scales = text.split() if len(text.split()) > 2 else ("", "")
    if mood not in catalogue.moods or style not in catalogue.styles or not set(scales) <= set(catalogue.scales):
        raise ValueError(f"{text[:60]!r} is not in the catalogue")
    return Proposal(mood, style, tuple(dict.fromkeys(scales)))


def _plain(entries: Mapping[str, object]) -> list[str]:
    """Slugs, the longest first: a pattern must not end in the middle of one."""
    return sorted(entries, key=lambda slug: (-len(slug), slug))
