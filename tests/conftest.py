"""What tests of the dynamic side share: the real server's binary."""

from __future__ import annotations

import importlib.util
import os
import shutil
import sys
from pathlib import Path

import hypothesis
import pytest

from snipproof.config import Settings, load_settings
from snipproof.services.weaviate.binary import find_binary
from snipproof.services.weaviate.container import engine_error

# On a busy machine any example may take long: what must be quick is measured by `bench/`.
hypothesis.settings.register_profile("patient", parent=hypothesis.settings(), deadline=None)
hypothesis.settings.load_profile("patient")

TAG = "snipproof/weaviate:1.39.0"
TOOL = Path(__file__).parent.parent / "tools" / "build_image.py"


@pytest.fixture(autouse=True)
def _no_colour_by_chance(monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment that tests are run in must not decide what the command prints."""
    monkeypatch.delenv("FORCE_COLOR", raising=False)
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.delenv("GITHUB_WORKSPACE", raising=False)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip what this machine has no toolchain for, with the reason; where all are required, fail."""
    for mark in item.iter_markers("toolchain"):
        if missing := [program for program in mark.args if shutil.which(program) is None]:
            reason = f"not on the PATH: {', '.join(missing)}"
            if os.environ.get("SNIPPROOF_RUN_REQUIRE"):
                pytest.fail(reason)
            pytest.skip(reason)


def _say(line: str) -> None:
    sys.stderr.write(line + "\n")


@pytest.fixture(scope="session")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Default settings, with the environment's."""
    return load_settings(tmp_path_factory.mktemp("root"), overrides={"weaviate.mode": "embedded"})


@pytest.fixture(scope="session")
def binary(settings: Settings) -> Path:
    """The pinned server's binary, obtained as a user's would be."""
    return find_binary(settings, _say)


@pytest.fixture(scope="session")
def image(binary: Path) -> str:
    """A local image made from the server binary, so that no registry is needed."""
    trouble = engine_error()
    if trouble and os.environ.get("SNIPPROOF_TEST_REQUIRE_CONTAINERS"):
        pytest.fail(f"containers are required, but {trouble}")
    if trouble:
        pytest.skip(trouble)
    spec = importlib.util.spec_from_file_location("build_image", TOOL)
    assert spec
    assert spec.loader
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    tool.build_image(binary, TAG)
    return TAG
