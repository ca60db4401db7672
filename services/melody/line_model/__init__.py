"""The line model: a small neural network that knows how melodies and basses go on."""

from services.melody.line_model.features import Told
from services.melody.line_model.line import Line
from services.melody.line_model.network import LineNetwork, load

__all__ = ["Line", "LineNetwork", "Told", "load"]
