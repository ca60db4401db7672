"""Settings of language models: which server, which model, and how it is asked."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

OFF: Final = "off"
_USUAL_ADDRESS: Final = "127.0.0.1:11434"
_CPU = Path("/proc/cpuinfo")


class Variables(Protocol):
    """Typed access to the environment, as `services.chassis.settings.Environment` gives it."""

    def text(self, name: str, default: str | None = None) -> str:
        """A variable as text.

        Args:
            name: Of the variable.
            default: What holds when it is not set.
        """

    def number(self, name: str, default: float, low: float, high: float) -> float:
        """A variable as a number.

        Args:
            name: Of the variable.
            default: What holds when it is not set.
            low: Least that is allowed.
            high: Most that is allowed.
        """

    def whole_number(self, name: str, default: int, low: int, high: int) -> int:
        """A variable as a whole number.

        Args:
            name: Of the variable.
            default: What holds when it is not set.
            low: Least that is allowed.
            high: Most that is allowed.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class LanguageModelSettings:
    """How language models are reached and asked.

    Attributes:
        address: "host:port" of Ollama; "off" does without.
        model: Name of the model; empty takes the best of the catalogue that is installed.
        context: Tokens of prompt and answer together, one value for all: another one makes the server load again.
        threads: Of the server, for one answer.
        keep_alive_s: Seconds that the model stays loaded after an answer; below 0 for ever.
        temperature: Of notes; decisions are made at 0.
        slots: Answers that the server works on at once, as its OLLAMA_NUM_PARALLEL says.
        watch_s: Seconds between two looks whether the server is there.
    """

    address: str = _USUAL_ADDRESS
    model: str = ""
    context: int = 2048
    threads: int = 1
    keep_alive_s: int = 1800
    temperature: float = 0.7
    slots: int = 1
    watch_s: float = 2.0

    @property
    def wanted(self) -> bool:
        """Whether a language model may be used at all."""
        return self.address != OFF

    @classmethod
    def read(cls, environment: Variables) -> "LanguageModelSettings":
        """Read the environment. Raises what the environment raises for a value that is wrong."""
        return cls(
            address=_bare(environment.text("BOUMB_OLLAMA_ADDRESS", environment.text("OLLAMA_HOST", _USUAL_ADDRESS))),
            model=environment.text("BOUMB_LLM_MODEL", ""),
            context=environment.whole_number("BOUMB_LLM_CONTEXT", 2048, 512, 131_072),
            threads=environment.whole_number("BOUMB_LLM_THREADS", physical_cores(), 1, 256),
            keep_alive_s=environment.whole_number("BOUMB_LLM_KEEP_ALIVE_S", 1800, -1, 604_800),
            temperature=environment.number("BOUMB_LLM_TEMPERATURE", 0.7, 0, 2),
            slots=environment.whole_number("BOUMB_LLM_SLOTS", 1, 1, 64),
            watch_s=environment.number("BOUMB_LLM_WATCH_S", 2.0, 0.05, 60),
        )


def _bare(address: str) -> str:
    """An address without a scheme; the port is Ollama's own where there is none, and nobody dials 0.0.0.0."""
    bare = address.removeprefix("http://").rstrip("/")
    if bare == OFF:
        return OFF
    host, separator, port = bare.rpartition(":")
    if not separator:
        host, port = bare, _USUAL_ADDRESS.rpartition(":")[2]
    return f"{'127.0.0.1' if host in ('', '0.0.0.0') else host}:{port}"  # noqa: S104  compared, not bound


def physical_cores(table: Path = _CPU) -> int:
    """Cores of this machine that this process may use, without their second threads: more only wait for each other."""
    allowed = os.sched_getaffinity(0)
    try:
        blocks = table.read_text("utf-8").split("\n\n")
    except OSError:
        return len(allowed)
    cores: set[tuple[str, str]] = set()
    for block in blocks:
        fields = {name.strip(): value.strip() for name, _, value in (line.partition(":") for line in block.split("\n"))}
        if fields.get("processor", "").isdigit() and int(fields["processor"]) in allowed and "core id" in fields:
            cores.add((fields.get("physical id", ""), fields["core id"]))
    return len(cores) or len(allowed)
