"""The model for Ollama: its file read back, trained anew on tunes made for it, and run by a real Ollama.

JAX and the GGUF library live in the environment of training; an engine must go on as JAX does from the same file.
"""

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from boumbapp.music.v2.music_pb2 import Meter

from modelstore.manifest import load_files
from music.notation.grammar import grammar
from music.notation.notes import read_bars
from music.notation.vocabulary import TOKENS
from tests.environments import needs
from tests.real_ollama import OWN, real_ollama
from training.data.tunes import Tune, TuneNote
from training.ollama.corpus import notate, write_lines

ROOT = Path(__file__).parents[3]
MODEL = ROOT / "models/ollama-line"
GGUF = "line.gguf"
PYTHON = ROOT / ".venv-training/bin/python"
# A prompt without a bar, one within a bar, and one with chords: each with its number of tokens, the beginning included.
PROMPTS = {
    "<melody><major><4/4>": 4,
    "<bass><minor><4/4><pop><density=medium> 1,,4 1,,4 5,,4": 9,
    "<melody><minor><3/4><register=high> [1m] 1:4 b3:4 5:4 | [4m]": 11,
}
COUNT = 48
# An engine keeps keys and values as halves: where two symbols are nearly as likely it may take the other one.
CLOSE = 0.05

pytestmark = pytest.mark.timeout(600)


def in_training(module: str, *arguments: str | Path) -> str:
    """Run a module in the environment of training; what it printed."""
    environment = os.environ | {"PYTHONPATH": f"{ROOT}:{ROOT / 'gen/python'}", "JAX_PLATFORMS": "cpu"}
    command = [PYTHON, "-m", f"training.{module}", *arguments]
    done = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def read_back(model: Path, *prompts: str) -> dict[str, Any]:
    """What the file says, and how JAX continues prompts."""
    options = [part for prompt in prompts for part in ("--prompt", prompt)]
    found: dict[str, Any] = json.loads(in_training("ollama.check", "--model", model, "--count", str(COUNT), *options))
    return found


@pytest.fixture(scope="module")
def shipped() -> dict[str, Any]:
    return read_back(MODEL, *PROMPTS)


def test_the_model_is_what_its_manifest_says_and_small() -> None:
    files, manifest = load_files(MODEL)
    assert manifest.name == "ollama-line"
    assert len(files[GGUF]) < 5_000_000
    assert f"FROM ./{GGUF}\n" in files["Modelfile"].decode()
    assert files["line-6-8.gbnf"].decode() == grammar(Meter(beats=6, beat_unit=8))


@needs("training")
def test_the_file_lists_the_symbols_of_the_notation_one_token_each(shipped: dict[str, Any]) -> None:
    fields = shipped["fields"]
    assert fields["general.architecture"] == "llama"
    assert fields["tokenizer.ggml.tokens"] == [token.text for token in TOKENS]
    assert fields["tokenizer.ggml.token_type"] == [int(token.kind) for token in TOKENS]
    assert fields["tokenizer.ggml.add_space_prefix"] is False


@needs("training")
def test_the_tensors_are_those_of_the_architecture(shipped: dict[str, Any]) -> None:
    fields, tensors = shipped["fields"], shipped["tensors"]
    width, hidden = fields["llama.embedding_length"], fields["llama.feed_forward_length"]
    layers = fields["llama.block_count"]
    assert tensors["token_embd.weight"] == tensors["output.weight"] == {"shape": [len(TOKENS), width], "type": "F16"}
    assert tensors["blk.0.ffn_down.weight"] == {"shape": [width, hidden], "type": "F16"}
    assert tensors["output_norm.weight"] == {"shape": [width], "type": "F32"}
    assert len(tensors) == 9 * layers + 3
    assert fields["llama.rope.dimension_count"] == width // fields["llama.attention.head_count"]


