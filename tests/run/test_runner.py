"""The Runner of a language: found through the row of the language, and imported only then."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from snipproof import languages
from snipproof.config import load_settings
from snipproof.errors import SettingsError
from snipproof.model import Suite
from snipproof.processes.session_folder import SessionFolder
from snipproof.run.runner import RunnerContext, make_runner


def context(folder: Path, session: SessionFolder, language: str) -> RunnerContext:
    suite = Suite("a/suite.yaml", "a", language, ("a/source",))
    (folder / "a").mkdir(exist_ok=True)
    return RunnerContext(suite, load_settings(folder, environ={}), session, lambda _: None)


def test_every_language_that_can_be_run_has_its_runner(tmp_path: Path) -> None:
    """The order of the rows is that in which Suites are proven: languages without a compiler come first."""
    assert list(languages.runnable()) == ["python", "typescript", "go", "java"]
    with SessionFolder.begin(tmp_path / "sessions") as session:
        for name, language in languages.runnable().items():
            runner = make_runner(context(tmp_path, session, name))
            assert type(runner).__name__ == language.runner.partition(":")[2]


@pytest.mark.parametrize("language", ["json", "cobol"])
def test_a_language_without_a_runner_is_a_settings_error(tmp_path: Path, language: str) -> None:
    """It is reported at the suite file."""
    with SessionFolder.begin(tmp_path / "sessions") as session:
        message = f"a/suite.yaml:1:1 no Runner for the language {language!r}"
        with pytest.raises(SettingsError, match=f"^{re.escape(message)}$"):
            make_runner(context(tmp_path, session, language))
