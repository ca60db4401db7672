"""deploy/compose.yaml, built and run for real: bars out, nothing else; upgrades without a broken stream."""

import asyncio
import errno
import json
import os
import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from deploy.picture import arrows
from deploy.targets import GATEWAY_PORT, TOOLS
from services.chassis.service_manifest import manifests
from tests.e2e.containers.listening import listen
from tests.e2e.containers.podman import podman, unavailable
from tests.e2e.containers.restarts import BARS, LISTENERS, SLOWLY, rolling_restart
from tests.e2e.containers.stack import Stack, container

# The fewest that show each kind of arrow: into a service, on to another, to the journal, and none.
PARTS = ("gateway", "theory", "melody", "journal")
SERVICES = PARTS[1:]
MELODY = "/boumbapp.melody.v2.MelodyService/Compose"
HISTORY = "/boumbapp.journal.v2.JournalService/History"

pytestmark = pytest.mark.timeout(900)
UNDISTURBED = 4  # attempts at a run without any ending


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    if reason := unavailable():
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    with podman() as store:
        if reason := store.probe():
            pytest.skip(reason)
        store.envoy()
        for target in (*PARTS, TOOLS):
            store.build(target)
        found = Stack(store, tmp_path_factory.mktemp("stack"))
        found.write()
        found.up(*PARTS)
        yield found


@pytest.fixture(scope="module")
def token(stack: Stack) -> str:
    return stack.token()


async def call(stack: Stack, token: str, path: str, **request: object) -> list[dict[str, object]]:
    """Lines of the answer to a call in JSON, once the service is there."""
    async with httpx.AsyncClient(timeout=60, headers={"authorization": f"Bearer {token}"}) as client:
        while True:
            answer = await client.post(f"http://{stack.address}{path}", json=request)
            if answer.status_code != httpx.codes.SERVICE_UNAVAILABLE:
                answer.raise_for_status()
                return [json.loads(line) for line in answer.text.splitlines() if line]
            await asyncio.sleep(0.2)


def bars_of(lines: list[dict[str, object]]) -> int:
    return sum("bar" in line["event"] for line in lines if isinstance(line["event"], dict))


async def test_a_prompt_goes_in_by_the_published_port_and_bars_come_out(stack: Stack, token: str) -> None:
    lines = await call(stack, token, MELODY, prompt="basse funky en sol mineur", hints={"bars": 4})
    assert bars_of(lines) == 4


async def test_no_other_port_answers(stack: Stack) -> None:
    """Neither those of the services, nor the gateway's on another address than this machine's own."""
    published = [part for part in PARTS if any(stack.inspect(part)["NetworkSettings"]["Ports"].values())]
    assert published == ["gateway"]
    ports = [port_of(name) for name in SERVICES] + [GATEWAY_PORT]
    outside = [f"127.0.0.1:{port}" for port in ports] + [f"{host}:{stack.port}" for host in own_hosts()]
    for address in outside:
        host, _, port = address.rpartition(":")
        with pytest.raises(OSError):  # noqa: PT011 - refused, or no way
            await asyncio.open_connection(host, int(port))


def own_hosts() -> list[str]:
    """Addresses of this machine that others can see."""
    from services.chassis.binding import own_addresses

    return [address for address in own_addresses() if not address.startswith("127.")]


def port_of(name: str) -> int:
    return int(manifests()[name].default_address.rpartition(":")[2])


@pytest.mark.parametrize("service", SERVICES)
def test_an_expert_reaches_what_the_picture_connects_it_to_and_nothing_else(stack: Stack, service: str) -> None:
    """Nor who calls it: arrows are one-way. Nor this machine, by any address."""
    inside = {f"{name}:{port_of(name)}" for name in SERVICES} | {f"gateway:{GATEWAY_PORT}"}
    networks = stack.inspect(service)["NetworkSettings"]["Networks"].values()
    hosts = {network["Gateway"] for network in networks if network["Gateway"]} | set(own_hosts())
    machine = {f"{host}:{port}" for host in hosts for port in (stack.port, 22)}
    own = f"{service}:{port_of(service)}"
    reached = stack.reached_from(service, *(inside | machine))
    connected = {f"{arrow.callee}:{arrow.port}" for arrow in arrows() if arrow.caller == service}
    assert reached - {own} == connected & inside


