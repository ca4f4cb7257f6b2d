"""The asset server."""

from __future__ import annotations

from pathlib import Path

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
