"""Runs protoc on the contract: one pinned compiler for every language (docs/decisions/0011)."""

import shutil
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path

import protoc
from google.protobuf.descriptor_pb2 import FileDescriptorSet
from google.rpc import error_details_pb2

PROTOS = Path(__file__).resolve().parent
NODE_BIN = PROTOS / "node_modules" / ".bin"
VENV_BIN = Path(sys.executable).parent
# The standard form of errors. Python has a package for it; all others get it from us.
GOOGLE_RPC = ("google/rpc/error_details.proto", "google/rpc/status.proto")
_INCLUDES = (PROTOS, Path(protoc.__file__).parent / "data/include", Path(error_details_pb2.__file__).parents[2])


def missing_tools() -> list[str]:
    """Name each generator that is not installed, with the way to get it."""
    missing = []
    if not (NODE_BIN / "protoc-gen-es").exists():
        missing.append("protoc-gen-es: run `npm ci` in protos/")
    plugins = [name for name in ("grpc_python_plugin", "grpc_php_plugin") if shutil.which(name) is None]
    return missing + [f"{name}: run `apt-get install protobuf-compiler-grpc`" for name in plugins]


def sources() -> list[str]:
    """The contract's files, relative to protos/, in a fixed order."""
    return sorted(path.relative_to(PROTOS).as_posix() for path in (PROTOS / "boumbapp").rglob("*.proto"))


def run_protoc(*arguments: str, files: list[str] | None = None) -> None:
    """Run protoc.

    Args:
        *arguments: What to write, and with which plugins.
        files: Files to compile; the contract's when not given.

    Raises:
        subprocess.CalledProcessError: It failed; it has said why on standard error.
    """
    paths = [f"--proto_path={folder}" for folder in _INCLUDES]
    compiled = sources() if files is None else files
    subprocess.run([VENV_BIN / "protoc", *paths, *arguments, *compiled], check=True)  # noqa: S603 - our own tools


@cache
def descriptors(*, comments: bool = False) -> FileDescriptorSet:
    """The contract, the standard errors and all that they import.

    Args:
        comments: Whether to keep where everything stands in the sources, and the comments there.

    Raises:
        subprocess.CalledProcessError: The sources do not compile.
    """
    with tempfile.TemporaryDirectory() as folder:
        written = Path(folder) / "descriptors.binpb"
        options = ["--include_source_info"] if comments else []
        run_protoc("--include_imports", *options, f"--descriptor_set_out={written}", files=[*sources(), *GOOGLE_RPC])
        return FileDescriptorSet.FromString(written.read_bytes())
