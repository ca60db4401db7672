"""Rests, repeats, range and endings of every role, composed and human: `./boumb evaluate roles`.

The engine that ships composes pieces of 8 and 16 bars for prompts of many styles, each with several seeds; figures as
in `training.evaluation.role_figures`. Human music is read where its folders are given. Prints JSON; `--page FILE`
writes the page of documentation, and the figures beside it.
"""

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from boumbapp.music.v2.intent_pb2 import IntentOptions

from music.grid import TICKS_PER_STEP
from music.meter import steps_per_bar
from music.pitch import PitchName, pitch_classes_of
from music.playback import played_notes, without_gaps
from services.composition.brief import CompositionBrief
from services.melody.engines.rule_based import open_specialist
from services.theory.catalogue.catalogue import Catalogue
from services.theory.harmony.constraints import constrain
from services.theory.prompt.understanding import understand
from training.common.progress import track
from training.evaluation.human_roles import Roles, lieder_roles, openewld_roles, pop909_roles
from training.evaluation.role_figures import Passage, PieceEnding, RoleSample, figures_of, last_pitch
from training.evaluation.roles_page import page_of
from training.melody_line.config import FOLDER

SEEDS, LENGTHS = 30, (8, 16)
SONGS, LOOPS = ("ballad", "folk", "jazz", "pop"), ("house", "techno", "trap", "funk")
HUMAN = {"pop909": pop909_roles, "openewld": openewld_roles, "lieder": lieder_roles}
# Words for each role, and the styles that it is asked for in.
ASKED = {
    "lead": ("melody", SONGS),
    "lead in loops": ("melody", LOOPS),
    "bass": ("bass line", (*SONGS, *LOOPS)),
    "chords": ("chords", (*SONGS, *LOOPS)),
    "arpeggio": ("arpeggio", (*SONGS, *LOOPS)),
    "pad": ("pad", (*SONGS, *LOOPS)),
}
_JSON = "evaluation-roles.json"


def composed_roles(seeds: int, roles: Sequence[str] = tuple(ASKED)) -> Roles:
    """What the engine that ships composes.

    Args:
        seeds: Of each prompt, from 0.
        roles: Of ASKED.
    """
    engine, catalogue = open_specialist(FOLDER), Catalogue.load()
    asked = [
        (role, f"{style} {words}, {bars} bars")
        for role in roles
        for words, styles in (ASKED[role],)
        for style in styles
        for bars in LENGTHS
    ]
    found: Roles = {role: RoleSample() for role in roles}
    for role, prompt in track(iter(asked), "Composing", len(asked)):
        intent = understand(prompt, IntentOptions(), "en", catalogue)
        constraints = constrain(intent, catalogue)
        for seed in range(seeds):
            brief = CompositionBrief(constraints=constraints, intent=intent, bars=intent.bars, seed=seed)
            piece = engine.begin(brief)
            _add(found[role], brief, [piece.next(None) for _ in range(brief.bars)])
    return found


def _add(sample: RoleSample, brief: CompositionBrief, bars: Sequence[Any]) -> None:
    bar = steps_per_bar(brief.constraints.meter)
    notes = tuple(
        (played.start // TICKS_PER_STEP, max((played.end - played.start) // TICKS_PER_STEP, 1), played.pitch)
        for played in sorted(played_notes(without_gaps(bars)), key=lambda note: (note.start, note.pitch))
    )
    sample.passages.append(Passage(bar, brief.bars, notes))
    if notes:
        plans = brief.constraints.plans
        step = max(start for start, _, _ in notes)
        plan = plans[step // bar % len(plans)]
        chord = [chord for chord in plan.chords if chord.start_step <= step % bar][-1]
        tonic = PitchName.parse(brief.intent.key.tonic).pitch_class
        tones = frozenset(pitch_classes_of(chord.pitch_classes))
        sample.endings.append(PieceEnding(last_pitch(notes), tonic, chord.root, tones))


def main() -> None:
    """Compose, read, compare."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=SEEDS, help="of each prompt (default: %(default)s)")
    parser.add_argument("--every", type=int, default=1, help="of human pieces, one in so many (default: %(default)s)")
    parser.add_argument("--role", action="append", choices=tuple(ASKED), help="only this one; may be repeated")
    parser.add_argument("--page", type=Path, help="page of documentation to write")
    for name in HUMAN:
        parser.add_argument(f"--{name}", type=Path, help="folder of the data set")
    options = parser.parse_args()
    human = {
        role: figures_of(sample)
        for name, read in HUMAN.items()
        if getattr(options, name)
        for role, sample in read(getattr(options, name), options.every).items()
    }
    composed = composed_roles(options.seeds, options.role or tuple(ASKED))
    figures = {
        "seeds": options.seeds,
        "every": options.every,
        "composed": {role: figures_of(sample) for role, sample in composed.items()},
        "human": human,
    }
    text = json.dumps(figures, indent=2)
    print(text)
    if options.page:
        options.page.write_text(page_of(figures), encoding="utf-8")
        options.page.with_name(_JSON).write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
