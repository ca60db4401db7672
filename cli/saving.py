"""Makes the file of a composition, and finds another place for it where the wanted one fails."""

import asyncio
import errno
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Protocol

import grpc.aio
from boumbapp.theory.v2.theory_service_pb2 import FILE_FORMAT_MIDI, ExportRequest

from cli.files import default_path, format_of, is_sound, unused
from cli.gateway_client import GatewayClient
from cli.messages.failures import of_call
from cli.messages.texts import Texts
from cli.messages.user_errors import UserError, unwritable
from cli.options import PartOptions
from cli.render.view import Saved
from cli.saving_places import folders, usual_folder
from cli.writing import write, write_new
from music.midi import write_tracks


class Shelf(Protocol):
    """Is told where music is."""

    def saved(self, saved: Saved) -> None:
        """A file was written."""


class Saving:
    """The file of one composition.

    Attributes:
        path: Where the music is; None until it is saved.
        writing: Whether what is left to do is writing, which ends by itself unless it is to a pipe.
    """

    def __init__(self, studio: GatewayClient, args: PartOptions, view: Shelf, texts: Texts) -> None:
        """Prepare.

        Args:
            studio: Client of the gateway; theory makes the files.
            args: Options of the command.
            view: Shows where the file is.
            texts: In the language of the caller.
        """
        self._studio = studio
        self._args = args
        self._view = view
        self._texts = texts
        self.path: Path | None = None
        self.writing = False

    async def save(
        self, request: ExportRequest, seed: int, sound: Callable[[], bytes], *, patient: bool
    ) -> UserError | None:
        """Save the bars; show where. Cancelling makes it do with what is quick: MIDI, in a place that does not wait.

        Theory makes the file, sound is made here. Where theory fails, MIDI is written here. If the file cannot be
        written where it was wanted, it goes to the current folder, else to the home folder, else to the one for
        temporary files.

        Args:
            request: Bars and what is known about them; the format follows the file's name.
            seed: Of the music, with which it can be had again.
            sound: The same bars as a WAV file.
            patient: Whether a pipe may be waited for until it has a reader.

        Returns:
            What went wrong, for the caller to show. `path` tells whether the music is safe all the same.
        """
        out = self._args.out
        request.format = FILE_FORMAT_MIDI if out is None else format_of(out)
        as_sound = out is not None and is_sound(out)
        trouble, wanted_format, other_file = None, request.format, False
        try:
            content = await (asyncio.to_thread(sound) if as_sound else self._studio.export(request))
        except (grpc.aio.AioRpcError, asyncio.CancelledError) as error:
            request.format = FILE_FORMAT_MIDI
            content = _midi(request)
            other_file = as_sound or request.format != wanted_format
            if isinstance(error, grpc.aio.AioRpcError):
                trouble = of_call(error, self._texts)
                trouble.message += f" {self._texts.midi_instead if other_file else self._texts.midi_here}"
        if out is not None and other_file:
            wanted, over = out.with_suffix(".mid"), False
        elif out is not None:
            wanted, over = out, True
        else:
            wanted, over = default_path(self._args.prompt, usual_folder()), False
        self.writing = True
        try:
            if over:
                replaced = await write(wanted, content, patient=patient)
                self._saved(Saved(path=wanted, size=len(content), replaced=replaced))
            else:
                path = _write_unused(wanted, content)
                renamed = wanted if path != wanted else None
                self._saved(Saved(path=path, size=len(content), wanted=renamed))
        except (OSError, asyncio.CancelledError) as error:
            reason = error.errno or errno.EIO if isinstance(error, OSError) else errno.EINTR
            unwritten = unwritable(wanted, reason, self._texts)
            if over and _is_file(wanted):
                unwritten.message += f" {self._texts.untouched}"
            suffix = wanted.suffix if as_sound or request.format != FILE_FORMAT_MIDI else ".mid"
            self._save_elsewhere(suffix, content)
            unwritten.advice = (
                self._texts.nowhere.format(seed=seed)
                if self.path is None
                else self._texts.elsewhere.format(path=self.path)
            )
            trouble = unwritten if trouble is None else trouble.and_then(unwritten)
        return trouble

    def _save_elsewhere(self, suffix: str, content: bytes) -> None:
        for folder in folders():
            with suppress(OSError):
                path = _write_unused(default_path(self._args.prompt, folder).with_suffix(suffix), content)
                self._saved(Saved(path=path, size=len(content)))
                return

    def _saved(self, saved: Saved) -> None:
        self.path = saved.path
        self._view.saved(saved)


def _midi(request: ExportRequest) -> bytes:
    key = request.key if request.HasField("key") else None
    markers = {marker.bar: marker.text for marker in request.markers}
    return write_tracks(request.tracks, request.bpm, key, request.title, markers)


def _write_unused(wanted: Path, content: bytes) -> Path:
    """Write under the wanted name, or one like it that nobody has."""
    while True:
        path = unused(wanted)
        with suppress(FileExistsError):  # somebody was quicker
            write_new(path, content)
            return path


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # its name is too long, say
        return False
