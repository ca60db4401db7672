"""Generate the stubs under gen/ from the contract: Python with types, TypeScript, PHP.

Usage: python protos/generate.py [OUTPUT_DIR]   (default: gen/ beside protos/)

Needs requirements/dev.txt, `npm ci` in protos/ and grpc_php_plugin (Debian: protobuf-compiler-grpc).
"""

import shutil
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

from google.rpc import error_details_pb2
from grpc_tools import protoc

PROTOS = Path(__file__).resolve().parent
NODE_BIN = PROTOS / "node_modules" / ".bin"


def missing_tools() -> list[str]:
    """Name each generator that is not installed, with the way to get it."""
    missing = []
    if not (NODE_BIN / "protoc-gen-es").exists():
        missing.append("protoc-gen-es: run `npm ci` in protos/")
    if shutil.which("grpc_php_plugin") is None:
        missing.append("grpc_php_plugin: run `apt-get install protobuf-compiler-grpc`")
    return missing


def generate(output: Path) -> None:
    """Write all stubs below `output`, replacing what is there. Ends the program when protoc fails."""
    if output.exists():
        shutil.rmtree(output)
    python, ts, php = (output / language for language in ("python", "ts", "php"))
    for folder in (python, ts, php):
        folder.mkdir(parents=True)
    venv_bin = Path(sys.executable).parent
    sources = sorted(str(path.relative_to(PROTOS)) for path in (PROTOS / "boumbapp").rglob("*.proto"))
    shared = [f"--proto_path={PROTOS}", f"--proto_path={files('grpc_tools') / '_proto'}"]
    status = protoc.main(
        [
            "protoc",
            *shared,
            f"--plugin=protoc-gen-mypy={venv_bin / 'protoc-gen-mypy'}",
            f"--plugin=protoc-gen-mypy_grpc={venv_bin / 'protoc-gen-mypy_grpc'}",
            f"--python_out={python}",
            f"--grpc_python_out={python}",
            f"--mypy_out=quiet:{python}",
            f"--mypy_grpc_out=quiet,only_async:{python}",
            *sources,
        ]
    ) or protoc.main(
        [
            "protoc",
            *shared,
            # Python and PHP have packages for the standard error details; a browser client needs them from us.
            f"--proto_path={Path(error_details_pb2.__file__).parents[2]}",
            f"--plugin=protoc-gen-es={NODE_BIN / 'protoc-gen-es'}",
            f"--es_out=target=ts,import_extension=js:{ts}",
            *sources,
            "google/rpc/error_details.proto",
        ]
    )
    if status != 0:
        sys.exit("protoc could not generate Python and TypeScript")
    # grpcio-tools' protoc has no PHP generator.
    subprocess.run(  # noqa: S603 - our own tools
        [
            venv_bin / "protoc",
            *shared,
            f"--plugin=protoc-gen-phpgrpc={shutil.which('grpc_php_plugin')}",
            f"--php_out={php}",
            f"--phpgrpc_out={php}",
            *sources,
        ],
        check=True,
    )
    for empty_stub in python.rglob("*_pb2_grpc.py*"):
        if not empty_stub.stem.endswith("service_pb2_grpc"):
            empty_stub.unlink()


if __name__ == "__main__":
    if problems := missing_tools():
        sys.exit("\n".join(problems))
    generate(Path(sys.argv[1]) if len(sys.argv) > 1 else PROTOS.parent / "gen")
