"""Docstrings: public functions with two or more arguments tell what each is."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = (
    "language",
    "llm",
    "modelstore",
    "music",
    "services",
    "telemetry",
    "gateway",
    "launcher",
    "cli",
    "training",
    "benchmarks",
)
Function = ast.FunctionDef | ast.AsyncFunctionDef
# Their arguments are those of the generated base class, the same for every method, or of the command line.
FRAMEWORK = ("servicer.py", "app.py")
# The docstring of an implementation points at the protocol or base class, whose docstring describes the arguments.
_SEE = re.compile(r"See `[A-Z]\w+`\.")


def public_functions(tree: ast.Module) -> Iterator[tuple[str, Function]]:
    """Functions and methods that others may call, with their names."""
    for node in tree.body:
        if isinstance(node, Function) and not node.name.startswith("_"):
            yield node.name, node
        elif isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            for inner in node.body:
                if isinstance(inner, Function) and not inner.name.startswith("_"):
                    yield f"{node.name}.{inner.name}", inner


def arguments_of(function: Function) -> list[str]:
    names = [argument.arg for argument in (*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs)]
    return [name for name in names if name not in ("self", "cls")]


def undescribed(source: str) -> list[str]:
    """Public functions with two or more arguments whose docstring does not describe each of them."""
    found = []
    for name, function in public_functions(ast.parse(source)):
        arguments = arguments_of(function)
        text = ast.get_docstring(function) or ""
        decorators = {ast.unparse(decorator).rpartition(".")[2] for decorator in function.decorator_list}
        if len(arguments) < 2 or decorators & {"overload", "override"} or _SEE.search(text):
            continue
        section = text.partition("Args:")[2]
        if missing := [argument for argument in arguments if f"{argument}:" not in section]:
            found.append(f"{name}({', '.join(missing)})")
    return found


@pytest.mark.parametrize("package", PACKAGES)
def test_public_functions_describe_their_arguments(package: str) -> None:
    found = {
        str(path.relative_to(ROOT)): names
        for path in sorted((ROOT / package).rglob("*.py"))
        if path.name not in FRAMEWORK and (names := undescribed(path.read_text("utf-8")))
    }
    assert not found


def test_a_silent_function_would_be_noticed() -> None:
    """The check above can fail."""
    assert undescribed('def mix(a: int, b: int) -> int:\n    """Mix.\n\n    Args:\n        a: One.\n    """\n') == [
        "mix(b)"
    ]
