"""From drum performances to feel: reading the corpus, splitting it, learning deviations, telling styles apart."""

import csv
import random
from collections.abc import Callable, Iterable
from pathlib import Path

import mido
import numpy as np
import pytest
from boumbapp.music.v2 import music_pb2 as pb
from boumbapp.music.v2.music_pb2 import Meter

from services.drums.styles.style import FAMILIES
from training.data.groove_corpus import INDEX, ROLAND_KEYS, Performance, read_corpus, split
from training.data.skipping import EmptyFolder
from training.drum_feel.deviations import deviations, family_of, learn, spread
from training.evaluation.groove_classifier import Hits, StyleClassifier, windows

FIELDS = "drummer,session,id,style,bpm,beat_type,time_signature,midi_filename,audio_filename,duration,split".split(",")
KICK, SNARE, CLOSED_EDGE, PEDAL = 36, 38, 22, 44
_TICKS_PER_STEP = 120


def write_midi(path: Path, hits: Iterable[tuple[int, int, int]]) -> None:
    """A drum file of (tick, key, velocity)."""
    track = mido.MidiTrack()
    now = 0
    for tick, key, velocity in sorted(hits):
        track.append(mido.Message("note_on", channel=9, note=key, velocity=velocity, time=tick - now))
        track.append(mido.Message("note_off", channel=9, note=key, velocity=64, time=0))
        now = tick
    path.parent.mkdir(parents=True, exist_ok=True)
    mido.MidiFile(ticks_per_beat=480, tracks=[track]).save(path)


def write_index(folder: Path, **rows: dict[str, str]) -> None:
    with (folder / INDEX).open("w", encoding="utf-8", newline="") as lines:
        writer = csv.DictWriter(lines, FIELDS)
        writer.writeheader()
        for name, row in rows.items():
            usual = {
                "drummer": "drummer1", "style": "rock", "bpm": "120", "beat_type": "beat", "time_signature": "4-4",
                "midi_filename": f"{name}.mid",
            }  # fmt: skip
            writer.writerow(usual | row)


def backbeat(bars: int = 8, late: Callable[[int], int] = lambda key: 0) -> list[tuple[int, int, int]]:
    """Kick on one and three, snare on two and four, eighths on the hat; `late` in ticks by key."""
    hits = []
    for start in range(0, bars * 16, 16):
        hits += [((start + step) * _TICKS_PER_STEP + 30 + late(KICK), KICK, 90) for step in (0, 8)]
        hits += [((start + step) * _TICKS_PER_STEP + 30 + late(SNARE), SNARE, 110) for step in (4, 12)]
        hits += [
            ((start + step) * _TICKS_PER_STEP + 30 + late(CLOSED_EDGE), CLOSED_EDGE, 80) for step in range(0, 16, 2)
        ]
    return hits


def test_performances_lie_on_the_grid_with_their_distance_from_it(tmp_path: Path) -> None:
    write_midi(tmp_path / "groove" / "one.mid", backbeat())
    write_index(tmp_path / "groove", one={"style": "funk/fast", "bpm": "100"})
    (performance,) = read_corpus(tmp_path).performances
    assert (performance.style, performance.bpm, performance.bars) == ("funk/fast", 100, 8)
    assert performance.meter == Meter(beats=4, beat_unit=4)
    assert set(performance.pieces) == {pb.DRUM_PIECE_KICK, pb.DRUM_PIECE_SNARE, pb.DRUM_PIECE_CLOSED_HAT}
    assert performance.offsets == pytest.approx(0.25)
    assert list(performance.steps) == sorted(performance.steps)


def test_of_several_strokes_on_a_step_the_loudest_is_the_hit(tmp_path: Path) -> None:
    grace = [(4 * _TICKS_PER_STEP + 10, SNARE, 30)]
    write_midi(tmp_path / "one.mid", backbeat() + grace)
    write_index(tmp_path, one={})
    (performance,) = read_corpus(tmp_path).performances
    snare = (performance.steps == 4) & (performance.pieces == pb.DRUM_PIECE_SNARE)
    assert performance.velocities[snare].tolist() == [110]


def test_bad_files_are_skipped_and_counted(tmp_path: Path) -> None:
    write_midi(tmp_path / "good.mid", backbeat())
    write_midi(tmp_path / "short.mid", backbeat()[:3])
    (tmp_path / "broken.mid").write_bytes((tmp_path / "good.mid").read_bytes()[:24])
    (tmp_path / "text.mid").write_text("not MIDI", encoding="utf-8")
    write_index(
        tmp_path, good={}, short={}, broken={}, text={}, absent={}, odd={"time_signature": "4-3"}, blank={"bpm": ""}
    )
    corpus = read_corpus(tmp_path)
    assert [performance.name for performance in corpus.performances] == ["good"]
    assert sum(corpus.skipped.values()) == 6
    assert corpus.skipped["file missing"] == 1
    assert corpus.skipped["incomplete entry in the index"] == 2
    assert corpus.skipped["fewer hits than a groove has"] == 1
    assert sum(count for reason, count in corpus.skipped.items() if reason.startswith("file unreadable")) == 2


