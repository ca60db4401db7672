"""The Ollama server, through its official client: what it has, and one answer at a time, its failures by name."""

import asyncio
import json
import time
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import aclosing, contextmanager, suppress
from typing import TYPE_CHECKING, Any, cast

from opentelemetry.trace import Span

from llm.ask import Ask, Usage
from llm.faults import Fault, LanguageModelError
from llm.observed import observed
from llm.settings import LanguageModelSettings
from telemetry import tracing

if TYPE_CHECKING:
    from ollama import AsyncClient

_CONNECT_S, _LIST_S = 2.0, 5.0
_BUSY_STATUS, _NOT_FOUND = 503, 404


class OllamaServer:
    """One server.

    Args:
        settings: Where it is, and how it is asked.
    """

    def __init__(self, settings: LanguageModelSettings) -> None:
        self._settings = settings
        self._client: AsyncClient | None = None

    async def listens(self) -> bool:
        """Whether anything accepts connections there: a look that costs nothing, and needs no library."""
        host, _, port = self._settings.address.rpartition(":")
        try:
            async with asyncio.timeout(_CONNECT_S):
                _, writer = await asyncio.open_connection(host, int(port))
        except (OSError, TimeoutError, ValueError):
            return False
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()
        return True

    async def version(self) -> str:
        """Of the server. Raises LanguageModelError."""
        client = await self._open()
        with _named():
            async with asyncio.timeout(_LIST_S):
                response = await client._client.get("/api/version")  # noqa: SLF001  the client has no method for it
                return str(response.json().get("version", ""))

    async def models(self) -> dict[str, str]:
        """Digest of each installed model by its name. Raises LanguageModelError."""
        client = await self._open()
        with _named():
            async with asyncio.timeout(_LIST_S):
                return {model.model or "": model.digest or "" for model in (await client.list()).models}

    async def load(self, model: str, within_s: float) -> None:
        """Have a model loaded, and kept as the settings say, so that the first answer does not wait.

        Args:
            model: Its name.
            within_s: Seconds that it may take.

        Raises:
            LanguageModelError: It cannot be loaded, or not in time.
        """
        client = await self._open()
        with _named():
            async with asyncio.timeout(within_s):
                await client.generate(
                    model, "", options=self._options(), keep_alive=self._settings.keep_alive_s, stream=False
                )

    async def answer(self, model: str, ask: Ask, usage: Usage) -> AsyncGenerator[str, None]:
        """Yield the pieces of an answer as they come; closing it ends the work at the server.

        Args:
            model: Who answers.
            ask: What is asked.
            usage: Is filled in.

        Raises:
            LanguageModelError: There is no answer, or it breaks off.
        """
        with observed(model, ask, usage) as span:
            async with aclosing(self._answered(model, ask, usage, span)) as pieces:
                async for piece in pieces:
                    yield piece

    async def _answered(self, model: str, ask: Ask, usage: Usage, span: Span) -> AsyncGenerator[str, None]:
        began, ended = time.perf_counter(), ""
        client = await self._open()
        loop = asyncio.get_running_loop()
        total = loop.time() + ask.total_s
        due = min(loop.time() + ask.first_s, total)
        with _named():
            async with asyncio.timeout_at(due):
                parts = await self._ask(client, model, ask)
            async with aclosing(cast(AsyncGenerator[Any, None], parts)) as stream:
                while True:
                    async with asyncio.timeout_at(due):
                        with tracing.within(span):  # the request goes out with the first
                            part = await anext(stream, None)
                    if part is None:
                        break
                    piece = part.response if ask.raw else part.message.content
                    if piece:
                        usage.first_s = usage.first_s or time.perf_counter() - began
                        due = total
                        usage.tokens += 1
                        yield piece
                    if part.done:
                        ended = part.done_reason or "stop"
                        _fill(usage, part)
                        break
        if not ended:
            raise LanguageModelError(Fault.BROKEN, "the answer broke off")
        if ended == "length":
            raise LanguageModelError(Fault.TRUNCATED, f"{usage.tokens} tokens")

    async def pull(self, model: str) -> AsyncGenerator[tuple[str, int, int], None]:
        """Yield status, bytes done and bytes in all while a model is downloaded by the server.

        Args:
            model: Its name in Ollama's library.

        Raises:
            LanguageModelError: It cannot be had.
        """
        client = await self._open()
        with _named():
            async with aclosing(cast(AsyncGenerator[Any, None], await client.pull(model, stream=True))) as progress:
                async for part in progress:
                    yield part.status or "", part.completed or 0, part.total or 0

    async def _ask(self, client: "AsyncClient", model: str, ask: Ask) -> AsyncIterator[Any]:
        temperature = self._settings.temperature if ask.temperature is None else ask.temperature
        options = self._options() | {"num_predict": ask.most_tokens, "temperature": temperature, "seed": ask.seed}
        if ask.stop:
            options["stop"] = [*ask.stop]
        shared: dict[str, Any] = {
            "stream": True,
            "think": False,  # left out, models that can think do, for minutes
            "format": ask.schema,
            "options": options,
            "keep_alive": self._settings.keep_alive_s,
        }
        if ask.raw:
            return cast(AsyncIterator[Any], await client.generate(model, ask.prompt, raw=True, **shared))
        said = [("system", ask.system)] if ask.system else []
        for question, answer in ask.shots:
            said += [("user", question), ("assistant", answer)]
        messages = [{"role": role, "content": content} for role, content in [*said, ("user", ask.prompt)]]
        return cast(AsyncIterator[Any], await client.chat(model, messages, **shared))

    def _options(self) -> dict[str, Any]:
        """What makes the server load a model again when it changes: the same for all."""
        return {"num_ctx": self._settings.context, "num_thread": self._settings.threads}

    async def _open(self) -> "AsyncClient":
        if self._client is None:
            # Its library takes a quarter of a second to import: where no server is, nobody pays for it.
            library = await asyncio.to_thread(__import__, "ollama")
            if self._client is None:  # nobody else opened it meanwhile
                # No proxy stands between two programs of one machine.
                self._client = library.AsyncClient(
                    host=f"http://{self._settings.address}", trust_env=False, event_hooks={"request": [_in_trace]}
                )
        return self._client

    async def aclose(self) -> None:
        """Close the connections."""
        if self._client is not None:
            await cast(Any, self._client).close()  # the library gives it no types
            self._client = None


