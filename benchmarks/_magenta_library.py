"""Magenta's own generator in a loop, for `benchmarks.magenta_speed`. Runs under .venv-magenta; prints JSON.

Usage: python -m benchmarks._magenta_library BUNDLE CONTINUATIONS
"""

import json
import statistics
import sys
import time
from pathlib import Path

from training.magenta.library import melody_config

# isort: split
import note_seq
from magenta.models.melody_rnn.melody_rnn_model import MelodyRnnModel
from magenta.models.melody_rnn.melody_rnn_sequence_generator import MelodyRnnSequenceGenerator
from magenta.models.shared import sequence_generator_bundle
from note_seq.protobuf import generator_pb2

_SECONDS_PER_BAR = 2.0  # at the library's usual 120 beats per minute
_PRIMER = (63, 65, 67, 70)
_BARS = 2


def main() -> None:
    """Time continuations of two bars from a primer of one, one after the other."""
    bundle = sequence_generator_bundle.read_bundle_file(str(Path(sys.argv[1])))
    config = melody_config(bundle.generator_details.id)
    generator = MelodyRnnSequenceGenerator(MelodyRnnModel(config), config.details, bundle=bundle)
    primer = note_seq.NoteSequence()
    primer.tempos.add(qpm=120)
    for index, pitch in enumerate(_PRIMER):
        primer.notes.add(pitch=pitch, velocity=90, start_time=index / 2, end_time=(index + 1) / 2)
    options = generator_pb2.GeneratorOptions()
    options.generate_sections.add(start_time=_SECONDS_PER_BAR, end_time=_SECONDS_PER_BAR * (1 + _BARS))
    generator.generate(primer, options)
    seconds = []
    for _ in range(int(sys.argv[2])):
        began = time.perf_counter()
        generator.generate(primer, options)
        seconds.append(time.perf_counter() - began)
    print(
        json.dumps({"median_ms": statistics.median(seconds) * 1000, "bars_per_s": _BARS * len(seconds) / sum(seconds)})
    )


if __name__ == "__main__":
    main()
