"""Mini-projects that are proven as a user would, on one real server for the whole session."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from snipproof.config import Settings, load_settings
from snipproof.processes.session_folder import SessionFolder
from snipproof.services.startup import Services

_HOME = os.environ["HOME"]
SUITE = "flavour: py\nlanguage: python\nsources: ['*.py']\n"
SETTINGS = "[tool.snipproof]\npages = ['docs']\nsuites = ['snippets/*/suite.yaml']\n"


def _say(line: str) -> None:
    sys.stderr.write(line + "\n")


@pytest.fixture(scope="session")
def services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    """One embedded server for all mini-projects of this worker."""
    settings: Settings = load_settings(tmp_path_factory.mktemp("settings"), overrides={"weaviate.mode": "embedded"})
    with SessionFolder.begin() as run:
        services = Services.start(settings, run, _say, None)
        yield services
        services.stop()


@dataclass(frozen=True)
class Project:
    """A project with one Suite in ``snippets/py``."""

    pytester: pytest.Pytester
    services: Services

    def write(self, path: str, text: str) -> Path:
        """Write one file."""
        target = self.pytester.path / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
        return target

    def prove(self, *args: str, source: str | None = None, order: str = "no:randomly") -> pytest.RunResult:
        """Run ``pytest snippets …`` in a process of its own, with ``source`` as the Suite's one Source."""
        if source is not None:
            self.write("snippets/py/source.py", source)
        address = self.services.weaviate
        given = [
            *("--snippets-weaviate-url", address.url),
            *("--snippets-weaviate-grpc", f"{address.grpc_host}:{address.grpc_port}"),
        ]
        return self.pytester.runpytest_subprocess("-p", order, "snippets", *given, *args)


@pytest.fixture
def project(pytester: pytest.Pytester, services: Services, monkeypatch: pytest.MonkeyPatch) -> Project:
    """Return a project with settings and a suite file, but no Source yet."""
    monkeypatch.setenv("HOME", _HOME)  # Pytester moves it, and with it the caches of ours and of all toolchains
    monkeypatch.delenv("CI", raising=False)
    made = Project(pytester, services)
    made.write("pyproject.toml", SETTINGS)
    made.write("snippets/py/suite.yaml", SUITE)
    return made
