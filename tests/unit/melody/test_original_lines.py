"""A line that a training song has note for note is turned away from while it is written."""

from boumbapp.music.v2.music_pb2 import ROLE_MELODY, Bar

from modelstore.manifest import load_files
from services.melody.engines.rule_based import start_piece
from services.melody.line_model import LineNetwork
from services.melody.line_model.originality import RUN, Move, Originality
from services.melody.next_note_models.neural import neural_models
from tests.unit.melody.pieces import MODELS, g_minor_piece
from training.melody_line.ngram_overlap import Moves
from training.melody_line.originality import index_of, moves_of

BARS = 12


def compose(originality: Originality | None, seed: int) -> list[Bar]:
    graphs, _ = load_files(MODELS / "specialist-line")
    network = LineNetwork(graphs, originality)
    next_bar = start_piece(neural_models(network), g_minor_piece(ROLE_MELODY, seed, bars=BARS, onsets=(5, 9)))
    bars: list[Bar] = []
    while len(bars) < BARS:
        bars.append(next_bar(bars))
    return bars


def moves(bars: list[Bar]) -> list[Move]:
    return moves_of([(bar.index * 16 + note.start_step, note.pitch) for bar in bars for note in bar.notes])


def runs_of(line: list[Move], known: Originality) -> int:
    return sum(known.copies(line[:end]) for end in range(RUN, len(line) + 1))


def test_a_line_is_not_written_again_once_it_is_a_known_song() -> None:
    for seed in range(4):
        first = moves(compose(None, seed))
        known = Originality(index_of(Moves.of([first], [0])))
        assert runs_of(first, known) > 10
        again = moves(compose(known, seed))
        assert again != first
        assert runs_of(again, known) <= runs_of(first, known) // 10
