"""All pages of a folder, by slug and language."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from language.yaml_fields import DataFileError
from services.rag.pages.page import Page
from services.rag.pages.reader import LOCALES, QUESTIONS, page_name, questions_file, read_page

KNOWLEDGE = Path(__file__).resolve().parents[1] / "knowledge"
# A page in its languages.
Translations = Mapping[str, Page]


@dataclass(frozen=True, slots=True)
class Library:
    """The pages that are there.

    Attributes:
        pages: By slug, then by language; a page that is there has all languages.
        problems: Files that were left out, each with the reason.
    """

    pages: Mapping[str, Translations]
    problems: tuple[str, ...] = ()

    @classmethod
    def load(cls, folder: Path = KNOWLEDGE) -> "Library":
        """Read a folder. What is no page is left out and named in `problems`."""
        read: dict[str, dict[str, Page]] = {}
        problems: list[str] = []
        paths = files(folder)
        for path in paths:
            try:
                page = read_page(path)
            except (DataFileError, OSError) as error:
                problems.append(str(error))
            else:
                read.setdefault(page.slug, {})[page.locale] = page
        asked = {questions_file(path).name for path in paths}
        others = sorted(path.name for path in (folder / QUESTIONS).glob("*") if path.name not in asked)
        problems += [f"{name}: questions of no page" for name in others]
        for slug, pages in sorted(read.items()):
            missing = [f"{slug}.{locale}.md" for locale in LOCALES if locale not in pages]
            problems += [f"{name}: missing, or not read" for name in missing]
        whole = {slug: pages for slug, pages in read.items() if len(pages) == len(LOCALES)}
        return cls(whole, tuple(problems))

    def all(self) -> Iterator[Page]:
        """Every page in every language."""
        for translations in self.pages.values():
            yield from translations.values()

    def titles(self, locale: str) -> dict[str, str]:
        """Titles by slug in a language."""
        return {slug: translations[locale].title for slug, translations in self.pages.items()}


def files(folder: Path) -> list[Path]:
    """Files of pages in a folder, in order; none where there is no folder."""
    return sorted(path for path in folder.glob("*.md") if page_name(path)) if folder.is_dir() else []


def fingerprint(folder: Path) -> tuple[tuple[str, int, int], ...]:
    """What tells whether a page of the folder or its questions changed: name, time of change and size of each file."""
    found = []
    for path in files(folder):
        for each in (path, questions_file(path)):
            try:
                status = each.stat()
            except OSError:
                continue  # removed just now, or a page without questions
            found.append((each.name, status.st_mtime_ns, status.st_size))
    return tuple(found)
