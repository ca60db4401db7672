"""Composing with a language model: its engine, the modes it works in, and the prompts."""
