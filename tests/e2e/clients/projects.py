"""Projects outside the repository that use what is delivered, as somebody else's would: packages, no paths into it."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from cli import tools
from launcher.settings import ROOT

HERE = Path(__file__).parent
_NODE_MODULES = HERE / "node_modules"
_TSC = _NODE_MODULES / ".bin/tsc"
_PHP_PROTOBUF = Path("/usr/share/php")


def need(purpose: str) -> None:
    """Skip without the programs that serve a purpose, but fail where everything is promised to be there."""
    missing = [tool.advice for tool in tools.FOR_TESTS if purpose in tool.purpose and tool.found() is None]
    _need("; ".join(missing))


def need_npm() -> None:
    """The same for the npm packages of this folder."""
    _need("" if _TSC.exists() else "run `npm ci` in tests/e2e/clients")


def _need(missing: str) -> None:
    if missing and os.environ.get("CI") == "true":
        pytest.fail(missing)
    if missing:
        pytest.skip(missing)


def run(*command: str | Path, cwd: Path | None = None, timeout_s: float = 110, **environment: str) -> str:
    """Run a command that must succeed; what it wrote to standard output."""
    done = subprocess.run(
        command,
        cwd=cwd,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        timeout=timeout_s,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def node_project(folder: Path, source: Path) -> None:
    """Make a Node project: its sources, the libraries, and the two packages as npm would install them."""
    shutil.copytree(source, folder, dirs_exist_ok=True)
    modules = folder / "node_modules"
    for library in _NODE_MODULES.iterdir():
        modules.mkdir(exist_ok=True)
        if library.name != ".boumb-stamp":
            (modules / library.name).symlink_to(library)
    (folder / "package.json").write_text(json.dumps({"private": True, "type": "module"}))
    _install(ROOT / "gen/ts", folder)
    built = folder / "note-form"
    shutil.copytree(ROOT / "clients/note-form/ts", built)
    run(_TSC, "--project", built)
    _install(built, folder)
    shutil.rmtree(built)


def _install(package: Path, project: Path) -> None:
    """Pack a package and unpack it in a project."""
    packed = json.loads(run("npm", "pack", "--json", "--pack-destination", project, cwd=package))[0]
    target = project / "node_modules" / packed["name"]
    target.mkdir(parents=True)
    archive = project / packed["filename"]
    run("tar", "-xzf", archive, "-C", target, "--strip-components=1")
    archive.unlink()


def php_project(folder: Path) -> Path:
    """Make a PHP project with composer, and google/protobuf as Debian has it; its autoload.php."""
    protobuf = folder / "protobuf"
    protobuf.mkdir(parents=True)
    roots = {
        "Google\\Protobuf\\": "Google/Protobuf/",
        "GPBMetadata\\Google\\Protobuf\\": "GPBMetadata/Google/Protobuf/",
    }
    for name in ("Google", "GPBMetadata"):
        (protobuf / name).symlink_to(_PHP_PROTOBUF / name)
    packaged = {"name": "google/protobuf", "version": "3.21.12", "autoload": {"psr-4": roots}}
    (protobuf / "composer.json").write_text(json.dumps(packaged))
    paths = [str(protobuf), str(ROOT / "gen/php"), str(ROOT / "clients/note-form/php")]
    repositories = [{"type": "path", "url": path} for path in paths]
    project = {
        "repositories": [*repositories, {"packagist": False}],
        "require": {"boumbapp/contract": "*", "boumbapp/note-form": "*"},
    }
    (folder / "composer.json").write_text(json.dumps(project))
    run(
        *("composer", "install", "--no-interaction", "--no-progress", "--quiet"),
        cwd=folder,
        COMPOSER_HOME=str(folder / "home"),
        COMPOSER_ALLOW_SUPERUSER="1",
    )
    return folder / "vendor/autoload.php"


def go_program(folder: Path) -> Path:
    """Make stubs with buf and the program in go/ with them; the program. Plugins are kept below .boumb/."""
    plugins = ROOT / ".boumb/go/bin"
    for plugin in (
        "google.golang.org/protobuf/cmd/protoc-gen-go@v1.31.0",
        "google.golang.org/grpc/cmd/protoc-gen-go-grpc@v1.3.0",
    ):
        if not (plugins / plugin.partition("@")[0].rpartition("/")[2]).exists():
            run("go", "install", plugin, cwd=folder, timeout_s=400, GOBIN=str(plugins))
    path = f"{plugins}{os.pathsep}{os.environ['PATH']}"
    run(ROOT / "protos/node_modules/.bin/buf", "generate", "--output", folder, cwd=ROOT, PATH=path)
    for name in ("main.go", "go.mod", "go.sum"):
        shutil.copy(HERE / "go" / name, folder)
    shutil.copy(HERE / "go/contract.mod", folder / "contract/go.mod")
    run("go", "build", "-o", "studio", ".", cwd=folder, timeout_s=400, GOFLAGS="-buildvcs=false")
    return folder / "studio"


def python_wheel(folder: Path) -> Path:
    """Build the wheel of the contract's Python package."""
    source = folder / "source"
    shutil.copytree(ROOT / "gen/python", source, ignore=shutil.ignore_patterns("__pycache__"))
    _pip("wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", folder, source)
    [wheel] = folder.glob("*.whl")
    return wheel


def python_environment(folder: Path, wheel: Path, **pins: str) -> Path:
    """Make an environment with a wheel and what it needs, at the versions told; its interpreter.

    What comes from the index is kept below .boumb/ for the next time.
    """
    wanted = [f"{name}=={version}" for name, version in pins.items()]
    kept = ROOT / ".boumb/wheels" / "-".join([sys.implementation.cache_tag, *wanted]).replace("==", "-")
    if not kept.exists():
        fetched = kept.with_name(f"{kept.name}.{os.getpid()}")
        _pip("download", "--only-binary=:all:", "--dest", fetched, *wanted)
        try:
            fetched.rename(kept)
        except OSError:  # another worker was faster
            shutil.rmtree(fetched)
    run(sys.executable, "-m", "venv", "--without-pip", folder)
    inside = folder / "bin/python"
    _pip("--python", inside, "install", "--no-index", "--find-links", kept, wheel, *wanted)
    return inside


def product_pins(*names: str) -> dict[str, str]:
    """The versions of packages that the product and its tests are pinned to."""
    lines = (ROOT / "requirements/dev.txt").read_text("utf-8").splitlines()
    pins = dict(line.split(" ")[0].split("==") for line in lines if not line.startswith(" "))
    return {name: pins[name] for name in names}


def _pip(*arguments: str | Path) -> None:
    run(sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", *arguments)


def built_experts(project: Path) -> None:
    """Build the package for pages in a project of `node_project`, and install it there with what it needs."""
    web = ROOT / "clients/web"
    _need("" if (web / "node_modules/@tonejs").exists() else "run `npm ci` in clients/web")
    modules = project / "node_modules"
    for library in ("@tonejs", "array-flatten", "midi-file"):
        (modules / library).symlink_to(web / "node_modules" / library)
    package = project / "experts"
    shutil.copytree(web / "experts", package, ignore=shutil.ignore_patterns("node_modules", "dist", "tests"))
    shutil.copy(web / "tsconfig.base.json", project)
    run(_TSC, "--project", package / "tsconfig.build.json")
    _install(package, project)
    shutil.rmtree(package)
