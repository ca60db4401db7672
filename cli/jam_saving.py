"""Saves the music of a jam, as the other commands save theirs."""

from dataclasses import replace

from boumbapp.theory.v2.theory_service_pb2 import BarHarmony, ExportRequest

from cli.audio.mix import render_tracks
from cli.gateway_client import GatewayClient
from cli.jam.piece import Piece
from cli.jam_options import JamOptions
from cli.messages.texts import Texts
from cli.messages.user_errors import UserError
from cli.render.view import Saved
from cli.saving import Saving

_TITLE_MAX = 200


class _Shelf:
    """Remembers where music was put."""

    def __init__(self) -> None:
        self.path = ""

    def saved(self, saved: Saved) -> None:
        """A file was written."""
        self.path = str(saved.path)


async def save(piece: Piece, options: JamOptions, studio: GatewayClient, texts: Texts) -> tuple[str, UserError | None]:
    """Write a file; where it is, empty for nowhere, and what went wrong.

    Args:
        piece: The music.
        options: Of the command; without a name for the file, it is named after the prompt, and replaces none.
        studio: Client of the gateway.
        texts: In the language of the caller.
    """
    shelf = _Shelf()
    request = ExportRequest(
        tracks=piece.tracks,
        bpm=piece.bpm,
        key=piece.intent.key,
        title=piece.prompt[:_TITLE_MAX],
        swing=piece.swing,
        harmony=[BarHarmony(index=index, chords=plan.chords) for index, plan in enumerate(piece.plans)],
    )
    saving = Saving(studio, replace(options.to_arrange(), prompt=piece.prompt), shelf, texts)
    problem = await saving.save(request, piece.seed, lambda: render_tracks(piece.tracks, piece.bpm), patient=False)
    return shelf.path, problem
