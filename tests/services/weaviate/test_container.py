"""Weaviate in a container, on a real engine."""

from __future__ import annotations

import contextlib
import gc
import io
import signal
import subprocess
import sys
import tarfile
import textwrap
import time
from pathlib import Path

import docker
import pytest
import requests

from snipproof.config import load_settings
from snipproof.errors import InfrastructureError
from snipproof.processes.session_folder import CONTAINER_LABEL, SessionFolder
from snipproof.services.startup import Services
from snipproof.services.weaviate import container
from snipproof.services.weaviate.container import vectorizer_host
from snipproof.services.weaviate.server import call


def containers_of(session_id: str) -> list[str]:
    client = docker.from_env()
    try:
        return [c.id for c in client.containers.list(all=True, filters={"label": f"{CONTAINER_LABEL}={session_id}"})]
    finally:
        client.close()


def test_auto_uses_a_container_if_the_engine_has_the_image(tmp_path: Path, image: str) -> None:
    """The server reaches the vectorizer, and nothing is left afterwards."""
    logged: list[str] = []
    with SessionFolder.begin(tmp_path / "runs") as session:
        services = Services.start(load_settings(tmp_path, overrides={"weaviate.image": image}), session, logged.append)
        try:
            assert (services.weaviate.mode, services.weaviate.version) == ("container", "1.39.0")
            meta = requests.get(f"{services.weaviate.url}/v1/meta", timeout=5).json()
            assert "img2vec-neural" in meta["modules"]
            assert vectorizer_host() in services.vectorizer_url
            assert len(containers_of(session.id)) == 1
        finally:
            services.stop()
        assert containers_of(session.id) == []
    assert logged == [f"weaviate: container {image} (an engine answers and has the image)"]


def test_auto_falls_back_if_the_engine_cannot_provide_the_image(tmp_path: Path, image: str, binary: Path) -> None:
    """It is an error only in mode container."""
    logged: list[str] = []
    settings = load_settings(
        tmp_path, overrides={"weaviate.image": "localhost:9/none:1", "weaviate.binary": str(binary)}
    )
    with SessionFolder.begin(tmp_path / "runs") as session:
        services = Services.start(settings, session, logged.append)
        services.stop()
    assert services.weaviate.mode == "embedded"
    assert logged[-1].startswith("weaviate: embedded 1.39.0 (the engine cannot provide the image localhost:9/none:1")


def test_mode_container_never_falls_back(tmp_path: Path, image: str) -> None:
    """A mode that is selected by name is used, or it is an error."""
    settings = load_settings(tmp_path, overrides={"weaviate.mode": "container", "weaviate.image": "localhost:9/none:1"})
    with (
        SessionFolder.begin(tmp_path / "runs") as session,
        pytest.raises(InfrastructureError, match="mode container: the engine"),
    ):
        Services.start(settings, session, lambda _: None)


def test_a_container_that_is_not_ready_in_time_is_removed(tmp_path: Path, image: str) -> None:
    """The error gives the reason and the end of the container's log, and no container is left."""
    given = {"weaviate.mode": "container", "weaviate.image": image, "weaviate.start-timeout": "0.5"}
    with SessionFolder.begin(tmp_path / "runs") as session:
        with pytest.raises(InfrastructureError, match=r"did not start: not ready after 0\.5 s: .* does not answer"):
            Services.start(load_settings(tmp_path, overrides=given), session, lambda _: None)
        assert containers_of(session.id) == []


def test_an_image_that_cannot_start_leaves_no_container(tmp_path: Path, image: str) -> None:
    """A container that was created but never ran is removed too; the error has the engine's message."""
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w") as tar:
        text = b'FROM scratch\nCOPY Dockerfile /\nENTRYPOINT ["/no-such-program"]\n'
        info = tarfile.TarInfo("Dockerfile")
        info.size = len(text)
        tar.addfile(info, io.BytesIO(text))
    data.seek(0)
    with contextlib.closing(docker.from_env()) as client:
        client.images.build(fileobj=data, custom_context=True, tag="snipproof/broken:1", rm=True)
    settings = load_settings(tmp_path, overrides={"weaviate.mode": "container", "weaviate.image": "snipproof/broken:1"})
    with SessionFolder.begin(tmp_path / "runs") as session:
        with pytest.raises(InfrastructureError, match=r"did not start: .*/no-such-program"):
            Services.start(settings, session, lambda _: None)
        assert containers_of(session.id) == []


def test_a_container_that_was_removed_by_hand_is_not_an_error_at_the_end(tmp_path: Path, image: str) -> None:
    """There is nothing left to stop."""
    settings = load_settings(tmp_path, overrides={"weaviate.mode": "container", "weaviate.image": image})
    with SessionFolder.begin(tmp_path / "runs") as session:
        services = Services.start(settings, session, lambda _: None)
        with contextlib.closing(docker.from_env()) as client:
            for container in client.containers.list(filters={"label": f"{CONTAINER_LABEL}={session.id}"}):
                container.remove(force=True)
        services.stop()
    assert not session.folder.exists()


