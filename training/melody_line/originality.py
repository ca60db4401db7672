"""Whether the specialist repeats what it learned from.

`./boumb evaluate originality --corpus .boumb/corpus`

For 2,000 melodies that the specialist composes, the longest run of notes that each shares with any tune it learned
from; and the same for as many excerpts of these tunes, each as long as one of the melodies and held against the other
tunes. Tunes that are known to be alike count as one, and so do the lines of one song. With `--index FILE` it writes
what tells copies while decoding (`services.melody.line_model.originality`) instead.
"""

import argparse
import itertools
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from boumbapp.music.v2.intent_pb2 import IntentOptions
from boumbapp.music.v2.music_pb2 import Bar
from numpy.typing import NDArray

from services.composition.brief import CompositionBrief
from services.melody.engines.rule_based import start_piece
from services.melody.line_model import load
from services.melody.line_model.originality import PROBES, RUN, Move, scramble
from services.melody.next_note_models.neural import neural_models
from services.theory.catalogue.catalogue import Catalogue
from services.theory.harmony.constraints import constrain
from services.theory.prompt.understanding import understand
from training.common.progress import track
from training.data.duplicates import alike
from training.data.line_corpus import SOURCES, split_of
from training.data.tunes import Tune
from training.melody_line.config import FOLDER
from training.melody_line.ngram_overlap import Moves, longest_shared

# What counts as a tune of somebody; basses repeat figures that belong to everybody.
_ROLES = ("melody", "counter")
_BITS = 1 << 23
# A run with fewer different moves, or in more songs, is common property.
_FEWEST_MOVES, _MOST_SONGS = 4, 2
_PERCENTILES = (50, 90, 95, 99, 100)
_BARS = 8
_PROMPTS = (
    "mélodie pop en do majeur",
    "mélodie folk en ré majeur",
    "melody ballad in A minor",
    "melody jazz in Bb major",
    "mélodie valse en sol majeur 3/4",
    "lead synthwave in E minor",
    "mélodie rock en la majeur",
    "melody 6/8 in G major",
)


@dataclass(frozen=True, slots=True)
class LearnedTunes:
    """Tunes that the model learned from, and the song that each belongs to."""

    tunes: tuple[Tune, ...]
    songs: tuple[int, ...]


def learned_tunes(folder: Path) -> LearnedTunes:
    """Read the tunes that the line model learned from."""
    tunes = [tune for read in SOURCES.values() for tune in read(folder).tunes]
    kept = [tune for tune in tunes if split_of(tune.name) == "train" and tune.role in _ROLES]
    return numbered(kept)


def numbered(tunes: Sequence[Tune]) -> LearnedTunes:
    """Tell which tunes are one song: those of one source and number, and near-duplicates."""
    number_of: dict[str, int] = {}
    for number, group in enumerate(alike(tunes)):
        # Lines of one song may be in several groups; the first one counts for all.
        number = min((number_of.get(_song(tune), number) for tune in group), default=number)  # noqa: PLW2901
        for tune in group:
            number_of[_song(tune)] = number
    return LearnedTunes(tuple(tunes), tuple(number_of[_song(tune)] for tune in tunes))


def _song(tune: Tune) -> str:
    return tune.name.removesuffix(f"/{tune.role}")


def moves_of(notes: Sequence[tuple[int, int]]) -> list[Move]:
    """Moves of a line, given as onsets in steps and pitches."""
    return [(b - a, after - before) for (before, a), (after, b) in itertools.pairwise(notes)]


def tune_moves(tune: Tune) -> list[Move]:
    """Moves of a tune: time between onsets in steps, and interval in semitones."""
    bar = tune.beats * 16 // tune.beat_unit
    return moves_of([(note.bar * bar + note.step, note.pitch) for note in tune.notes])


def index_of(corpus: Moves) -> NDArray[np.uint8]:
    """The Bloom filter of the runs of a corpus that belong to few songs."""
    fits = corpus.left >= RUN
    digests, songs = corpus.runs(RUN)[fits], corpus.song[fits]
    varied = _different(corpus)[fits] >= _FEWEST_MOVES
    pairs = np.unique(np.stack([digests, songs.astype(np.uint64)]), axis=1)
    found, counts = np.unique(pairs[0], return_counts=True)
    own = found[(counts <= _MOST_SONGS) & np.isin(found, digests[varied])]
    bits = np.zeros(_BITS, dtype=np.bool_)
    scrambled = [scramble(int(digest)) for digest in own]
    places = np.array(scrambled, np.uint64)[:, None]
    strides = (places >> np.uint64(32)) | np.uint64(1)
    bits[((places + np.arange(PROBES, dtype=np.uint64) * strides) & np.uint64(_BITS - 1)).ravel()] = True
    return np.packbits(bits, bitorder="little")


