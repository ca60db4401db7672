"""A language model that may be there: whether it is, is known at every moment without asking."""

import asyncio
import json
import logging
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress
from dataclasses import replace
from typing import Self

from llm.answers import Reader, checked
from llm.ask import Answer, Ask, Usage
from llm.capability import Capability, Prober
from llm.faults import OF_THE_SERVER, Fault, LanguageModelError
from llm.server import OllamaServer
from llm.settings import LanguageModelSettings
from llm.slots import Slots

_log = logging.getLogger("llm")
_FAILURES = 3  # in a row, and the model is left alone until a probe goes well
_BYTES_PER_TOKEN = 8  # the longest that tokens of prose are on average: never more tokens than are sent
_CUT_SHARE = 0.75  # a prompt of which the server counts less than this share was cut


class LanguageModel:
    """The language model of this machine.

    `watch` keeps looking whether it is there, in the background: `available` costs nothing. Until it is entered, and
    where the settings say "off", no model is available.

    Args:
        settings: Which, and how it is asked.
    """

    def __init__(self, settings: LanguageModelSettings) -> None:
        self.settings = settings
        self._server = OllamaServer(settings)
        self._slots = Slots(settings.address, settings.slots)
        self._prober = Prober(settings, self._server, self._slots)
        self._capability: Capability | None = None
        self._known: Capability | None = None  # of the model as it was last probed, while its server goes on
        self._failures = 0
        self._late = 0  # looks in a row that took too long
        self._look = asyncio.Event()
        self._watching: asyncio.Task[None] | None = None

    @property
    def available(self) -> bool:
        """Whether it can be asked now."""
        return self._capability is not None

    @property
    def is_loading(self) -> bool:
        """Whether a server is there, and its model is being loaded and probed."""
        return self._prober.busy and self._capability is None

    @property
    def capability(self) -> Capability | None:
        """What it can do; None while it is not there."""
        return self._capability

    def watch(self) -> None:
        """Begin to look whether it is there, and go on for as long as the event loop runs or until `aclose`."""
        if self.settings.wanted and self._watching is None:
            self._watching = asyncio.create_task(self._watch())

    async def __aenter__(self) -> Self:
        """Watch for the length of a block."""
        self.watch()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop watching."""
        await self.aclose()

    async def aclose(self) -> None:
        """Stop watching, and close the connections."""
        if self._watching is not None:
            self._watching.cancel()
            with suppress(asyncio.CancelledError):
                await self._watching
            self._watching = None
        self._capability = None
        await self._server.aclose()

    async def probe(self) -> Capability:
        """What it can do, as it is now; `available` follows. Loads the model where it is not loaded.

        Raises:
            LanguageModelError: It is not there, or of no use.
        """
        try:
            self._capability = self._known = await self._prober.probe(self._known)
        except LanguageModelError as error:
            # A machine that is busy may be late to say what it has; that it is gone, it says at once.
            if error.fault is not Fault.SLOW:
                self._capability = self._known = None
            self._late += 1
            if self._late >= _FAILURES:
                self._capability = None  # what it can do is known all the same, once it answers
            raise
        self._late = 0
        self._failures = 0
        return self._capability

    async def generate(self, ask: Ask) -> Answer:
        """The whole answer to a question; data that keep to its schema where it has one.

        Args:
            ask: What is asked.

        Raises:
            LanguageModelError: There is no such answer.
        """
        usage = Usage()
        async with aclosing(self.stream(ask, usage)) as stream:
            text = "".join([piece async for piece in stream])
        data = None
        if ask.schema is not None:
            try:
                data = checked(json.loads(text), ask.schema)
            except ValueError as error:
                raise LanguageModelError(Fault.INVALID, str(error)) from error
        return Answer(text, data, usage)

    async def stream(self, ask: Ask, usage: Usage | None = None) -> AsyncGenerator[str, None]:
        """Yield the pieces of an answer as they come. It ends where its JSON does, whatever a model would add.

        Args:
            ask: What is asked.
            usage: Is filled in, when given.

        Raises:
            LanguageModelError: There is no answer, or none of use. Free text that came before TRUNCATED is of use.
        """
        used = Usage() if usage is None else usage
        if (capability := self._capability) is None:
            raise LanguageModelError(Fault.ABSENT, self.settings.address)
        self._check_length(ask, capability)
        began = time.monotonic()
        try:
            async with self._slots.place(min(ask.first_s, ask.total_s)):
                waited = time.monotonic() - began
                rest = replace(ask, first_s=max(ask.first_s - waited, 0.01), total_s=max(ask.total_s - waited, 0.01))
                reader = Reader(is_json=ask.schema is not None)
                async with aclosing(self._server.answer(capability.model, rest, used)) as pieces:
                    async for piece in pieces:
                        text = reader.take(piece)
                        if text:
                            yield text
                        if reader.complete:
                            break
                reader.end()
            self._check_read(ask, used)
        except LanguageModelError as error:
            self._failed(error)
            raise
        self._failures = 0

    def _check_length(self, ask: Ask, capability: Capability) -> None:
        expected = capability.tokens_of(ask.sent) + ask.most_tokens
        if expected > self.settings.context:
            raise LanguageModelError(Fault.PROMPT_TOO_LONG, f"about {expected} of {self.settings.context} tokens")

    def _check_read(self, ask: Ask, usage: Usage) -> None:
        """Where the answer was waited for, the server says how much it read: it cuts prompts without a word."""
        least = min(len(ask.sent.encode()) // _BYTES_PER_TOKEN, len(ask.sent.split()))
        if 0 < usage.prompt_tokens < least * _CUT_SHARE:
            raise LanguageModelError(Fault.PROMPT_CUT, f"{usage.prompt_tokens} tokens read of {least} or more")

    def _failed(self, error: LanguageModelError) -> None:
        _log.info("no answer: %s", error)
        if error.fault not in OF_THE_SERVER:
            return
        self._failures += 1
        if error.fault is Fault.ABSENT or self._failures >= _FAILURES:
            self._capability = self._known = None
        self._look.set()

    async def _watch(self) -> None:
        """Probe again and again: often enough that a server that is back is used within seconds."""
        told = ""
        while True:
            try:
                capability = await self.probe()
                reason = f"{capability.model}: {capability.tokens_per_s:.0f} tokens a second"
            except LanguageModelError as error:
                reason = str(error)
            except Exception:  # noqa: BLE001  whatever it is, the music goes on without
                _log.exception("a language model cannot be looked for")
                self._capability, reason = None, "failed"
            if reason.partition(":")[0] != told:
                told = reason.partition(":")[0]
                _log.info("language model: %s", reason)
            self._look.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout(self.settings.watch_s):
                    await self._look.wait()
            # One that fails at once is not tried again at once.
            await asyncio.sleep(min(self.settings.watch_s, 0.2))
