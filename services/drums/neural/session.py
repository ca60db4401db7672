"""The specialist at work on one piece: it biases the choice of hits, and humanizes them."""

from collections.abc import Callable, Mapping, Sequence

from boumbapp.music.v2.music_pb2 import Bar

from services.drums.generation.form import first_of_section
from services.drums.generation.pattern import LogitBias
from services.drums.kit.kit import Piece
from services.drums.kit.strokes import BarStrokes
from services.drums.neural.hit_bias import HitBias
from services.drums.neural.humanizer import NeuralHumanizer
from services.drums.neural.onnx_models import SpecialistModel
from services.drums.performance.humanize import Deviation, Playing, SwungStrokes, perform


class SpecialistSession:
    """Plays the bars of a piece; a `Humanizer`.

    The history is dropped at the start of each section, so that a bar depends on its section alone, and resuming costs
    a few bars at most.

    Args:
        model: The specialist's models.
        playing: How the piece is played.
    """

    def __init__(self, model: SpecialistModel, playing: Playing) -> None:
        self._model = model
        self._playing = playing
        self._hit_bias = HitBias(model, playing)
        self._humanizer = NeuralHumanizer(model, playing)
        self._next = 0  # index of the bar that continues the humanizer's history

    def logit_bias(self, index: int) -> LogitBias:
        """The bias for the bar of an index; to be called for every bar of a section in order."""
        if index == first_of_section(index):
            self._hit_bias.reset()
        return self._hit_bias.apply

    def logit_bias_after(self, bars: Sequence[Bar]) -> LogitBias:
        """The bias for the bar after some given ones."""
        hit_bias = HitBias(self._model, self._playing)
        hit_bias.condition_on(bars)
        return hit_bias.apply

    def catch_up(self, index: int, strokes_of: Callable[[int], BarStrokes]) -> None:
        """Bring the humanizer's history up to a bar, by performing the bars of its section that are missing in it.

        Args:
            index: Index of the bar to be played next.
            strokes_of: Strokes of a bar by its index.
        """
        if self._playing.feel.humanise <= 0:
            return
        first = first_of_section(index)
        if index == first or self._next != index:
            self._humanizer.reset()
            self._next = first
        while self._next < index:
            perform(strokes_of(self._next), self._playing, self, self._next)

    def condition_on(self, bars: Sequence[Bar]) -> None:
        """Replace the humanizer's history by given bars."""
        self._humanizer.condition_on(bars)
        self._next = -1

    def deviations(self, strokes: SwungStrokes, playing: Playing, bar: int) -> Mapping[tuple[Piece, int], Deviation]:
        """Sample the deviations of a bar; see `Humanizer`.

        Args:
            strokes: Strokes of the bar by piece and swung step.
            playing: How the piece is played.
            bar: Index of the bar.
        """
        deviations = self._humanizer.deviations(strokes, playing, bar)
        self._next = bar + 1
        return deviations
