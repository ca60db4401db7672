"""Chords of songs: reading annotations, counting, weights of the catalogue, and the models that predict them."""

import json
import sys
from pathlib import Path

import numpy as np
import pytest

from services.theory.catalogue.catalogue import DATA, Catalogue
from services.theory.catalogue.harmony_family import SECTIONS
from training.chords import weights
from training.chords.catalogue_model import CatalogueModel, Smoothing
from training.chords.counts import Counts, bigram, unigram
from training.chords.lines import line_of
from training.chords.mixing import EXPERTS, MIXTURES, Mixture, look
from training.chords.models import ChordModels, learn, scores
from training.chords.statistics import at_paces, common_progressions, counted, forms, harmonic_rhythm, songs_with
from training.chords.vocabulary import SYMBOLS, numeral_of, symbol_of, triad_of
from training.data.billboard import ChordSong, UnreadableSong, bars_of, read_billboard, read_song
from training.data.skipping import EmptyFolder
from training.evaluation.chords import evaluate

CATALOGUE = Catalogue.load()
SONG = """# title: A Song
# artist: No One
# metre: 4/4
# tonic: {tonic}

0.0\tsilence
0.5\tA, intro, | {i}:maj | {i}:maj |, (guitar
4.0\tB, verse, | {i}:maj | {vi}:min | {iv}:maj | {v}:7 | x2, (voice
20.0\tC, chorus, | {iv}:maj | {v}:sus4(b7) . . {v}:7 | {i}:maj/3 {vi}:min7 | N | ->
28.0\t| (2/4) {iv}:maj | &pause |
30.0\tB', verse, | {i}:maj | {vi}:min | {iv}:maj | {v}:7 |
40.0\tend
"""
KEYS = {"C": "C A F G", "D": "D B G A", "Eb": "Eb C Ab Bb"}


def write(folder: Path, name: str, tonic: str = "C") -> Path:
    names = dict(zip(("i", "vi", "iv", "v"), KEYS[tonic].split(), strict=True))
    path = folder / f"{name}.txt"
    path.write_text(SONG.format(tonic=tonic, **names), encoding="utf-8")
    return path


@pytest.fixture
def song(tmp_path: Path) -> ChordSong:
    return read_song(write(tmp_path, "0001", "Eb"))


def test_an_annotation_is_read_bar_by_bar(song: ChordSong) -> None:
    assert song.bars == 2 + 8 + 4 + 2 + 4
    assert [(section.kind, section.letter, section.first, section.bars) for section in song.sections] == [
        ("intro", "A", 0, 2),
        ("verse", "B", 2, 8),
        ("chorus", "C", 10, 6),
        ("verse", "B", 16, 4),
    ]
    assert song.phrases == (0, 2, 6, 10, 16)  # the line after an arrow goes on with its phrase
    bars = list(bars_of(song))
    assert [numeral_of(triad_of(symbol_of(bar[0]))) for bar in bars[2:6]] == ["I", "vi", "IV", "V"]
    assert [(chord.quality, chord.beat, chord.beats) for chord in bars[11]] == [("sus4(b7)", 0, 3), ("7", 3, 1)]
    assert [len(bar) for bar in bars[12:16]] == [2, 0, 1, 0]
    assert bars[14][0].beats == 2


def test_a_file_that_is_no_annotation_says_why(tmp_path: Path) -> None:
    for text, reason in (("# tonic: H\n", "tonic"), ("# metre: four\n", "metre"), ("nothing\n", "no chords")):
        path = tmp_path / "0001.txt"
        path.write_text(text, encoding="utf-8")
        with pytest.raises(UnreadableSong, match=reason):
            read_song(path)
    with pytest.raises(EmptyFolder):
        read_billboard(tmp_path)
    write(tmp_path, "0002")
    assert read_billboard(tmp_path).skipped == {"no chords": 1}


def test_all_keys_give_the_same_line(tmp_path: Path) -> None:
    lines = [line_of(read_song(write(tmp_path, f"{tonic}", tonic))) for tonic in KEYS]
    assert lines[0].symbols == lines[1].symbols == lines[2].symbols
    assert not lines[0].minor
    assert lines[0].places[:6] == [0, 1, 0, 1, 2, 3]


def test_songs_are_counted_once_by_section(song: ChordSong) -> None:
    songs = [counted(song)] * 3
    doo_wop = weights.triads_of((("I",), ("vi",), ("IV",), ("V7",)), "major", CATALOGUE)
    assert songs_with(songs, {doo_wop: False})[doo_wop] == {"verse": 1, "any": 1}
    assert set(at_paces(doo_wop)) == {"written", "half", "double"}
    assert set(at_paces(doo_wop[:1] * 4)) == {"written"}
    assert common_progressions(songs)["major"] == {}  # one song, however often
    assert harmonic_rhythm([song])["verse"]["1"] == 1.0
    assert forms([song])["follows"]["verse chorus"] == 1


