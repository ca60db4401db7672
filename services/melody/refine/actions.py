"""The actions of pitched parts: what each means and needs."""

from collections.abc import Mapping
from typing import Any

from services.composition.refining.schema import ActionSpec, edits_schema
from services.melody.refine.model.edits import Action

A, S = Action, ActionSpec
_OF_BARS = "a number of bars"
ACTIONS: Mapping[Action, ActionSpec] = {
    A.TRANSPOSE: S("moves notes by semitones", value="semitones, negative is lower"),
    A.STEP: S("moves notes within the scale", value="degrees, negative is lower"),
    A.HIGHER: S("moves notes to a higher register"),
    A.LOWER: S("moves notes to a lower register"),
    A.TO_KEY: S("moves notes to the same degrees of another key", text="a key: D minor, or a tonic alone: D"),
    A.TO_MODE: S("moves notes to the same degrees of another scale on the same tonic", text="a scale's slug: dorian"),
    A.INVERT: S("mirrors notes at the first one, within the scale"),
    A.RETROGRADE: S("plays bars backwards"),
    A.RISING: S("orders the pitches upwards"),
    A.FALLING: S("orders the pitches downwards"),
    A.ARCH: S("orders the pitches up, then down"),
    A.OCTAVES: S("doubles notes at the octave", value="12, or -12", needed=False),
    A.HARMONISE: S("adds a second voice", value="degrees away, negative is lower", needed=False),
    A.CHORDS: S("moves notes to other chords", text="chords, one a bar: Am F C G"),
    A.END_ON: S("ends on the tonic", text="another note to end on: D", needed=False),
    A.DENSER: S("adds notes"),
    A.SPARSER: S("takes notes out; those before last through"),
    A.BREATHE: S("puts rests in place of notes"),
    A.LONGER_NOTES: S("makes notes longer"),
    A.SHORTER_NOTES: S("makes notes shorter"),
    A.LEGATO: S("lets notes last until the next"),
    A.STACCATO: S("cuts notes short"),
    A.ORNAMENT: S("decorates long notes"),
    A.SIMPLIFY: S("takes short and weak notes out"),
    A.SYNCOPATE: S("anticipates notes on beats by an eighth"),
    A.STRIKE_TWICE: S("strikes notes twice in their time"),
    A.SHIFT: S("moves notes in time", value="sixteenths, negative is earlier"),
    A.REMOVE: S("silence"),
    A.SWING_MORE: S("more swing"),
    A.SWING_LESS: S("less swing"),
    A.SWING: S("sets the swing", value="0 straight to 0.5; 0.333 is triplets"),
    A.QUANTISE: S("moves notes onto the grid"),
    A.HUMANISE: S("adds human deviations"),
    A.MECHANICAL: S("takes human deviations away"),
    A.LAID_BACK: S("behind the beat", value="milliseconds", needed=False),
    A.PUSHED: S("ahead of the beat", value="milliseconds", needed=False),
    A.LOUDER: S("louder"),
    A.SOFTER: S("softer"),
    A.CRESCENDO: S("louder and louder"),
    A.DIMINUENDO: S("softer and softer"),
    A.COPY: S("makes bars like another one", value="that bar, from 1, or from -1 at the end"),
    A.REPEAT: S("repeats bars in those that follow"),
    A.SWAP: S("exchanges two bars"),
    A.REGENERATE: S("composes something else in place"),
    A.NEW_PITCHES: S("composes other pitches on the same rhythm"),
    A.NEW_ENDING: S("composes the last bar again, to end on the tonic"),
    A.DOUBLE_TIME: S("twice as fast at the same tempo"),
    A.HALF_TIME: S("half as fast at the same tempo"),
    A.MORE_BARS: S("composes more bars at the end", value=_OF_BARS, needed=False),
    A.FEWER_BARS: S("takes bars from the end", value=_OF_BARS, needed=False),
    A.CUT_BARS: S("cuts bars out"),
    A.BARS: S("sets the length", value=_OF_BARS),
    A.METER: S("another metre", text="a metre: 3/4"),
    A.FASTER: S("a faster tempo", value="quarter notes per minute more", needed=False),
    A.SLOWER: S("a slower tempo", value="quarter notes per minute less", needed=False),
    A.TEMPO: S("sets the tempo", value="quarter notes per minute"),
    A.KEEP: S("nothing here may change"),
    A.UNDO: S("goes back to an earlier version", value="versions back", needed=False),
}


def schema() -> dict[str, Any]:
    """The JSON schema of edits of a pitched part."""
    return edits_schema({action.value: spec for action, spec in ACTIONS.items()})
