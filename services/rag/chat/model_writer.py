"""Answers that a language model writes from passages, sentence by sentence; what no passage supports is left out."""

import re
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass

from language.localized_text import LocalizedText
from llm.ask import Ask
from llm.model import LanguageModel
from services.rag.chat.grounding import supported
from services.rag.chat.said import Said
from services.rag.retrieval.passages import Sentence

_SYSTEM = LocalizedText(
    "Answer the question in two or three short sentences, with facts of the text only, in its own words.",
    "Réponds à la question en deux ou trois phrases courtes, avec les seuls faits du texte, dans ses propres mots.",
)
_PROMPT = LocalizedText("Text: {text}\n\nQuestion: {question}", "Texte : {text}\n\nQuestion : {question}")
_MOST_TOKENS = 120
_FIRST_S, _TOTAL_S = 4.0, 15.0
_END = re.compile(r"(?<=[.!?…])\s+|\n+")
_MARKS = re.compile(r"^[\s>*#\-–•\d.)]+(?=\D)|[*_`]+")


@dataclass(slots=True)
class Written:
    """How a model fared.

    Attributes:
        unsupported: Sentences that no passage supports.
        kept: Sentences that one does.
    """

    unsupported: int = 0
    kept: int = 0


async def write(
    model: LanguageModel,
    question: str,
    passages: Sequence[tuple[str, Sequence[Sentence]]],
    locale: str,
    written: Written,
) -> AsyncGenerator[Said, None]:
    """Yield the sentences that a model writes, as soon as each is whole and a passage supports it.

    Args:
        model: Who writes.
        question: Of the person; it is data for the model, and so is the text.
        passages: Sentences that the answer may come from, by slug.
        locale: Language of the answer, "fr" or "en".
        written: Is filled in.

    Raises:
        LanguageModelError: There is no answer; sentences that came before are of use.
    """
    text = " ".join(sentence.text for _, sentences in passages for sentence in sentences)
    ask = Ask(
        system=_SYSTEM.in_(locale),
        prompt=_PROMPT.format(locale, text=text, question=question),
        most_tokens=_MOST_TOKENS,
        temperature=0.0,
        first_s=_FIRST_S,
        total_s=_TOTAL_S,
    )
    seen: set[str] = set()
    rest = ""
    async with aclosing(model.stream(ask)) as pieces:
        async for piece in pieces:
            *whole, rest = _END.split(rest + piece)
            for sentence in whole:
                if said := _kept(sentence, passages, locale, seen, written):
                    yield said
    if said := _kept(rest, passages, locale, seen, written):
        yield said


def _kept(
    text: str, passages: Sequence[tuple[str, Sequence[Sentence]]], locale: str, seen: set[str], written: Written
) -> Said | None:
    """A sentence that may be said, once; None for any other, which is counted."""
    text = _MARKS.sub("", text).strip()
    if not text or text in seen:
        return None
    seen.add(text)
    # An answer that reached its most tokens breaks off in the middle of a sentence.
    said = supported(text, passages, locale) if text[-1] in ".!?…" else None
    written.kept += said is not None
    written.unsupported += said is None
    return said