def scales(seed: int) -> Tune:
    """A tune of rising and falling scales in quarters, which is soon learned."""
    first = int(np.random.default_rng(seed).integers(7))
    degrees = [(first + step) % 14 for step in range(64)]
    folded = [degree if degree < 7 else 14 - degree for degree in degrees]
    pitches = [60 + (0, 2, 4, 5, 7, 9, 11, 12)[degree] for degree in folded]
    notes = tuple(TuneNote(index // 4, index % 4 * 4, 4, pitch) for index, pitch in enumerate(pitches))
    return Tune(f"folk/scales/{seed}", "", 4, 4, 0, "major", 16, notes)


@needs("training")
def test_training_learns_goes_on_where_it_stopped_and_exports(tmp_path: Path) -> None:
    lines, run, model = tmp_path / "lines.jsonl", tmp_path / "run", tmp_path / "model"
    write_lines(lines, [notate(scales(seed)) for seed in range(12)])
    held_out = tmp_path / "held-out.jsonl"
    write_lines(held_out, [notate(scales(seed)) for seed in range(12, 14)])
    together = lines.read_text() + held_out.read_text().replace('"split": "train"', '"split": "validation"')
    lines.write_text(together)
    small = "--layers 1 --width 32 --heads 2 --hidden 48 --context 48 --batch 4 --check-every 5".split()
    told = in_training("ollama.train", "--lines", lines, "--out", run, "--steps", "40", *small).splitlines()
    losses = [json.loads(line)["bits_per_token"] for line in told[:-1]]
    assert losses[-1] < losses[0] - 2
    assert json.loads(told[-1])["steps"] == 2 * 16 * 16
    # A run that is over trains no more: its weights stay.
    before = (run / "weights.npz").read_bytes()
    in_training("ollama.train", "--lines", lines, "--out", run, "--steps", "40", *small)
    assert (run / "weights.npz").read_bytes() == before
    in_training("ollama.export", "--run", run, "--out", model)
    again = read_back(model)
    assert again["fields"]["llama.block_count"] == 1
    assert again["tensors"]["token_embd.weight"]["shape"] == [len(TOKENS), 32]


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A real Ollama with the model created from its Modelfile."""
    with (
        real_ollama(tmp_path_factory.mktemp("ollama"), OWN) as settings,
        httpx.Client(base_url=f"http://{settings.address}", timeout=120, trust_env=False) as client,
    ):
        yield client


def generate(client: httpx.Client, prompt: str, **options: float) -> dict[str, Any]:
    """Raw text: no template, no system prompt."""
    asked = {"model": OWN, "prompt": prompt, "raw": True, "stream": False, "options": options}
    reply = client.post("/api/generate", json=asked)
    assert reply.is_success, reply.text
    answer: dict[str, Any] = reply.json()
    return answer


@needs("training")
@pytest.mark.parametrize("prompt", PROMPTS)
def test_ollama_goes_on_as_jax_does(engine: httpx.Client, shipped: dict[str, Any], prompt: str) -> None:
    reply = generate(engine, prompt, temperature=0, num_predict=COUNT, repeat_penalty=1)
    assert reply["prompt_eval_count"] == PROMPTS[prompt]
    symbols = [f" {symbol}" for symbol in reply["response"].split()]
    assert "".join(symbols) == reply["response"]
    expected = shipped["continued"][list(PROMPTS).index(prompt)]
    for place, (found, (symbol, lead)) in enumerate(zip(symbols, expected, strict=False)):
        if found != symbol:
            assert lead < CLOSE, f"symbol {place} is {found!r}, JAX has {symbol!r} by {lead} logits"
            break
    else:
        assert len(symbols) == COUNT or expected[len(symbols)][0] == "</s>"


def test_ollama_writes_symbols_only_one_token_each(engine: httpx.Client) -> None:
    known = {token.text for token in TOKENS}
    for seed in range(5):
        reply = generate(engine, "<melody><major><4/4><pop>", seed=seed, num_predict=96)
        symbols = [f" {symbol}" for symbol in reply["response"].split()]
        assert set(symbols) <= known
        assert len(symbols) in (reply["eval_count"], reply["eval_count"] - 1)  # the end of text may be counted


def test_ollama_keeps_the_metre_far_more_often_than_chance_without_a_grammar(engine: httpx.Client) -> None:
    bars = [
        bar
        for seed in range(8)
        for bar in generate(engine, "<melody><major><6/8><folk>", seed=seed, num_predict=80)["response"].split("|")[:-1]
    ]
    assert len(bars) >= 20
    assert sum(map(is_full, bars)) / len(bars) >= 0.3


def is_full(bar: str) -> bool:
    """Whether a bar fills 6/8, whatever sounded before it."""
    try:
        return len(read_bars(bar.replace("~", "r"), 0, Meter(beats=6, beat_unit=8))) == 1
    except ValueError:
        return False
