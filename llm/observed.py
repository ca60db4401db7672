"""One answer of a language model as a span of its caller's trace, and as measures."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from opentelemetry.trace import Span, SpanKind, Status, StatusCode

from llm import conventions as names
from llm.ask import Ask, Usage
from llm.faults import LanguageModelError
from telemetry import tracing


@contextmanager
def observed(model: str, ask: Ask, usage: Usage) -> Iterator[Span]:
    """Observe the block in which an answer comes. The span is not made current: the block may yield.

    Args:
        model: Who answers.
        ask: What is asked; its words are not recorded.
        usage: Is filled in by the end.
    """
    operation = names.COMPLETION if ask.raw else names.CHAT
    labels = {names.OPERATION: operation, names.PROVIDER: names.OLLAMA, names.MODEL: model}
    asked = {names.MOST_TOKENS: ask.most_tokens, names.SEED: ask.seed}
    span = tracing.begin(f"{operation} {model}", {**labels, **asked}, SpanKind.CLIENT)
    began = time.perf_counter()
    failure: dict[str, str] = {}
    try:
        yield span
    except LanguageModelError as error:
        failure = {names.ERROR_TYPE: error.fault.value}
        raise
    finally:
        seconds = time.perf_counter() - began
        names.DURATION.record(seconds, {**labels, **failure})
        for kind, tokens in ((names.INPUT, usage.prompt_tokens), (names.OUTPUT, usage.tokens)):
            if tokens:
                names.TOKENS.record(tokens, {**labels, names.TOKEN_TYPE: kind})
        # An answer that is full is left before the server tells how long it took.
        if usage.tokens > 1 and not failure:
            names.PER_TOKEN.record((seconds - usage.first_s) / (usage.tokens - 1), labels)
        span.set_attributes({names.INPUT_TOKENS: usage.prompt_tokens, names.OUTPUT_TOKENS: usage.tokens, **failure})
        if failure:
            span.set_status(Status(StatusCode.ERROR))
        span.end()
