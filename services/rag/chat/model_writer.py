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
from services.rag.retrieval.words import content_stems

_SYSTEM = LocalizedText(
    "Answer the question in two or three short sentences, with facts of the text only, in its own words.",
    "Réponds à la question en deux ou trois phrases courtes, avec les seuls faits du texte, dans ses propres mots.",
)
_PROMPT = LocalizedText("Text: {text}\n\nQuestion: {question}", "Texte : {text}\n\nQuestion : {question}")
_MOST_TOKENS = 120
_SAME = 0.75  # share of the telling words of the shorter of two sentences that say the same
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
    first: Said,
    passages: Sequence[tuple[str, Sequence[Sentence]]],
    locale: str,
    written: Written,
) -> AsyncGenerator[Said, None]:
    """Yield the sentences that a model writes, as soon as each is whole and a passage supports it.

    Args:
        model: Who writes.
        question: Of the person; it is data for the model, and so is the text.
        first: What was said already.
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
    told = [content_stems(first.text, locale)]
    rest = ""
    async with aclosing(model.stream(ask)) as pieces:
        async for piece in pieces:
            *whole, rest = _END.split(rest + piece)
            for sentence in whole:
                if said := _kept(sentence, passages, locale, told, written):
                    yield said
    if said := _kept(rest, passages, locale, told, written):
        yield said


def _kept(
    text: str,
    passages: Sequence[tuple[str, Sequence[Sentence]]],
    locale: str,
    told: list[frozenset[str]],
    written: Written,
) -> Said | None:
    """A sentence that may be said and says something new; None for any other. Those without support are counted."""
    text = _MARKS.sub("", text).strip()
    if not text:
        return None
    stems = content_stems(text, locale)
    if any(len(stems & before) >= _SAME * min(len(stems), len(before)) for before in told):
        return None
    # An answer that reached its most tokens breaks off in the middle of a sentence.
    said = supported(text, passages, locale) if text[-1] in ".!?…" else None
    if said is None:
        written.unsupported += 1
        return None
    written.kept += 1
    told.append(stems)
    return said
