"""Reads the model for Ollama back.

`./boumb evaluate ollama --model models/ollama-line --prompt "<melody> ..."`

Prints, as JSON, what the GGUF file says and what JAX continues from its very weights: the likeliest symbols, each with
its lead over the next in logits, so that an engine that runs the file can be held against it.
"""

import argparse
import json
import re
from pathlib import Path
from typing import Final

from music.notation.vocabulary import BEGIN, IDS, TOKENS

_SPLIT: Final = re.compile("|".join(re.escape(token.text) for token in TOKENS))


def tokens_of(text: str) -> list[int]:
    """Tokens of a prompt, the beginning of text before them. Raises ValueError for text that is no symbol."""
    found = _SPLIT.findall(text)
    if "".join(found) != text:
        raise ValueError(f"not all symbols: {text!r}")
    return [IDS[BEGIN], *(IDS[symbol] for symbol in found)]


def main() -> None:
    """Print what the GGUF file says, and how JAX continues the prompts."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, required=True, help="folder of the model")
    parser.add_argument("--prompt", action="append", default=[], help="text to continue; may be given several times")
    parser.add_argument("--count", type=int, default=48, help="symbols to continue each with")
    options = parser.parse_args()
    # Slow to load, or not there: help needs none of it.
    import jax.numpy as jnp  # noqa: PLC0415

    from training.ollama.model_files import GGUF, describe, read_shape, read_weights  # noqa: PLC0415
    from training.ollama.network import greedy  # noqa: PLC0415

    path = options.model / GGUF
    weights = {name: jnp.asarray(array) for name, array in read_weights(path).items()}
    shape = read_shape(path)
    continued = [
        [(TOKENS[token].text, margin) for token, margin in greedy(weights, tokens_of(prompt), options.count, shape)]
        for prompt in options.prompt
    ]
    print(json.dumps({**describe(path), "continued": continued}))


if __name__ == "__main__":
    main()
