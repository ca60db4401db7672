"""Fits the weights that tell questions about music from others: python -m training.topicality.fit.

Logistic regression with a ridge (le Cessie and van Houwelingen, 1992), by Newton's method. It learns from the labelled
questions of tests/unit/rag/questions and from the questions that the pages list, each asked of a library without it.
"""

import argparse
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from language.locale import guess
from services.rag.pages.library import Library
from services.rag.retrieval.evidence import FEATURES, FILE
from services.rag.retrieval.retriever import Retriever
from services.theory.catalogue.catalogue import Catalogue
from services.theory.catalogue.entries import CatalogueItem

_QUESTIONS = Path(__file__).parents[2] / "tests" / "unit" / "rag" / "questions"
_FOLDS, _ROUNDS = 5, 30
_RIDGE, _LISTED_WEIGHT = 2.0, 0.05  # a page's own question counts less than one that was written to test
_MOST_REFUSED = 0.0025  # of the questions about music, when the bias is set
_SEED = 1
Matrix = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Example:
    """A labelled text.

    Attributes:
        text: The text.
        music: Whether it is about music or this product.
        weight: How much it counts.
        evidence: What speaks for and against it.
    """

    text: str
    music: bool
    weight: float
    evidence: Sequence[float]


def catalogue_names() -> Mapping[str, Sequence[str]]:
    """Names of theory's entries, as rag gets them from theory."""
    catalogue = Catalogue.load()
    kinds: Mapping[str, Mapping[str, CatalogueItem]] = {
        "scale": catalogue.scales,
        "style": catalogue.styles,
        "mood": catalogue.moods,
        "role": catalogue.roles,
        "progression": catalogue.progressions,
    }
    return {
        f"{kind}:{slug}": (entry.label.en, entry.label.fr, *entry.aliases)
        for kind, entries in kinds.items()
        for slug, entry in entries.items()
    }


def examples() -> Iterator[Example]:
    """All labelled texts."""
    names = catalogue_names()
    library = Library.load()
    retriever = Retriever(library, names)

    def example(text: str, music: bool) -> Example:
        return Example(text, music, 1.0, retriever.evidence(text, guess(text) or "en"))

    for path in sorted(_QUESTIONS.glob("*.jsonl")):
        for line in path.read_text("utf-8").splitlines():
            content = json.loads(line)
            yield example(content["question"], bool(content["pages"]))
    for name, music in (("casual.txt", True), ("elsewhere.txt", False)):
        yield from (example(line, music) for line in (_QUESTIONS / name).read_text("utf-8").splitlines() if line)
    yield from _listed(library, names)


def _listed(library: Library, names: Mapping[str, Sequence[str]]) -> Iterator[Example]:
    """Questions that the pages list, a part of them at a time asked of pages that do not list them."""
    for fold in range(_FOLDS):
        pages = {
            slug: {
                locale: replace(page, questions=tuple(q for at, q in enumerate(page.questions) if at % _FOLDS != fold))
                for locale, page in translations.items()
            }
            for slug, translations in library.pages.items()
        }
        retriever = Retriever(Library(pages), names)
        for page in library.all():
            for question in page.questions[fold::_FOLDS]:
                yield Example(question, True, _LISTED_WEIGHT, retriever.evidence(question, page.locale))


def fitted(x: Matrix, y: Matrix, weight: Matrix) -> Matrix:
    """Weights of standardised features, the bias last.

    Args:
        x: Features, a row for each example, a column of ones last.
        y: 1 for music, else 0.
        weight: Of each example.
    """
    ridge = np.full(x.shape[1], _RIDGE)
    ridge[-1] = 1e-6
    found = np.zeros(x.shape[1])
    for _ in range(_ROUNDS):
        p = 1 / (1 + np.exp(-np.clip(x @ found, -30, 30)))
        gradient = x.T @ (weight * (p - y)) + ridge * found
        hessian = (x * (weight * p * (1 - p))[:, None]).T @ x + np.diag(ridge)
        found -= np.linalg.solve(hessian, gradient)
    return found


def main() -> None:
    """Fit, show what left-out questions give, and write the weights."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.parse_args()
    rows = list(examples())
    raw = np.array([row.evidence for row in rows])
    mean, spread = raw.mean(axis=0), raw.std(axis=0)
    spread[spread == 0] = 1.0
    x = np.hstack([(raw - mean) / spread, np.ones((len(rows), 1))])
    y = np.array([float(row.music) for row in rows])
    weight = np.array([row.weight for row in rows])
    written = weight == 1.0
    part = np.random.default_rng(_SEED).integers(_FOLDS, size=len(rows))
    scores = np.zeros(len(rows))
    for fold in range(_FOLDS):
        kept = part != fold
        scores[~kept] = x[~kept] @ fitted(x[kept], y[kept], weight[kept])
    least = float(np.quantile(scores[(y == 1) & written], _MOST_REFUSED))
    for share in (0.0025, 0.005, 0.01, 0.02):
        at = np.quantile(scores[(y == 1) & written], share)
        print(f"{share:.2%} of music refused: {(scores[y == 0] <= at).mean():.1%} of the others, from {at:.2f}")
    for low in np.argsort(scores + 99 * ((y == 0) | ~written))[:40]:
        print(f"{scores[low]:.2f} {rows[low].text}")
    print("others that look most like music:")
    for high in np.argsort(-scores + 99 * y)[:60]:
        print(f"{scores[high]:.2f} {rows[high].text}")
    found = fitted(x, y, weight)
    by_feature = found[:-1] / spread
    bias = found[-1] - float(by_feature @ mean) - least
    content = {
        "made_by": "python -m training.topicality.fit",
        "bias": round(float(bias), 4),
        "weights": {name: round(float(value), 4) for name, value in zip(FEATURES, by_feature, strict=True)},
    }
    FILE.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
