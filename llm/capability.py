"""What a model can do, found out by asking it: a small probe when it appears or changes."""

import json
import time
from contextlib import aclosing
from dataclasses import dataclass
from typing import Final

from llm.answers import Reader, checked
from llm.ask import Ask, Usage
from llm.catalogue import CatalogueModel, Dialect, best_of, entry_of, is_remote, is_same
from llm.faults import Fault, LanguageModelError
from llm.server import OllamaServer
from llm.settings import LanguageModelSettings
from llm.slots import Slots

_LOAD_S, _PROBE_S = 300.0, 60.0
_TOKENS: Final = 24
_BYTES: Final = (2.0, 4.0)  # of a token of prose; a count outside tells of templates, not of words
_SCHEMA: Final = {
    "type": "object",
    "properties": {"mode": {"type": "string", "enum": ["minor"]}},
    "required": ["mode"],
    "additionalProperties": False,
}
_QUESTION: Final = "Is a sad song in a major or a minor mode? Answer with the mode, then describe such a song."


@dataclass(frozen=True, slots=True, kw_only=True)
class Capability:
    """What a model can do on this machine.

    Attributes:
        model: Its name.
        digest: Of it, as the server tells.
        server: Version of the server.
        dialect: How it is asked.
        keeps_schemas: Whether it answers what a schema says.
        tokens_per_s: It writes.
        prompt_tokens_per_s: It reads.
        load_s: Seconds that loading it took; nearly 0 when it was loaded.
        context: Tokens of prompt and answer together.
        bytes_per_token: Of English prose.
        auto: Whether it may be used unasked.
        speaks_well: Whether it is large enough to write rhythms, as the catalogue says; one that is not listed is.
    """

    model: str
    digest: str
    server: str
    dialect: Dialect
    keeps_schemas: bool
    tokens_per_s: float
    prompt_tokens_per_s: float
    load_s: float
    context: int
    bytes_per_token: float
    auto: bool
    speaks_well: bool

    def tokens_of(self, text: str) -> int:
        """About how many tokens a text has."""
        return round(len(text.encode()) / self.bytes_per_token)

    def seconds_for(self, prompt_tokens: int, tokens: int) -> float:
        """Seconds for an answer.

        Args:
            prompt_tokens: To read.
            tokens: To write.
        """
        return prompt_tokens / self.prompt_tokens_per_s + tokens / self.tokens_per_s


class Prober:
    """Asks a server what it has and what that can do.

    Args:
        settings: Which model.
        server: Is asked.
        slots: Its places.

    Attributes:
        busy: Whether a model is being loaded and asked.
    """

    def __init__(self, settings: LanguageModelSettings, server: OllamaServer, slots: Slots) -> None:
        self._settings = settings
        self._server = server
        self._slots = slots
        self.busy = False

    async def probe(self, known: Capability | None) -> Capability:
        """What the chosen model can do; what is known of it when nothing has changed.

        Args:
            known: From the probe before.

        Raises:
            LanguageModelError: There is no server, no model, or it does not answer.
        """
        if not await self._server.listens():
            raise LanguageModelError(Fault.ABSENT, f"nothing listens on {self._settings.address}")
        installed = await self._server.models()
        name = self._chosen(installed)
        if known is not None and (known.model, known.digest) == (name, installed[name]):
            return known
        version = await self._server.version()
        entry = entry_of(name)
        self.busy = True
        try:
            async with self._slots.place(_PROBE_S):
                began = time.perf_counter()
                await self._server.load(name, _LOAD_S)
                load_s = time.perf_counter() - began
                free = await self._timed(name, entry)
                keeps = await self._keeps_schemas(name, entry)
        finally:
            self.busy = False
        return Capability(
            model=name,
            digest=installed[name],
            server=version,
            dialect=entry.dialect if entry else Dialect.INSTRUCT,
            keeps_schemas=keeps,
            tokens_per_s=free.tokens / max(free.answer_s, 1e-3),
            prompt_tokens_per_s=max(free.prompt_tokens, 1) / max(free.prompt_s, 1e-3),
            load_s=load_s,
            context=self._settings.context,
            bytes_per_token=min(max(len(_QUESTION) / max(free.prompt_tokens, 1), _BYTES[0]), _BYTES[1]),
            auto=bool(self._settings.model) or (entry is not None and entry.auto),
            speaks_well=entry.auto if entry else True,
        )

    def _chosen(self, installed: dict[str, str]) -> str:
        wanted = self._settings.model
        if not wanted:
            if not (best := best_of(installed)):
                raise LanguageModelError(Fault.ABSENT, "no model is installed: ./boumb models pull qwen2.5:3b")
            return best
        if is_remote(wanted):
            raise LanguageModelError(Fault.ABSENT, f"{wanted} would answer elsewhere: prompts stay on this machine")
        for name in installed:
            if is_same(name, wanted):
                return name
        raise LanguageModelError(Fault.ABSENT, f"{wanted} is not installed: ./boumb models pull {wanted}")

    async def _timed(self, model: str, entry: CatalogueModel | None) -> Usage:
        """What a short answer costs."""
        raw = entry is not None and entry.dialect is Dialect.NOTATION
        # A number that no prompt had: what the server still has of earlier prompts must not be timed.
        prompt = "<melody><minor><4/4>" if raw else f"{time.time_ns()}: {_QUESTION}"
        usage = Usage()
        ask = Ask(prompt=prompt, most_tokens=_TOKENS, raw=raw, first_s=_PROBE_S, total_s=_PROBE_S)
        try:
            async with aclosing(self._server.answer(model, ask, usage)) as pieces:
                async for _ in pieces:
                    pass
        except LanguageModelError as error:
            if error.fault is not Fault.TRUNCATED:
                raise
        return usage

    async def _keeps_schemas(self, model: str, entry: CatalogueModel | None) -> bool:
        if entry is not None and entry.dialect is Dialect.NOTATION:
            return False
        ask = Ask(
            prompt=_QUESTION, schema=_SCHEMA, temperature=0, most_tokens=_TOKENS, first_s=_PROBE_S, total_s=_PROBE_S
        )
        reader, text = Reader(is_json=True), ""
        try:
            async with aclosing(self._server.answer(model, ask, Usage())) as pieces:
                async for piece in pieces:
                    text += reader.take(piece)
                    if reader.complete:
                        break
            checked(json.loads(text), _SCHEMA)
        except (LanguageModelError, ValueError):
            return False
        return True