def test_the_container_of_a_killed_session_is_removed_at_the_next_start(tmp_path: Path, image: str) -> None:
    """SIGKILL leaves the container; the next session removes it."""
    code = f"""
        from pathlib import Path
        from snipproof.config import load_settings
        from snipproof.processes.session_folder import SessionFolder
        from snipproof.services.startup import Services
        session = SessionFolder.begin(Path({str(tmp_path / "runs")!r}))
        given = {{"weaviate.mode": "container", "weaviate.image": {image!r}}}
        Services.start(load_settings(Path({str(tmp_path)!r}), overrides=given), session, print)
        print(session.id, flush=True)
        input()
    """
    child = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(code)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert child.stdout
    assert child.stdin
    child.stdout.readline()
    session_id = child.stdout.readline().strip()
    assert len(containers_of(session_id)) == 1
    child.send_signal(signal.SIGKILL)
    child.wait()
    child.stdin.close()
    child.stdout.close()
    time.sleep(0.1)
    SessionFolder.begin(tmp_path / "runs").end()
    assert containers_of(session_id) == []
    assert not (tmp_path / "runs" / session_id).exists()


@pytest.mark.filterwarnings("error")
def test_without_an_engine_auto_uses_the_embedded_server(
    tmp_path: Path, binary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In mode container it is an error. No connection to the engine is left open."""
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/none.sock")
    logged: list[str] = []
    with SessionFolder.begin(tmp_path / "runs") as session:
        settings = load_settings(tmp_path, overrides={"weaviate.binary": str(binary)})
        Services.start(settings, session, logged.append).stop()
        container = load_settings(tmp_path, overrides={"weaviate.mode": "container"})
        with pytest.raises(InfrastructureError, match="mode container: no container engine answers"):
            Services.start(container, session, logged.append)
    gc.collect()
    assert logged == ["weaviate: embedded 1.39.0 (no container engine answers)"]


def test_a_cluster_with_keys_beside_a_server_that_cannot_start(tmp_path: Path, image: str) -> None:
    """Each node is a container; the failure of one server leaves the others alone, and everything is removed."""
    (tmp_path / "snipproof.toml").write_text(
        f"[weaviate]\nmode = 'container'\nimage = '{image}'\n"
        "[services.cluster]\nnodes = 3\napi-keys = { root-key = 'root' }\nroot-users = ['root']\n"
        "[services.broken]\nenv = { QUERY_DEFAULTS_LIMIT = 'many' }\n"
    )
    with SessionFolder.begin(tmp_path / "runs") as session:
        names = ("cluster", "broken")
        services = Services.start(load_settings(tmp_path), session, lambda _: None, names=names)
        try:
            cluster = services.server("cluster")
            assert [node["status"] for node in call(cluster, "GET", "/v1/nodes")["nodes"]] == ["HEALTHY"] * 3
            call(cluster.nodes[2], "POST", "/v1/schema", {"class": "A", "replicationConfig": {"factor": 3}})
            assert services.placeholders()["services.cluster.node3.url"] == cluster.nodes[2].url
            assert requests.get(f"{cluster.url}/v1/schema", timeout=5).status_code == 401
            with pytest.raises(InfrastructureError, match=r"^snipproof.toml:9:9 the service 'broken': ") as error:
                services.server("broken")
            assert "parse QUERY_DEFAULTS_LIMIT" in error.value.hint
            assert len(containers_of(session.id)) == 3
            services.renewable["cluster"].renew("a test")
            assert [call(node, "GET", "/v1/schema")["classes"] for node in cluster.nodes] == [[]] * 3
        finally:
            services.stop()
        assert containers_of(session.id) == networks_of(session.id) == []


def networks_of(session_id: str) -> list[str]:
    with contextlib.closing(docker.from_env()) as client:
        return [each.id for each in client.networks.list(filters={"label": f"{CONTAINER_LABEL}={session_id}"})]


def test_an_engine_whose_containers_cannot_reach_the_vectorizer(
    tmp_path: Path, image: str, binary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """``auto`` uses an embedded server after a few seconds; ``container`` fails with the reason."""
    monkeypatch.setattr(container, "vectorizer_host", lambda: "127.0.0.1")
    given = {"weaviate.image": image, "weaviate.binary": str(binary)}
    reason = "the engine's containers cannot reach the vectorizer on this machine"
    logged: list[tuple[float, str]] = []
    with SessionFolder.begin(tmp_path / "runs") as session:
        settings = load_settings(tmp_path, overrides=given)
        services = Services.start(settings, session, lambda line: logged.append((time.monotonic(), line)))
        services.stop()
        assert services.weaviate.mode == "embedded"
        assert containers_of(session.id) == []
        with pytest.raises(InfrastructureError, match=f"mode container: {reason}"):
            Services.start(settings._replace(weaviate=settings.weaviate._replace(mode="container")), session, print)
    (began, first), (ended, second) = logged
    assert first.startswith("weaviate: container ")
    assert second == f"weaviate: embedded 1.39.0 ({reason})"
    assert ended - began < 10


def test_a_container_is_replaced_by_a_fresh_one_at_the_same_address(tmp_path: Path, image: str) -> None:
    """Twice: the second one was started ahead. Neither is left at the end."""
    given = {"weaviate.mode": "container", "weaviate.image": image}
    logged: list[str] = []
    with SessionFolder.begin(tmp_path / "runs") as session:
        services = Services.start(load_settings(tmp_path, overrides=given), session, logged.append)
        try:
            for _ in range(2):
                call(services.weaviate, "POST", "/v1/schema", {"class": "Book"})
                services.renewable["weaviate"].renew("a test")
                assert call(services.weaviate, "GET", "/v1/schema")["classes"] == []
        finally:
            services.stop()
        assert containers_of(session.id) == []
    assert logged[1:] == ["weaviate: fresh server: a test"] * 2
