"""Projects that are proven as a user would, on one real server for the whole session."""

from __future__ import annotations

import os

import pytest
from tests.support.project import SETTINGS, SUITE, Project

from snipproof.services.startup import Services

_HOME = os.environ["HOME"]


@pytest.fixture(autouse=True)
def _without_slow_plugins(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep a plugin away from each run in a process of its own that takes longer to import than most runs take."""
    if "pytester" in request.fixturenames:
        request.getfixturevalue("pytester")  # it removes the variable
    monkeypatch.setenv("PYTEST_ADDOPTS", "-p no:hypothesispytest")


@pytest.fixture
def project(pytester: pytest.Pytester, services: Services, monkeypatch: pytest.MonkeyPatch) -> Project:
    """Return a project with settings and a suite file, but no Source yet."""
    monkeypatch.setenv("HOME", _HOME)  # Pytester moves it, and with it the caches of snipproof and of all toolchains
    monkeypatch.delenv("CI", raising=False)
    made = Project(pytester, services)
    made.write("pyproject.toml", SETTINGS)
    made.write("snippets/py/suite.yaml", SUITE)
    return made
