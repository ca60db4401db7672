"""The Magenta library, made to run on a current TensorFlow. Import it from here before any of Magenta's modules."""

import os
import warnings

# Magenta's graphs use the layers of Keras 2.
os.environ.setdefault("TF_USE_LEGACY_KERAS", "1")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
warnings.filterwarnings("ignore", message="Couldn't find ffmpeg", category=RuntimeWarning)

import tensorflow as tf  # noqa: E402  reads the environment when it is imported
from tensorflow.python.framework import ops  # noqa: E402

# tf-slim's optimiser clips gradients of this class, which moved.
ops.IndexedSlices = tf.IndexedSlices
tf.compat.v1.disable_v2_behavior()
tf.compat.v1.logging.set_verbosity(tf.compat.v1.logging.ERROR)

from magenta.models.melody_rnn import melody_rnn_model  # noqa: E402

__all__ = ["melody_config", "tf"]


def melody_config(name: str) -> melody_rnn_model.MelodyRnnConfig:
    """Magenta's own configuration of a Melody RNN, such as "attention_rnn", with its published hyperparameters.

    Raises:
        KeyError: Magenta has no such model.
    """
    return melody_rnn_model.default_configs[name]
