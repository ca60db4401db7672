"""Encodes events as input vectors of the networks and decodes their classes, batched, inside TensorFlow.

The encodings are those of note_seq (MelodyOneHotEncoding, LookbackEventSequenceEncoderDecoder,
KeyMelodyEncoderDecoder), which recompute them from the whole melody at each step; here a small state is carried
instead. Events are numbered as in `batch_inputs`.
"""

from dataclasses import dataclass
from enum import Enum
from typing import Any

import numpy as np
import tensorflow as tf

from services.magenta.batch_inputs import FIRST_PITCH, HOLD, OFF

Tensor = Any  # TensorFlow has no types
EncoderState = dict[str, Tensor]

_LOOKBACKS = (16, 32)
_HISTORY = max(_LOOKBACKS) + 1
_OCTAVE = 12
_STEPS_PER_BAR = 16
_MAJOR = (0, 2, 4, 5, 7, 9, 11)
# [p, k] is 1 when the major key k has the pitch class p.
_IN_KEY = np.array([[(p - k) % _OCTAVE in _MAJOR for k in range(_OCTAVE)] for p in range(_OCTAVE)], np.float32)


class EncodingKind(Enum):
    """Kinds of input vectors."""

    ONE_HOT = "the last event"
    LOOKBACK = "the last event, those of one and two bars ago, and a clock"
    KEY = "the sounding pitch, its movement, repeats, a clock, and the keys that the melody fits"