def test_a_folder_without_index_is_refused(tmp_path: Path) -> None:
    with pytest.raises(EmptyFolder, match=INDEX):
        read_corpus(tmp_path)


def test_the_pads_of_the_module_are_pieces_of_the_contract() -> None:
    assert set(ROLAND_KEYS.values()) <= set(pb.DrumPiece.values())
    assert ROLAND_KEYS[PEDAL] == pb.DRUM_PIECE_PEDAL_HAT


def performance(name: str, hits: list[tuple[int, int, int]], style: str = "rock") -> Performance:
    hits = sorted(hits, key=lambda hit: (round(hit[0] / _TICKS_PER_STEP), ROLAND_KEYS[hit[1]]))
    steps = [round(tick / _TICKS_PER_STEP) for tick, _, _ in hits]
    return Performance(
        name=name,
        style=style,
        drummer="drummer1",
        fill=False,
        bpm=120,
        meter=Meter(beats=4, beat_unit=4),
        steps=np.array(steps),
        pieces=np.array([int(ROLAND_KEYS[key]) for _, key, _ in hits]),
        velocities=np.array([velocity for _, _, velocity in hits]),
        offsets=np.array([tick / _TICKS_PER_STEP - step for (tick, _, _), step in zip(hits, steps, strict=True)]),
    )


def test_a_split_never_changes_and_keeps_performances_whole() -> None:
    performances = [performance(f"p{number}", backbeat()) for number in range(60)]
    parts = [split(performances, 4, fold) for fold in range(4)]
    for training, held_out in parts:
        assert len(training) + len(held_out) == 60
        assert not {p.name for p in training} & {p.name for p in held_out}
    assert sorted(p.name for _, held_out in parts for p in held_out) == sorted(p.name for p in performances)
    assert [p.name for p in split(performances[::-1], 4)[1]][::-1] == [p.name for p in split(performances, 4)[1]]


def test_a_constant_distance_is_the_performances_own_grid() -> None:
    seen = deviations(performance("late", backbeat()))
    assert np.abs(seen.timing_ms).max() == pytest.approx(0)
    assert np.abs(seen.velocity).max() == pytest.approx(0)


def human(seed: int, lag: int) -> list[tuple[int, int, int]]:
    """A drummer whose snare lags by some ticks, with a little of everything else."""
    draws = random.Random(seed)
    loose = backbeat(32, lambda key: round(draws.gauss(lag if key == SNARE else 0, 6)))
    return [(max(tick, 0), key, min(max(round(draws.gauss(velocity, 5)), 1), 127)) for tick, key, velocity in loose]


def test_what_drummers_do_is_learned() -> None:
    model = learn([performance(f"p{seed}", human(seed, lag=15)) for seed in range(6)])
    snare = model.timing_ms("rock", 1, 0, False, 0.0)
    hat = model.timing_ms("rock", 2, 0, False, 0.0)
    assert snare - hat == pytest.approx(15 * 125 / _TICKS_PER_STEP, abs=2)
    low, high = (model.velocity("rock", 1, 0, False, False, score) for score in (-1, 1))
    assert high - low == pytest.approx(10, abs=3)


def test_a_family_that_nobody_plays_takes_after_all_drummers() -> None:
    model = learn([performance(f"p{seed}", human(seed, lag=15)) for seed in range(3)])
    assert model.timing_ms("jazz", 1, 0, False, 0.5) == model.timing_ms(FAMILIES[0], 1, 0, False, 0.5)


def test_spread_is_that_within_a_performance() -> None:
    figures = spread([performance("p", human(1, lag=0))])
    assert figures["timing_ms"][1] == pytest.approx(6 * 125 / _TICKS_PER_STEP, rel=0.2)
    assert figures["velocity_from_usual"][1] == pytest.approx(5, rel=0.2)


@pytest.mark.parametrize(
    ("style", "family"),
    [("rock", "rock"), ("rock/shuffle", "blues"), ("afrocuban/bembe", "latin"), ("middleeastern", "all")],
)
def test_styles_belong_to_families(style: str, family: str) -> None:
    assert family_of(style) == family


def off_beats(seed: int) -> list[tuple[int, int, int]]:
    """The same drummer with everything turned round."""
    return [(tick + 2 * _TICKS_PER_STEP, key, velocity) for tick, key, velocity in human(seed, lag=0)]


def test_the_classifier_learns_styles_from_drummers_and_counts_windows() -> None:
    grooves = [Hits.of(performance(f"p{seed}", human(seed, 0))) for seed in range(5)]
    turned = [Hits.of(performance(f"q{seed}", off_beats(seed))) for seed in range(5)]
    classifier = StyleClassifier([*grooves[:4], *turned[:4]], ["straight"] * 4 + ["turned"] * 4)
    assert classifier.recognise(grooves[4]) == ["straight"] * 16
    assert classifier.recognise(turned[4]).count("turned") == len(windows(turned[4]))
