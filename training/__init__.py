"""From corpora to the weights in models/: read, clean, count or train, evaluate, export."""