async def _in_trace(request: Any) -> None:  # noqa: ANN401  one of httpx, which is imported late
    """Let a request belong to the trace of the current span."""
    request.headers.update(tracing.headers_of())


def _fill(usage: Usage, part: Any) -> None:  # noqa: ANN401  a response of either call
    usage.prompt_tokens = part.prompt_eval_count or 0
    usage.tokens = part.eval_count or usage.tokens
    usage.load_s = (part.load_duration or 0) / 1e9
    usage.prompt_s = (part.prompt_eval_duration or 0) / 1e9
    usage.answer_s = (part.eval_duration or 0) / 1e9


@contextmanager
def _named() -> Iterator[None]:
    """Give failures of the client, of HTTP and of time their names."""
    import httpx  # noqa: PLC0415  as the library itself
    from ollama import RequestError, ResponseError  # noqa: PLC0415

    try:
        yield
    except ResponseError as error:
        fault = {_BUSY_STATUS: Fault.BUSY, _NOT_FOUND: Fault.ABSENT}.get(error.status_code, Fault.BROKEN)
        raise LanguageModelError(fault, str(error)) from error
    except (ConnectionError, httpx.ConnectError) as error:
        raise LanguageModelError(Fault.ABSENT, str(error)) from error
    except TimeoutError as error:
        raise LanguageModelError(Fault.SLOW, "no answer in time") from error
    except (httpx.HTTPError, httpx.StreamError, json.JSONDecodeError, RequestError, ValueError) as error:
        raise LanguageModelError(Fault.BROKEN, str(error)) from error
