"""Understands a prompt: what a musician types, in French or English, becomes an intent with every slot filled."""
