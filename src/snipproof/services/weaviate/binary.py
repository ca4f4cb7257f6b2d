"""The embedded server's binary: given, kept in the cache, downloaded from the official releases, or built with Go."""

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
from filelock import FileLock

from snipproof.config import Settings
from snipproof.errors import InfrastructureError
from snipproof.processes.cache_folder import cache_folder
from snipproof.processes.process import Process
from snipproof.processes.session_folder import SessionFolder

Say = Callable[[str], None]
_NAME = "weaviate-server"
_PART = "part-"
_MODULE = "github.com/weaviate/weaviate/cmd/weaviate-server"
_BEAT = 10.0  # seconds between signs of life
_BLOCK = 1 << 20


class _UnobtainableError(Exception):
    """One way to a binary failed; the text says why."""


def find_binary(settings: Settings, say: Say) -> Path:
    """Return the server binary of the pinned version, obtaining it first if need be.

    :raises InfrastructureError: the given binary is no program, or none of the allowed ways works.
    """
    wanted = settings.weaviate
    if wanted.binary:
        path = settings.root / Path(wanted.binary).expanduser()
        if not (path.is_file() and os.access(path, os.X_OK)):
            raise InfrastructureError(f"weaviate.binary: {path} is not an executable file")
        return path
    folder = cache_folder(settings) / "weaviate" / wanted.version / "-".join(_system())
    ways: dict[str, Callable[[], Path]] = {
        "cache": lambda: _cached(folder, say),
        "download": lambda: _keep(folder, lambda part: _download(settings, part, say)),
        "build": lambda: _keep(folder, lambda part: _build(wanted.version, part, say)),
    }
    failed = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with FileLock(folder / "lock"):
            for left in folder.glob(f"{_PART}*"):
                shutil.rmtree(left, ignore_errors=True)  # by one that was killed: whoever lives holds the lock
            for way in wanted.obtain:
                try:
                    return ways[way]()
                except _UnobtainableError as error:
                    failed.append(f"{way}: {error}")
    except OSError as error:
        failed.append(f"{folder}: {error.strerror or error}")
    raise InfrastructureError(
        f"no Weaviate {wanted.version} server binary can be had",
        "\n".join(failed)
        + "\nThree ways out: name a binary (SNIPPROOF_WEAVIATE_BINARY); install Go or reach the releases"
        "\n(weaviate.obtain, weaviate.download-url); or use a running server or a container engine"
        "\n(--snippets-weaviate-url URL, SNIPPROOF_WEAVIATE_IMAGE).",
    )


def _system() -> tuple[str, str]:
    """Return the operating system and architecture as Go and the release archives name them."""
    machine = platform.machine().lower()
    return platform.system().lower(), {"x86_64": "amd64", "aarch64": "arm64"}.get(machine, machine)


def _cached(folder: Path, say: Say) -> Path:
    """Return the cached binary if it is still the one that was put there."""
    binary, record = folder / _NAME, folder / "record.json"
    try:
        known = json.loads(record.read_text(encoding="utf-8"))
        if binary.stat().st_size == known["size"] and _sha256(binary) == known["sha256"]:
            return binary
    except (OSError, ValueError, KeyError):
        if not binary.exists():
            raise _UnobtainableError(f"nothing in {folder}") from None
    say("weaviate: the cached server binary is damaged and is dropped")
    binary.unlink(missing_ok=True)
    record.unlink(missing_ok=True)
    raise _UnobtainableError(f"the binary in {folder} was damaged")


def _keep(folder: Path, obtain: Callable[[Path], Path]) -> Path:
    """Put what ``obtain`` makes in a temporary folder into the cache, whole or not at all."""
    with tempfile.TemporaryDirectory(prefix=_PART, dir=folder) as part:
        made = obtain(Path(part))
        made.chmod(0o755)
        record = Path(part) / "record.json"
        record.write_text(json.dumps({"size": made.stat().st_size, "sha256": _sha256(made)}), encoding="utf-8")
        record.replace(folder / "record.json")
        made.replace(folder / _NAME)
    return folder / _NAME


