"""What votes on a blind listening kit say, with confidence intervals."""

import json
import math
import random
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import NormalDist

from benchmarks._blind_kit import COMPARISONS, KEY
from training.data.skipping import EmptyFolder

_CONFIDENCE = 0.95
_DRAWS = 10_000
_CHOICES = ("a", "b", "none")


@dataclass(frozen=True, slots=True)
class Vote:
    """A listener's choice of a pair.

    Attributes:
        listener: Who chose.
        comparison: The two that were compared, as in `COMPARISONS`.
        won: Which of them; empty for no difference.
    """

    listener: str
    comparison: tuple[str, str]
    won: str


def read_votes(votes: Path, kit: Path) -> list[Vote]:
    """Votes with what the key says that they were about.

    Args:
        votes: A file that the page saved, or a folder of such files.
        kit: Folder of the kit.

    Raises:
        EmptyFolder: There is no key, no file, a file of another kit, or one that is none of the page's.
    """
    key_file = kit / KEY
    if not key_file.is_file():
        raise EmptyFolder(f"{kit} holds no {KEY}: --out names the folder of the kit")
    key = json.loads(key_file.read_text(encoding="utf-8"))
    pairs = {pair["pair"]: pair for pair in key["pairs"]}
    files = sorted(votes.glob("*.json")) if votes.is_dir() else [votes]
    found: dict[tuple[str, int], Vote] = {}  # the last vote of a listener on a pair counts
    for file in files:
        try:
            content = json.loads(file.read_text(encoding="utf-8"))
            if content["kit"] != key["kit"]:
                raise EmptyFolder(f"{file} is about the kit {content['kit']}, not {key['kit']}")
            for vote in content["votes"]:
                pair, choice = pairs[vote["pair"]], _CHOICES[_CHOICES.index(vote["choice"])]
                sides = (pair["a"], pair["b"])
                comparison = sides if sides in COMPARISONS else sides[::-1]
                found[content["listener"], vote["pair"]] = Vote(content["listener"], comparison, pair.get(choice, ""))
        except (OSError, ValueError, KeyError, TypeError):
            raise EmptyFolder(f"{file} is no file of votes that the page saved") from None
    if not found:
        raise EmptyFolder(f"{votes} holds no votes")
    return list(found.values())


def results(votes: Sequence[Vote], seed: int = 1) -> list[dict[str, object]]:
    """How often the first of each comparison was preferred.

    Args:
        votes: All of them.
        seed: Draws the listeners of the bootstrap.

    Returns:
        A row for each comparison that has votes: wins, losses, ties; the share of wins among those that chose, with
        Wilson's interval, which takes votes for independent; the share with ties as halves, with the interval of a
        bootstrap over listeners, which does not; and the two-sided probability of such a split by chance.
    """
    rows: list[dict[str, object]] = []
    for first, second in COMPARISONS:
        about = [vote for vote in votes if vote.comparison == (first, second)]
        if not about:
            continue
        wins, losses = (sum(vote.won == each for vote in about) for each in (first, second))
        ties = len(about) - wins - losses
        low, high = wilson(wins, wins + losses)
        by_listener: defaultdict[str, list[float]] = defaultdict(list)
        for vote in about:
            by_listener[vote.listener].append(0.5 if not vote.won else float(vote.won == first))
        from_, to = bootstrap(by_listener, seed)
        rows.append(
            {
                "comparison": f"{first} : {second}",
                "votes": len(about),
                "listeners": len(by_listener),
                "wins": wins,
                "losses": losses,
                "ties": ties,
                "share": round(wins / (wins + losses), 3) if wins + losses else 0.5,
                "wilson_low": round(low, 3),
                "wilson_high": round(high, 3),
                "share_with_ties": round((wins + ties / 2) / len(about), 3),
                "bootstrap_low": round(from_, 3),
                "bootstrap_high": round(to, 3),
                "by_chance": round(sign_test(wins, losses), 4),
            }
        )
    return rows


def wilson(wins: int, chosen: int) -> tuple[float, float]:
    """Wilson's 95 % interval of a share (1927); from 0 to 1 where nothing was chosen.

    Args:
        wins: How often.
        chosen: Of how many.
    """
    if not chosen:
        return 0.0, 1.0
    z = NormalDist().inv_cdf(0.5 + _CONFIDENCE / 2)
    share, scale = wins / chosen, 1 + z * z / chosen
    middle = (share + z * z / (2 * chosen)) / scale
    half = z * math.sqrt(share * (1 - share) / chosen + z * z / (4 * chosen * chosen)) / scale
    return max(middle - half, 0.0), min(middle + half, 1.0)


def bootstrap(by_listener: Mapping[str, Sequence[float]], seed: int) -> tuple[float, float]:
    """The 95 % interval of a mean: listeners are drawn with replacement, then votes of each.

    Args:
        by_listener: 1 for a win, 0 for a loss, a half for a tie.
        seed: Of the draws.
    """
    draws, listeners = random.Random(seed), list(by_listener.values())
    means = []
    for _ in range(_DRAWS):
        drawn = [
            value
            for votes in draws.choices(listeners, k=len(listeners))
            for value in draws.choices(votes, k=len(votes))
        ]
        means.append(sum(drawn) / len(drawn))
    means.sort()
    tail = round((1 - _CONFIDENCE) / 2 * _DRAWS)
    return means[tail], means[-tail - 1]


def sign_test(wins: int, losses: int) -> float:
    """Probability of a split at least as uneven when neither is preferred, both sides together.

    Args:
        wins: Of the first.
        losses: Of the first.
    """
    chosen = wins + losses
    uneven = sum(math.comb(chosen, each) for each in range(max(wins, losses), chosen + 1))
    return min(2.0 * uneven / float(2**chosen), 1.0)
