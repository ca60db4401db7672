"""One arrangement: composed as a part is, with all of its tracks."""

from boumbapp.music.v2.music_pb2 import Track

from cli.gateway_client import GatewayClient
from cli.messages.events import Event
from cli.messages.texts import Texts
from cli.options import ArrangeOptions
from cli.render.view import View
from cli.session import Session


class ArrangeSession(Session):
    """Composes an arrangement, and saves it as one file."""

    def __init__(self, studio: GatewayClient, args: ArrangeOptions, view: View, texts: Texts) -> None:
        """Args: as for `Session`."""
        super().__init__(studio, args, view, texts)
        self._tracks: dict[str, Track] = {}

    def sound(self) -> bytes:
        """The bars so far, as a WAV file."""
        from cli.audio.mix import render_tracks  # noqa: PLC0415 - numpy is only worth loading for those who listen

        return render_tracks(list(self._tracks.values()), self._started.bpm)

    def _keep(self, event: Event) -> None:
        super()._keep(event)
        if event.started:
            for track in event.started.tracks:
                self._tracks[track.id] = Track()
                self._tracks[track.id].CopyFrom(track)
        if event.bar:
            self._tracks[event.bar.track].bars.append(event.bar.bar)

    def _tracks_made(self) -> list[Track]:
        return [track for track in self._tracks.values() if track.bars]

    def _bars_made(self) -> int:
        return len({bar.index for bar in self._bars})
