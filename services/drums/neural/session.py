"""The specialist at work on one piece: it leans while strokes are chosen, and plays them with its own touch."""

from collections.abc import Callable, Mapping, Sequence

from boumbapp.music.v1.music_pb2 import Bar

from services.drums.generation.form import first_of_section
from services.drums.generation.pattern import LogitBias
from services.drums.kit.kit import Piece
from services.drums.kit.strokes import BarStrokes
from services.drums.neural.hit_bias import HitBias
from services.drums.neural.humanizer import NeuralHumanizer
from services.drums.neural.onnx_models import SpecialistModel
from services.drums.performance.humanize import Deviation, Playing, SwungStrokes, perform


class SpecialistSession:
    """Plays the bars of a piece.

    Each section is played afresh, so that a bar depends on no more than its section, and resuming costs a few bars.

    Args:
        model: The specialist's models.
        playing: How the piece is played.
    """

    def __init__(self, model: SpecialistModel, playing: Playing) -> None:
        self._model = model
        self._playing = playing
        self._leaning = HitBias(model, playing)
        self._hand = NeuralHumanizer(model, playing)
        self._next = 0  # index of the bar that the hand goes on with

    def leaning(self, index: int) -> LogitBias:
        """How it leans in a bar; to be called for every bar of a section in order."""
        if index == first_of_section(index):
            self._leaning.restart()
        return self._leaning.lean

    def logit_bias_after(self, bars: Sequence[Bar]) -> LogitBias:
        """How it leans in the bar after some that are heard."""
        leaning = HitBias(self._model, self._playing)
        leaning.condition_on(bars)
        return leaning.lean

    def catch_up(self, index: int, strokes_of: Callable[[int], BarStrokes]) -> None:
        """Play for itself the bars of the section before one, if it has not just played them.

        Args:
            index: Index of the bar to be played next.
            strokes_of: Strokes of a bar by its index.
        """
        if self._playing.feel.humanise <= 0:
            return
        first = first_of_section(index)
        if index == first or self._next != index:
            self._hand.restart()
            self._next = first
        while self._next < index:
            perform(strokes_of(self._next), self._playing, self, self._next)

    def condition_on(self, bars: Sequence[Bar]) -> None:
        """Go on from bars that somebody else changed."""
        self._hand.condition_on(bars)
        self._next = -1

    def deviations(self, strokes: SwungStrokes, playing: Playing, bar: int) -> Mapping[tuple[Piece, int], Deviation]:
        """How it plays the strokes of a bar; see `feel.Hand`."""
        found = self._hand.deviations(strokes, playing, bar)
        self._next = bar + 1
        return found
