"""Requests by structure: every public method, with fields as the contract has them and values as it expects them not.

Half of them keep to the rules beside the fields, so that they get past what checks requests. Drawn from a seed with
plain random numbers: a million of them take minutes, not hours.
"""

import asyncio
import random
import re
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

import grpc
import grpc.aio
from boumbapp.rules.v2.rules_pb2 import FieldRules, rules
from google.protobuf.descriptor import Descriptor, FieldDescriptor, MethodDescriptor
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass

from gateway.config import Address
from services.chassis.service_manifest import manifests

_WORDS = (
    *(
        "",
        "G",
        "Eb",
        "F#",
        "Cb",
        "minor",
        "hirajoshi",
        "funk",
        "bass",
        "Am7",
        "bVII",
        "4/4",
        "fr",
        "xx-YY",
        "specialist",
    ),
    *(
        "Fais une basse funky en Sol mineur",
        "beat trap à 140",
        "moins de notes à la fin",
        "II-V-I",
        "puis en La",
        "undo",
    ),
    *("x" * 300, "mille " * 333, "\0", "\u202e", "é" * 2000, "🎵" * 50, "a\nb", "'; --", "%s%n", "../../etc/passwd"),
)
_WHOLE = (0, 1, 2, 3, 4, 7, 8, 12, 16, 36, 60, 120, 127, 128, 255, 512, 4095, 2**31 - 1)
_FLOATS = (0.0, -0.0, 0.1, 0.5, -0.5, 1.0, 60.0, 120.0, 400.0, 1e30, float("nan"), float("inf"), float("-inf"))
_BYTES = (
    b"",
    b"MThd\0\0\0\6\0\1\0\1\1\xe0",
    b"MThd\0\0\0\6\0\1\xff\xff\0\0MTrk\xff\xff\xff\xff",
    b"PK\3\4",
    b"<?xml?>",
)
# Headers that a caller may get wrong.
_HEADERS = (
    *(("grpc-timeout", value) for value in ("abc", "5000", "", "99999999H", "1n", "-1S", "5S")),
    *(("grpc-encoding", value) for value in ("gzip", "br", "", "identity,gzip")),
    *(
        ("content-type", value)
        for value in (
            "application/grpc-web+json",
            "text/plain",
            "application/grpc",
            "application/grpc-web+proto; charset=utf-8",
        )
    ),
    ("x-odd-bin", "%%%"),
    ("x-user", "admin"),
    ("x-nested", "1"),
    ("grpc-previous-rpc-attempts", "many"),
    ("accept-language", "x" * 5000),
)
_EVENTS = 4  # that are read of a stream
_LONGEST_S = 10.0
_DEEPEST = 4
_LEGAL = 0.5  # of all requests
_STATUS = re.compile(rb"grpc-status: ?(\d+)\r\n", re.IGNORECASE)
_JSON_STATUS = re.compile(rb'\{"code":(\d+),')
_HEAD, _TAIL, _MOST_KEPT, _MUSIC = 16, 4096, 200_000, 4096
SLOW_S = 2.0
OURS = ("UNKNOWN", "INTERNAL")  # what a caller should never see


def public_methods() -> list[MethodDescriptor]:
    """Every method that callers outside may call, of services that run unasked."""
    found = []
    for manifest in manifests().values():
        if manifest.optional:
            continue
        package, _, name = manifest.service.rpartition(".")
        module = import_module(f"{package}.{manifest.name}_service_pb2")
        service = module.DESCRIPTOR.services_by_name[name]
        found += [service.methods_by_name[method] for method in manifest.public]
    return found


