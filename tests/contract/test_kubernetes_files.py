"""What deploy/kubernetes promises: valid, without privilege, in step with the manifests, the arrows and no other."""

import subprocess
from functools import cache

import pytest
import yaml
from kubernetes_validate import validate

from cli.kubernetes import KUBERNETES, kustomize
from deploy.kubernetes.write import files
from deploy.picture import GATEWAY, arrows
from deploy.targets import GATEWAY_PORT
from launcher.settings import ROOT
from services.chassis.service_manifest import manifests
from tests.network_policies import NAMESPACE, STRANGER, WORKLOADS, WORLD, End, Manifest, allows, pods, ports

FOLDER = ROOT / "deploy/kubernetes"
OVERLAYS = ("one-node", "production")
# What overlays may add to the picture: everything sends to the collector, and a job does what its service may.
COLLECTOR, OTLP = "collector", 4317
DNS = End((("k8s-app", "kube-dns"),), "kube-system")
DATABASE = End(address="192.0.2.10")


@cache
def rendered(overlay: str) -> tuple[Manifest, ...]:
    """All objects of an overlay."""
    command = kustomize()
    if command is None:
        pytest.skip("no kustomize here: ./boumb test builds it with go")
    done = subprocess.run([*command, FOLDER / "overlays" / overlay], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return tuple(yaml.safe_load_all(done.stdout))


def with_components() -> list[Manifest]:
    """What is in no overlay that ships, too: components as they stand, beside the base."""
    return [
        each
        for path in sorted([*FOLDER.glob("base/*.yaml"), *FOLDER.glob("components/*/*.yaml")])
        if path.name not in ("kustomization.yaml", "required.yaml")
        for each in yaml.safe_load_all(path.read_text("utf-8"))
    ]


SETS = (*OVERLAYS, "components")


def objects_of(name: str) -> list[Manifest]:
    return with_components() if name == "components" else list(rendered(name))


def name_of(each: Manifest) -> str:
    return f"{each['kind']} {each['metadata']['name']}"


def test_the_files_are_those_that_follow_from_the_manifests() -> None:
    written = dict(files())
    for path, content in written.items():
        assert (ROOT / path).read_text("utf-8") == content, f"{path}: run python -m deploy.kubernetes.write"
    marked = {
        path.relative_to(ROOT) for path in FOLDER.rglob("*.yaml") if "Written by" in path.read_text("utf-8")[:100]
    }
    assert marked == set(written)


@pytest.mark.parametrize("name", SETS)
def test_every_object_is_valid(name: str) -> None:
    for each in objects_of(name):
        validate(each, KUBERNETES, strict=True)


def test_an_invalid_object_would_be_noticed() -> None:
    deployment = next(each for each in with_components() if each["kind"] == "Deployment")
    wrong = deployment | {"spec": deployment["spec"] | {"replica": 2}}
    with pytest.raises(Exception, match="replica"):
        validate(wrong, KUBERNETES, strict=True)


@pytest.mark.parametrize("name", SETS)
def test_no_pod_has_a_privilege(name: str) -> None:
    checked = 0
    for each in objects_of(name):
        if each["kind"] not in WORKLOADS:
            assert each["kind"] not in ("ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding"), name_of(each)
            continue
        spec = each["spec"]["template"]["spec"]
        assert not {"hostNetwork", "hostPID", "hostIPC"} & set(spec), name_of(each)
        assert spec["automountServiceAccountToken"] is False
        context = spec["securityContext"]
        assert (context["runAsNonRoot"], context["seccompProfile"]) == (True, {"type": "RuntimeDefault"})
        assert context["runAsUser"] >= 10_000
        assert all(set(volume) - {"name"} <= ALLOWED_VOLUMES for volume in spec["volumes"]), name_of(each)
        for container in (*spec["containers"], *spec.get("initContainers", ())):
            own = container["securityContext"]
            assert (own["allowPrivilegeEscalation"], own["privileged"], own["readOnlyRootFilesystem"]) == (
                False,
                False,
                True,
            )
            assert own["capabilities"] == {"drop": ["ALL"]}
            assert container["resources"]["limits"]["memory"]
            assert not any("hostPort" in port for port in container.get("ports", ()))
            checked += 1
    assert checked >= len([each for each in manifests().values() if not each.optional]) + 1


ALLOWED_VOLUMES = {"emptyDir", "secret", "configMap", "persistentVolumeClaim"}


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_the_namespace_admits_restricted_pods_only(overlay: str) -> None:
    (namespace,) = [each for each in rendered(overlay) if each["kind"] == "Namespace"]
    assert namespace["metadata"]["labels"]["pod-security.kubernetes.io/enforce"] == "restricted"
    assert all(
        each["metadata"].get("namespace") == NAMESPACE for each in rendered(overlay) if each["kind"] != "Namespace"
    )


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_only_the_gateway_is_published(overlay: str) -> None:
    published = {
        each["metadata"]["name"]
        for each in rendered(overlay)
        if each["kind"] in ("Ingress", "Gateway", "HTTPRoute", "GRPCRoute")
        or (each["kind"] == "Service" and each["spec"].get("type", "ClusterIP") != "ClusterIP")
    }
    assert published == {GATEWAY}


def expected(names: set[str]) -> set[tuple[str, str, int]]:
    """Who may reach whom: the arrows of the manifests between these workloads, and the way to the collector."""
    known = {(arrow.caller, arrow.callee, arrow.port) for arrow in arrows()}
    jobs = {name: name.partition("-migrations")[0] for name in names}
    between = {(one, other, port) for one in names for other in names for port in PORTS if one != other}
    return {
        (one, other, port)
        for one, other, port in between
        if (jobs[one], other, port) in known or (other == COLLECTOR and port == OTLP and jobs[one] != "ollama")
    }


PORTS = sorted({arrow.port for arrow in arrows()} | {GATEWAY_PORT, OTLP, 8889, 16686})


@pytest.mark.parametrize("name", SETS)
def test_every_arrow_is_allowed_and_no_other(name: str) -> None:
    objects = objects_of(name)
    ends = pods(objects)
    allowed = {
        (one, other, port)
        for one, source in ends.items()
        for other, target in ends.items()
        for port in PORTS
        if one != other and allows(objects, source, target, port)
    }
    wanted = expected(set(ends))
    # A job is never called; what is let in for its service finds nobody there.
    allowed = {each for each in allowed if "migrations" not in each[1]}
    wanted = {each for each in wanted if "migrations" not in each[1]}
    # Nothing listens where policies of another overlay let something through.
    listening = ports(objects)
    assert {each for each in allowed if each[2] in listening[each[1]]} == {
        each for each in wanted if each[2] in listening[each[1]]
    }
    assert len(wanted) >= sum({arrow.caller, arrow.callee} <= set(ends) for arrow in arrows())


@pytest.mark.parametrize("name", SETS)
def test_the_world_reaches_the_gateway_and_nothing_reaches_the_world(name: str) -> None:
    objects = objects_of(name)
    for part, end in pods(objects).items():
        reached = {port for port in PORTS if allows(objects, WORLD, end, port)}
        assert reached == ({GATEWAY_PORT} if part == GATEWAY else set()), part
        from_inside = {port for port in PORTS if allows(objects, STRANGER, end, port)}
        assert from_inside == ({GATEWAY_PORT} if part == GATEWAY else set()), part
        assert not any(allows(objects, end, WORLD, port) for port in (80, 443, 53, 5432)), part
        assert not allows(objects, end, STRANGER, 443), part
        assert allows(objects, end, DNS, 53, "UDP") or part in ("magenta", "ollama", "collector"), part
    unknown = End((("app", "forgotten"),), NAMESPACE)
    assert not any(allows(objects, unknown, end, port) for end in pods(objects).values() for port in PORTS[1:4])


def test_the_journal_reaches_its_database_and_nobody_else_does() -> None:
    objects = list(rendered("production"))
    reach = {name for name, end in pods(objects).items() if allows(objects, end, DATABASE, 5432)}
    assert {name.partition("-migrations")[0] for name in reach} == {"journal"}


def test_a_policy_that_lets_too_much_through_would_be_noticed() -> None:
    objects = with_components()
    theory = pods(objects)["theory"]
    assert not allows(objects, theory, pods(objects)["journal"], 50058)
    everything = {"podSelector": {}, "policyTypes": ["Egress", "Ingress"], "egress": [{}], "ingress": [{}]}
    objects.append({"kind": "NetworkPolicy", "metadata": {"name": "x"}, "spec": everything})
    assert allows(objects, theory, pods(objects)["journal"], 50058)


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_every_service_starts_is_watched_and_ends_in_order(overlay: str) -> None:
    found = manifests()
    deployments = {each["metadata"]["name"]: each["spec"] for each in rendered(overlay) if each["kind"] == "Deployment"}
    budgets = {each["metadata"]["name"] for each in rendered(overlay) if each["kind"] == "PodDisruptionBudget"}
    for name in (GATEWAY, *(name for name, each in found.items() if not each.optional)):
        spec = deployments[name]["template"]["spec"]
        (container,) = spec["containers"]
        for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
            if name != GATEWAY:
                assert container[probe]["grpc"]["service"] == found[name].service
            else:
                assert container[probe]["httpGet"]["path"] == "/healthz"
        variables = {each["name"]: each.get("value", "") for each in container["env"]}
        slept = container["lifecycle"]["preStop"]["sleep"]["seconds"]
        grace = float(variables["BOUMB_GRACE_S"]) + float(variables.get("BOUMB_HANDOVER_S", 0))
        assert spec["terminationGracePeriodSeconds"] > slept + grace
        assert {each["topologyKey"] for each in spec["topologySpreadConstraints"]} >= {"kubernetes.io/hostname"}
        assert name in budgets


def test_what_is_scaled_has_no_number_of_replicas_written() -> None:
    objects = rendered("production")
    scaled = {each["spec"]["scaleTargetRef"]["name"] for each in objects if each["kind"] == "HorizontalPodAutoscaler"}
    assert scaled == {GATEWAY, *(name for name, each in manifests().items() if not each.optional)}
    for each in objects:
        if each["kind"] == "Deployment" and each["metadata"]["name"] in scaled:
            assert "replicas" not in each["spec"]


@pytest.mark.parametrize("name", SETS)
def test_no_secret_is_in_a_file(name: str) -> None:
    secret = {variable for each in manifests().values() for variable in each.secrets}
    for each in objects_of(name):
        assert each["kind"] != "Secret"
        if each["kind"] in WORKLOADS:
            for container in each["spec"]["template"]["spec"]["containers"]:
                for variable in container.get("env", ()):
                    if variable["name"] in secret:
                        assert set(variable["valueFrom"]) == {"secretKeyRef"}
