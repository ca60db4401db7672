"""Fits the network that tells questions about music from others: python -m training.topicality.fit.

It learns from the labelled questions of tests/unit/rag/questions, and from the questions and the texts about something
else that rag lists, each seen by a retriever that lacks it.
"""

import argparse
import json
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from services.rag.retrieval.evidence import FEATURES
from services.rag.retrieval.judge import FILE
from training.topicality.examples import Example, examples

_FOLDS = 5
_MOST_REFUSED = 0.002  # of the questions about music that were written to test, when the bias is set
_SEED = 1
_SHOWN = 40
Matrix = NDArray[np.float64]


def main() -> None:
    """Fit, show what left-out texts give, and write the network."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.parse_args()
    from training.topicality.network import fitted, scores  # noqa: PLC0415 - its libraries are those of training alone

    rows = list(examples())
    raw = np.array([row.evidence for row in rows])
    mean, spread = raw.mean(axis=0), raw.std(axis=0)
    spread[spread == 0] = 1.0
    x = (raw - mean) / spread
    y = np.array([float(row.music) for row in rows])
    weight = np.array([row.weight for row in rows])
    part = np.random.default_rng(_SEED).integers(_FOLDS, size=len(rows))
    left_out = np.zeros(len(rows))
    for fold in range(_FOLDS):
        kept = part != fold
        left_out[~kept] = scores(fitted(x[kept], y[kept], weight[kept]), x[~kept])
    least = shown(rows, left_out)
    network = fitted(x, y, weight)
    hidden = np.array(network.hidden, dtype=np.float64) / spread[:, None]
    content = {
        "made_by": "python -m training.topicality.fit",
        "bias": round(float(network.bias) - least, 4),
        "output": np.array(network.output, dtype=np.float64).round(4).tolist(),
        "hidden_bias": (np.array(network.hidden_bias, dtype=np.float64) - mean @ hidden).round(4).tolist(),
        "hidden": {name: row.round(5).tolist() for name, row in zip(FEATURES, hidden, strict=True)},
    }
    FILE.write_text(json.dumps(content) + "\n", encoding="utf-8")


def shown(rows: Sequence[Example], left_out: Matrix) -> float:
    """Print what left-out texts give at several thresholds, and those nearest to being wrong; returns the threshold.

    Args:
        rows: The texts.
        left_out: How much speaks for each, by a network that has not seen it.
    """
    music = np.array([row.music for row in rows])
    test = np.array([row.test for row in rows])
    ours = left_out[music & test]
    for share in (0.002, 0.004, 0.006, 0.01, 0.02):
        at = np.quantile(ours, share)
        refused = (left_out <= at)[~music & test].mean(), (left_out <= at)[~music & ~test].mean()
        listed = (left_out <= at)[music & ~test].mean()
        print(
            f"{share:.1%} of music refused (of listed questions {listed:.1%}): "
            f"{refused[0]:.1%} and {refused[1]:.1%} of the others, from {at:.2f}"
        )
    order = np.argsort(left_out)
    print("music that looks least like it:")
    for place in [place for place in order if music[place] and test[place]][:_SHOWN]:
        print(f"{left_out[place]:.2f} {rows[place].text}")
    print("others that look most like music:")
    for place in [place for place in order[::-1] if not music[place]][:_SHOWN]:
        print(f"{left_out[place]:.2f} {rows[place].text}")
    return float(np.quantile(ours, _MOST_REFUSED))


if __name__ == "__main__":
    main()
