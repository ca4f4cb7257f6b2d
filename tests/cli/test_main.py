"""What all commands share: exit codes, and nothing loaded or run that is not needed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from tests.support.command_line import SOURCE, write_site

from snipproof import __version__
from snipproof.cli.main import main
from snipproof.lint.result_cache import FOLDER


def test_wrong_usage_exits_with_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An unknown command, and a root that does not exist."""
    with pytest.raises(SystemExit) as end:
        main(["chekc"])
    assert end.value.code == 2
    assert main(["check", "--root", str(tmp_path / "none")]) == 2
    assert "no such folder" in capsys.readouterr().err


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    """``--version`` prints the package's own version."""
    with pytest.raises(SystemExit) as end:
        main(["--version"])
    assert (end.value.code, capsys.readouterr().out) == (0, f"snipproof {__version__}\n")


@pytest.mark.parametrize(
    "changes",
    [
        {"snipproof.toml": 'pages = ["other"]'},
        {"snipproof.toml": 'pages = ["snippets"]'},
        {"snipproof.toml": 'pages = [".."]'},
        {"snipproof.toml": 'page = ["docs"]'},
        {"snipproof.toml": 'suites = ["none/suite.yaml"]'},
        {"snipproof.toml": 'component = "Other"'},
        {"docs/p.mdx": "text", "snippets/a.py": "print(1)"},
    ],
)
@pytest.mark.parametrize("command", ["check", "extract"])
def test_checking_nothing_fails(
    tmp_path: Path, changes: dict[str, str | None], command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """No page, no reference or impossible settings: exit code 2 and a message."""
    root = write_site(tmp_path, changes)
    if "component" in (changes.get("snipproof.toml") or ""):
        (root / "snippets/a.py").write_text("")
    assert main([command, "--root", str(root)]) == 2
    captured = capsys.readouterr()
    assert captured.err.startswith("snipproof: ")
    assert "no findings" not in captured.out


@pytest.mark.parametrize("command", ["check", "list", "extract"])
def test_the_static_side_loads_nothing_of_the_dynamic_side(site: Path, command: str) -> None:
    """No runner, test framework, client or network; and no YAML reader for a site without Suites."""
    (site / "snipproof.toml").write_text("")
    code = (
        "import sys; from snipproof.cli.main import main; code = main(sys.argv[1:]);"
        "print(*sorted(sys.modules), file=sys.stderr); sys.exit(code)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, command, "--root", str(site)], capture_output=True, text=True, check=True
    )
    loaded = set(done.stderr.split())
    assert "snipproof.site.docs_site" in loaded
    # importlib.metadata loads socket, for the parser of addresses in email.
    unwanted = {"pytest", "weaviate", "requests", "yaml", "subprocess", "grpc", "numpy", "asyncio", "http.client"}
    unwanted |= {f"snipproof.{name}" for name in ("pytest_plugin", "run", "services", "processes")}
    assert not loaded & unwanted


def test_static_commands_run_nothing(site: Path) -> None:
    """A Source that would create a file when it runs does not create it."""
    trace = site / "trace"
    (site / "snippets/a.py").write_text(f"open({str(trace)!r}, 'w')\n" + SOURCE)
    for command in ("check", "list", "extract"):
        assert main([command, "--root", str(site)]) == 0
    assert not trace.exists()


@pytest.mark.parametrize("command", ["check", "compare"])
def test_help_lists_the_exit_codes(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Those that scripts depend on."""
    with pytest.raises(SystemExit):
        main([command, "--help"])
    assert "Exit codes: 0" in capsys.readouterr().out


def test_settings_outside_the_docs_tree(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With `--config`, and in the folder of the file; the baseline is beside it, and a change is always seen."""
    site = write_site(tmp_path / "site", {"snippets/a.py": SOURCE})
    (site / "snipproof.toml").unlink()
    file = tmp_path / "proofs" / "snipproof.toml"
    file.parent.mkdir()
    file.write_text('root = "../site"\nbaseline = "accepted.jsonl"\n')
    both: tuple[list[str], ...] = (["--config", str(file)], ["--root", str(file.parent)])
    assert main(["check", "--update-baseline", *both[0]]) == 0
    assert (file.parent / "accepted.jsonl").is_file()
    for options in (*both, [*both[0], "--root", str(site)]):
        assert main(["check", *options]) == 0
    (site / "docs" / "p.mdx").write_text((site / "docs" / "p.mdx").read_text().replace("START A", "START B"))
    for options in both:
        capsys.readouterr()
        assert main(["check", *options]) == 1
        assert "docs/p.mdx:3:1 SP201" in capsys.readouterr().out
        assert main(["list", *options]) == 0
    assert not (file.parent / FOLDER).exists()
    assert main(["init", "--config", str(file)]) == 2
    assert "init cannot be used with --config" in capsys.readouterr().err
    assert main(["check", "--config", str(file), "--root", str(tmp_path / "none")]) == 2
    assert "--root is the docs tree" in capsys.readouterr().err
