"""What was understood of a prompt, in words: slots, their values, and why."""

from types import MappingProxyType

from boumbapp.music.v2.feel_pb2 import Feel
from boumbapp.music.v2.intent_pb2 import Intent, Source
from boumbapp.music.v2.music_pb2 import ROLE_DRUMS, Key, Swing
from rich.table import Table

from cli.messages.texts import Texts
from cli.render.view import Names

_ALWAYS_SHOWN = frozenset({"key", "role", "bpm", "bars", "meter"})
_PITCHED = frozenset({"key", "modulations", "progression", "register"})
_SAYS_SOMETHING = frozenset({Source.SOURCE_OVERRIDE, Source.SOURCE_PROMPT, Source.SOURCE_HINT, Source.SOURCE_STYLE})
_ACCIDENTALS = MappingProxyType(str.maketrans({"#": "♯", "b": "♭"}))
_INDENT = 2


def tonic_text(key: Key, texts: Texts) -> str:
    """The tonic of a key, as people of a language call it.

    Args:
        key: The key.
        texts: In the language of the caller.
    """
    return texts.tonics.get(key.tonic[:1], key.tonic[:1]) + key.tonic[1:].translate(_ACCIDENTALS)


def key_text(key: Key, names: Names, texts: Texts) -> str:
    """A key in the caller's language.

    Args:
        key: The key.
        names: Labels of the catalogue.
        texts: In the language of the caller.
    """
    return f"{tonic_text(key, texts)} {label_text(key.scale, names.scales)}"


def label_text(slug: str, labels: dict[str, str]) -> str:
    """A label of the catalogue, or its slug in words.

    Args:
        slug: Of the entry.
        labels: By slug.
    """
    return labels.get(slug) or slug.replace("_", " ")


def feel_text(feel: Feel, texts: Texts) -> str:
    """How a groove is played.

    Args:
        feel: How.
        texts: In the language of the caller.
    """
    swing = _swing(feel.swing, texts)
    return texts.feel.format(intensity=feel.intensity, complexity=feel.complexity, swing=swing, humanise=feel.humanise)


def _word(words: tuple[str, ...], number: int) -> str:
    """The word for a value of an enum; empty for one that a newer service sent."""
    return words[number] if number < len(words) else ""


def _swing(swing: Swing, texts: Texts) -> str:
    """Swing as sequencers count it, 50 % being straight, and what swings."""
    percent = f"{50 + 50 * swing.amount:.0f}%"
    return f"{percent} {_word(texts.swing_units, swing.unit)}".rstrip() if swing.amount else percent


def understood(intent: Intent, names: Names, texts: Texts, role: str) -> Table:
    """Slots, their values, and the words or the source they come from.

    Args:
        intent: What was understood.
        names: Labels of the catalogue.
        texts: In the language of the caller.
        role: The part in words.
    """
    values = {
        "key": key_text(intent.key, names, texts),
        "modulations": ", ".join(
            texts.modulation.format(key=key_text(later.key, names, texts), bar=later.bar + 1)
            for later in intent.modulations
        ),
        "role": role,
        "style": intent.style and label_text(intent.style, names.styles),
        "mood": intent.mood and label_text(intent.mood, names.moods),
        "progression": " ".join(chord.symbol for chord in intent.progression),
        "bpm": texts.bpm.format(bpm=intent.bpm),
        "bars": texts.count(intent.bars, texts.bar),
        "meter": f"{intent.meter.beats}/{intent.meter.beat_unit}",
        "register": _word(texts.levels, intent.register),
        "density": _word(texts.levels, intent.density),
        "swing": _swing(intent.swing, texts),
    }
    if intent.role == ROLE_DRUMS:
        values = {slot: value for slot, value in values.items() if slot not in _PITCHED}
    table = Table.grid(padding=(0, 3, 0, 0))
    table.add_column(style="dim")
    table.add_column(style="bold")
    table.add_column(style="dim")
    for slot, value in values.items():
        evidence = [found for found in intent.evidence if found.slot.partition(".")[0] == slot]  # key.tonic, key.scale
        if value and (slot in _ALWAYS_SHOWN or any(found.source in _SAYS_SOMETHING for found in evidence)):
            reasons = (_word(texts.sources, found.source).format(words=found.words) for found in evidence)
            table.add_row(" " * _INDENT + texts.slots[slot], value, ", ".join(dict.fromkeys(reasons)))
    return table
