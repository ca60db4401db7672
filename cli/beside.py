"""A person's own music, which plays beside what is composed."""

import asyncio
from pathlib import Path

import grpc.aio

from cli.gateway_client import GatewayClient
from cli.messages.events import ComposeRequest
from cli.messages.failures import of_call
from cli.messages.texts import Texts
from cli.reading import read_file

_MOST_TRACKS, _MOST_BARS = 16, 128


async def play_beside(request: ComposeRequest, path: Path, studio: GatewayClient, texts: Texts) -> None:
    """Put the tracks of a file beside what a request asks for, in place; what the file tells of the piece are hints.

    Args:
        request: To compose.
        path: A MIDI or MusicXML file.
        studio: Reads it.
        texts: In the language of the caller.

    Raises:
        UserError: It cannot be read.
    """
    try:
        read = await studio.import_file(await asyncio.to_thread(read_file, path, texts))
        key = read.key if read.HasField("key") else await studio.key(read.tracks)
    except grpc.aio.AioRpcError as error:
        raise of_call(error, texts) from error
    request.context.extend(read.tracks[:_MOST_TRACKS])
    hints = request.hints
    hints.bpm = read.bpm
    if key is not None:
        hints.key.CopyFrom(key)
    bars = [bar for track in read.tracks for bar in track.bars]
    if bars:
        hints.bars = min(max(bar.index for bar in bars) + 1, _MOST_BARS)
        hints.meter.CopyFrom(bars[0].meter)
