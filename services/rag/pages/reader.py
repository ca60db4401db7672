"""Reads a page: front matter in YAML between lines of dashes, then Markdown; and the file of what it is asked.

docs/adding-a-page.md describes them.
"""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import yaml
from markdown_it import MarkdownIt
from markdown_it.token import Token

from language.yaml_fields import DataFileError, YamlFields
from services.rag.pages.page import Example, ExampleKind, Page, PageKind, Section

LOCALES = ("en", "fr")
MOST_BYTES = 64 * 1024
QUESTIONS = "questions"  # the folder beside the pages that holds what each is asked
SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_FILE = re.compile(rf"({SLUG.pattern})\.({'|'.join(LOCALES)})\.md")
_FRONT_MATTER = re.compile(r"\A---\n(.*?\n)---\n", re.DOTALL)
_ATTRIBUTES = re.compile(r'(\w+)((?:\s+\w+="[^"\n]*")*)')
_ATTRIBUTE = re.compile(r'(\w+)="([^"\n]*)"')
_MARKDOWN = MarkdownIt("commonmark", {"html": False})
_HEADING = "h2"


def page_name(path: Path) -> tuple[str, str] | None:
    """Slug and language that a file's name says; None when it is no name of a page."""
    match = _FILE.fullmatch(path.name)
    return (match[1], match[2]) if match else None


def questions_file(path: Path) -> Path:
    """Where the questions that a page answers are, whether it has any or not.

    Args:
        path: The file of the page.
    """
    return path.parent / QUESTIONS / f"{path.stem}.txt"


def read_page(path: Path) -> Page:
    """Read the file of a page, and that of its questions where there is one.

    Raises:
        DataFileError: It is no page; the message begins with the file and what is wrong in it.
        OSError: It cannot be read.
    """
    name = page_name(path)
    if name is None:
        raise DataFileError(f"{path.name}: file name: <slug>.en.md or <slug>.fr.md is needed")
    try:
        questions = _text(questions_file(path)).splitlines()
    except FileNotFoundError:
        questions = []
    return parse_page(_text(path), *name, tuple(line.strip() for line in questions if line.strip()))


def _text(path: Path) -> str:
    with path.open("rb") as file:
        content = file.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise DataFileError(f"{path.name}: at most {MOST_BYTES} bytes are read")
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        raise DataFileError(f"{path.name}: not UTF-8: {error}") from error


def parse_page(text: str, slug: str, locale: str, questions: Sequence[str] = ()) -> Page:
    """Read the text of a page.

    Args:
        text: Front matter and Markdown.
        slug: Of the page.
        locale: Language of the text, "fr" or "en".
        questions: That it answers.

    Raises:
        DataFileError: It is no page.
    """
    where = f"{slug}.{locale}.md"
    text = text.replace("\r\n", "\n")
    front = _FRONT_MATTER.match(text)
    if front is None:
        raise DataFileError(f"{where}: front matter: it begins with a line of three dashes and ends with another")
    try:
        fields = YamlFields(yaml.load(front[1], Loader=yaml.CSafeLoader), where)
    except yaml.YAMLError as error:
        raise DataFileError(f"{where}: front matter: not YAML: {error}") from error
    title, kind = fields.string("title"), fields.string("kind")
    if kind not in set(PageKind):
        raise fields.error("kind", f"one of {', '.join(PageKind)} is needed")
    page = Page(
        slug=slug,
        locale=locale,
        title=title,
        kind=PageKind(kind),
        keywords=fields.strings("keywords"),
        aliases=fields.strings("aliases"),
        catalogue=fields.strings("catalogue"),
        related=fields.strings("related"),
        sources=fields.strings("sources"),
        questions=tuple(questions),
        sections=tuple(_sections(_MARKDOWN.parse(text[front.end() :]), title, where)),
    )
    fields.finish()
    return page


class _Collector:
    """What was read of a section so far."""

    def __init__(self, heading: str) -> None:
        self.heading = heading
        self.blocks: list[str | Example] = []
        self.links: list[str] = []

    def section(self) -> Section | None:
        """The section; None where nothing stands under the title."""
        return Section(self.heading, tuple(self.blocks), tuple(self.links)) if self.blocks else None


def _sections(tokens: Sequence[Token], title: str, where: str) -> Iterator[Section]:
    current = _Collector(title)
    inside_heading = False
    for token in tokens:
        if token.type == "heading_open":
            if token.tag != _HEADING:
                raise DataFileError(f"{where}: headings: only ## is used")
            inside_heading = True
        elif token.type == "inline":
            text = _plain(token.children or [], where, current.links if not inside_heading else [])
            if inside_heading:
                if section := current.section():
                    yield section
                current, inside_heading = _Collector(text), False
            else:
                current.blocks.append(text)
        elif token.type == "fence":
            current.blocks.append(_example(token, where))
        elif token.type.split("_")[0] not in ("paragraph", "bullet", "ordered", "list", "heading"):
            raise DataFileError(f"{where}: {token.type}: only headings, paragraphs, lists and examples are used")
    if section := current.section():
        yield section


def _plain(children: Sequence[Token], where: str, links: list[str]) -> str:
    """Inline text without its marks; the targets of its links are collected."""
    parts = []
    for child in children:
        if child.type == "link_open":
            target = str(child.attrs.get("href", ""))
            if not SLUG.fullmatch(target):
                raise DataFileError(f"{where}: link {target!r}: the slug of a page is needed")
            links.append(target)
        elif child.type in ("text", "code_inline"):
            parts.append(child.content)
        elif child.type in ("softbreak", "hardbreak"):
            parts.append(" ")
        elif child.type not in ("link_close", "em_open", "em_close", "strong_open", "strong_close"):
            raise DataFileError(f"{where}: {child.type}: not used in pages")
    return "".join(parts).strip()


def _example(token: Token, where: str) -> Example:
    match = _ATTRIBUTES.fullmatch(token.info.strip())
    if match is None or match[1] not in set(ExampleKind):
        raise DataFileError(f'{where}: example {token.info!r}: one of {", ".join(ExampleKind)}, then name="value"')
    lines = tuple(line.strip() for line in token.content.splitlines() if line.strip())
    if not lines:
        raise DataFileError(f"{where}: example {token.info!r}: empty")
    return Example(ExampleKind(match[1]), dict(_ATTRIBUTE.findall(match[2])), lines)