@dataclass(frozen=True, slots=True)
class Encoding:
    """An encoding of melodies between two pitches.

    Attributes:
        kind: Kind of the input vectors.
        lowest: Lowest MIDI pitch.
        highest: Highest MIDI pitch.
    """

    kind: EncodingKind
    lowest: int
    highest: int

    @property
    def pitches(self) -> int:
        """Number of pitches."""
        return self.highest - self.lowest + 1

    @property
    def events(self) -> int:
        """Number of events."""
        return self.pitches + FIRST_PITCH

    @property
    def classes(self) -> int:
        """Number of classes: events, and for kinds with lookbacks the repeats of one and two bars ago."""
        return self.events + (0 if self.kind is EncodingKind.ONE_HOT else len(_LOOKBACKS))

    @property
    def input_size(self) -> int:
        """Size of an input vector."""
        match self.kind:
            case EncodingKind.ONE_HOT:
                return self.events
            case EncodingKind.LOOKBACK:
                return self.events * (1 + len(_LOOKBACKS)) + 5 + len(_LOOKBACKS)
            case EncodingKind.KEY:
                return self.pitches + 2 + 2 + len(_LOOKBACKS) + 7 + 1 + 2 * _OCTAVE

    def start(self) -> EncoderState:
        """State before the first event, as arrays for a batch of one."""
        encoder_state: EncoderState = {
            "history": np.full((1, _HISTORY), HOLD, np.int32),
            "count": np.zeros(1, np.int32),
            "sounding": np.full(1, -1, np.int32),
        }
        if self.kind is EncodingKind.KEY:
            encoder_state |= {
                "attack": np.zeros(1, np.float32),
                "ascending": np.zeros(1, np.float32),
                "latest": np.full((1, 3), -1, np.int32),
                "pitch_class_counts": np.zeros((1, _OCTAVE), np.float32),
            }
        return encoder_state

    def push(self, encoder_state: EncoderState, event: Tensor) -> tuple[EncoderState, Tensor]:
        """Encode one more event.

        Args:
            encoder_state: State before it; every array has a first axis of the batch.
            event: Number of the event: (batch,).

        Returns:
            State after it, and the input vector: (batch, input size).
        """
        pitch = event - FIRST_PITCH
        after = {
            "history": tf.concat([encoder_state["history"][:, 1:], event[:, None]], 1),
            "count": encoder_state["count"] + 1,
            "sounding": tf.where(event >= FIRST_PITCH, pitch, tf.where(event == OFF, -1, encoder_state["sounding"])),
        }
        match self.kind:
            case EncodingKind.ONE_HOT:
                return after, tf.one_hot(event, self.events)
            case EncodingKind.LOOKBACK:
                ahead = [tf.one_hot(after["history"][:, -distance], self.events) for distance in _LOOKBACKS]
                parts = [tf.one_hot(event, self.events), *ahead, _clock(after["count"], 5), _repeats(after)]
            case EncodingKind.KEY:
                after |= self._line(encoder_state, event)
                parts = [
                    tf.one_hot(after["sounding"], self.pitches),
                    tf.cast(tf.stack([after["sounding"] >= 0, after["sounding"] < 0], 1), tf.float32),
                    after["attack"][:, None],
                    after["ascending"][:, None],
                    _repeats(after),
                    _clock(after["count"], 7),
                    tf.cast(after["count"] % _STEPS_PER_BAR == 0, tf.float32)[:, None],
                    _keys(after["pitch_class_counts"]),
                    _keys(tf.reduce_sum(self._pitch_classes(after["latest"]), 1)),
                ]
        return after, tf.concat(parts, 1)

    def class_events(self, encoder_state: EncoderState) -> Tensor:
        """Event of each class in a state: (batch, classes)."""
        batch = tf.shape(encoder_state["count"])[0]
        pitches = range(FIRST_PITCH, self.events)
        order = [*pitches, HOLD, OFF] if self.kind is EncodingKind.KEY else [HOLD, OFF, *pitches]
        named = tf.tile(tf.constant([order], tf.int32), [batch, 1])
        if self.kind is EncodingKind.ONE_HOT:
            return named
        return tf.concat([named, *(encoder_state["history"][:, -d, None] for d in _LOOKBACKS)], 1)

    def _line(self, encoder_state: EncoderState, event: Tensor) -> EncoderState:
        """The state that only the KEY kind has."""
        is_note = event >= FIRST_PITCH
        pitch = event - FIRST_PITCH
        first, second, last = tf.unstack(encoder_state["latest"], axis=1)
        # The three latest distinct pitches; a repeated one moves to the end.
        moved = tf.where(
            (pitch == second)[:, None], tf.stack([first, last, pitch], 1), tf.stack([second, last, pitch], 1)
        )
        latest = tf.where((is_note & (pitch != last))[:, None], moved, encoder_state["latest"])
        ascending = tf.where(is_note & (last >= 0) & (pitch > last), 1.0, encoder_state["ascending"])
        return {
            # Note off does not change it: note_seq's encoder, with which the networks were trained, behaves so.
            "attack": tf.where(is_note, 1.0, tf.where(event == HOLD, 0.0, encoder_state["attack"])),
            "ascending": tf.where(is_note & (pitch < last), -1.0, ascending),
            "latest": latest,
            "pitch_class_counts": encoder_state["pitch_class_counts"]
            + self._pitch_classes(tf.where(is_note, pitch, -1)),
        }

    def _pitch_classes(self, pitch: Tensor) -> Tensor:
        """One-hot pitch classes; zeros for -1."""
        return tf.one_hot(tf.where(pitch >= 0, (pitch + self.lowest) % _OCTAVE, -1), _OCTAVE)


def _repeats(encoder_state: EncoderState) -> Tensor:
    """1 for each lookback at which the last event happened too."""
    history, count = encoder_state["history"], encoder_state["count"]
    same = [(history[:, -1] == history[:, -1 - d]) & (count > d) for d in _LOOKBACKS]
    return tf.cast(tf.stack(same, 1), tf.float32)


def _clock(count: Tensor, bits: int) -> Tensor:
    """The number of the next step in binary, as 1 and -1, lowest bit first."""
    return tf.cast(tf.bitwise.bitwise_and(count[:, None], [1 << bit for bit in range(bits)]) > 0, tf.float32) * 2 - 1


def _keys(counts: Tensor) -> Tensor:
    """1 for each major key that as many notes fit as any."""
    fits = tf.matmul(counts, _IN_KEY)
    return tf.cast(fits == tf.reduce_max(fits, 1, keepdims=True), tf.float32)
