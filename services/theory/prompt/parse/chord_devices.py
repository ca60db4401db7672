"""Ways to change chords that words name: tritone substitution, a Picardy third."""

from enum import Enum


class ChordDevice(Enum):
    """A way to change chords, with its words."""

    TRITONE = (
        "tritone substitution;tritone substitutions;tritone sub;tritone subs;substitution tritonique;"
        "substitutions tritoniques;substitution du triton;tritone substitute;sub tritonique"
    )
    PICARDY = "picardy third;tierce picarde;tierce de picardie;picardy;picarde;picardie"
