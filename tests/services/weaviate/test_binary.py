"""The ways to obtain a server binary: what each does, and that a failure leaves nothing behind."""

from __future__ import annotations

import hashlib
import http.server
import io
import os
import subprocess
import sys
import tarfile
import textwrap
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from tests.support.processes import left_running, sweep, with_argument

from snipproof.config import Settings, load_settings
from snipproof.errors import InfrastructureError
from snipproof.services.weaviate.binary import find_binary

PROGRAM = b"#!/bin/sh\necho a server\n"


def archive(program: bytes = PROGRAM, name: str = "weaviate") -> bytes:
    """Return a release archive."""
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w:gz", compresslevel=1) as tar:  # a server has hundreds of megabytes
        info = tarfile.TarInfo(name)
        info.size = len(program)
        tar.addfile(info, io.BytesIO(program))
    return data.getvalue()


@dataclass
class Releases:
    """Release files served over loopback. ``cut`` drops bytes at the end of bodies, not of their announced length."""

    url: str = ""
    files: dict[str, bytes] = field(default_factory=dict)
    cut: int = 0
    requested: list[str] = field(default_factory=list)


@pytest.fixture
def releases() -> Iterator[Releases]:
    """A release server without files."""
    served = Releases()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            served.requested.append(self.path)
            name = self.path.rpartition("/")[2]
            if name not in served.files:
                self.send_error(404)
                return
            body = served.files[name]
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body[: len(body) - served.cut] if name.endswith("gz") else body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the name is the base class's)
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    served.url = f"http://127.0.0.1:{server.server_address[1]}"
    yield served
    server.shutdown()
    server.server_close()


