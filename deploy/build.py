"""Builds the images with docker or podman, and asks the registry for the digests of those that are not ours."""

import json
import re
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from deploy.targets import images
from services.chassis.service_manifest import ROOT

ENGINES = ("docker", "podman")
_IMAGES = ROOT / "deploy/images.yaml"
_SBOM = "/opt/boumb/venv/sbom.cdx.json"


class BuildFailed(Exception):
    """An engine failed, or there is none; the text says why."""


@dataclass(frozen=True, slots=True)
class Engine:
    """What builds and holds images.

    Attributes:
        program: "docker" or "podman".
    """

    program: str

    @classmethod
    def find(cls, name: str = "") -> "Engine":
        """The engine of a name, or the first that is installed. Raises BuildFailed."""
        found = next((each for each in ([name] if name else ENGINES) if shutil.which(each)), None)
        if found is None:
            raise BuildFailed(f"{name or ' or '.join(ENGINES)} is not installed")
        return cls(found)

    def build(self, target: str, tag: str, arguments: Sequence[str] = ()) -> None:
        """Build an image; its progress goes to this process's output.

        Args:
            target: Of the Dockerfile.
            tag: Version of the image.
            arguments: More for the engine's own `build`.

        Raises:
            BuildFailed: It cannot be built.
        """
        shape = ["--format", "docker"] if self.program == "podman" else []  # OCI's form has no health check
        command = [self.program, "build", *shape, "--file", "deploy/Dockerfile", "--target", target]
        command += ["--tag", f"boumb/{target}:{tag}", *arguments, "."]
        if subprocess.run(command, cwd=ROOT, check=False).returncode != 0:  # noqa: S603 - found on PATH
            raise BuildFailed(f"boumb/{target} could not be built; {self.program}'s own words are above")

    def size(self, target: str, tag: str) -> int:
        """Bytes of an image with all that it is built on. Raises BuildFailed."""
        return int(self._ask("image", "inspect", "--format", "{{.Size}}", f"boumb/{target}:{tag}"))

    def sbom(self, target: str, tag: str, folder: Path) -> Path:
        """Copy the list of what an image is made of out of it.

        Args:
            target: Of the Dockerfile.
            tag: Version of the image.
            folder: Where it goes.

        Raises:
            BuildFailed: The engine cannot read it.
        """
        path = folder / f"{target}.cdx.json"
        said = self._ask("run", "--rm", "--network", "none", "--entrypoint", "cat", f"boumb/{target}:{tag}", _SBOM)
        path.write_text(said, "utf-8")
        return path

    def digest(self, image: str) -> str:
        """Digest that the registry has for the tag of an image now. Raises BuildFailed."""
        name = image.partition("@")[0]
        self._ask("pull", "--quiet", name)
        found: list[str] = json.loads(self._ask("image", "inspect", "--format", "{{json .RepoDigests}}", name))
        digests = {digest for each in found if re.fullmatch(r"sha256:[0-9a-f]{64}", digest := each.rpartition("@")[2])}
        if len(digests) != 1:
            raise BuildFailed(f"{name} has {len(digests)} digests")
        return digests.pop()

    def _ask(self, *arguments: str) -> str:
        done = subprocess.run(  # noqa: S603 - found on PATH
            [self.program, *arguments], cwd=ROOT, capture_output=True, text=True, check=False
        )
        if done.returncode != 0:
            raise BuildFailed(f"{self.program} {arguments[0]}: {done.stderr.strip()}")
        return done.stdout


def pin(engine: Engine, path: Path = _IMAGES) -> dict[str, str]:
    """Write the digest of each image that is not ours beside its tag.

    Args:
        engine: Asks the registry.
        path: The file that names them.

    Returns:
        The images, each with its digest.

    Raises:
        BuildFailed: The registry cannot be asked.
    """
    text, pinned = path.read_text("utf-8"), {}
    for name, image in images().items():
        pinned[name] = f"{image.partition('@')[0]}@{engine.digest(image)}"
        text = re.sub(rf"^{name}: .*$", f"{name}: {pinned[name]}", text, flags=re.MULTILINE)
    path.write_text(text, "utf-8", newline="\n")
    return pinned
