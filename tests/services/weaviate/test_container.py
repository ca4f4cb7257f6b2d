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
from snipproof.services.weaviate.container import vectorizer_host


def labelled(run_id: str) -> list[str]:
    client = docker.from_env()
    try:
        return [c.id for c in client.containers.list(all=True, filters={"label": f"{CONTAINER_LABEL}={run_id}"})]
    finally:
        client.close()


def test_auto_takes_a_container_when_the_engine_has_the_image(tmp_path: Path, image: str) -> None:
    """With an engine and the image, auto says so, the vectorizer is reached, and nothing is left."""
    said: list[str] = []
    with SessionFolder.begin(tmp_path / "runs") as run:
        services = Services.start(load_settings(tmp_path, overrides={"weaviate.image": image}), run, said.append)
        try:
            assert (services.weaviate.mode, services.weaviate.version) == ("container", "1.39.0")
            meta = requests.get(f"{services.weaviate.url}/v1/meta", timeout=5).json()
            assert "img2vec-neural" in meta["modules"]
            assert vectorizer_host() in services.vectorizer_url
            assert len(labelled(run.id)) == 1
        finally:
            services.stop()
        assert labelled(run.id) == []
    assert said == [f"weaviate: container {image} (an engine answers and has the image)"]


def test_auto_falls_back_when_the_image_cannot_be_had(tmp_path: Path, image: str, binary: Path) -> None:
    """An engine without the image is no reason to fail, as long as nobody asked for a container."""
    said: list[str] = []
    settings = load_settings(
        tmp_path, overrides={"weaviate.image": "localhost:9/none:1", "weaviate.binary": str(binary)}
    )
    with SessionFolder.begin(tmp_path / "runs") as run:
        services = Services.start(settings, run, said.append)
        services.stop()
    assert services.weaviate.mode == "embedded"
    assert said[-1].startswith("weaviate: embedded 1.39.0 (the engine cannot provide the image localhost:9/none:1")


def test_a_container_that_was_asked_for_never_falls_back(tmp_path: Path, image: str) -> None:
    """A mode given by its name is the mode or an error."""
    settings = load_settings(tmp_path, overrides={"weaviate.mode": "container", "weaviate.image": "localhost:9/none:1"})
    with (
        SessionFolder.begin(tmp_path / "runs") as run,
        pytest.raises(InfrastructureError, match="mode container: the engine"),
    ):
        Services.start(settings, run, lambda _: None)


def test_a_container_that_is_not_ready_in_time_is_removed(tmp_path: Path, image: str) -> None:
    """Giving up says what was missing, shows the container's log and leaves no container."""
    given = {"weaviate.mode": "container", "weaviate.image": image, "weaviate.start-timeout": "0.5"}
    with SessionFolder.begin(tmp_path / "runs") as run:
        with pytest.raises(InfrastructureError, match=r"did not start: not ready after 0\.5 s: .* does not answer"):
            Services.start(load_settings(tmp_path, overrides=given), run, lambda _: None)
        assert labelled(run.id) == []


def test_an_image_that_cannot_start_leaves_no_container(tmp_path: Path, image: str) -> None:
    """A container that was made but never ran is removed too, and the engine's own words are shown."""
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
    with SessionFolder.begin(tmp_path / "runs") as run:
        with pytest.raises(InfrastructureError, match=r"did not start: .*/no-such-program"):
            Services.start(settings, run, lambda _: None)
        assert labelled(run.id) == []


def test_a_container_that_somebody_removed_is_no_error_at_the_end(tmp_path: Path, image: str) -> None:
    """Stopping what is gone already is done already."""
    settings = load_settings(tmp_path, overrides={"weaviate.mode": "container", "weaviate.image": image})
    with SessionFolder.begin(tmp_path / "runs") as run:
        services = Services.start(settings, run, lambda _: None)
        with contextlib.closing(docker.from_env()) as client:
            for container in client.containers.list(filters={"label": f"{CONTAINER_LABEL}={run.id}"}):
                container.remove(force=True)
        services.stop()
    assert not run.folder.exists()


def test_a_killed_run_leaves_no_container_after_the_next_start(tmp_path: Path, image: str) -> None:
    """SIGKILL leaves the container; the next Run removes it."""
    code = f"""
        from pathlib import Path
        from snipproof.config import load_settings
        from snipproof.processes.session_folder import SessionFolder
        from snipproof.services.startup import Services
        run = SessionFolder.begin(Path({str(tmp_path / "runs")!r}))
        given = {{"weaviate.mode": "container", "weaviate.image": {image!r}}}
        Services.start(load_settings(Path({str(tmp_path)!r}), overrides=given), run, print)
        print(run.id, flush=True)
        input()
    """
    child = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(code)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert child.stdout
    assert child.stdin
    child.stdout.readline()
    run_id = child.stdout.readline().strip()
    assert len(labelled(run_id)) == 1
    child.send_signal(signal.SIGKILL)
    child.wait()
    child.stdin.close()
    child.stdout.close()
    time.sleep(0.1)
    SessionFolder.begin(tmp_path / "runs").end()
    assert labelled(run_id) == []
    assert not (tmp_path / "runs" / run_id).exists()


@pytest.mark.filterwarnings("error")
def test_without_an_engine_auto_says_so(tmp_path: Path, binary: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No engine is no trouble in auto; in mode container it is, and no connection is left open by asking."""
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/none.sock")
    said: list[str] = []
    with SessionFolder.begin(tmp_path / "runs") as run:
        settings = load_settings(tmp_path, overrides={"weaviate.binary": str(binary)})
        Services.start(settings, run, said.append).stop()
        asked = load_settings(tmp_path, overrides={"weaviate.mode": "container"})
        with pytest.raises(InfrastructureError, match="mode container: no container engine answers"):
            Services.start(asked, run, said.append)
    gc.collect()
    assert said == ["weaviate: embedded 1.39.0 (no container engine answers)"]
