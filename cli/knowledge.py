"""`./boumb knowledge`: write and check the pages of know-how."""

import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from cli.example_checks import catalogue_faults, faults
from cli.messages.exit_codes import ExitCode
from cli.messages.user_errors import UserError
from services.rag.pages.library import KNOWLEDGE, Library
from services.rag.pages.lint import lint
from services.rag.pages.page import PageKind
from services.rag.pages.reader import LOCALES, QUESTIONS, SLUG, questions_file
from services.theory.catalogue.catalogue import Catalogue

_TEMPLATE = Path(__file__).with_name("knowledge_template.md")


def new(slug: str, kind: str, folder: Path = KNOWLEDGE) -> ExitCode:
    """Begin a page in both languages, from a template.

    Args:
        slug: Names the page: "ii-v-i".
        kind: What it is about, as `PageKind` lists.
        folder: Of the pages.

    Raises:
        UserError: The slug or the kind is wrong, or the page is there.
    """
    if not SLUG.fullmatch(slug):
        raise UserError(
            message=f"{slug!r}: lower-case letters and digits joined by - are needed", exit=ExitCode.BAD_INPUT
        )
    if kind not in set(PageKind):
        raise UserError(message=f"{kind!r}: one of {', '.join(PageKind)} is needed", exit=ExitCode.BAD_INPUT)
    paths = [folder / f"{slug}.{locale}.md" for locale in LOCALES]
    for path in paths:
        if path.exists():
            raise UserError(message=f"{path.name} is there already", exit=ExitCode.BAD_INPUT)
    text = _TEMPLATE.read_text(encoding="utf-8").replace("{title}", slug.replace("-", " ")).replace("{kind}", kind)
    (folder / QUESTIONS).mkdir(exist_ok=True)
    for path in paths:
        path.write_text(text, encoding="utf-8")
        questions_file(path).touch()
        print(path)
        print(questions_file(path))
    return ExitCode.OK


def check(folder: Path = KNOWLEDGE) -> ExitCode:
    """Print every problem of the pages, and how many pages and words there are in each language."""
    library = Library.load(folder)
    problems = list(all_problems(library))
    for problem in problems:
        print(problem, file=sys.stderr)
    for locale in LOCALES:
        pages = [translations[locale] for translations in library.pages.values()]
        examples = Counter(example.kind for page in pages for example in page.examples)
        counted = ", ".join(f"{count} {kind}" for kind, count in sorted(examples.items()))
        words, questions = sum(page.words for page in pages), sum(len(page.questions) for page in pages)
        print(f"{locale}: {len(pages)} pages, {words} words, {questions} questions; examples: {counted or 'none'}")
    kinds = Counter(translations[LOCALES[0]].kind for translations in library.pages.values())
    print("kinds: " + ", ".join(f"{count} {kind}" for kind, count in sorted(kinds.items())))
    print(f"{len(problems)} problem(s)")
    return ExitCode.FAILED if problems else ExitCode.OK


def all_problems(library: Library) -> Iterator[str]:
    """Every problem of pages: those of their text, their musical examples, their links to the catalogue."""
    catalogue = Catalogue.load()
    yield from lint(library)
    for page in library.all():
        name = f"{page.slug}.{page.locale}.md"
        for entry in page.catalogue:
            yield from (f"{name}: {fault}" for fault in catalogue_faults(entry, catalogue))
        for section in page.sections:
            for example in section.examples:
                where = f"{name}: {section.heading}: {example.kind}"
                yield from (f"{where}: {fault}" for fault in faults(example, catalogue))
