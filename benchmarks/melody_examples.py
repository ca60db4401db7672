"""Examples of all roles and many styles, as pictures and MIDI: `./boumb export examples docs/examples`."""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

from boumbapp.music.v2.intent_pb2 import Constraints, Intent, IntentOptions
from boumbapp.music.v2.music_pb2 import ROLE_DRUMS, Bar

from benchmarks.melody_requests import compose, load_models
from music.grid import TICKS_PER_STEP
from music.meter import steps_per_bar, steps_per_beat
from music.midi.writer import write_midi
from services.composition.brief import CompositionBrief
from services.melody.next_note_models.protocol import NextNoteModels
from services.theory.catalogue.catalogue import Catalogue
from services.theory.harmony.constraints import constrain
from services.theory.prompt.understanding import understand

_BARS = 8  # of a prompt that does not say
_PROMPTS: dict[str, tuple[str, ...]] = {
    "Melodies": (
        "mélodie pop en do majeur, 16 mesures",
        "mélodie triste en la mineur",
        "jazz melody in F major, 16 bars",
        "celtic melody in D dorian 6/8",
        "mélodie house en fa mineur",
        "melody in the blues scale in E",
        "mélodie japonaise en ré hirajoshi",
        "waltz melody in G major 3/4",
        "rock melody in E minor",
        "mélodie orientale en ré hijaz",
        "techno lead in A minor",
        "mélodie balkanique en mi mineur 7/8",
    ),
    "Basses": (
        "basse funky en sol mineur",
        "walking bass jazz in Bb major",
        "basse reggae en la mineur",
        "basse techno en do mineur",
        "disco bass in A minor",
        "basse bossa nova en ré mineur",
        "808 trap bass in F minor",
        "basse rock en mi mineur",
        "drum and bass bass in D minor",
        "country bass in G major",
    ),
    "Chords": (
        "accords soul en mi bémol majeur",
        "chords house in A minor",
        "accords jazz en si bémol majeur",
        "accords bossa nova en do majeur",
        "reggae chords in A minor",
        "accords ballade en do majeur",
        "funk chords in E dorian",
    ),
    "Arpeggios": (
        "arpège trance en fa dièse mineur",
        "arpeggio in A harmonic minor 7/8",
        "classical arpeggio in D major 3/4",
        "arpège synthwave en la mineur",
    ),
    "Pads": (
        "nappe ambient en ré majeur",
        "dark pad in C minor",
        "nappe cinématique en ré mineur",
    ),
}
_SHOWN = 460  # pixels of a picture's width on the page
_STEP, _ROW, _MARGIN = 7, 7, 34  # pixels


@dataclass(frozen=True, slots=True)
class Example:
    """A piece and what it came from."""

    group: str
    seed: int
    prompt: str
    intent: Intent
    constraints: Constraints
    bars: list[Bar]

    @property
    def slug(self) -> str:
        """Name of its files."""
        plain = self.prompt.lower().translate(str.maketrans("éèêàçô", "eeeaco"))
        return "-".join("".join(letter if letter.isalnum() else " " for letter in plain).split())


def make(group: str, prompt: str, seed: int, models: NextNoteModels, catalogue: Catalogue) -> Example:
    """Compose a prompt.

    Args:
        group: Heading of the example.
        prompt: What is asked for.
        seed: Of the piece.
        models: The next-note models of the specialist.
        catalogue: Scales and styles.
    """
    intent = understand(prompt, IntentOptions(bars=_BARS), "en", catalogue)
    if intent.role == ROLE_DRUMS:
        raise ValueError(f"{prompt!r} asks for drums")
    constraints = constrain(intent, catalogue)
    brief = CompositionBrief(constraints=constraints, intent=intent, bars=intent.bars, seed=seed)
    return Example(group, seed, prompt, intent, constraints, [bar for bar, _ in compose(models, brief)])