def _different(corpus: Moves) -> NDArray[np.int64]:
    """How many different moves the run from each move on has."""
    padded = np.concatenate([corpus.symbols, np.zeros(RUN, np.uint64)])
    windows = np.sort(np.lib.stride_tricks.sliding_window_view(padded, RUN)[: len(corpus.symbols)], axis=1)
    different: NDArray[np.int64] = (windows[:, 1:] != windows[:, :-1]).sum(axis=1) + 1
    return different


def composed(count: int) -> Iterator[list[Move]]:
    """Moves of melodies that the specialist composes, of different styles, keys and seeds."""
    catalogue = Catalogue.load()
    models = neural_models(load(FOLDER)[0])
    for number in range(count):
        intent = understand(f"{_PROMPTS[number % len(_PROMPTS)]} {_BARS} mesures", IntentOptions(), "fr", catalogue)
        constraints = constrain(intent, catalogue)
        next_bar = start_piece(
            models, CompositionBrief(constraints=constraints, intent=intent, bars=_BARS, seed=number)
        )
        bars: list[Bar] = []
        while len(bars) < _BARS:
            bars.append(next_bar(bars))
        steps = constraints.meter.beats * 16 // constraints.meter.beat_unit
        notes = {
            (index * steps + note.start_step): note.pitch
            for index, bar in enumerate(bars)
            for note in sorted(bar.notes, key=lambda note: note.pitch)
            if not note.tied
        }
        yield moves_of(sorted(notes.items()))


def excerpts(
    lines: Sequence[Sequence[Move]], sizes: Sequence[int], seed: int
) -> tuple[list[Sequence[Move]], list[int]]:
    """A random excerpt of a random line for each size, and the indices of the lines.

    Args:
        lines: To choose from.
        sizes: Moves of each excerpt.
        seed: Of the choice.
    """
    random = np.random.default_rng(seed)
    chosen, of = [], []
    for size in sizes:
        fitting = [index for index in random.integers(len(lines), size=100).tolist() if len(lines[index]) >= size]
        index = fitting[0] if fitting else max(range(len(lines)), key=lambda line: len(lines[line]))
        start = int(random.integers(max(len(lines[index]) - size, 0) + 1))
        chosen.append(lines[index][start : start + size])
        of.append(index)
    return chosen, of


def report(learned: LearnedTunes, outputs: Sequence[Sequence[Move]], seed: int = 1) -> dict[str, Any]:
    """Longest shared runs, in notes, of outputs and of human excerpts of the same lengths.

    Args:
        learned: What the model learned from.
        outputs: Moves of what it composed.
        seed: Of the human excerpts.
    """
    lines = [tune_moves(tune) for tune in learned.tunes]
    corpus = Moves.of(lines, learned.songs)
    # Outputs belong to no song.
    machine = longest_shared(Moves.of(outputs, [-1] * len(outputs)), corpus)
    texts, of = excerpts(lines, [len(output) for output in outputs], seed)
    human = longest_shared(Moves.of(texts, [learned.songs[index] for index in of]), corpus)
    return {
        "tunes": len(learned.tunes),
        "songs": len(set(learned.songs)),
        "outputs": len(outputs),
        "notes_per_output": round(float(np.mean([len(output) + 1 for output in outputs])), 1),
        "longest_shared_run_in_notes": {"specialist": _percentiles(machine), "human": _percentiles(human)},
    }


def _percentiles(moves: NDArray[np.int64]) -> dict[str, Any]:
    notes = moves + 1
    percentiles = np.percentile(notes, _PERCENTILES, method="higher").astype(int).tolist()
    share = float((moves >= RUN).mean())
    return {f"p{p}": value for p, value in zip(_PERCENTILES, percentiles, strict=True)} | {
        "mean": round(float(notes.mean()), 2),
        f"share_of_{RUN + 1}_or_more": round(share, 4),
    }


def main() -> None:
    """Write the index of runs, or report how much outputs share with the corpus."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpus", type=Path, default=Path(".boumb/corpus"), help="folder of the data sets")
    parser.add_argument("--outputs", type=int, default=2000, help="melodies to compose (default: %(default)s)")
    parser.add_argument("--index", type=Path, help="write the index of runs to this file, and nothing else")
    options = parser.parse_args()
    learned = learned_tunes(options.corpus)
    if options.index:
        corpus = Moves.of([tune_moves(tune) for tune in learned.tunes], learned.songs)
        np.savez_compressed(options.index, allow_pickle=False, bits=index_of(corpus))
        return
    outputs = list(track(composed(options.outputs), "Composing", options.outputs))
    print(json.dumps(report(learned, outputs), indent=2))


if __name__ == "__main__":
    main()
