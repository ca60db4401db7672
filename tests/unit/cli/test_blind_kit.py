"""The blind listening kit: equal pairs, a key apart from the page, and what votes on it say."""

import io
import json
import random
import wave
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from benchmarks import blind
from benchmarks._blind_kit import COMPARISONS, FOR_LISTENERS, KEY, PAGE, Pair, make_pairs, write_kit
from benchmarks._blind_votes import bootstrap, read_votes, results, sign_test, wilson
from cli.app import app
from training.data.skipping import EmptyFolder

RUNNER = CliRunner()


def samples_of(path: Path) -> np.ndarray:
    with wave.open(io.BytesIO(path.read_bytes())) as file:
        return np.frombuffer(file.readframes(file.getnframes()), dtype="<i2") / 32767


@pytest.fixture(scope="module")
def kit(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("kit")
    rows = blind.run(out=folder, pairs=3, seed=4)
    assert str(folder / FOR_LISTENERS / PAGE) in [row["value"] for row in rows]
    return folder


def test_the_sounds_of_a_pair_are_equally_long_and_loud_and_begin_alike(kit: Path) -> None:
    for number in (1, 2, 3):
        a, b = (samples_of(kit / FOR_LISTENERS / "sounds" / f"{number:03}-{side}.wav") for side in "ab")
        assert len(a) == len(b)
        blocks = [each[: len(each) // 4410 * 4410].reshape(-1, 4410) for each in (a, b)]
        powers = [np.mean(each**2, axis=1) for each in blocks]
        loudness = [float(np.sqrt(np.mean(each[each > each.max() / 100]))) for each in powers]
        assert loudness[0] == pytest.approx(loudness[1], rel=0.1)
        assert max(np.abs(a).max(), np.abs(b).max()) <= 0.91
        begun = a[:88_200], b[:88_200]
        assert np.corrcoef(*begun)[0, 1] > 0.99  # the beginning is the same, but for the loudness
        assert np.abs(a - b).max() > 0.01


def test_listeners_get_nothing_that_says_what_is_what(kit: Path) -> None:
    key = json.loads((kit / KEY).read_text("utf-8"))
    compared = [frozenset((pair["a"], pair["b"])) for pair in key["pairs"]]
    assert set(compared) == {frozenset(each) for each in COMPARISONS}
    assert len({pair["tune"] for pair in key["pairs"]}) == 3
    listen = kit / FOR_LISTENERS
    assert sorted(path.name for path in listen.iterdir()) == [PAGE, "sounds"]
    page = (listen / PAGE).read_text("utf-8")
    assert key["kit"] in page
    for word in ("baseline", "human", "ours", *(pair["tune"] for pair in key["pairs"])):
        assert word not in page
    assert "http" not in page


def test_the_same_seed_makes_the_same_kit(kit: Path, tmp_path: Path) -> None:
    again, other = (make_pairs(blind.EXAMPLES, 3, seed) for seed in (4, 5))
    assert write_kit(again, tmp_path) == json.loads((kit / KEY).read_text("utf-8"))["kit"]
    assert [pair.sides for pair in again] != [pair.sides for pair in other] or again[0].tune != other[0].tune


def votes_file(folder: Path, listener: str, choices: dict[int, str], kit: str = "") -> Path:
    name = kit or json.loads((folder / KEY).read_text("utf-8"))["kit"]
    path = folder / "votes" / f"{listener}.json"
    path.parent.mkdir(exist_ok=True)
    votes = [
        {"pair": pair, "choice": choice, "seconds": 1, "played": {"a": 1, "b": 1}} for pair, choice in choices.items()
    ]
    path.write_text(json.dumps({"kit": name, "listener": listener, "votes": votes}), encoding="utf-8")
    return path


@pytest.fixture
def plain_kit(tmp_path: Path) -> Path:
    """A kit of silence, in which "a" is ours in every odd pair and human in every even one."""
    silence = {"a": np.zeros(10), "b": np.zeros(10)}
    sides = [{"a": "ours", "b": "human"}, {"a": "human", "b": "ours"}]
    write_kit([Pair(number, "tune", sides[number % 2 == 0], silence) for number in range(1, 9)], tmp_path)
    return tmp_path


def test_votes_are_counted_by_what_the_key_says(plain_kit: Path) -> None:
    first = votes_file(plain_kit, "one", {1: "a", 2: "b", 3: "a", 4: "none"})
    votes_file(plain_kit, "two", {1: "a", 2: "a", 3: "b", 4: "b"})
    (alone,) = results(read_votes(first, plain_kit))
    assert (alone["comparison"], alone["wins"], alone["losses"], alone["ties"]) == ("ours : human", 3, 0, 1)
    (row,) = results(read_votes(plain_kit / "votes", plain_kit))
    assert (row["votes"], row["listeners"], row["wins"], row["losses"], row["ties"]) == (8, 2, 5, 2, 1)
    assert row["share"] == pytest.approx(5 / 7, abs=0.001)
    assert row["share_with_ties"] == pytest.approx(5.5 / 8, abs=0.001)
    assert float(str(row["bootstrap_low"])) < 5.5 / 8 < float(str(row["bootstrap_high"]))


def test_intervals_are_those_of_the_books() -> None:
    # Newcombe, "Two-sided confidence intervals for the single proportion" (1998), table I.
    for wins, chosen, low, high in ((81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611)):
        assert list(wilson(wins, chosen)) == pytest.approx([low, high], abs=1e-4)
    assert wilson(0, 0) == (0.0, 1.0)
    assert sign_test(9, 1) == pytest.approx(22 / 1024)
    assert sign_test(3, 3) == 1.0
    draws = random.Random(1)
    many = {str(number): [float(draws.random() < 0.5) for _ in range(10)] for number in range(20)}
    low, high = bootstrap(many, 1)
    mean = sum(map(sum, many.values())) / 200
    assert low < mean < high
    assert 0.08 < high - low < 0.3


@pytest.mark.parametrize("wrong", ["another kit", "no file", "no votes", "a wrong pair", "no key"])
def test_votes_that_fit_no_kit_are_refused(plain_kit: Path, wrong: str) -> None:
    path = votes_file(plain_kit, "one", {1: "a"}, kit="0" * 12 if wrong == "another kit" else "")
    folder = plain_kit
    match wrong:
        case "no file":
            path = plain_kit / "missing.json"
        case "no votes":
            path = votes_file(plain_kit, "one", {})
        case "a wrong pair":
            path = votes_file(plain_kit, "one", {99: "a"})
        case "no key":
            folder = plain_kit / "votes"
    with pytest.raises(EmptyFolder):
        read_votes(path, folder)
    refused = RUNNER.invoke(app, ["bench", "blind", "--votes", str(path), "--out", str(folder)])
    assert refused.exit_code == 2
    assert not refused.exception or isinstance(refused.exception, SystemExit)


def test_the_command_prints_and_keeps_the_results(plain_kit: Path) -> None:
    path = votes_file(plain_kit, "one", {1: "a", 2: "b"})
    done = RUNNER.invoke(app, ["bench", "blind", "--json", "--votes", str(path), "--out", str(plain_kit)])
    rows = json.loads(done.stdout)["rows"]
    assert rows[0]["wins"] == 2
    assert json.loads((plain_kit / blind.RESULTS).read_text("utf-8")) == rows
    refused = RUNNER.invoke(app, ["bench", "files", "--votes", str(path)])
    assert refused.exit_code == 2