def piano_roll(example: Example) -> str:
    """A picture: a row per semitone, a column per sixteenth, chords above, velocity as colour."""
    bars = example.bars
    pitches = [note.pitch for bar in bars for note in bar.notes]
    low, high = min(pitches) - 1, max(pitches) + 1
    steps = steps_per_bar(example.constraints.meter)
    beat = steps_per_beat(example.constraints.meter)
    width, height = _MARGIN + steps * len(bars) * _STEP + 6, 20 + (high - low + 1) * _ROW + 6
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" font-family="sans-serif" '
        'font-size="10">',
        f"<title>{escape(example.prompt)}</title>",
        f'<rect width="{width}" height="{height}" fill="#fff"/>',
    ]
    for pitch in range(low, high + 1):
        y = 20 + (high - pitch) * _ROW
        if pitch % 12 in (1, 3, 6, 8, 10):
            lines.append(f'<rect x="{_MARGIN}" y="{y}" width="{width - _MARGIN - 6}" height="{_ROW}" fill="#f1f3f5"/>')
        if pitch % 12 == 0:
            lines.append(f'<text x="4" y="{y + _ROW}" fill="#666">C{pitch // 12 - 1}</text>')
    for step in range(0, steps * len(bars) + 1, beat):
        x = _MARGIN + step * _STEP
        colour = "#868e96" if step % steps == 0 else "#dee2e6"
        lines.append(f'<path d="M{x} 20V{height - 6}" stroke="{colour}"/>')
    for bar in bars:
        plan = example.constraints.plans[bar.index % len(example.constraints.plans)]
        for chord in plan.chords:
            x = _MARGIN + (bar.index * steps + chord.start_step) * _STEP
            lines.append(f'<text x="{x + 2}" y="14" fill="#444">{escape(chord.symbol)}</text>')
        for note in bar.notes:
            left = _MARGIN + (bar.index * steps + note.start_step + note.offset_ticks / TICKS_PER_STEP) * _STEP
            long = max(note.duration_steps + (note.release_ticks - note.offset_ticks) / TICKS_PER_STEP, 0.3) * _STEP
            shade = 75 - round(note.velocity / 127 * 45)
            lines.append(
                f'<rect x="{left:.1f}" y="{20 + (high - note.pitch) * _ROW}" width="{long:.1f}" height="{_ROW - 1}" '
                f'rx="1.5" fill="hsl(221 83% {shade}%)"/>'
            )
    return "\n".join([*lines, "</svg>\n"])


def page(examples: Sequence[Example]) -> str:
    """The page that shows them all."""
    lines = [
        "# Examples",
        "",
        f"What the specialist makes of {len(examples)} prompts, every role in several styles. Each has the seed that "
        "is its number: none is the best of many. Written by `./boumb export examples docs/examples`; "
        "the MIDI files open in any DAW. A column is a sixteenth, a row a semitone, and darker is louder.",
    ]
    for group in _PROMPTS:
        lines += ["", f"## {group}", "", "| seed | prompt | | |", "|---|---|---|---|"]
        lines += [_row(example) for example in examples if example.group == group]
    return "\n".join([*lines, ""])


def _row(example: Example) -> str:
    picture = f'<img src="{example.slug}.svg" width="{_SHOWN}" alt="piano roll">'
    tempo, link = f"{example.intent.bpm:g} bpm", f"[MIDI]({example.slug}.mid)"
    return f"| {example.seed} | {example.prompt}<br>{tempo} | {picture} | {link} |"


def main() -> None:
    """Write pictures, MIDI files and the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="where they go")
    folder: Path = parser.parse_args().folder
    folder.mkdir(parents=True, exist_ok=True)
    models, catalogue = load_models(), Catalogue.load()
    wanted = [(group, prompt) for group, prompts in _PROMPTS.items() for prompt in prompts]
    examples = [make(*example, seed, models, catalogue) for seed, example in enumerate(wanted, 1)]
    for example in examples:
        intent = example.intent
        data = write_midi(example.bars, intent.bpm, intent.key, intent.role, example.prompt)
        (folder / f"{example.slug}.mid").write_bytes(data)
        (folder / f"{example.slug}.svg").write_text(piano_roll(example), encoding="utf-8")
    (folder / "README.md").write_text(page(examples), encoding="utf-8")


if __name__ == "__main__":
    main()
