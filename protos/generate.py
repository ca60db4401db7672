"""Write what is made from the contract: gen/ and docs/api.md, or the image of a release.

Usage: python protos/generate.py [OUTPUT_DIR]   (default: gen/ beside protos/, and docs/api.md)
       python protos/generate.py --release      (protos/released.binpb, which later changes are held against)

Needs requirements/dev.txt, `npm ci` in protos/ and the plugins of gRPC (Debian: protobuf-compiler-grpc).
"""

import json
import shutil
import subprocess
import sys
from pathlib import Path

from protos import api_page
from protos.compiler import GOOGLE_RPC, NODE_BIN, PROTOS, VENV_BIN, descriptors, missing_tools, run_protoc, sources
from services.chassis.version import VERSION

ROOT = PROTOS.parent
RELEASED = PROTOS / "released.binpb"
API_PAGE = ROOT / "docs/api.md"
_PACKAGES = PROTOS / "packages"


def generate(output: Path) -> None:
    """Write the stubs, their packages and the descriptors below `output`, replacing what is there.

    Raises:
        subprocess.CalledProcessError: The sources do not compile.
    """
    if output.exists():
        shutil.rmtree(output)
    python, typing, ts, php = (output / part for part in ("python", "typing", "ts", "php"))
    for folder in (python, typing, ts, php):
        folder.mkdir(parents=True)
    _generate_python(python, typing)
    plugin = f"--plugin=protoc-gen-es={NODE_BIN / 'protoc-gen-es'}"
    # JavaScript with types beside it: TypeScript's enums may not be used under `erasableSyntaxOnly`, and plain Node
    # reads no TypeScript.
    run_protoc(plugin, f"--es_out=target=js+dts,import_extension=js:{ts}", files=[*sources(), *GOOGLE_RPC])
    run_protoc(f"--php_out={php}", files=[*sources(), *GOOGLE_RPC])
    run_protoc(f"--plugin=protoc-gen-phpgrpc={shutil.which('grpc_php_plugin')}", f"--phpgrpc_out={php}")
    _write_packages(output)
    content = descriptors().SerializeToString(deterministic=True)
    (output / "descriptors.binpb").write_bytes(content)


def _generate_python(folder: Path, typing: Path) -> None:
    """Write the package, and in `typing` stricter types of the gRPC stubs: the product's own code is all async."""
    services = [file.name for file in descriptors().file if file.service]
    mypy_grpc = f"--plugin=protoc-gen-mypy_grpc={VENV_BIN / 'protoc-gen-mypy_grpc'}"
    run_protoc(
        f"--plugin=protoc-gen-mypy={VENV_BIN / 'protoc-gen-mypy'}",
        f"--python_out={folder}",
        f"--mypy_out=quiet:{folder}",
    )
    run_protoc(
        f"--plugin=protoc-gen-grpc_python={shutil.which('grpc_python_plugin')}",
        mypy_grpc,
        f"--grpc_python_out={folder}",
        f"--mypy_grpc_out=quiet:{folder}",
        files=services,
    )
    run_protoc(mypy_grpc, f"--mypy_grpc_out=quiet,only_async:{typing}", files=services)


def _write_packages(output: Path) -> None:
    """Add what makes each folder a package; `packages/` has it, but for what is told once elsewhere."""
    es = json.loads((PROTOS / "package.json").read_text("utf-8"))["devDependencies"]["@bufbuild/protoc-gen-es"]
    for template in sorted(path for path in _PACKAGES.rglob("*") if path.is_file()):
        text = template.read_text("utf-8").replace("@VERSION@", VERSION).replace("@ES_VERSION@", es)
        target = output / template.relative_to(_PACKAGES).with_suffix(
            "" if template.suffix == ".in" else template.suffix
        )
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, "utf-8")


def release(image: Path) -> None:
    """Write the contract as it is now, every service of it, as what `buf breaking` compares with.

    Args:
        image: File to write, an image of buf's.

    Raises:
        subprocess.CalledProcessError: The sources do not compile.
    """
    command = [str(NODE_BIN / "buf"), "build", "--exclude-source-info", "--output", str(image)]
    subprocess.run(command, cwd=ROOT, check=True)  # noqa: S603 - our own tools


def main(arguments: list[str]) -> None:
    """Do what the command line says."""
    if problems := missing_tools():
        sys.exit("\n".join(problems))
    if arguments == ["--release"]:
        release(RELEASED)
        return
    generate(Path(arguments[0]) if arguments else ROOT / "gen")
    if not arguments:
        API_PAGE.write_text(api_page.render(descriptors(comments=True)), "utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
