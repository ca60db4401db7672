"""Typed access to the fields of a YAML data file; every error names the file and the key."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar

import yaml

T = TypeVar("T")


class DataFileError(ValueError):
    """A data file that breaks its schema. The message begins with the file and the key."""


class YamlFields:
    """The mapping that a YAML file holds, read field by field.

    Args:
        data: What the file holds.
        where: File, or file and key for a nested mapping; it begins every error message.
    """

    def __init__(self, data: object, where: str) -> None:
        if not isinstance(data, dict) or not all(isinstance(key, str) for key in data):
            raise DataFileError(f"{where}: a mapping of named fields is needed")
        self._data: dict[str, object] = data
        self._where = where
        self._read: set[str] = set()

    @classmethod
    def of_file(cls, path: Path) -> "YamlFields":
        """Parse a YAML file. Raises DataFileError when it is not YAML or not a mapping."""
        where = f"{path.parent.name}/{path.name}"
        try:
            return cls(yaml.load(path.read_bytes(), Loader=yaml.CSafeLoader), where)
        except yaml.YAMLError as error:
            raise DataFileError(f"{where}: not YAML: {error}") from error

    def error(self, key: str, problem: str) -> DataFileError:
        """Make an error to raise about a key.

        Args:
            key: The key.
            problem: What is wrong, as the end of a sentence.
        """
        return DataFileError(f"{self._where}: {key}: {problem}")

    def _raw(self, key: str) -> object:
        self._read.add(key)
        return self._data.get(key)

    def has(self, key: str) -> bool:
        """Whether the field is there and not empty."""
        return self._data.get(key) is not None

    def holds_fields(self, key: str) -> bool:
        """Whether the field is a mapping, for `nested`."""
        return isinstance(self._data.get(key), dict)

    def string(self, key: str, default: str | None = None) -> str:
        """Read a text.

        Args:
            key: The key.
            default: The text where the key is absent; None requires the key.

        Raises:
            DataFileError: It is absent, empty or no text.
        """
        value = self._raw(key)
        if value is None and default is not None:
            return default
        if not isinstance(value, str) or not value.strip():
            raise self.error(key, "a text is needed")
        return value.strip()

    def strings(self, key: str) -> tuple[str, ...]:
        """Read a list of texts; empty when absent. Quoting guards against YAML's own words (no, on, 1).

        Raises:
            DataFileError: It is no list, or an item is empty or no text.
        """
        value = self._raw(key)
        if value is None:
            return ()
        if not isinstance(value, list) or not all(isinstance(item, str) and item for item in value):
            raise self.error(key, "a list of texts is needed; quote words that YAML takes for numbers or booleans")
        return tuple(value)

    def text_or_texts(self, key: str) -> tuple[str, ...]:
        """One text, or a list of texts; empty when absent."""
        return (self.string(key),) if isinstance(self._data.get(key), str) else self.strings(key)

    def flag(self, key: str) -> bool:
        """Read true or false; false when absent.

        Raises:
            DataFileError: It is neither.
        """
        value = self._raw(key)
        if value is not None and not isinstance(value, bool):
            raise self.error(key, "true or false is needed")
        return bool(value)

    def number(self, key: str, low: float, high: float, default: float | None = None) -> float:
        """Read a number.

        Args:
            key: The key.
            low: Least value allowed.
            high: Greatest value allowed.
            default: The number where the key is absent; None requires the key.

        Raises:
            DataFileError: It is absent, no number or out of bounds.
        """
        value = self._raw(key)
        if value is None and default is not None:
            return default
        if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
            raise self.error(key, f"a number from {low:g} to {high:g} is needed")
        return float(value)

    def integers(self, key: str, low: int, high: int, count: int | None = None) -> tuple[int, ...]:
        """Read a list of whole numbers.

        Args:
            key: The key.
            low: Least value allowed.
            high: Greatest value allowed.
            count: How many there must be; None for any number.

        Raises:
            DataFileError: It is absent or no list, or an item is no whole number or out of bounds, or their number is
                wrong.
        """
        value = self._raw(key)
        if not isinstance(value, list) or not all(type(item) is int and low <= item <= high for item in value):
            raise self.error(key, f"a list of whole numbers from {low} to {high} is needed")
        if count is not None and len(value) != count:
            raise self.error(key, f"{count} numbers are needed, there are {len(value)}")
        return tuple(value)

    def mapping(self, key: str, build: Callable[["YamlFields"], T]) -> Mapping[str, T]:
        """Read a mapping of names to nested mappings; empty when absent.

        Args:
            key: The key.
            build: Makes a value of each nested mapping; fields that it does not read are refused.

        Raises:
            DataFileError: It is no mapping, or one of its items is not, or has an unknown field.
        """
        value = self._raw(key)
        if value is None:
            return {}
        nested = YamlFields(value, f"{self._where}: {key}")
        built = {}
        for name, item in nested._data.items():
            fields = YamlFields(item, f"{self._where}: {key}.{name}")
            built[name] = build(fields)
            fields.finish()
        return built

    def names(self) -> tuple[str, ...]:
        """The fields that are there, in the order of the file."""
        return tuple(self._data)

    def nested(self, key: str) -> "YamlFields":
        """Read a nested mapping, which is required.

        Raises:
            DataFileError: It is absent or no mapping.
        """
        return YamlFields(self._raw(key), f"{self._where}: {key}")

    def finish(self) -> None:
        """Refuse fields that nobody read: a misspelt key must not be ignored."""
        unknown = sorted(self._data.keys() - self._read)
        if unknown:
            raise self.error(unknown[0], "no such field")