def _download(settings: Settings, part: Path, say: Say) -> Path:
    """Download, verify and unpack the release archive for this machine."""
    wanted = settings.weaviate
    system, machine = _system()
    name = f"weaviate-v{wanted.version}-" + ("darwin-all.zip" if system == "darwin" else f"{system}-{machine}.tar.gz")
    url = f"{wanted.download_url.rstrip('/')}/v{wanted.version}/{name}"
    archive = part / name
    try:
        checksum = wanted.sha256.get(f"{system}-{machine}") or _published_checksum(f"{url}.sha256")
        _fetch(url, archive, say)
    except requests.RequestException as error:
        raise _UnobtainableError(f"{url}: {_reason(error)}") from None
    if _sha256(archive) != checksum.lower():
        raise _UnobtainableError(f"{url}: the checksum is not {checksum}")
    try:
        with _member(archive) as source, (part / _NAME).open("wb") as target:
            shutil.copyfileobj(source, target)
    except (tarfile.TarError, zipfile.BadZipFile, KeyError, EOFError, OSError) as error:
        raise _UnobtainableError(f"{url}: cannot be unpacked: {error}") from None
    return part / _NAME


@contextmanager
def _member(archive: Path) -> Iterator[IO[bytes]]:
    """Open the one member of an archive that is the server; its own path in the archive is never used."""
    if archive.suffix == ".zip":
        with zipfile.ZipFile(archive) as zipped, zipped.open("weaviate") as unzipped:
            yield unzipped
        return
    with tarfile.open(archive) as tarred:
        member = next((m for m in tarred if m.isfile() and Path(m.name).name == "weaviate"), None)
        source = tarred.extractfile(member) if member else None
        if source is None:
            raise KeyError("it holds no file named weaviate")
        with source:
            yield source


def _published_checksum(url: str) -> str:
    reply = requests.get(url, timeout=30)
    words = reply.text.split() if reply.ok else []
    if not words or not re.fullmatch(r"[0-9a-fA-F]{64}", words[0]):
        found = "no SHA-256 checksum" if reply.ok else f"{reply.status_code} {reply.reason}"
        raise _UnobtainableError(f"{url}: {found}, so the archive cannot be trusted (set weaviate.sha256)")
    return words[0]


def _fetch(url: str, target: Path, say: Say) -> None:
    """Download ``url``, with a sign of life every few seconds; a body that is cut off is an error."""
    say(f"weaviate: downloading {url}")
    as_it_is = {"Accept-Encoding": "identity"}  # so that the length is the archive's own
    with requests.get(url, headers=as_it_is, stream=True, timeout=30) as reply, target.open("wb") as file:
        reply.raise_for_status()
        total = int(reply.headers.get("Content-Length", 0))
        done, beat = 0, time.monotonic()
        for block in reply.iter_content(_BLOCK):
            file.write(block)
            done += len(block)
            if time.monotonic() - beat > _BEAT or done == total:
                beat = time.monotonic()
                bar = f"[{'#' * (20 * done // total):20}] " if total else ""
                say(f"weaviate: {bar}{done / 1e6:.0f} MB" + (f" of {total / 1e6:.0f} MB" if total else ""))
        if total and done != total:
            raise requests.ConnectionError("the download was cut off")


def _reason(error: requests.RequestException) -> str:
    if error.response is not None:
        return f"{error.response.status_code} {error.response.reason}"
    return f"not reached ({type(error).__name__})" if "cut off" not in str(error) else str(error)


def _build(version: str, part: Path, say: Say) -> Path:
    """Build the server with ``go install``; a few minutes, once."""
    go = shutil.which("go")
    if go is None:
        raise _UnobtainableError("no Go toolchain on the PATH")
    say(f"weaviate: building {version} with Go, once; this takes some minutes")
    env = {**os.environ, "CGO_ENABLED": "0", "GOBIN": str(part), "GOFLAGS": "-mod=mod -buildvcs=false"}
    command = [go, "install", "-v", "-trimpath", "-ldflags=-s -w", f"{_MODULE}@v{version}"]
    begin = time.monotonic()
    with (
        SessionFolder.begin() as run
    ):  # of its own, so that a build whose parent is killed ends and leaves nothing either
        log = run.folder / "build.log"
        build = Process.start(command, session=run, env=env, cwd=part, stdout=log)
        try:
            while (code := build.wait(_BEAT)) is None:
                lines = log.read_bytes().count(b"\n")
                say(f"weaviate: building, {time.monotonic() - begin:.0f} s, {lines} modules and packages so far")
        finally:
            build.stop()
        tail = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()[-3:]
    if code or not (part / _NAME).exists():
        raise _UnobtainableError("go install failed: " + " | ".join(line.strip() for line in tail))
    return part / _NAME


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
