"""The asset server."""

from __future__ import annotations

from http.client import HTTPConnection
from pathlib import Path

import pytest
import requests

from snipproof.services.assets import start_assets


def test_assets_stay_inside_their_folder(tmp_path: Path) -> None:
    """Files of the folder are served with their type; nothing outside it is served, by path or by link."""
    root = tmp_path / "root"
    root.mkdir()
    (root / "a b.jpg").write_bytes(b"picture")
    (tmp_path / "secret").write_text("secret")
    (root / "link").symlink_to(tmp_path / "secret")
    (root / "circle").symlink_to("circle")
    server = start_assets(root)
    try:
        reply = requests.get(f"{server.url}/a%20b.jpg", timeout=5)
        assert (reply.content, reply.headers["Content-Type"]) == (b"picture", "image/jpeg")
        for path in ("/%2e%2e/secret", "/link", "/", "/none", "/a%00b", "/circle", "/" + "a" * 300):
            assert requests.get(server.url + path, timeout=5).status_code == 404, path
    finally:
        server.stop()


def test_an_odd_address_is_not_found(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """Without a traceback."""
    server = start_assets(tmp_path)
    try:
        connection = HTTPConnection("127.0.0.1", server.port, timeout=5)
        connection.request("GET", "//[")
        assert connection.getresponse().status == 404
        connection.close()
        assert capfd.readouterr().err == ""
    finally:
        server.stop()
