"""What is decided about a bar before its notes: constraints, form, motif, rhythm."""
