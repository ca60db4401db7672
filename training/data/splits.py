"""Which songs a model may learn from: always whole songs, for the bars of one song are nearly the same."""

from collections.abc import Iterable

from training.data.tunes import Tune

# Of every twenty POP909 songs one steers training (when to stop) and one is never looked at before the figures are
# taken. Songs whose number ends in 0 are withheld from everybody here.
_EVERY = 20
_VALIDATION, _TEST, _WITHHELD = 5, 15, (0, 10)
_BILLBOARD_TEST = "5"


def pop909_split(song: int) -> str:
    """Tell "train", "validation", "test" or "withheld" by the number of a POP909 song."""
    match song % _EVERY:
        case remainder if remainder in _WITHHELD:
            return "withheld"
        case _ if song % _EVERY == _VALIDATION:
            return "validation"
        case _ if song % _EVERY == _TEST:
            return "test"
        case _:
            return "train"


def of_split(tunes: Iterable[Tune], split: str) -> list[Tune]:
    """POP909 tunes of one split; their names are `pop909/<number>/<track>`.

    Args:
        tunes: To choose from.
        split: "train", "validation", "test" or "withheld".
    """
    return [tune for tune in tunes if pop909_split(int(tune.name.split("/")[1])) == split]


def billboard_split(song: str) -> str:
    """Tell "train" or "test" by the name of a Billboard annotation: one in ten, whose number ends in 5, is a test.

    Args:
        song: Name of its file without the suffix.
    """
    return "test" if song.endswith(_BILLBOARD_TEST) else "train"