@pytest.mark.parametrize("service", SERVICES)
def test_an_expert_has_no_way_out(stack: Stack, service: str) -> None:
    """No route leads anywhere but to its own networks: the address of a manual is unreachable at once."""
    program = """
import socket
print(sum(line.split()[1] == "00000000" for line in open("/proc/net/route")))
try:
    socket.create_connection(("203.0.113.1", 443), 2)
except OSError as error:
    print(error.errno)
"""
    said = stack.podman("exec", "-i", container(service), "python3", "-", given=program)
    assert said.split() == ["0", str(errno.ENETUNREACH)]


@pytest.mark.parametrize("part", PARTS)
def test_a_container_can_change_nothing_of_itself(stack: Stack, part: str) -> None:
    """It runs as no user of the machine, without capabilities, on files that it cannot write."""
    program = """
import os
import re
status = dict(line.split(":", 1) for line in open("/proc/self/status").read().splitlines())
print(os.getuid(), int(status["CapEff"], 16), int(status["CapBnd"], 16), status["NoNewPrivs"].strip())
for path in ("/opt/boumb/x", "/usr/bin/x", "/etc/x", "/x"):
    try:
        open(path, "w")
        print("wrote", path)
    except OSError:
        pass
"""
    said = stack.podman("exec", "-i", container(part), "python3", "-", given=program)
    assert said.split() == ["10001", "0", "0", "1"]
    for tool in ("pip", "gcc", "make", "git", "curl"):
        said = stack.podman("exec", container(part), "python3", "-c", f"import shutil; print(shutil.which('{tool}'))")
        assert said.strip() == "None", tool


@pytest.mark.parametrize("service", SERVICES)
def test_health_is_asked_by_the_image_itself(stack: Stack, service: str) -> None:
    stack.podman("healthcheck", "run", container(service))


@pytest.mark.parametrize("target", [*PARTS, TOOLS])
def test_every_image_says_what_it_is_made_of(stack: Stack, target: str) -> None:
    said = stack.podman("run", "--rm", "--entrypoint", "cat", f"boumb/{target}", "/opt/boumb/venv/sbom.cdx.json")
    document = json.loads(said)
    assert document["bomFormat"] == "CycloneDX"
    pins = (Path("deploy/libraries") / f"{target}.txt").read_text("utf-8").split("\n")
    wanted = {re.split(r"[;\\]", line)[0].strip().lower() for line in pins if "==" in line and not line.startswith("#")}
    held = {f"{part['name'].lower().replace('_', '-')}=={part['version']}" for part in document["components"]}
    assert wanted <= held


async def test_a_rolling_restart_loses_no_bar(stack: Stack, token: str) -> None:
    """Of melody, theory and the gateway, under twenty live streams: what ends early goes on, and is the same music."""
    stack.write(SLOWLY)
    stack.up("melody")
    await call(stack, token, MELODY, prompt="basse", hints={"bars": 1})
    rehearsal = await rolling_restart(stack, token)
    assert rehearsal.live["melody"] == LISTENERS
    assert min(rehearsal.live.values()) > 0
    stack.write()
    stack.up("melody")
    await call(stack, token, MELODY, prompt="basse", hints={"bars": 1})
    for _ in range(UNDISTURBED):  # on a busy machine a stream may be refused, or end, by itself
        whole = await asyncio.gather(*(listen(stack.address, token, seed, BARS) for seed in range(LISTENERS)))
        if not any(each.ends for each in whole):
            break
    assert not any(each.ends for each in whole), [each.ends for each in whole]
    for one, other in zip(rehearsal.kept, whole, strict=True):
        assert [bar.index for bar in one.bars] == list(range(BARS))
        assert one.bars == other.bars
    # Those that a service ended were given the reason; only the gateway cannot but break.
    assert any("STOPPING" in end for each in rehearsal.kept for end in each.ends)


async def test_what_is_kept_outlives_the_containers(stack: Stack, token: str) -> None:
    """Models, the journal, and the keys: a token of before is believed."""
    await call(stack, token, MELODY, prompt="basse", hints={"bars": 1})
    before: list[object] = []
    while not before:
        (answer,) = await call(stack, token, HISTORY)
        before = answer.get("pieces", [])  # type: ignore[assignment]
    model = stack.volume("ollama") / "manifests"
    model.write_text("a model", "utf-8")
    stack.down()
    assert not stack.podman("ps", "--all", "--quiet").strip()
    stack.up(*PARTS)
    (answer,) = await call(stack, token, HISTORY)
    after = answer["pieces"]
    assert isinstance(after, list)
    assert before[0] in after
    assert model.read_text("utf-8") == "a model"