@pytest.fixture(autouse=True)
def linux(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pretend to be the machine whose archives the test server has."""
    monkeypatch.setattr("platform.machine", lambda: "x86_64")
    monkeypatch.setattr("platform.system", lambda: "Linux")
    monkeypatch.delenv("SNIPPROOF_WEAVIATE_BINARY", raising=False)


NAME = "weaviate-v1.39.0-linux-amd64.tar.gz"


def settings_for(tmp_path: Path, releases: Releases, obtain: str = "cache,download") -> Settings:
    return load_settings(
        tmp_path,
        environ={},
        overrides={"cache-dir": "cache", "weaviate.obtain": obtain, "weaviate.download-url": releases.url},
    )


def cached(tmp_path: Path) -> list[str]:
    """Return the names of all files in the cache."""
    return sorted(path.name for path in (tmp_path / "cache").rglob("*") if path.is_file())


def test_a_release_is_downloaded_once(tmp_path: Path, releases: Releases) -> None:
    """The archive is verified, unpacked and cached; the next call uses the cache."""
    releases.files = {NAME: archive(), f"{NAME}.sha256": hashlib.sha256(archive()).hexdigest().encode() + b"  x\n"}
    logged: list[str] = []
    settings = settings_for(tmp_path, releases)
    binary = find_binary(settings, logged.append)
    assert binary.read_bytes() == PROGRAM
    assert binary.stat().st_mode & 0o111
    assert logged[-1].startswith("weaviate: [####################] 0 MB")
    count = len(releases.requested)
    assert find_binary(settings, logged.append) == binary
    assert len(releases.requested) == count
    assert cached(tmp_path) == ["lock", "record.json", "weaviate-server"]


@pytest.mark.parametrize(
    ("defect", "message"),
    [
        ("cut", "cut off|IncompleteRead|ChunkedEncodingError|ConnectionError"),
        ("wrong checksum", "the SHA-256 checksum is not"),
        ("no checksum", r"\.sha256: 404 .*set weaviate\.sha256"),
        ("checksum of another kind", "no SHA-256 checksum"),
        ("no archive", "404"),
        ("other name", "no file named weaviate"),
        ("not an archive", "failed to unpack"),
    ],
)
def test_a_bad_download_leaves_nothing(tmp_path: Path, releases: Releases, defect: str, message: str) -> None:
    """An incomplete, unverified or invalid archive is never used, and one error gives the reason."""
    body = archive(name="../../weaviatex") if defect == "other name" else archive()
    body = b"no archive at all" if defect == "not an archive" else body
    checksum = {"wrong checksum": b"0" * 64, "checksum of another kind": b"d41d8cd98f00b204e9800998ecf8427e"}
    releases.files = {NAME: body, f"{NAME}.sha256": checksum.get(defect, hashlib.sha256(body).hexdigest().encode())}
    if defect == "no checksum":
        del releases.files[f"{NAME}.sha256"]
    if defect == "no archive":
        del releases.files[NAME]
    releases.cut = 10 if defect == "cut" else 0
    with pytest.raises(InfrastructureError, match=r"failed to obtain a Weaviate 1\.39\.0 server binary") as caught:
        find_binary(settings_for(tmp_path, releases), lambda _: None)
    assert caught.match(message)
    assert "There are three solutions" in caught.value.hint
    assert cached(tmp_path) == ["lock"]


def test_a_damaged_cached_binary_is_replaced(tmp_path: Path, releases: Releases) -> None:
    """A binary that differs from its record is obtained again."""
    releases.files = {NAME: archive(), f"{NAME}.sha256": hashlib.sha256(archive()).hexdigest().encode()}
    settings = settings_for(tmp_path, releases)
    binary = find_binary(settings, lambda _: None)
    binary.write_bytes(PROGRAM.replace(b"a server", b"a viruss"))
    logged: list[str] = []
    assert find_binary(settings, logged.append).read_bytes() == PROGRAM
    assert "damaged" in logged[0]


def test_one_error_lists_all_ways_that_failed(
    tmp_path: Path, releases: Releases, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The hint has a line for each way."""
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(InfrastructureError) as caught:
        find_binary(settings_for(tmp_path, releases, "cache,download,build"), lambda _: None)
    assert [line.partition(":")[0] for line in caught.value.hint.splitlines()[:3]] == ["cache", "download", "build"]
    assert "Go is not on the PATH" in caught.value.hint


def test_a_build_that_fails_leaves_nothing(tmp_path: Path, releases: Releases, monkeypatch: pytest.MonkeyPatch) -> None:
    """The error has the last lines of a failed ``go install``."""
    go = tmp_path / "go"
    go.write_text("#!/bin/sh\necho half > $GOBIN/weaviate-server\necho 'no space left' >&2\nexit 1\n")
    go.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    with pytest.raises(InfrastructureError, match="go install failed: no space left"):
        find_binary(settings_for(tmp_path, releases, "build"), lambda _: None)
    assert cached(tmp_path) == ["lock"]


def test_a_cache_folder_that_cannot_be_created_is_in_the_error(tmp_path: Path, releases: Releases) -> None:
    """The error is not a traceback."""
    (tmp_path / "cache").touch()
    with pytest.raises(InfrastructureError, match=r"cache.*: (Not a directory|File exists)"):
        find_binary(settings_for(tmp_path, releases), lambda _: None)


@pytest.mark.slow
@pytest.mark.parametrize("progress_lines", [1, 3])
def test_a_build_whose_parent_is_killed_ends_and_leaves_nothing(
    tmp_path: Path, releases: Releases, progress_lines: int
) -> None:
    """After SIGKILL the compiler ends too; the next attempt removes what it left."""
    go = tmp_path / "go"
    go.write_text("#!/bin/sh\nwhile :; do echo a/package >&2; echo half > $GOBIN/weaviate-server; sleep 0.1; done\n")
    go.chmod(0o755)
    code = f"""
        from pathlib import Path
        from snipproof.config import load_settings
        from snipproof.services.weaviate import binary
        binary._HEARTBEAT = 0.2
        given = {{"cache-dir": "cache", "weaviate.obtain": "build"}}
        settings = load_settings(Path({str(tmp_path)!r}), environ={{}}, overrides=given)
        binary.find_binary(settings, lambda line: print(line, flush=True))
    """
    env = {**os.environ, "PATH": f"{tmp_path}:/usr/bin:/bin", "TMPDIR": str(tmp_path)}
    with subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(code)], stdout=subprocess.PIPE, text=True, env=env
    ) as killed:
        assert killed.stdout
        lines = [killed.stdout.readline() for _ in range(progress_lines)]
        killed.kill()
    assert "building 1.39.0 with Go" in lines[0]
    assert all("modules and packages so far" in line for line in lines[1:])
    base = tmp_path / f"snipproof-{os.getuid()}"  # missing if the kill came before the build's session
    assert sweep(base) == ["sweep.lock"]
    assert left_running(with_argument(str(go))) == []
    with pytest.raises(InfrastructureError):
        find_binary(settings_for(tmp_path, releases), lambda _: None)
    assert cached(tmp_path) == ["lock"]
    assert [path.name for path in base.iterdir()] == ["sweep.lock"]


def test_a_binary_in_the_settings_must_be_executable(tmp_path: Path) -> None:
    """Otherwise it is an error; there is no fallback."""
    settings = load_settings(tmp_path, environ={}, overrides={"weaviate.binary": "missing"})
    with pytest.raises(InfrastructureError, match="not an executable file"):
        find_binary(settings, lambda _: None)


def test_the_real_server_runs_from_a_downloaded_archive(tmp_path: Path, releases: Releases, binary: Path) -> None:
    """The archive holds the real binary and is served over loopback."""
    body = archive(binary.read_bytes())
    releases.files = {NAME: body, f"{NAME}.sha256": hashlib.sha256(body).hexdigest().encode()}
    got = find_binary(settings_for(tmp_path, releases), lambda _: None)
    done = subprocess.run([got, "--help"], capture_output=True, text=True, check=False)
    assert "--scheme" in done.stdout + done.stderr
