"""Lock files of pnpm and Yarn: the program that each one needs, what it gets, and what is missing."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.support.mini import Mini
from tests.support.typescript_suite import make_typescript

from snipproof.config import Settings
from snipproof.errors import InfrastructureError, SettingsError, ToolchainMissingError
from snipproof.processes.session_folder import SessionFolder

pytestmark = [pytest.mark.toolchain("node")]

YARN_1 = "# yarn lockfile v1\n"
YARN_4 = "__metadata:\n  version: 8\n"
MANIFEST = json.dumps({"devDependencies": {"esbuild": "*"}})
Tool = Callable[[str, str], None]


@pytest.fixture
def mini(session: SessionFolder, plain_settings: Settings, tmp_path: Path) -> Mini:
    """A Suite with an empty cache."""
    found = make_typescript(session, plain_settings._replace(cache_dir=str(tmp_path / "cache")))
    found.write("site/package.json", MANIFEST)
    return found


@pytest.fixture
def tool(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Tool:
    """Put a program on the PATH that has nothing else but node; it logs its arguments and the files that it finds."""
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / "node").symlink_to(str(shutil.which("node")))
    monkeypatch.setenv("PATH", str(folder))

    def add(name: str, body: str) -> None:
        (folder / name).unlink(missing_ok=True)
        log = f'{{ echo "$@" "$NODE_ENV$CI$YARN_NODE_LINKER"; /usr/bin/find . -type f; }} > {tmp_path}/log'
        (folder / name).write_text(f"#!/bin/sh\n[ $1 = --version ] || {log}\n{body}\n")
        (folder / name).chmod(0o755)

    return add


def lock(mini: Mini, name: str, text: str) -> None:
    """Let the Suite be pinned by a lock file in another folder."""
    mini.write(f"site/{name}", text)
    mini.suite = mini.suite._replace(lock=f"site/{name}")


PNPM = "install --frozen-lockfile --prod=false --package-import-method=copy true"
YARN = "install --frozen-lockfile --non-interactive --production=false "


@pytest.mark.parametrize(
    ("name", "text", "version", "arguments", "beside"),
    [
        ("pnpm-lock.yaml", "", "", PNPM, "pnpm-workspace.yaml"),
        ("yarn.lock", YARN_1, "1.22.22", YARN, ".yarnrc"),
        ("yarn.lock", YARN_4, "4.9.1", "install --immutable node-modules", ".yarnrc.yml"),
    ],
)
def test_what_a_package_manager_gets(  # noqa: PLR0917
    name: str,
    text: str,
    version: str,
    arguments: str,
    beside: str,
    mini: Mini,
    tool: Tool,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Exactly what the lock file pins, with development dependencies, and the settings beside it; once."""
    monkeypatch.setenv("NODE_ENV", "production")
    monkeypatch.delenv("CI", raising=False)
    lock(mini, name, text)
    mini.write(f"site/{beside}", "")
    mini.write("site/other.txt", "")
    tool(name.partition(".")[0].removesuffix("-lock"), f"[ $1 != --version ] || echo {version}")
    mini.runner()
    log = (tmp_path / "log").read_text().splitlines()
    assert log[0] == arguments
    assert sorted(log[1:]) == sorted(["./package.json", f"./{name}", f"./{beside}"])
    (tmp_path / "log").unlink()
    mini.runner()
    assert not (tmp_path / "log").exists()


def test_the_yarn_of_the_checkout(mini: Mini, tool: Tool, tmp_path: Path) -> None:
    """A release that the settings of Yarn name is used, whatever is on the PATH."""
    lock(mini, "yarn.lock", YARN_4)
    mini.write("site/.yarnrc.yml", "enableScripts: false\nyarnPath: .yarn/releases/yarn-4.cjs\n")
    mini.write(
        "site/.yarn/releases/yarn-4.cjs", f"require('fs').writeFileSync('{tmp_path}/log', process.argv.slice(2) + '')"
    )
    mini.runner()
    assert (tmp_path / "log").read_text() == "install,--immutable"


def test_what_is_missing(mini: Mini, tool: Tool) -> None:
    """No program, one of another version, one that fails, no esbuild, another lock file: each has its message."""
    for name, text, product in (
        ("pnpm-lock.yaml", "", "pnpm"),
        ("yarn.lock", YARN_1, "Yarn 1"),
        ("yarn.lock", YARN_4, "Yarn 2"),
    ):
        lock(mini, name, text)
        program = name.partition(".")[0].removesuffix("-lock")
        with pytest.raises(ToolchainMissingError, match=rf"^no '{program}' on the PATH") as caught:
            mini.runner()
        assert caught.value.hint.startswith(f"install {product}")
    for text, version in ((YARN_1, "4.9.1"), (YARN_4, "1.22.22")):
        tool("yarn", f"echo {version}")
        lock(mini, "yarn.lock", text)
        with pytest.raises(
            ToolchainMissingError, match=rf"/yarn is version {version}, which cannot use site/yarn\.lock"
        ):
            mini.runner()
    tool("yarn", "[ $1 = --version ] && echo 4.9.1 || { echo YN0028: The lockfile would have been modified; exit 1; }")
    with pytest.raises(InfrastructureError, match=r"^site/yarn\.lock:1:1 .*yarn install failed") as failed:
        mini.runner()
    assert failed.value.hint == "YN0028: The lockfile would have been modified"
    tool("yarn", "exit 3")
    with pytest.raises(ToolchainMissingError, match="/yarn does not work"):
        mini.runner()
    mini.write("site/package.json", "{}")
    with pytest.raises(SettingsError, match=r"^site/package\.json:1:1 esbuild is not among") as wrong:
        mini.runner()
    assert wrong.value.hint == "yarn add --dev esbuild"
    mini.write("site/package.json", "[]")
    with pytest.raises(SettingsError, match=r"^site/package\.json:1:1 cannot be read as a package\.json"):
        mini.runner()
    lock(mini, "bun.lock", "")
    with pytest.raises(SettingsError, match=r"^site/bun\.lock:1:1 a TypeScript Suite requires a package-lock\.json"):
        mini.runner()
