"""Shared fixtures. The static tests run without any extra, so whatever needs one is imported late."""

from __future__ import annotations

import importlib.util
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import hypothesis
import pytest

from snipproof.config import Settings, load_settings

if TYPE_CHECKING:
    from snipproof.services.startup import Services

# On a busy machine any example may take long. `bench/` measures what must be fast.
hypothesis.settings.register_profile("patient", parent=hypothesis.settings(), deadline=None)
hypothesis.settings.register_profile("quick", parent=hypothesis.settings.get_profile("patient"), max_examples=10)
hypothesis.settings.load_profile(os.environ.get("SNIPPROOF_TEST_PROFILE", "patient"))

STATIC = ("cli", "compare", "init", "lint", "site", "update")
TAG = "snipproof/weaviate:1.39.0"
TOOL = Path(__file__).parent.parent / "tools" / "build_image.py"


@pytest.fixture(autouse=True)
def _plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment of the test run must not change what the command prints, and no test leaves a build."""
    monkeypatch.delenv("FORCE_COLOR", raising=False)
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.delenv("GITHUB_WORKSPACE", raising=False)
    monkeypatch.setenv("SNIPPROOF_RUN_BUILD_CACHE", "false")


@pytest.fixture(autouse=True, scope="module")
def _static_tests_are_traced_once(request: pytest.FixtureRequest) -> Iterator[None]:
    """Pause coverage in the tests of the static side, whose time it doubles: ``tox run -e base`` measures them."""
    coverage = sys.modules.get("coverage")
    tracer = coverage.Coverage.current() if coverage else None
    folder = request.path.relative_to(Path(__file__).parent).parts[0]
    if tracer is None or folder not in STATIC or "SNIPPROOF_TEST_TRACE_STATIC" in os.environ:
        yield
        return
    tracer.stop()
    yield
    tracer.start()


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip what this machine has no toolchain for, with the reason; where all are required, fail."""
    for mark in item.iter_markers("toolchain"):
        if missing := [program for program in mark.args if shutil.which(program) is None]:
            reason = f"not on the PATH: {', '.join(missing)}"
            if os.environ.get("SNIPPROOF_RUN_REQUIRE"):
                pytest.fail(reason)
            pytest.skip(reason)


def _log(line: str) -> None:
    sys.stderr.write(line + "\n")


@pytest.fixture(scope="session")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Default settings, with those of the environment."""
    return load_settings(tmp_path_factory.mktemp("root"), overrides={"weaviate.mode": "embedded"})


@pytest.fixture(scope="session")
def services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    """One embedded server for all projects of this worker: those of the functional tests, and the guide's."""
    from snipproof.processes.session_folder import SessionFolder
    from snipproof.services.startup import Services

    settings: Settings = load_settings(tmp_path_factory.mktemp("settings"), overrides={"weaviate.mode": "embedded"})
    with SessionFolder.begin() as session:
        services = Services.start(settings, session, _log, None)
        yield services
        services.stop()


@pytest.fixture(scope="session")
def binary(settings: Settings) -> Path:
    """The pinned server's binary, obtained as a user's would be."""
    from snipproof.services.weaviate.binary import find_binary

    return find_binary(settings, _log)


@pytest.fixture(scope="session")
def image(binary: Path) -> str:
    """A local image made from the server binary, so that no registry is needed."""
    from snipproof.services.weaviate.container import engine_error

    error = engine_error(Settings())
    if error and os.environ.get("SNIPPROOF_TEST_REQUIRE_CONTAINERS"):
        pytest.fail(f"containers are required, but {error}")
    if error:
        pytest.skip(error)
    spec = importlib.util.spec_from_file_location("build_image", TOOL)
    assert spec
    assert spec.loader
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    tool.build_image(binary, TAG)
    return TAG
