"""How much is done, counted and not timed: files opened, pages scanned, modules loaded."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from snipproof.cli.main import main
from snipproof.site import parsed_files
from snipproof.site.component import render
from snipproof.site.mdx.page import scan_page

_PAGES = 12
_HOOK = """
import sys
def note(event, arguments):
    if event == "open" and isinstance(arguments[0], str) and arguments[0].startswith(sys.argv[-1]):
        sys.stderr.write("opened " + arguments[0][len(sys.argv[-1]) + 1:] + chr(10))
from snipproof.cli.main import main
sys.addaudithook(note)
sys.exit(main(sys.argv[1:]))
"""
_HEAVY = {
    "pytest", "_pytest", "weaviate", "grpc", "httpx", "requests", "urllib3", "http.client", "ssl", "socket", "asyncio",
    "subprocess", "multiprocessing", "tree_sitter", "numpy", "testcontainers", "docker", "yaml", "hypothesis",
}  # fmt: skip


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """Pages that share Sources and partials, and all have something wrong, so that excerpts are shown too."""
    for number in range(_PAGES):
        text = (
            f"import A from '!!raw-loader!@site/code/a{number % 3}.py';\nimport P from './_parts/p.mdx';\n\n<P/>\n\n"
            '<FilteredTextBlock text={A} startMarker="# START A" endMarker="# END A" language="py" />\n\n'
            '<FilteredTextBlock text={A} startMarker="# START X" endMarker="# END X" language="py" />\n'
        )
        _write(tmp_path / f"docs/p{number}.mdx", text)
    for number in range(3):
        _write(tmp_path / f"code/a{number}.py", "# START A\nprint(1)\n# END A\n")
    partial = (
        "import A from '!!raw-loader!@site/code/a0.py';\n\n"
        '<FilteredTextBlock text={A} startMarker="# START A" endMarker="# END A" language="py" />\n'
    )
    _write(tmp_path / "docs/_parts/p.mdx", partial)
    _write(tmp_path / "docs/plain.md", "nothing to see\n")
    return tmp_path


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def opened(*arguments: str) -> Counter[str]:
    """Run the command and return how often it opened each file below the folder that is its last argument."""
    command = [sys.executable, "-c", _HOOK, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode in (0, 1), done.stderr
    assert "Traceback" not in done.stderr
    return Counter(line.removeprefix("opened ") for line in done.stderr.splitlines() if line.startswith("opened "))


@pytest.mark.parametrize("command", [["check", "--no-cache"], ["extract"], ["list"]])
def test_each_file_is_opened_once(site: Path, command: list[str]) -> None:
    """Every page and every Source, however many pages share it and however many findings quote it."""
    files = opened(*command, "--root", str(site))
    expected = {f"docs/p{number}.mdx" for number in range(_PAGES)} | {f"code/a{number}.py" for number in range(3)}
    expected |= {"docs/_parts/p.mdx", "docs/plain.md"}
    assert files == Counter(dict.fromkeys(expected, 1))


def test_a_run_without_changes_opens_no_file_of_the_site(site: Path) -> None:
    """Only its own cache."""
    from time import sleep

    sleep(0.1)  # what changed a moment before a run is not kept
    opened("check", "--root", str(site))
    files = opened("check", "--root", str(site))
    assert [name.partition("/")[0] for name in files] == [".snipproof-cache"]


def test_each_page_is_scanned_and_each_block_rendered_once(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many rules look at them."""
    scanned: Counter[str] = Counter()
    rendered: Counter[tuple[object, ...]] = Counter()
    scan = scan_page

    def counting_scan(path: str, *others: object) -> object:
        scanned[path] += 1
        return scan(path, *others)  # type: ignore[arg-type]

    def counting_render(text: object, reference: object, *others: object) -> object:
        rendered[reference.source, reference.start_marker] += 1  # type: ignore[attr-defined]
        return render(text, reference, *others)  # type: ignore[arg-type]

    monkeypatch.setattr(parsed_files, "scan_page", counting_scan)
    monkeypatch.setattr(parsed_files, "render", counting_render)
    assert main(["check", "--no-cache", "--root", str(site)]) == 1
    assert set(scanned.values()) == {1}
    assert len(scanned) == _PAGES + 2
    assert set(rendered.values()) == {1}
    assert len(rendered) == 6


def _modules(*arguments: str) -> set[str]:
    code = (
        "import sys\n"
        "before = set(sys.modules)\n"
        "from snipproof.cli.main import main\n"
        "if len(sys.argv) > 1: main(sys.argv[1:])\n"
        "print(*sorted(set(sys.modules) - before), file=sys.stderr)\n"
    )
    done = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=True)
    return set(done.stderr.split())


def test_the_start_of_the_command_loads_little(site: Path) -> None:
    """No client, no parser, no network; none of the rules, and no TOML reader before there is TOML to read."""
    loaded = _modules()
    assert not loaded & (_HEAVY | {"tomllib", "difflib", "hashlib", "html"})
    names = ["cache", "check", "compare", "extract", "init", "language_server", "list", "provision", "report", "serve"]
    commands = {f"snipproof.cli.{name}" for name in (*names, "show", "watch")}
    assert {name for name in loaded if name.startswith("snipproof")} == {
        "snipproof", "snipproof.cli", "snipproof.cli.main", "snipproof.cli.console", "snipproof.errors", *commands,
    }  # fmt: skip


def test_a_kept_result_loads_no_rules(site: Path) -> None:
    """A run without changes is as quick as its imports."""
    from time import sleep

    sleep(0.1)
    assert "snipproof.site.docs_site" in _modules("check", "--root", str(site))
    loaded = _modules("check", "--root", str(site))
    assert "snipproof.lint.result_cache" in loaded
    assert not loaded & (_HEAVY - {"yaml"})
    assert not loaded & {"snipproof.site.docs_site", "snipproof.lint.rules", "snipproof.config", "dataclasses", "yaml"}


@pytest.mark.parametrize("command", ["check", "list", "extract"])
def test_nothing_heavy_is_loaded_for_a_site_of_python(site: Path, command: str) -> None:
    """Parsers of other languages, YAML and everything of the dynamic side stay away."""
    with_entry_points = {"socket"}  # importlib.metadata loads it for the parser of addresses in email
    assert not _modules(command, "--root", str(site)) & (_HEAVY - with_entry_points)
