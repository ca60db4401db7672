"""Renders docs/api.md: the contract's comments, types and rules, for people who read no .proto files."""

from collections.abc import Iterator, Sequence

from google.protobuf.descriptor_pb2 import (
    DescriptorProto,
    EnumDescriptorProto,
    FieldDescriptorProto,
    FieldOptions,
    FileDescriptorProto,
    FileDescriptorSet,
    ServiceDescriptorProto,
)
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass

_OURS = "boumbapp."
_RULES = "boumbapp.rules.v2.rules"
_HEAD = """\
# The contract, page by page

Made from the comments in [`protos/`](../protos/boumbapp) by `python protos/generate.py`: change those, not this page.

A field without rules takes any value of its type. Every field may be left out unless it is `required`; then it is
zero, empty or unset. A broken rule is answered with INVALID_ARGUMENT and the path of the field ([errors](errors.md)).
In JSON, names are written in camel case: `start_step` is `startStep`.
"""

Path = tuple[int, ...]
_Kinds = FieldDescriptorProto.Type
# Numbers of fields in descriptor.proto, of which the paths in source information are made.
_PACKAGE, _SYNTAX, _MESSAGES, _ENUMS, _SERVICES = 2, 12, 4, 5, 6
_FIELDS, _NESTED, _NESTED_ENUMS = 2, 3, 4
_VALUES = _METHODS = 2


class _File:
    """A file's comments by path."""

    def __init__(self, file: FileDescriptorProto) -> None:
        self.file = file
        self._comments = {
            tuple(place.path): place.leading_comments or place.trailing_comments
            for place in file.source_code_info.location
        }

    def comment(self, *path: int) -> str:
        return _paragraph(self._comments.get(path, ""))

    def introduction(self) -> str:
        return self.comment(_PACKAGE) or self.comment(_SYNTAX)


class _Rules:
    """Reads the rules of fields with the set's own definition of them, so that no generated code is needed."""

    def __init__(self, files: FileDescriptorSet) -> None:
        pool = DescriptorPool()
        for file in files.file:
            pool.AddSerializedFile(file.SerializeToString())
        self._options = GetMessageClass(pool.FindMessageTypeByName(FieldOptions.DESCRIPTOR.full_name))
        pool.FindExtensionByName(_RULES)

    def of(self, field: FieldDescriptorProto) -> str:
        options = self._options.FromString(field.options.SerializeToString())
        told = [_rules(value) for option, value in options.ListFields() if option.full_name == _RULES]
        return ", ".join(told)


def _rules(rules: Message) -> str:
    told = []
    for rule, value in rules.ListFields():
        name = rule.name.replace("_", " ")
        if isinstance(value, bool):
            told.append(name)
        elif isinstance(value, str):
            told.append(f"{name} `{value}`")
        else:
            values = [value] if isinstance(value, int | float) else value
            told.append(f"{name} {', '.join(f'{number:g}' for number in values)}")
    return "; ".join(told)


def _paragraph(text: str) -> str:
    """A comment as one line per paragraph."""
    paragraphs = text.strip().split("\n\n")
    return "\n\n".join(" ".join(line.strip() for line in paragraph.splitlines()) for paragraph in paragraphs)


def _cell(text: str) -> str:
    return text.replace("\n\n", " ").replace("|", "\\|")


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(_cell(cell) for cell in line) + " |" for line in lines)


def _type(field: FieldDescriptorProto) -> str:
    if not field.type_name:
        return _Kinds.Name(field.type).removeprefix("TYPE_").lower()
    return _link(field.type_name)


def _link(type_name: str) -> str:
    name = type_name.removeprefix(".")
    short = name.rpartition(".")[2]
    return f"[{short}](#{name})" if name.startswith(_OURS) else f"`{name}`"


def _heading(name: str, full_name: str) -> str:
    return f'<a id="{full_name}"></a>\n\n### {name}'


def _field_row(field: FieldDescriptorProto, message: DescriptorProto, comment: str, rules: str) -> list[str]:
    kind = _type(field)
    if field.label == FieldDescriptorProto.Label.LABEL_REPEATED:
        kind = f"repeated {kind}"
    elif field.proto3_optional:
        kind = f"optional {kind}"
    elif field.HasField("oneof_index"):
        kind = f"{kind}, one of `{message.oneof_decl[field.oneof_index].name}`"
    return [f"`{field.name}`", str(field.number), kind, rules, comment]


def _message(
    source: _File, message: DescriptorProto, scope: str, name: str, path: Path, rules: _Rules
) -> Iterator[str]:
    full_name = f"{scope}.{message.name}"
    yield _heading(name, full_name)
    yield source.comment(*path)
    rows = [
        _field_row(field, message, source.comment(*path, _FIELDS, index), rules.of(field))
        for index, field in enumerate(message.field)
    ]
    if rows:
        yield _table(["field", "no.", "type", "rules", "meaning"], rows)
    for index, enum in enumerate(message.enum_type):
        yield from _enum(source, enum, full_name, f"{name}.{enum.name}", (*path, _NESTED_ENUMS, index))
    for index, nested in enumerate(message.nested_type):
        if not nested.options.map_entry:
            yield from _message(source, nested, full_name, f"{name}.{nested.name}", (*path, _NESTED, index), rules)


def _enum(source: _File, enum: EnumDescriptorProto, scope: str, name: str, path: Path) -> Iterator[str]:
    yield _heading(name, f"{scope}.{enum.name}")
    yield source.comment(*path)
    rows = [
        [f"`{value.name}`", str(value.number), source.comment(*path, _VALUES, index)]
        for index, value in enumerate(enum.value)
    ]
    yield _table(["value", "no.", "meaning"], rows)


def _service(source: _File, service: ServiceDescriptorProto, scope: str, path: Path) -> Iterator[str]:
    yield _heading(service.name, f"{scope}.{service.name}")
    yield source.comment(*path)
    rows = []
    for index, method in enumerate(service.method):
        asked = ("stream of " if method.client_streaming else "") + _link(method.input_type)
        answered = ("stream of " if method.server_streaming else "") + _link(method.output_type)
        rows.append([f"`{method.name}`", asked, answered, source.comment(*path, _METHODS, index)])
    yield _table(["method", "request", "response", "meaning"], rows)


def _parts(files: Sequence[FileDescriptorProto], rules: _Rules) -> Iterator[str]:
    sources = [_File(file) for file in files]
    packages = sorted({file.package for file in files})
    yield "\n".join(f"- [`{package}`](#{package})" for package in packages)
    for package in packages:
        ours = [source for source in sources if source.file.package == package]
        yield f'<a id="{package}"></a>\n\n## {package}'
        yield from (source.introduction() for source in ours)
        for source in ours:
            for index, service in enumerate(source.file.service):
                yield from _service(source, service, package, (_SERVICES, index))
        for source in ours:
            for index, message in enumerate(source.file.message_type):
                yield from _message(source, message, package, message.name, (_MESSAGES, index), rules)
            for index, enum in enumerate(source.file.enum_type):
                yield from _enum(source, enum, package, enum.name, (_ENUMS, index))


def render(files: FileDescriptorSet) -> str:
    """Render the page.

    Args:
        files: The contract with all that it imports, and with source information.

    Returns:
        Markdown, the same for the same contract.
    """
    ours = sorted((file for file in files.file if file.package.startswith(_OURS)), key=lambda file: file.name)
    parts = [_HEAD.strip(), *_parts(ours, _Rules(files))]
    return "\n\n".join(part for part in parts if part) + "\n"