class Fuzzer:
    """Draws requests.

    Args:
        seed: The same one draws the same ones.
    """

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        self._methods = public_methods()
        self._legal = False

    def requests(self, number: int) -> Iterator[tuple[MethodDescriptor, bytes, tuple[str, str] | None]]:
        """So many requests: a method, the bytes of a message, and a header that is wrong, for some.

        Args:
            number: How many.
        """
        for _ in range(number):
            method = self._random.choice(self._methods)
            self._legal = self._random.random() < _LEGAL
            content = self._message(method.input_type, 0).SerializeToString()
            if self._random.random() < 0.05:
                content = self._damaged(content)
            header = self._random.choice(_HEADERS) if self._random.random() < 0.1 else None
            yield method, content, header

    def _message(self, descriptor: Descriptor, depth: int) -> Message:
        message = GetMessageClass(descriptor)()
        wanted = 0.7 if depth == 0 else 0.4
        for each in descriptor.fields:
            said: FieldRules = each.GetOptions().Extensions[rules]
            required = said.required or bool(said.min_items) or bool(said.min_length)
            if self._random.random() > (1 if self._legal and required else wanted):
                continue
            if each.message_type is not None and depth >= _DEEPEST:
                continue
            if each.message_type is not None and each.message_type.GetOptions().map_entry:
                continue
            values = [self._value(each, depth) for _ in range(self._items(said) if each.is_repeated else 1)]
            if each.is_repeated:
                getattr(message, each.name).extend(values)
            elif each.message_type is not None:
                getattr(message, each.name).CopyFrom(values[0])
            else:
                setattr(message, each.name, values[0])
        return message

    def _items(self, said: FieldRules) -> int:
        number = self._random.choice((1, 1, 2, 5))
        if not self._legal:
            return number
        return max(said.min_items, min(number, said.max_items) if said.HasField("max_items") else number)

    def _value(self, each: FieldDescriptor, depth: int) -> Any:
        if self._legal and (legal := self._legal_value(each)) is not None:
            return legal
        draw = self._random
        if each.message_type is not None:
            return self._message(each.message_type, depth + 1)
        if each.enum_type is not None:
            return draw.choice([*(value.number for value in each.enum_type.values), 99])
        if each.type == FieldDescriptor.TYPE_BYTES:
            return draw.choice((*_BYTES, draw.randbytes(draw.randrange(200))))
        if each.cpp_type == FieldDescriptor.CPPTYPE_STRING:
            return draw.choice(_WORDS)
        if each.cpp_type == FieldDescriptor.CPPTYPE_BOOL:
            return draw.random() < 0.5
        if each.cpp_type in (FieldDescriptor.CPPTYPE_FLOAT, FieldDescriptor.CPPTYPE_DOUBLE):
            return draw.choice(_FLOATS)
        return draw.choice(_WHOLE)

    def _legal_value(self, each: FieldDescriptor) -> Any:
        """A value that keeps to the rules of a field; None where they say nothing of it."""
        said: FieldRules = each.GetOptions().Extensions[rules]
        if each.message_type is not None:
            return None
        if each.enum_type is not None:
            return self._random.choice([value.number for value in each.enum_type.values if value.number] or [0])
        if said.one_of:
            return self._random.choice(list(said.one_of))
        if each.cpp_type == FieldDescriptor.CPPTYPE_STRING and each.type != FieldDescriptor.TYPE_BYTES:
            most = said.max_length if said.HasField("max_length") else len(max(_WORDS, key=len))
            form = re.compile(said.pattern) if said.pattern else None
            fit = [
                word
                for word in _WORDS
                if said.min_length <= len(word.strip()) and len(word) <= most and (not form or form.fullmatch(word))
            ]
            return self._random.choice(fit) if fit else None
        if said.HasField("min") or said.HasField("max"):
            low, high = said.min, said.max if said.HasField("max") else 2**31 - 1
            if each.cpp_type in (FieldDescriptor.CPPTYPE_FLOAT, FieldDescriptor.CPPTYPE_DOUBLE):
                return self._random.uniform(low, high)
            return self._random.choice((int(low), int(high), self._random.randint(int(low), int(high))))
        return None

    def _damaged(self, content: bytes) -> bytes:
        draw, damaged = self._random, bytearray(content or b"\x0a\x05abc")
        for _ in range(draw.choice((1, 1, 3))):
            damaged[draw.randrange(len(damaged))] = draw.randrange(256)
        return bytes(damaged[: draw.randrange(1, len(damaged) + 1)])


