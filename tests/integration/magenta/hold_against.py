"""Holds the service's networks against what the library made. Runs under .venv-magenta; prints JSON.

Usage: python -m tests.integration.magenta.hold_against FOLDER
"""

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np

from services.magenta.batch_inputs import FIRST_PITCH, SAMPLE, Row
from services.magenta.bundle import build_network, read_bundle
from services.magenta.network import Network

DRAWS = 2000


def numbered(events: Any, lowest: int) -> Any:
    """The service's numbers of the library's events."""
    events = np.asarray(events)
    return np.where(events < 0, events + 2, events - lowest + FIRST_PITCH).astype(np.int32)


def compare(network: Network, expected: Any) -> dict[str, Any]:
    lowest = network.encoding.lowest
    events = numbered(expected["events"], lowest)
    inputs, logits = network.trace(events)
    powers = np.exp(logits - logits.max(1, keepdims=True))
    softmax = powers / powers.sum(1, keepdims=True)
    return {
        "inputs": float(np.abs(inputs - expected["inputs"]).max()),
        "softmax": float(np.abs(softmax - expected["softmax"]).max()),
        "spread": float(expected["softmax"].max(1).mean()),
        "sampled": sampled(network, events, expected, 50),
    }


def sampled(network: Network, events: Any, expected: Any, step: int) -> float:
    """Largest difference between how often an event is drawn and how likely the library finds it."""
    count = network.encoding.events
    state = network.start()
    # Evenly spread: as many draws as the network finds likely, to one in two thousand.
    draws = ((np.arange(DRAWS) + 0.5) / DRAWS).astype(np.float32)
    every = np.ones((step + 1, count), np.bool_)
    [(_, state)] = network.advance([Row(state, events[: step + 1], draws[: step + 1], every, 1.0)])
    rows = [
        Row(state, np.array([SAMPLE], np.int32), draws[index : index + 1], every[:1], 1.0) for index in range(DRAWS)
    ]
    drawn = np.bincount([int(found[0]) for found, _ in network.advance(rows)], minlength=count) / DRAWS
    likely = np.zeros(count)
    np.add.at(likely, numbered(expected["meaning"][step], network.encoding.lowest), expected["softmax"][step])
    return float(np.abs(drawn - likely).max())


def main() -> None:
    folder = Path(sys.argv[1])
    results = {}
    for path in sorted(folder.glob("*.mag")):
        twin = folder / "own_attention_40.npz" if path.stem == "old_attention" else path.with_suffix(".npz")
        network, verified = build_network(read_bundle(path.read_bytes()))
        results[path.stem] = {"verified": verified, **compare(network, np.load(twin))}
    print(json.dumps(results))


if __name__ == "__main__":
    main()
