"""Magenta's Melody RNNs: trained in JAX, held against the library, scored beside the other models."""
