"""Whether what speaks for a text being about music outweighs what speaks against it.

A network of one hidden layer over the numbers of `evidence.py`. `training/topicality` fits it to labelled questions;
`judge.json` holds it.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from services.rag.retrieval.evidence import FEATURES

FILE = Path(__file__).with_name("judge.json")
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Judge:
    """The network.

    Attributes:
        hidden: Weights of the hidden layer over raw features, units by features.
        hidden_bias: Of each unit.
        output: Weight of each unit.
        bias: What a text starts with, the least that is accepted taken off.
    """

    hidden: Floats
    hidden_bias: Floats
    output: Floats
    bias: float

    def score(self, evidence: Sequence[float]) -> float:
        """How much more speaks for a text than against it; above 0 it is accepted.

        Args:
            evidence: Of the text, in the order of `FEATURES`.
        """
        return self.bias + float(self.output @ np.tanh(self.hidden @ np.array(evidence) + self.hidden_bias))


@cache
def judge() -> Judge:
    """The network that ships."""
    content = json.loads(FILE.read_text("utf-8"))
    hidden = np.array([content["hidden"][name] for name in FEATURES]).T
    return Judge(hidden, np.array(content["hidden_bias"]), np.array(content["output"]), float(content["bias"]))
