"""One language for changes to music that exists: places, negation, locks and amounts, in French and English.

Drums, pitched parts and arrangements read their instructions with it; what an edit does to the music is theirs.
"""
