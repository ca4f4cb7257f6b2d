"""The folders beside this file are projects of their own: what is in them is run by the tests, not collected."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from snipproof.services.startup import Services

collect_ignore = [folder.name for folder in Path(__file__).parent.iterdir() if folder.is_dir()]

#: Plugins of pytest that this repository's tests need, and that a reader does not have.
WITHOUT = "-p no:hypothesispytest -p no:randomly -p no:cacheprovider"


@pytest.fixture(scope="session")
def environment(services: Services) -> dict[str, str]:
    """The environment of a reader, except that the server is already there. Other tests measure the coverage."""
    ours = ("CI", "COLUMNS", "COVERAGE_", "FORCE_COLOR", "GITHUB_", "NO_COLOR", "PY_COLORS", "PYTEST_", "SNIPPROOF_")
    address = services.weaviate
    return {name: value for name, value in os.environ.items() if not name.startswith(ours)} | {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "PYTEST_ADDOPTS": WITHOUT,
        "SNIPPROOF_WEAVIATE_URL": address.url,
        "SNIPPROOF_WEAVIATE_GRPC": f"{address.grpc_host}:{address.grpc_port}",
    }
