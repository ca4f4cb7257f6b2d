"""Reading uv.lock: what this Python needs, with hashes, and what cannot be checked."""

from __future__ import annotations

import platform
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from packaging.markers import Marker

from snipproof.errors import SettingsError
from snipproof.run.runners.python.uv_lock import read_uv_lock

REGISTRY = '{ registry = "https://pypi.org/simple" }'
WHEELS = '[{{ url = "https://example.org/{0}.whl", hash = "sha256:of-{0}" }}]'
PROJECT = '[[package]]\nname = "docs"\nversion = "0"\nsource = { virtual = "." }\n'


def package(name: str, *more: str, version: str = "1.0", source: str = REGISTRY) -> str:
    """Return the entry of a package with one wheel."""
    head = f'[[package]]\nname = "{name}"\nversion = "{version}"\nsource = {source}\n'
    return head + "".join(f"{line}\n" for line in more or (f"wheels = {WHEELS.format(name)}",))


def read(tmp_path: Path, *entries: str, python: str = ">=3.11") -> str:
    lock = tmp_path / "uv.lock"
    lock.write_text(f'version = 1\nrequires-python = "{python}"\n\n' + "\n".join(entries))
    return read_uv_lock(lock, "py/uv.lock")


def names(text: str) -> list[str]:
    return re.findall(r"^[^\s]+", text, re.MULTILINE)


def test_what_this_python_needs(tmp_path: Path) -> None:
    """Markers, extras, the group dev, one of two versions; a package that nothing needs is left out."""
    project = (
        f'{PROJECT}dependencies = [\n  {{ name = "client", extra = ["agents"] }},\n'
        '  { name = "elsewhere", marker = "sys_platform == \'plan9\'" },\n'
        f'  {{ name = "two", version = "2.0", source = {REGISTRY} }},\n]\n'
        '[package.dev-dependencies]\ndev = [{ name = "pytest" }]\nlint = [{ name = "ruff" }]\n'
    )
    more = (
        'dependencies = [{ name = "base", marker = "python_full_version >= \'3.11\'" }]',
        f"wheels = {WHEELS.format('client')}",
        '[package.optional-dependencies]\nagents = [{ name = "agents" }]\nother = [{ name = "other" }]',
    )
    client = package("client", *more)
    others = [package(name) for name in ("agents", "other", "pytest", "ruff", "elsewhere", "unused")]
    base = package("base", 'dependencies = [{ name = "client" }]', f"wheels = {WHEELS.format('base')}")  # a cycle
    two = [package("two", version=version) for version in ("1.0", "2.0")]
    found = read(tmp_path, base, client, project, *others, *two)
    assert names(found) == ["base==1.0", "client==1.0", "agents==1.0", "pytest==1.0", "two==2.0"]
    assert found.startswith("base==1.0 \\\n    --hash=sha256:of-base\n")


def test_sources_with_and_without_hashes(tmp_path: Path) -> None:
    """An archive at an address has a hash; a repository and a folder have none, and are errors at their lines."""
    project = PROJECT + 'dependencies = [{ name = "a" }]\n'
    archive = package("a", source='{ url = "https://example.org/a.whl" }')
    assert names(read(tmp_path, project, archive)) == ["a"]
    assert "a @ https://example.org/a.whl \\\n    --hash=sha256:of-a\n" in read(tmp_path, project, archive)
    for source in ("git", "editable"):
        entry = package("a", "wheels = []", source=f'{{ {source} = "../a" }}')
        with pytest.raises(SettingsError, match=rf"^py/uv.lock:11:1 a has no hash.*its source is {source}"):
            read(tmp_path, project, entry)


def test_files_that_cannot_be_used(tmp_path: Path) -> None:
    """Another Python, no project, a dependency that is missing, other TOML, no TOML."""
    with pytest.raises(
        SettingsError, match=rf"^py/uv.lock:1:1 it requires Python <3, and this is {platform.python_version()}"
    ):
        read(tmp_path, PROJECT, python="<3")
    for entries in (
        ("",),
        (package("a"),),
        (PROJECT + 'dependencies = [{ name = "gone" }]\n',),
        ("package = 1",),
        ("[[[",),
    ):
        with pytest.raises(SettingsError, match=r"^py/uv.lock:1:1 not a lock file of uv") as caught:
            read(tmp_path, *entries)
        assert caught.value.hint == "write it again: uv lock"


@pytest.mark.skipif(not shutil.which("uv"), reason="no 'uv' on the PATH")
def test_uv_exports_the_same(tmp_path: Path) -> None:
    """Held against uv itself: a project with an extra, a marker and a group."""
    (tmp_path / "pyproject.toml").write_text(
        '[project]\nname = "docs"\nversion = "0"\nrequires-python = ">=3.11"\n'
        'dependencies = ["requests[socks]>=2.32", "colorama; sys_platform == \'win32\'"]\n'
        '[dependency-groups]\ndev = ["pytest"]\nlint = ["iniconfig"]\n'
    )
    subprocess.run(["uv", "lock", "--quiet"], cwd=tmp_path, check=True)
    command = [
        "uv",
        "export",
        "--frozen",
        "--no-emit-project",
        "--no-header",
        "--no-annotate",
        "--python",
        sys.executable,
    ]
    exported = subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, text=True).stdout

    def pinned(text: str) -> set[str]:
        lines = (line.split(" --hash")[0] for line in text.replace("\\\n", " ").splitlines())
        parts = (line.partition(" ; ") for line in lines)
        return {name.strip() for name, _, marker in parts if not marker.strip() or Marker(marker).evaluate()}

    found = read_uv_lock(tmp_path / "uv.lock", "uv.lock")
    assert pinned(found) == pinned(exported)
    assert sorted(re.findall("sha256:[0-9a-f]+", found)) == sorted(
        set(re.findall("sha256:[0-9a-f]+", "\n".join(b for b in re.split(r"\n(?=\S)", exported) if "win32" not in b)))
    )
