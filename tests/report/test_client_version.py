"""The client that a lock file pins, in every language; broken files pin none."""

from __future__ import annotations

from pathlib import Path

import pytest

from snipproof.report.client_version import client_of

SNIPPETS = Path(__file__).parents[2] / "snippets"


@pytest.mark.parametrize(
    ("lock", "name"),
    [
        ("python-v3/requirements.lock", "weaviate-client"),
        ("python-v4/requirements.lock", "weaviate-client"),
        ("typescript-v2/package-lock.json", "weaviate-ts-client"),
        ("typescript-v3/package-lock.json", "weaviate-client"),
        ("go/go.sum", "weaviate-go-client"),
        ("java/lockfile.json", "io.weaviate:client"),
        ("java-v6/lockfile.json", "io.weaviate:client6"),
    ],
)
def test_the_clients_of_our_own_suites(lock: str, name: str) -> None:
    found = client_of(lock, (SNIPPETS / lock).read_text(encoding="utf-8"))
    assert found
    assert found["name"] == name
    assert all(part.isdigit() for part in found["version"].split(".")[:2])


@pytest.mark.parametrize(
    ("lock", "text"),
    [
        (
            "uv.lock",
            '[[package]]\nname = "numpy"\nversion = "2.0"\n\n[[package]]\nname = "weaviate-client"\nversion = "4.23.0"',
        ),
        ("pnpm-lock.yaml", "packages:\n\n  weaviate-client@4.23.0:\n    resolution: {integrity: x}\n"),
        ("pnpm-lock.yaml", "snapshots:\n\n  'weaviate-client@4.23.0(graphql@1)':\n"),
        ("yarn.lock", 'weaviate-client@^4.1:\n  version "4.23.0"\n'),
        ("yarn.lock", '"weaviate-client@npm:^4.1":\n  version: 4.23.0\n'),
    ],
)
def test_other_lock_files(lock: str, text: str) -> None:
    assert client_of(f"site/{lock}", text) == {"name": "weaviate-client", "version": "4.23.0"}


@pytest.mark.parametrize(
    "lock",
    [
        "uv.lock",
        "pnpm-lock.yaml",
        "yarn.lock",
        "requirements.lock",
        "package-lock.json",
        "go.sum",
        "lockfile.json",
        "Cargo.lock",
    ],
)
@pytest.mark.parametrize(
    "text", ["", "[]", "{", '{"packages": 1, "dependencies": [1, {}]}', "numpy==2.0", "[" * 99_999]
)
def test_no_client(lock: str, text: str) -> None:
    assert client_of(lock, text) is None
