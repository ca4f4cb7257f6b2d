"""Files that Sources download, in the documented network, and how the settings name them."""

from __future__ import annotations

import hashlib
import socket
import ssl
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path

import pytest

from snipproof.config import Download, Settings, load_settings
from snipproof.errors import SettingsError
from snipproof.processes.session_folder import SessionFolder
from snipproof.server_settings import WeaviateSettings
from snipproof.services.downloads import Downloads
from snipproof.services.network.documented import DOWNLOADS_ADDRESS, DocumentedNetwork
from snipproof.services.network.routes import Routes

DATA = b'[{"title": "\xc3\xa9"}]'
SHA = hashlib.sha256(DATA).hexdigest()


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DocumentedNetwork]:
    with SessionFolder.begin(tmp_path_factory.mktemp("sessions")) as session:
        network = DocumentedNetwork.start(session, Routes({"weaviate": WeaviateSettings()}))
        yield network
        network.stop()


class Connection(HTTPConnection):
    """A connection to a host of downloads in the network, with TLS unless ``port`` is 80."""

    def __init__(self, network: DocumentedNetwork, host: str, port: int = 443) -> None:
        super().__init__(host, port)
        self.sock: socket.socket = network.namespace.connect(port, DOWNLOADS_ADDRESS)
        if port == 443:
            context = ssl.create_default_context(cafile=network.authority.bundle)
            self.sock = context.wrap_socket(self.sock, server_hostname=host)

    def response(self, method: str, path: str) -> tuple[int, str, str | None, bytes]:
        self.request(method, path)
        response = self.getresponse()
        return response.status, response.headers["Content-Type"], response.headers["Content-Length"], response.read()


def test_files_are_served_over_http_and_https_and_nothing_else_is_there(
    network: DocumentedNetwork, tmp_path: Path
) -> None:
    """The address itself comes before globs, a query is ignored, and what is missing is a 404 that is reported."""
    assert network.address_of("raw.example.com") is None
    named: dict[str, Download] = {}
    for address, data in (("RAW.example.com/data/*.json", b"[]"), ("raw.example.com/data/tiny.json", DATA)):
        file = tmp_path / str(len(named))
        file.write_bytes(data)
        named[address] = Download(file.name, hashlib.sha256(data).hexdigest().upper())
    settings = Settings(root=tmp_path, file=tmp_path / "snipproof.toml", downloads=named)
    downloads = Downloads.start(settings, network)
    try:
        assert network.address_of("Raw.example.com") == DOWNLOADS_ADDRESS
        for port in (443, 80):
            connection = Connection(network, "raw.example.com", port)
            size = str(len(DATA))
            assert connection.response("GET", "/data/tiny.json?raw=1") == (200, "application/json", size, DATA)
            assert connection.response("HEAD", "/data/tiny.json") == (200, "application/json", size, b"")
            assert connection.response("GET", "/data/a%20b.json") == (200, "application/json", "2", b"[]")
            assert downloads.unknown() == ()
            status, kind, _, text = connection.response("GET", "/none.csv")
            scheme = "https" if port == 443 else "http"
            assert (status, kind) == (404, "text/plain; charset=utf-8")
            assert f"name no file for {scheme}://raw.example.com/none.csv" in text.decode()
            assert connection.response("HEAD", "/none.csv")[3] == b""
            assert downloads.unknown() == (f"{scheme}://raw.example.com/none.csv",)
            connection.close()
    finally:
        downloads.stop()


@pytest.mark.parametrize(
    ("sha", "make", "message"),
    [
        (SHA, False, "snipproof.toml:3:23 '{folder}/data.json' cannot be read: No such file or directory"),
        ("f" * 64, True, f"snipproof.toml:3:43 '{{folder}}/data.json' (17 bytes) has another checksum: {SHA}"),
    ],
)
def test_a_missing_file_and_a_wrong_checksum_are_errors_at_their_lines(
    tmp_path: Path, sha: str, make: bool, message: str
) -> None:
    (tmp_path / "snipproof.toml").write_text(
        f"[downloads]\n\n'a.example.com/x' = {{ file = 'data.json', sha256 = '{sha}' }}\n"
    )
    if make:
        (tmp_path / "data.json").write_bytes(DATA)
    with pytest.raises(SettingsError) as error:
        Downloads(load_settings(tmp_path, environ={}))
    assert error.value.message == message.format(folder=tmp_path)
