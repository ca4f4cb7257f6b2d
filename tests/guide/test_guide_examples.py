"""What the guide shows was run: the commands of each example, in a copy of its project, print what it shows.

After a change of what a command prints, ``SNIPPROOF_TEST_UPDATE=1 pytest tests/guide`` writes it into the transcripts.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from tests.support.guide import EXAMPLES, ROOT, site_configs, transcripts
from tests.support.transcripts import commands, rewritten, run

#: Examples that the server that all tests share cannot be used for: documented hosts and ports, several versions.
WITH_OWN_SERVERS = frozenset({"matrix", "real-site"})


@pytest.mark.slow
@pytest.mark.parametrize("transcript", transcripts(), ids=lambda path: str(path.relative_to(EXAMPLES)))
def test_commands_print_what_the_guide_shows(transcript: Path, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    own = transcript.parent.name in WITH_OWN_SERVERS
    environment: dict[str, str] = request.getfixturevalue("own_servers" if own else "environment")
    project = tmp_path / "project"
    shutil.copytree(transcript.parent, project)
    text = transcript.read_text(encoding="utf-8")
    shown = commands(text)
    printed = [run(command.line, project, environment) for command in shown]
    if "SNIPPROOF_TEST_UPDATE" in os.environ:
        transcript.write_text(rewritten(text, printed), encoding="utf-8")
        return
    for command, lines in zip(shown, printed, strict=True):
        assert "\n".join(lines) == "\n".join(command.output), command.line


@pytest.mark.toolchain("node")
@pytest.mark.parametrize("config", site_configs(), ids=lambda path: str(path.relative_to(EXAMPLES)))
def test_a_site_is_built_with_the_package_of_this_repository(config: Path, tmp_path: Path) -> None:
    package = json.loads((ROOT / "integrations" / "docusaurus" / "package.json").read_text(encoding="utf-8"))
    shutil.copy(config, tmp_path / "config.mjs")
    script = "import('./config.mjs').then(({default: {plugins}}) => console.log(JSON.stringify(plugins)))"
    done = subprocess.run(["node", "-e", script], cwd=tmp_path, check=True, capture_output=True, text=True)
    assert json.loads(done.stdout) == [package["name"]]
