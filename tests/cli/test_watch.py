"""``snipproof watch``: what it requires."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.support.command_line import run_without

from snipproof.cli.main import main

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(("module", "extra"), [("watchfiles", "watch"), ("filelock", "weaviate")])
def test_a_missing_extra_is_a_clear_error(module: str, extra: str) -> None:
    pytest.importorskip("watchfiles", reason="requires the extra watch")
    done = run_without([module], "watch")
    assert (done.returncode, done.stdout) == (2, "")
    assert f"watch requires the extra '{extra}'" in done.stderr
    assert f"pip install 'snipproof[{extra}]'" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "no Suite is configured"),
        (["none"], "no such file or folder: none"),
        (["/"], "/ is not in the docs tree"),
    ],
)
def test_wrong_usage(
    arguments: list[str],
    message: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    pytest.importorskip("watchfiles", reason="requires the extra watch")
    pytest.importorskip("filelock", reason="requires the extra weaviate")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.py").write_text("# START a\n# END a\n")
    (tmp_path / "suite.yaml").write_text("flavour: py\nlanguage: python\nsources: [a.py]\n")
    suites = "suites = ['suite.yaml']\n" if arguments else ""
    (tmp_path / "snipproof.toml").write_text(suites)
    assert main(["watch", *arguments]) == 2
    assert message in capsys.readouterr().err
