"""The commands of know-how: `ask`, and `knowledge` for those who write pages."""

import sys
from typing import Annotated

import typer

from cli.endings import end
from cli.messages.exit_codes import HELP
from cli.words import joined, lines


def ask(
    question: Annotated[
        list[str] | None, typer.Argument(help="What to ask; without it, one question a line of input.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One line of JSON for each question.")] = False,
    retrieve: Annotated[bool, typer.Option("--retrieve", help="Only the slugs of the pages, the best first.")] = False,
    engine: Annotated[str, typer.Option(help="passages or llm; otherwise the best that is there.")] = "",
    locale: Annotated[str, typer.Option(help="Language of the answer, fr or en; otherwise the question's.")] = "",
) -> None:
    """Ask about music or about this product. Answers come from the pages of know-how and say from which.

    Args:
        question: What to ask, in words; None reads questions from standard input.
        as_json: Whether to print JSON.
        retrieve: Whether to print the pages alone.
        engine: Who answers.
        locale: Language of the answer.
    """
    from cli.ask import ask as run  # noqa: PLC0415

    if not question and sys.stdin.isatty():
        raise typer.BadParameter("give one, or pipe questions in, one a line", param_hint="QUESTION")
    questions = [joined(question)] if question else lines(sys.stdin)
    end(lambda: run(questions, as_json=as_json, retrieve=retrieve, engine=engine, locale=locale))


knowledge = typer.Typer(help="The pages of know-how that the chat answers from.", no_args_is_help=True)


@knowledge.command("lint", epilog=HELP)
def lint_knowledge() -> None:
    """Check every page: front matter, links, both languages, and each musical example with theory's tables."""
    from cli.knowledge import check  # noqa: PLC0415

    end(check)


@knowledge.command("new", epilog=HELP)
def new_knowledge(
    slug: Annotated[str, typer.Argument(help="Names the page: ii-v-i.")],
    kind: Annotated[str, typer.Option(help="What it is about: scale, harmony, style, daw...")] = "harmony",
) -> None:
    """Begin a page in both languages, from a template.

    Args:
        slug: Names the page.
        kind: What it is about.
    """
    from cli.knowledge import new  # noqa: PLC0415

    end(lambda: new(slug, kind))
