"""Files that Sources download: the settings map addresses to files with a checksum, and nothing else is there."""

from __future__ import annotations

import hashlib
import mimetypes
import re
import shutil
import ssl
import threading
from fnmatch import fnmatchcase
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from snipproof.config import Settings
from snipproof.errors import SettingsError
from snipproof.services.network.documented import DOWNLOADS_ADDRESS, DocumentedNetwork
from snipproof.services.network.hosts import ServedHosts


class Downloads:
    """The addresses that ``settings.downloads`` name, and the files that are there.

    :raises SettingsError: a file is missing, or has another checksum.
    """

    def __init__(self, settings: Settings) -> None:
        self._files = {
            _key(address): _checked(settings, address, settings.home / download.file, download.sha256)
            for address, download in settings.downloads.items()
        }
        self._hosts = frozenset(address.partition("/")[0] for address in self._files)
        self._unknown: dict[str, None] = {}
        self._lock = threading.Lock()
        self._served: ServedHosts | None = None

    @classmethod
    def start(cls, settings: Settings, network: DocumentedNetwork) -> Downloads:
        """Serve them in ``network``, over HTTP and HTTPS.

        :raises SettingsError: a file is missing, or has another checksum.
        """
        downloads = cls(settings)

        class Handler(_Handler):
            files = downloads

        downloads._served = ServedHosts(network, Handler, downloads.knows, DOWNLOADS_ADDRESS)
        return downloads

    def knows(self, host: str) -> bool:
        """Return whether something can be downloaded from ``host``, in lower case."""
        return host in self._hosts

    def file_at(self, host: str, path: str, scheme: str = "https") -> Path | None:
        """Return the file at a path, which begins with a slash; ``None``, and remember the address, if there is none.

        The path itself is looked up first, then the globs in the order of the settings.
        """
        address = f"{host.lower()}{path}"
        if address in self._files:
            return self._files[address]
        for pattern, file in self._files.items():
            if fnmatchcase(address, pattern):
                return file
        with self._lock:
            self._unknown[f"{scheme}://{host.lower()}{path}"] = None
        return None

    def unknown(self) -> tuple[str, ...]:
        """Return the addresses that were requested since the last call and have no file."""
        with self._lock:
            found = tuple(self._unknown)
            self._unknown.clear()
        return found

    def stop(self) -> None:
        """Stop serving."""
        if self._served:
            self._served.stop()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    files: Downloads

    def do_GET(self) -> None:
        host = re.sub(r":\d+$", "", self.headers.get("Host", ""))
        path = unquote(urlsplit(self.path).path)
        scheme = "https" if isinstance(self.connection, ssl.SSLSocket) else "http"
        file = self.files.file_at(host, path, scheme)
        if file is None:
            text = f"snipproof: the settings name no file for {scheme}://{host}{path} in [downloads]\n".encode()
            self._head(404, "text/plain; charset=utf-8", len(text))
            if self.command != "HEAD":
                self.wfile.write(text)
            return
        with file.open("rb") as content:
            self._head(200, mimetypes.guess_type(path)[0] or "application/octet-stream", file.stat().st_size)
            if self.command != "HEAD":
                shutil.copyfileobj(content, self.wfile)

    def do_HEAD(self) -> None:
        self.do_GET()

    def _head(self, status: int, kind: str, size: int) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(size))
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 (the name is the base class's)
        """Log nothing."""


def _key(address: str) -> str:
    host, _, path = address.partition("/")
    return f"{host.lower()}/{path}"


def _checked(settings: Settings, address: str, file: Path, checksum: str) -> Path:
    """Return ``file``, once its checksum is right."""
    place = settings.origin("downloads", address, "file")
    try:
        with file.open("rb") as content:
            found = hashlib.file_digest(content, "sha256").hexdigest()
            size = file.stat().st_size
    except OSError as error:
        hint = "the path is relative to the settings file"
        raise SettingsError(f"{place} {str(file)!r} cannot be read: {error.strerror or error}", hint) from None
    if found != checksum.lower():
        where = settings.origin("downloads", address, "sha256")
        raise SettingsError(f"{where} {str(file)!r} ({size:,} bytes) has another checksum: {found}")
    return file
