"""A server that speaks Ollama's API and does what a test wants to go wrong; nothing in it makes music."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

MODEL = "fault:latest"


class FaultServer:
    """Answers every question with `text`, piece by piece, in the way that `how` names.

    Attributes:
        how: "well", "slow", "stalled", "503", "half line", "error line", "flood", "dead", "no end" or "404".
        text: What it answers.
        asked: Bodies of the questions.
        in_flight, most_in_flight: Questions being answered now, and at most so far.
    """

    def __init__(self) -> None:
        self.how, self.text = "well", '"1:4 3:4 5:8"'
        self.delay_s = 0.0
        self.prompt_tokens: int | None = None
        self.asked: list[dict[str, Any]] = []
        self.in_flight = self.most_in_flight = self.aborted = 0
        self.address = ""
        self.handling: set[asyncio.Task[None]] = set()

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self.handling.add(task)
        task.add_done_callback(self.handling.discard)
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            length = next(
                (int(x.split(":")[1]) for x in head.split("\r\n") if x.lower().startswith("content-length")), 0
            )
            body = json.loads(await reader.readexactly(length)) if length else {}
            await self._route(head.split()[1], body, writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()

    async def _route(self, path: str, body: dict[str, Any], writer: asyncio.StreamWriter) -> None:
        if path == "/api/version":
            return self._whole(writer, {"version": "9.9.9"})
        if path == "/api/tags":
            return self._whole(writer, {"models": [{"model": MODEL, "name": MODEL, "digest": "0" * 64}]})
        if path == "/api/generate" and not body.get("prompt"):
            return self._whole(writer, {"model": MODEL, "response": "", "done": True})
        self.asked.append(body)
        self.in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self.in_flight)
        try:
            await self._answer(path, body, writer)
        finally:
            self.in_flight -= 1
        return None

    def _whole(self, writer: asyncio.StreamWriter, data: dict[str, Any], status: str = "200 OK") -> None:
        content = json.dumps(data).encode()
        writer.write(
            f"HTTP/1.1 {status}\r\ncontent-length: {len(content)}\r\nconnection: close\r\n\r\n".encode() + content
        )

    async def _answer(self, path: str, body: dict[str, Any], writer: asyncio.StreamWriter) -> None:
        probing = "sad song" in json.dumps(body)
        how = "well" if probing else self.how
        if how == "dead":
            return None
        if how in ("503", "404"):
            return self._whole(writer, {"error": "server busy"}, f"{how} Refused")
        if how == "stalled":
            await asyncio.sleep(60)
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: application/x-ndjson\r\nconnection: close\r\n\r\n")
        text = '{"mode": "minor"}' if probing else self.text
        pieces = [text[at : at + 3] for at in range(0, len(text), 3)]
        try:
            for number, piece in enumerate(pieces):
                await asyncio.sleep(0.5 if how == "slow" else self.delay_s)
                if how == "half line" and number == 1:
                    writer.write(b'{"message": {"role": "assis')
                    return None
                if how == "error line" and number == 1:
                    writer.write(b'{"error": "runner crashed"}\n')
                    return None
                self._line(writer, path, "\t\n " if how == "flood" and number else piece)
                await writer.drain()
            while how == "flood":
                self._line(writer, path, "\t\n ")
                await writer.drain()
                await asyncio.sleep(0.001)
        except ConnectionError:
            self.aborted += 1
            raise
        words = len(json.dumps(body.get("messages") or body.get("prompt")).split())
        counts = {"prompt_eval_count": self.prompt_tokens or 2 * words, "eval_count": len(pieces)}
        times = {"load_duration": 1000, "prompt_eval_duration": 10**6, "eval_duration": 10**7}
        self._line(writer, path, "", done=True, done_reason="length" if how == "no end" else "stop", **counts, **times)
        return None

    @staticmethod
    def _line(writer: asyncio.StreamWriter, path: str, piece: str, **more: Any) -> None:
        content = (
            {"response": piece} if path == "/api/generate" else {"message": {"role": "assistant", "content": piece}}
        )
        writer.write(json.dumps({"model": MODEL, "done": False, **content, **more}).encode() + b"\n")


@asynccontextmanager
async def fault_server(port: int = 0) -> AsyncIterator[FaultServer]:
    """One that listens for the length of a block."""
    server = FaultServer()
    listening = await asyncio.start_server(server.handle, "127.0.0.1", port)
    server.address = f"127.0.0.1:{listening.sockets[0].getsockname()[1]}"
    try:
        yield server
    finally:
        listening.close()
        await asyncio.sleep(0.02)  # connections that are being accepted
        for task in [*server.handling]:
            task.cancel()
        await asyncio.gather(*server.handling, return_exceptions=True)
