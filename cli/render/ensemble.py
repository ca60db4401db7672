"""The view of several parts for people: their rolls one below the other, a system of bars at a time."""

from collections.abc import Sequence

from boumbapp.music.v2.events_pb2 import BarReady, Started
from boumbapp.music.v2.music_pb2 import ROLE_DRUMS, Bar, Track
from rich.text import Text

from cli.render import piano_roll, step_grid
from cli.render.piano_roll import COLOURS, Slice, System
from cli.render.screen import Screen
from cli.render.view import Names


class Ensemble(Screen):
    """Draws every part; a system is there for good when all of its parts are."""

    _tracks: Sequence[Track] = ()
    _parts: dict[str, dict[int, Bar]]

    def _start(self, started: Started, names: Names) -> None:
        self._tracks = list(started.tracks)
        self._parts = {track.id: {} for track in self._tracks}
        super()._start(started, names)

    def _role_text(self) -> str:
        return ", ".join(track.name for track in self._tracks)

    def _take(self, ready: BarReady) -> None:
        """Keep a bar; those count as there that every part has."""
        self._parts.setdefault(ready.track, {})[ready.bar.index] = ready.bar
        self._bars = self._common({index for bars in self._parts.values() for index in bars}, all_of_them=True)

    def _finish_roll(self) -> None:
        """Draw what is left, also where a part is missing."""
        if self._tracks:
            self._bars = self._common({index for bars in self._parts.values() for index in bars}, all_of_them=False)
        super()._finish_roll()

    def _common(self, indices: set[int], *, all_of_them: bool) -> list[Bar]:
        """A bar for each index that every part has, or any."""
        parts = list(self._parts.values())
        found = [[bars[index] for bars in parts if index in bars] for index in sorted(indices)]
        return [bars[0] for bars in found if bars and (len(bars) == len(parts) or not all_of_them)]

    def _drawing(self, system: System) -> list[Text]:
        lines = [piano_roll.numbers(system)]
        for track in self._tracks:
            own = tuple(
                Slice(self._parts[track.id].get(each.bar.index, Bar(meter=each.bar.meter)), each.start, each.stop)
                for each in system
            )
            lines.append(Text(f"  {track.name}", COLOURS.get(track.role, "yellow")))
            if track.role == ROLE_DRUMS:
                lines += step_grid.draw(own, self._texts.pieces, self._glyphs)[1:]
            else:
                lines += piano_roll.draw(own, track.role, self._glyphs)[1:]
        return lines
