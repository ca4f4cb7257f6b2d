"""The embedded server's binary: from the settings, the cache, the official releases, or a build with Go."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import re
import shutil
import tarfile
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import requests

from snipproof.config import Settings
from snipproof.errors import InfrastructureError
from snipproof.processes.cache_entries import SERVER_LOCK, SERVER_RECORD
from snipproof.processes.cache_folder import cache_folder, servers_folder
from snipproof.processes.disk import CACHE_HINT, require_space
from snipproof.processes.lock import locked
from snipproof.processes.process import Process
from snipproof.processes.session_folder import SessionFolder

Log = Callable[[str], None]
_NAME = "weaviate-server"
_PART = "part-"
_MODULE = "github.com/weaviate/weaviate/cmd/weaviate-server"
_HEARTBEAT = 10.0  # seconds between progress lines
_BLOCK = 1 << 20  # bytes


class _UnobtainableError(Exception):
    """One way to obtain a binary failed; the text is the reason."""


def cached_binary(settings: Settings) -> Path:
    """Return where the cache has the server binary of the pinned version, which may not be there yet."""
    return servers_folder(cache_folder(settings)) / settings.weaviate.version / "-".join(this_system()) / _NAME


def find_binary(settings: Settings, log: Log, session: SessionFolder | None = None) -> Path:
    """Return the server binary of the pinned version, obtained first if necessary.

    :param session: while it lasts, nobody removes the binary from the cache.
    :param log: called with a line about everything that takes time.
    :raises InfrastructureError: the binary in the settings is not executable, or every allowed way failed.
    """
    wanted = settings.weaviate
    if wanted.binary:
        path = settings.root / Path(wanted.binary).expanduser()
        if not (path.is_file() and os.access(path, os.X_OK)):
            raise InfrastructureError(f"weaviate.binary: {path} is not an executable file")
        return path
    folder = cached_binary(settings).parent
    ways: dict[str, Callable[[], Path]] = {
        "cache": lambda: _cached(folder, log),
        "download": lambda: _keep(folder, lambda part: _download(settings, part, log)),
        "build": lambda: _keep(folder, lambda part: _build(wanted.version, part, log)),
    }
    errors = []
    try:
        if session:
            folder.parent.mkdir(parents=True, exist_ok=True)
            session.use(folder)
        folder.mkdir(parents=True, exist_ok=True)
        with locked(folder / SERVER_LOCK, f"the server binary in {folder}", "obtaining", log):
            for leftover in folder.glob(f"{_PART}*"):
                shutil.rmtree(leftover, ignore_errors=True)  # of a killed process: a live one would hold the lock
            for way in wanted.obtain:
                try:
                    return ways[way]()
                except _UnobtainableError as error:
                    errors.append(f"{way}: {error}")
            require_space(folder, CACHE_HINT)  # a full disk is the reason for many other errors
    except OSError as error:
        errors.append(f"{folder}: {error.strerror or error}")
    raise InfrastructureError(
        f"failed to obtain a Weaviate {wanted.version} server binary",
        "\n".join(errors)
        + "\nThere are three solutions: set a binary (SNIPPROOF_WEAVIATE_BINARY); install Go or make the releases"
        "\nreachable (weaviate.obtain, weaviate.download-url); or use a running server or a container engine"
        "\n(--snippets-weaviate-url URL, SNIPPROOF_WEAVIATE_IMAGE).",
    )


def this_system() -> tuple[str, str]:
    """Return the operating system and architecture of this machine in the spelling of Go and the release archives."""
    machine = platform.machine().lower()
    return platform.system().lower(), {"x86_64": "amd64", "aarch64": "arm64"}.get(machine, machine)


def _cached(folder: Path, log: Log) -> Path:
    """Return the cached binary if it still matches its record."""
    binary, record = folder / _NAME, folder / SERVER_RECORD
    try:
        known = json.loads(record.read_text(encoding="utf-8"))
        if binary.stat().st_size == known["size"] and _sha256(binary) == known["sha256"]:
            return binary
    except (OSError, ValueError, KeyError):
        if not binary.exists():
            raise _UnobtainableError(f"{folder} is empty") from None
    log("weaviate: the cached server binary is damaged; it is removed")
    binary.unlink(missing_ok=True)
    record.unlink(missing_ok=True)
    raise _UnobtainableError(f"the binary in {folder} was damaged")


def _keep(folder: Path, obtain: Callable[[Path], Path]) -> Path:
    """Let ``obtain`` create a binary in a temporary folder, then move it into the cache, complete or not at all."""
    with tempfile.TemporaryDirectory(prefix=_PART, dir=folder) as part:
        binary = obtain(Path(part))
        binary.chmod(0o755)
        record = Path(part) / SERVER_RECORD
        record.write_text(json.dumps({"size": binary.stat().st_size, "sha256": _sha256(binary)}), encoding="utf-8")
        record.replace(folder / SERVER_RECORD)
        binary.replace(folder / _NAME)
    return folder / _NAME


def _download(settings: Settings, part: Path, log: Log) -> Path:
    """Download, verify and unpack the release archive for this machine."""
    wanted = settings.weaviate
    system, machine = this_system()
    name = f"weaviate-v{wanted.version}-" + ("darwin-all.zip" if system == "darwin" else f"{system}-{machine}.tar.gz")
    url = f"{wanted.download_url.rstrip('/')}/v{wanted.version}/{name}"
    archive = part / name
    try:
        checksum = wanted.sha256.get(f"{system}-{machine}") or _published_checksum(f"{url}.sha256")
        _fetch(url, archive, log)
    except requests.RequestException as error:
        raise _UnobtainableError(f"{url}: {_reason(error)}") from None
    if _sha256(archive) != checksum.lower():
        raise _UnobtainableError(f"{url}: the SHA-256 checksum is not {checksum}")
    try:
        with _member(archive) as source, (part / _NAME).open("wb") as target:
            shutil.copyfileobj(source, target)
    except (tarfile.TarError, zipfile.BadZipFile, KeyError, EOFError, OSError) as error:
        raise _UnobtainableError(f"{url}: failed to unpack: {error}") from None
    return part / _NAME


@contextmanager
def _member(archive: Path) -> Iterator[IO[bytes]]:
    """Open the server in an archive. Its path there is never used to write."""
    if archive.suffix == ".zip":
        with zipfile.ZipFile(archive) as zipped, zipped.open("weaviate") as unzipped:
            yield unzipped
        return
    with tarfile.open(archive) as tarred:
        member = next((m for m in tarred if m.isfile() and Path(m.name).name == "weaviate"), None)
        source = tarred.extractfile(member) if member else None
        if source is None:
            raise KeyError("no file named weaviate in it")
        with source:
            yield source


def _published_checksum(url: str) -> str:
    response = requests.get(url, timeout=30)
    checksum = next(iter(response.text.split()), "") if response.ok else ""
    if not re.fullmatch(r"[0-9a-fA-F]{64}", checksum):
        problem = "no SHA-256 checksum" if response.ok else f"{response.status_code} {response.reason}"
        raise _UnobtainableError(f"{url}: {problem}, so the archive cannot be trusted (set weaviate.sha256)")
    return checksum


def _fetch(url: str, target: Path, log: Log) -> None:
    """Download ``url``, with a progress line every few seconds.

    :raises requests.RequestException: it failed, or was cut off.
    """
    log(f"weaviate: downloading {url}")
    headers = {"Accept-Encoding": "identity"}  # so that Content-Length is that of the archive
    with requests.get(url, headers=headers, stream=True, timeout=30) as response, target.open("wb") as file:
        response.raise_for_status()
        total = int(response.headers.get("Content-Length", 0))
        done, heartbeat = 0, time.monotonic()
        for block in response.iter_content(_BLOCK):
            file.write(block)
            done += len(block)
            if time.monotonic() - heartbeat > _HEARTBEAT or done == total:
                heartbeat = time.monotonic()
                bar = f"[{'#' * (20 * done // total):20}] " if total else ""
                log(f"weaviate: {bar}{done / 1e6:.0f} MB" + (f" of {total / 1e6:.0f} MB" if total else ""))
        if total and done != total:
            raise requests.ConnectionError("the download was cut off")


def _reason(error: requests.RequestException) -> str:
    if error.response is not None:
        return f"{error.response.status_code} {error.response.reason}"
    return f"failed to connect ({type(error).__name__})" if "cut off" not in str(error) else str(error)


def _build(version: str, part: Path, log: Log) -> Path:
    """Build the server with ``go install``, which takes a few minutes."""
    go = shutil.which("go")
    if go is None:
        raise _UnobtainableError("Go is not on the PATH")
    log(f"weaviate: building {version} with Go, once; this takes a few minutes")
    command = [go, "install", "-v", "-trimpath", "-ldflags=-s -w", f"{_MODULE}@v{version}"]
    begin = time.monotonic()
    # A session of its own, so that a build whose parent is killed ends too and leaves nothing.
    with SessionFolder.begin() as session:
        output = session.folder / "build.log"
        env = {
            **os.environ,
            "CGO_ENABLED": "0",
            "GOBIN": str(part),
            "GOFLAGS": "-mod=mod -buildvcs=false",
            "GOTMPDIR": str(session.folder),
            "TMPDIR": str(session.folder),
        }
        build = Process.start(command, session=session, env=env, cwd=part, stdout=output)
        try:
            while (code := build.wait(_HEARTBEAT)) is None:
                lines = output.read_bytes().count(b"\n")
                log(f"weaviate: building, {time.monotonic() - begin:.0f} s, {lines} modules and packages so far")
        finally:
            build.stop()
        tail = output.read_text(encoding="utf-8", errors="replace").strip().splitlines()[-3:]
    if code or not (part / _NAME).exists():
        raise _UnobtainableError("go install failed: " + " | ".join(line.strip() for line in tail))
    return part / _NAME


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