def test_weights_of_families_are_those_that_were_counted() -> None:
    """The files hold judgement and counts, and counting again from no song gives the judgement back."""
    for family in CATALOGUE.harmonies.values():
        if family.counted != weights.NAME:
            continue
        text = (DATA / "harmonies" / f"{family.slug}.yaml").read_text(encoding="utf-8")
        again = weights.rewritten(text, family, [], {"half": 0, "double": 0}, CATALOGUE)
        assert [line.split("{")[0] for line in again.splitlines()] == [line.split("{")[0] for line in text.splitlines()]
        for scale, choices in family.tonalities.items():
            rows = weights.weights_of(choices, scale, [], CATALOGUE)
            total = sum(each.judged for each in choices)
            for row, each in zip(rows, choices, strict=True):
                assert row["any"] == pytest.approx(100 * each.judged / total, abs=0.06)
            for kind in ("any", *SECTIONS):
                assert sum(each.weight_in(kind) for each in choices) == pytest.approx(100, abs=1)
    pop = CATALOGUE.harmonies["pop"].tonalities["major"]
    doo_wop = next(each for each in pop if each.bars == (("I",), ("vi",), ("IV",), ("V",)))
    assert doo_wop.weight_in("verse") > doo_wop.weight_in("bridge")


def test_what_songs_do_more_often_weighs_more(song: ChordSong) -> None:
    choices = CATALOGUE.harmonies["pop"].tonalities["major"]
    before, after = (weights.weights_of(choices, "major", songs, CATALOGUE) for songs in ([], [counted(song)] * 1))
    place = [each.bars for each in choices].index((("I",), ("vi",), ("IV",), ("V",)))
    assert after[place]["any"] > before[place]["any"]
    assert after[place]["verse"] > after[place]["any"]


def test_probabilities_of_all_chords_sum_to_one(tmp_path: Path) -> None:
    line = line_of(read_song(write(tmp_path, "0001")))
    counts = {"unigram": Counts().count([line], unigram), "bigram": Counts().count([line], bigram)}
    for name, chain in (("unigram", unigram), ("bigram", bigram)):
        chain_of = chain(line, 5)
        assert sum(counts[name].probability(chain_of, symbol) for symbol in range(SYMBOLS)) == pytest.approx(1)
    smoothing = Smoothing(0.3, 0.1, 0.7, 0.3)
    model = CatalogueModel(CATALOGUE, counts["unigram"], smoothing, judged=True)
    assert np.allclose(model._emissions[False].sum(axis=1), 1)
    assert np.isfinite(model.costs(line)[0]).all()


def test_models_are_learned_saved_and_compared(tmp_path: Path) -> None:
    for number in range(1, 13):
        write(tmp_path, f"00{number:02}", list(KEYS)[number % 3])
    lines = [line_of(song) for song in read_billboard(tmp_path).songs]
    said: list[str] = []
    models = learn(lines[:10], CATALOGUE, 1, 8, said.append)
    assert said
    models.save(tmp_path / "model")
    loaded = ChordModels.load(tmp_path / "model")
    found = list(scores(loaded, lines[10:], CATALOGUE))
    assert found == list(scores(models, lines[10:], CATALOGUE))
    bits = {str(row["name"]): float(row["bits_per_chord"]) for row in found}
    assert bits["mixture"] < bits["bigram"] < bits["unigram"]
    result = evaluate(tmp_path, loaded)
    assert (result["songs"], result["learned_from"]) == (2, 10)
    with pytest.raises(EmptyFolder):
        evaluate(tmp_path, learn(lines, CATALOGUE, 1, 1, said.append))


def test_weights_of_experts_sum_to_one(tmp_path: Path) -> None:
    line = line_of(read_song(write(tmp_path, "0001")))
    seen = look([line], {name: Counts() for name in ("in_bars", "in_phrase", "by_changes")})
    assert seen.came.shape == (len(line.symbols), len(EXPERTS))
    for name in MIXTURES:
        shares = Mixture.untrained(name, 3, seen.features.shape[1])._forward(seen)[-1]
        assert np.allclose(shares.sum(axis=1), 1)


def test_the_models_that_ship_beat_the_bigram_where_they_were_scored() -> None:
    metrics = json.loads((Path(__file__).parents[3] / "models/billboard-chords/metrics.json").read_text("utf-8"))
    bits = {row["name"]: row["bits_per_chord"] for row in metrics["held_out"]}
    assert bits["mixture"] < bits["counts and longest match"] < bits["bigram"]
    assert bits["mixture"] < bits["catalogue, judged weights"]


def test_the_command_writes_weights_into_the_files_of_families(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for number in range(1, 8):
        write(tmp_path, f"000{number}")
    out = tmp_path / "harmonies"
    out.mkdir()
    for path in (DATA / "harmonies").glob("*.yaml"):
        (out / path.name).write_bytes(path.read_bytes())
    monkeypatch.setattr(sys, "argv", ["weights", "--data", str(tmp_path), "--out", str(out)])
    weights.main()
    assert "pop: major, minor" in capsys.readouterr().out
    text = (out / "pop.yaml").read_text("utf-8")
    assert text.count("judged") == (DATA / "harmonies" / "pop.yaml").read_text("utf-8").count("judged")
    assert (out / "jazz.yaml").read_bytes() == (DATA / "harmonies" / "jazz.yaml").read_bytes()
