"""The line model: a small neural network that predicts melodies and basses."""

from services.melody.line_model.features import Conditions
from services.melody.line_model.line import LinePredictor
from services.melody.line_model.network import LineNetwork, load

__all__ = ["Conditions", "LineNetwork", "LinePredictor", "load"]
