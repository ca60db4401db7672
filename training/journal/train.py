"""Trains the line model from the journal: `python -m training.journal.train --journal journal.jsonl --registry DIR`.

Learns what was kept and rated well, from the champion's weights on, and makes the outcome champion if every gate holds.
`./boumb train melody --from-journal` exports the journal and runs this.
"""

import argparse
import json
import shutil
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from modelstore.registry import Gate, Registry, Version
from training.common.options import add_options, config_of
from training.data.duplicates import drop_duplicates
from training.data.line_arrays import LineArrays, lines_of
from training.data.tunes import Tune, UnreadableTune
from training.journal.config import JournalTrainingConfig
from training.journal.pieces import JournalTunes, read_journal
from training.melody_line.config import FOLDER, NAME

_HELD_OUT = 5  # one group in so many
_REPLAYED, _FROZEN = 300, 150  # tunes


@dataclass(frozen=True, slots=True)
class Memory:
    """What the model must not forget.

    Attributes:
        replayed: Tunes that it learned before.
        frozen: Tunes that it never learned, by the name of their set.
    """

    replayed: Sequence[Tune]
    frozen: dict[str, Sequence[Tune]]


def read_memory(corpus: Path) -> Memory:
    """Folk tunes of music21, and songs where the folder of the data sets has POP909.

    Args:
        corpus: Folder of the data sets, where what was read is kept.
    """
    from training.data.abc_collections import COLLECTIONS, FROZEN, read_collections  # noqa: PLC0415 - brings music21
    from training.data.line_arrays import KEYS  # noqa: PLC0415 - with it
    from training.data.pop909 import read_pop909  # noqa: PLC0415 - likewise
    from training.data.splits import of_split  # noqa: PLC0415 - likewise

    def folk(names: tuple[str, ...], limit: int) -> list[Tune]:
        return [tune for tune in read_collections(names, corpus, limit).tunes if tune.mode in KEYS]

    frozen = {"folk tunes": folk(FROZEN, _FROZEN)}
    replayed, _ = drop_duplicates(folk(COLLECTIONS, _REPLAYED // len(COLLECTIONS)), frozen["folk tunes"])
    songs = read_pop909(corpus / "pop909").tunes
    if songs:
        frozen["songs"] = [tune for tune in of_split(songs, "test") if tune.mode in KEYS and tune.role == "melody"]
        replayed += [tune for tune in of_split(songs, "train") if tune.mode in KEYS][:_REPLAYED]
    return Memory(replayed, dict(frozen))


def train(
    tunes: JournalTunes, memory: Memory, registry: Registry, config: JournalTrainingConfig, shipped: Path = FOLDER
) -> Version:
    """Train from a journal, and promote what passes every gate. The version, which is in the registry then.

    Args:
        tunes: Of the journal.
        memory: What must not be forgotten.
        registry: Where versions are kept.
        config: Hyperparameters and limits.
        shipped: Folder of the model that ships.
    """
    from training.journal.gates import data_gates, different  # noqa: PLC0415 - brings numpy and theory's tables

    champion = registry.champion().name
    groups = different(tunes.liked)
    data: dict[str, Any] = {
        "liked": len(tunes.liked),
        "different": len(groups),
        "pairs": len(tunes.pairs),
        "skipped": dict(tunes.skipped),
        "config": asdict(config),
    }
    name, gates = registry.next_name(), data_gates(groups, config)
    digest = ""
    if all(gate.passed for gate in gates):
        found, digest = _trained(tunes, groups, memory, registry, config, shipped, name)
        gates += found
    decision = "promoted" if all(gate.passed for gate in gates) else "refused"
    version = Version(
        name=name, digest=digest, parent=champion, made=time.time(), data=data, gates=tuple(gates), decision=decision
    )
    if decision == "refused":
        shutil.rmtree(registry.folder / name, ignore_errors=True)
    registry.add(version)
    return version


def _trained(
    tunes: JournalTunes,
    groups: Sequence[Sequence[Tune]],
    memory: Memory,
    registry: Registry,
    config: JournalTrainingConfig,
    shipped: Path,
    name: str,
) -> tuple[list[Gate], str]:
    """Train and measure: the gates of the model, and its digest. Its weights lie in the registry's folder then."""
    # One of each group, so that what was liked again and again counts once; every fifth group is held out.
    ones = [group[0] for group in groups]
    held_out, learned = ones[::_HELD_OUT], [one for place, one in enumerate(ones) if place % _HELD_OUT]
    known = {tune.name for tune in learned}
    pairs = [pair for pair in tunes.pairs if pair.kept.name in known]
    # Features are computed in processes of their own, which are started before JAX starts its threads.
    lines = _lines(learned, held_out, memory.replayed, [p.kept for p in pairs], [p.dropped for p in pairs])
    frozen = dict(zip(memory.frozen, _lines(*memory.frozen.values()), strict=True))

    from training.journal.composing import compose  # noqa: PLC0415 - slow to load, as are those below
    from training.journal.finetuning import finetune  # noqa: PLC0415
    from training.journal.gates import likelihood_gates, music_gates, style_gate  # noqa: PLC0415
    from training.journal.weights import read_weights  # noqa: PLC0415
    from training.melody_line.graphs import export  # noqa: PLC0415
    from training.melody_line.network import Params  # noqa: PLC0415
    from training.melody_line.trainer import validate  # noqa: PLC0415

    parent = registry.weights_of(registry.champion().name, shipped)
    before = read_weights(parent)

    def bits(weights: Params, which: Sequence[LineArrays]) -> float:
        return validate(weights, which).bits_per_step

    known_bits = {each: bits(before, frozen[each]) for each in frozen}
    style = style_gate(bits(before, [*lines[0], *lines[1]]), max(known_bits.values()), config)
    if not style.passed:
        return [style], ""
    after = finetune(before, lines[0], lines[2], list(zip(lines[3], lines[4], strict=True)), config)
    folder = registry.folder / name
    folder.mkdir(parents=True, exist_ok=True)
    for runs in parent.glob("runs.npz"):  # what tells copies of tunes while composing stays as it is
        shutil.copy(runs, folder)
    manifest = export(after, folder, f"{_version_of(parent)}+{name}")
    # Measured on the weights as they will compose: rounded to eight bits where they are.
    after = read_weights(folder)

    gates = [style]
    gates += likelihood_gates(
        {each: (known_bits[each], bits(after, frozen[each])) for each in frozen},
        (bits(before, lines[1]), bits(after, lines[1])),
        config,
    )
    gates += music_gates(compose(parent, config.outputs), compose(folder, config.outputs), learned, config)
    return gates, manifest.sha256


def _version_of(folder: Path) -> str:
    version: str = json.loads((folder / "manifest.json").read_text("utf-8"))["version"]
    return version.partition("+")[0]


def _lines(*tunes: Sequence[Tune]) -> list[list[LineArrays]]:
    return [lines_of(each) if each else [] for each in tunes]


def main() -> None:
    """Train, and tell what became of it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--journal", type=Path, required=True, help="export of the journal, as lines of JSON")
    parser.add_argument("--registry", type=Path, required=True, help="folder of the versions that are made here")
    parser.add_argument(
        "--corpus", type=Path, default=Path(".boumb/corpus"), help="folder of the data sets (default: %(default)s)"
    )
    add_options(parser, JournalTrainingConfig)
    options = parser.parse_args()
    try:
        tunes = read_journal(options.journal)
    except UnreadableTune as reason:
        sys.exit(f"boumb: {reason}")
    registry = Registry(options.registry / NAME)
    version = train(tunes, read_memory(options.corpus), registry, config_of(JournalTrainingConfig, options))
    print(json.dumps(asdict(version), indent=2))
    for gate in version.gates:
        print(f"{'✓' if gate.passed else '✗'} {gate.name}: {gate.value:g} (limit {gate.limit:g})", file=sys.stderr)
    print(f"{version.name}: {version.decision}", file=sys.stderr)


if __name__ == "__main__":
    main()