@dataclass
class Answers:
    """What came back.

    Attributes:
        statuses: How often each status came, by name; HTTP's where there is no gRPC status.
        broken: Methods of answers that are our fault, by status and method.
        unread: Answers without a gRPC status, by HTTP status, method and the header that was wrong.
        slow: Methods of calls that took longer than two seconds.
    """

    statuses: Counter[str] = field(default_factory=Counter)
    broken: Counter[str] = field(default_factory=Counter)
    unread: Counter[str] = field(default_factory=Counter)
    slow: Counter[str] = field(default_factory=Counter)


async def fuzz(gateway: str, token: str, seed: int, number: int, at_once: int = 8) -> Answers:
    """Send requests through the gateway, and take note of the answers.

    Args:
        gateway: Its address, "host:port".
        token: Of the caller.
        seed: Draws the requests.
        number: How many.
        at_once: How many wait for an answer at the same time.
    """
    answers = Answers()
    requests = Fuzzer(seed).requests(number)
    async with grpc.aio.insecure_channel(gateway) as channel:

        async def ask() -> None:
            for method, content, header in requests:
                path = f"/{method.containing_service.full_name}/{method.name}"
                began = time.perf_counter()
                if header is None:
                    status = await _called(channel, method, path, content, token)
                else:
                    status = await _posted(gateway, method, path, content, token, header)
                    if status.startswith("HTTP"):
                        answers.unread[f"{status} {method.name} {header[0]}: {header[1][:40]}"] += 1
                answers.statuses[status] += 1
                if status in OURS:
                    answers.broken[f"{status} {method.name}"] += 1
                if time.perf_counter() - began > SLOW_S:
                    answers.slow[path] += 1

        await asyncio.gather(*(ask() for _ in range(at_once)))
    return answers


async def _called(channel: grpc.aio.Channel, method: MethodDescriptor, path: str, content: bytes, token: str) -> str:
    metadata = (("authorization", f"Bearer {token}"),)
    ask: Any = channel.unary_stream(path) if method.server_streaming else channel.unary_unary(path)
    call = ask(content, metadata=metadata, timeout=_LONGEST_S)
    try:
        if not method.server_streaming:
            await call
            return "OK"
        for _ in range(_EVENTS):
            if await call.read() is grpc.aio.EOF:
                break
        call.cancel()
    except grpc.aio.AioRpcError as error:
        return error.code().name
    return "OK"


async def _posted(
    gateway: str, method: MethodDescriptor, path: str, content: bytes, token: str, header: tuple[str, str]
) -> str:
    """The status of a gRPC-Web call with a header that is wrong; OK for a stream whose music has begun."""
    address = Address.parse(gateway)
    reader, writer = await asyncio.open_connection(address.host, address.port)
    headers = {
        "host": "gateway",
        "content-type": "application/grpc-web+proto",
        "authorization": f"Bearer {token}",
        "content-length": str(len(content) + 5),
        "connection": "close",
        header[0]: header[1],
    }
    lines = [f"POST {path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items()), "", ""]
    answer, size = b"", 0
    try:
        writer.write("\r\n".join(lines).encode() + bytes(1) + len(content).to_bytes(4, "big") + content)
        with suppress(TimeoutError, ConnectionError):
            async with asyncio.timeout(_LONGEST_S):
                while not _STATUS.search(answer) and (chunk := await reader.read(65536)):
                    size += len(chunk)
                    # The beginning, and as much of the end as a status may lie across.
                    answer = answer[:_HEAD] + (answer[_HEAD:] + chunk)[-_TAIL:] if size > _MOST_KEPT else answer + chunk
                    if method.server_streaming and size > _MUSIC:
                        break
    finally:
        writer.close()
    if found := _STATUS.search(answer):
        return next(code.name for code in grpc.StatusCode if code.value[0] == int(found[1]))
    if method.server_streaming and size > _MUSIC and answer[9:12] == b"200":
        return "OK"
    if (found := _JSON_STATUS.search(answer)) and answer[9:10] == b"4":  # what is no gRPC is answered in JSON
        return next(code.name for code in grpc.StatusCode if code.value[0] == int(found[1]))
    return f"HTTP {answer[9:12].decode()}" if answer else "HTTP without an answer"
