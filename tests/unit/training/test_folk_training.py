"""The recipe on a few tunes: bits fall, weights survive the disk, and the same tunes give the same weights."""

import json
import sys
from pathlib import Path

import pytest

from services.melody.next_note_models.folk_weights import load
from training.data.abc_collections import COLLECTIONS, FROZEN, read_collections
from training.data.tunes import Corpus
from training.folk import train as folk

TUNES_EACH = 25


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("corpus")


@pytest.fixture(scope="module")
def corpus(cache: Path) -> Corpus:
    return read_collections(COLLECTIONS, cache, TUNES_EACH)


@pytest.fixture(scope="module")
def trained(corpus: Corpus) -> folk.TrainedFolkModel:
    return folk.train(corpus, ())


def test_bits_per_step_fall_against_a_unigram(trained: folk.TrainedFolkModel) -> None:
    model, unigram = trained.metrics["held_out"]["model"], trained.metrics["held_out"]["unigram"]
    assert model["steps"] == unigram["steps"] > 500
    assert model["per_step"] < 0.85 * unigram["per_step"]
    assert model["rhythm_per_step"] < 0.8 * unigram["rhythm_per_step"]
    assert model["pitch_per_onset"] < unigram["pitch_per_onset"]


def test_every_tune_is_accounted_for(corpus: Corpus, trained: folk.TrainedFolkModel) -> None:
    metrics = trained.metrics
    used = metrics["training_tunes"] + metrics["held_out_tunes"]
    dropped = metrics["near_duplicates_of_frozen_tunes_dropped"]
    assert used + dropped + sum(metrics["skipped"].values()) == len(COLLECTIONS) * TUNES_EACH
    assert sum(metrics["tunes"].values()) == used


def test_a_frozen_tune_is_not_learned(corpus: Corpus) -> None:
    metrics = folk.train(corpus, corpus.tunes[:3]).metrics
    assert metrics["near_duplicates_of_frozen_tunes_dropped"] >= 3


def test_the_recipe_writes_what_the_service_loads_twice_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cache: Path, corpus: Corpus
) -> None:
    digests = []
    for out in (tmp_path / "one", tmp_path / "two"):
        arguments = ["training.folk.train", "--out", str(out), "--limit", str(TUNES_EACH), "--cache", str(cache)]
        monkeypatch.setattr(sys, "argv", arguments)
        folk.main()
        model, manifest = load(out)
        digests.append(manifest.sha256)
        assert sum(model.intervals(())) == pytest.approx(1)
        assert json.loads((out / folk.METRICS).read_text())["sha256"] == manifest.sha256
    assert digests[0] == digests[1]


def test_the_shipped_figures_are_those_of_the_shipped_weights(cache: Path) -> None:
    folder = Path(__file__).resolve().parents[3] / "models" / "specialist-folk"
    metrics = json.loads((folder / folk.METRICS).read_text())
    assert metrics["sha256"] == load(folder)[1].sha256
    assert metrics["held_out"]["model"]["per_step"] < 0.65 * metrics["held_out"]["unigram"]["per_step"]
    assert set(metrics["tunes"]) == set(COLLECTIONS)
    assert metrics["frozen_tunes"] == len(read_collections(FROZEN, cache).tunes)
