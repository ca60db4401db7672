"""The back-off model: probabilities, smoothing, and weights that are what they claim."""

import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelstore.manifest import MANIFEST, WeightsError
from services.melody.next_note_models.backoff_counts import BackoffModel
from services.melody.next_note_models.folk_model import INTERVAL_RADICES, RHYTHM_RADICES
from services.melody.next_note_models.folk_weights import load
from tests.unit.melody.pieces import MODELS
from training.folk.counting import count

WEIGHTS = MODELS / "specialist-folk"

SEEN = [((0, 0), 0)] * 6 + [((0, 1), 1)] * 3 + [((1, 0), 2)]


def small() -> BackoffModel:
    return BackoffModel(count(SEEN, (2, 3), 4))


def test_without_context_frequencies_rule() -> None:
    probabilities = small().distribution(())
    assert sum(probabilities) == pytest.approx(1)
    assert probabilities[0] > probabilities[1] > probabilities[2] > probabilities[3] > 0


def test_smoothing_follows_its_formula() -> None:
    shorter = small().distribution((0,))
    longer = small().distribution((0, 0))
    # Six times symbol 0, one type, escape 12.
    assert longer[0] == pytest.approx((6 + 12 * shorter[0]) / 18)
    assert longer[3] == pytest.approx(12 * shorter[3] / 18)


def test_an_unseen_context_falls_back() -> None:
    assert small().distribution((0, 2)) == small().distribution((0,))
    assert small().distribution((1, 2)) == small().distribution((1,))


def test_a_value_that_would_be_read_as_another_context_is_refused() -> None:
    with pytest.raises(IndexError):
        small().distribution((0, 3))
    with pytest.raises(IndexError):
        small().distribution((-1,))


@given(st.data())
def test_the_shipped_model_gives_probabilities_for_every_context(data: st.DataObject) -> None:
    model, _ = load(WEIGHTS)
    for radices, distribution in ((RHYTHM_RADICES, model.steps), (INTERVAL_RADICES, model.intervals)):
        length = data.draw(st.integers(0, len(radices)))
        context = tuple(data.draw(st.integers(0, radix - 1)) for radix in radices[:length])
        probabilities = distribution(context)
        assert sum(probabilities) == pytest.approx(1)
        assert min(probabilities) > 0


def test_chord_tones_matter_more_on_stronger_steps() -> None:
    stability = load(WEIGHTS)[0].stability
    assert list(stability) == sorted(stability)
    assert stability[0] >= 1


def test_weights_are_small_and_named_by_digest() -> None:
    _, manifest = load(WEIGHTS)
    assert (WEIGHTS / manifest.file).stat().st_size < 5_000_000


def test_changed_weights_are_refused(tmp_path: Path) -> None:
    for path in WEIGHTS.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    load(tmp_path)
    weights = tmp_path / "folk.npz"
    content = bytearray(weights.read_bytes())
    content[random.Random(1).randrange(len(content))] ^= 1
    weights.write_bytes(bytes(content))
    with pytest.raises(WeightsError, match="digest"):
        load(tmp_path)


@pytest.mark.parametrize("manifest", ["", "[]", "{}", '{"name": "x"}'])
def test_an_unusable_manifest_is_named(tmp_path: Path, manifest: str) -> None:
    (tmp_path / MANIFEST).write_text(manifest)
    with pytest.raises(WeightsError, match="no usable weights"):
        load(tmp_path)


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="nowhere"):
        load(tmp_path / "nowhere")
