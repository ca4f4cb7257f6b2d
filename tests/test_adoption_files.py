"""The files that other repositories use: the pre-commit hook and the GitHub action."""

from __future__ import annotations

import os
import re
import stat
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from snipproof.cli import check
from snipproof.cli.main import build_parser

ROOT = Path(__file__).parents[1]


def load(name: str) -> Any:
    """Return the YAML file ``name`` of this repository."""
    return yaml.safe_load((ROOT / name).read_text(encoding="utf-8"))


def test_the_hook_runs_an_existing_command() -> None:
    """Its entry parses, and its pattern matches pages, Sources and settings."""
    (hook,) = load(".pre-commit-hooks.yaml")
    assert (hook["id"], hook["language"], hook["pass_filenames"]) == ("snipproof-check", "python", False)
    program, *arguments = hook["entry"].split()
    scripts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["scripts"]
    assert program in scripts
    assert build_parser().parse_args(arguments).run is check.run
    for path in ("docs/a.mdx", "a.md", "x/a.py", "a.mts", "a.tsx", "a.go", "A.java", "A.cs", "a.sh", "snipproof.toml",
                 "x/suite.yaml", "pyproject.toml", "snipproof-baseline.jsonl"):  # fmt: skip
        assert re.search(hook["files"], path), path
    for path in ("a.png", "package.json", "mysuite.yaml", "docs/a.mdx.bak"):
        assert not re.search(hook["files"], path), path


def test_the_action_pins_what_it_uses() -> None:
    """Other actions by a full commit; no expression in a script; every input is declared and used."""
    action = load("action.yml")
    assert action["runs"]["using"] == "composite"
    text = (ROOT / "action.yml").read_text(encoding="utf-8")
    assert set(re.findall(r"\binputs\.([\w-]+)", text)) == set(action["inputs"])
    for step in action["runs"]["steps"]:
        if "uses" in step:
            assert re.fullmatch(r"[\w.-]+/[\w./-]+@[0-9a-f]{40}", step["uses"])
        else:
            assert step["shell"] == "bash"
            assert "${{" not in step["run"]
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    assert set(re.findall(r"\$\{ACTION\}\[(\w+)\]", text)) <= set(extras)


@pytest.mark.parametrize(("end", "code"), [("# END a", 0), ("# END b", 1)])
@pytest.mark.parametrize("baseline", ["", "known.jsonl"])
def test_the_action_checks(tmp_path: Path, end: str, code: int, baseline: str) -> None:
    """Its script in bash: a finding is an annotation and fails the job, unless the baseline lists it."""
    site = tmp_path / "a site; echo"
    (site / "docs").mkdir(parents=True)
    block = f'<FilteredTextBlock text={{A}} startMarker="# START a" endMarker="{end}" language="py" />'
    (site / "docs" / "a.md").write_text(f'import A from "!!raw-loader!/a.py";\n\n{block}\n', encoding="utf-8")
    (site / "a.py").write_text("# START a\nx = 1\n# END a\n", encoding="utf-8")
    program = tmp_path / "snipproof" / "bin" / "snipproof"
    program.parent.mkdir(parents=True)
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m snipproof "$@"\n', encoding="utf-8")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    given = {"RUNNER_TEMP": str(tmp_path), "ROOT": str(site), "BASELINE": str(tmp_path / baseline) if baseline else ""}
    environment = {**os.environ, **given, "GITHUB_WORKSPACE": str(tmp_path)}
    if baseline:
        subprocess.run(
            [program, "check", "--root", site, "--baseline", given["BASELINE"], "--update-baseline"], check=True
        )
    (script,) = (step["run"] for step in load("action.yml")["runs"]["steps"] if step["name"] == "Check")
    command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == (0 if baseline else code), done.stderr
    assert ("::error file=a site; echo/docs/a.md,line=3," in done.stdout) == bool(code and not baseline)
