"""Keys of a terminal as they are pressed."""

import asyncio
import codecs
import contextlib
import os
import re
import signal
import termios
import tty
from collections.abc import Callable, Iterator

# What terminals send for keys that are no character.
_SEQUENCES = {"\x1b[C": "right", "\x1b[D": "left", "\x1bOC": "right", "\x1bOD": "left"}
_NAMES = {"\r": "enter", "\n": "enter", "\x7f": "backspace", "\b": "backspace", "\x1b": "escape", "\x04": "end"}
_SEQUENCE = re.compile(r"\x1b(?:\[[0-9;?]*[ -/]*[@-~]|O[A-Z])")


class KeyReader:
    """Makes keys of what comes from a terminal, in whatever pieces it comes."""

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")

    def read(self, data: bytes) -> list[str]:
        """The keys: a character each, or "left", "right", "enter", "backspace", "escape", "end"."""
        text, keys = self._decoder.decode(data), []
        while text:
            if found := _SEQUENCE.match(text):
                keys += [_SEQUENCES[found[0]]] if found[0] in _SEQUENCES else []
                text = text[found.end() :]
                continue
            if text[0] in _NAMES or text[0].isprintable():
                keys.append(_NAMES.get(text[0], text[0]))
            text = text[1:]
        return keys


@contextlib.contextmanager
def keys_of(descriptor: int, take: Callable[[str], None]) -> Iterator[None]:
    """Give each key that is pressed in a block to a function. The terminal is as before afterwards.

    Args:
        descriptor: Of the terminal.
        take: Called from the event loop.
    """
    before = termios.tcgetattr(descriptor)
    reader, loop = KeyReader(), asyncio.get_running_loop()

    def readable() -> None:
        try:
            data = os.read(descriptor, 1024)
        except OSError:
            data = b""
        if not data:  # the terminal is gone
            loop.remove_reader(descriptor)
            take("end")
        for key in reader.read(data):
            take(key)

    tty.setcbreak(descriptor)
    loop.add_reader(descriptor, readable)
    try:
        yield
    finally:
        loop.remove_reader(descriptor)
        with contextlib.suppress(termios.error):  # it is gone
            termios.tcsetattr(descriptor, termios.TCSADRAIN, before)


@contextlib.contextmanager
def leaving_on_signals(leave: Callable[[], None]) -> Iterator[None]:
    """Let Ctrl-C, SIGTERM and the end of the terminal call a function, for the length of a block."""
    loop = asyncio.get_running_loop()
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    for number in numbers:
        loop.add_signal_handler(number, leave)
    try:
        yield
    finally:
        for number in numbers:
            loop.remove_signal_handler(number)
