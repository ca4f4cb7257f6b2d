"""``snipproof extract``: the manifest, and whether it is stale."""

from __future__ import annotations

import json
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import pytest
from tests.support.command_line import SOURCE, page, write_site
from tests.support.run_reports import make_run, make_snippet
from tests.support.site import load_site

from snipproof.cli.main import main
from snipproof.report.assemble import assemble
from snipproof.report.report_file import write_report
from snipproof.report.tree_facts import read_tree_facts

FILES = {"pages": "docs/p.mdx", "sources": "snippets/a.py"}


def test_the_manifest_holds_what_pages_show(site: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    """The manifest holds the exact text, what readers see of it, and where it comes from."""
    assert main(["extract", "--root", str(site)]) == 0
    manifest = json.loads(capfdbinary.readouterr().out)
    assert manifest["format_version"] == 1
    assert manifest["references"] == [
        {
            "page": "docs/p.mdx",
            "line": 3,
            "column": 1,
            "import": "!!raw-loader!/snippets/a.py",
            "source": "snippets/a.py",
            "region": "A",
            "start_marker": "# START A",
            "end_marker": "# END A",
            "include_start_marker": False,
            "language": "py",
            "highlighter": "py",
            "text": "print(1)\n# highlight-next-line\nprint(2)",
            "shown": "print(1)\nprint(2)",
            "sha256": "27478ea0b1dcad6bd91447f470145a27323571771d9a02b37810d3f3ca012cb8",
            "segments": [[2, 4]],
            "live": True,
        }
    ]
    assert manifest["component"]["name"] == "FilteredTextBlock"
    assert manifest["component"]["attributes"]["start-marker"] == "startMarker"
    files = {key: {path: sha256((site / path).read_bytes()).hexdigest()} for key, path in FILES.items()}
    assert {key: manifest[key] for key in FILES} == files
    assert manifest["findings"] == []


BROKEN = {"docs/p.mdx": page("# START B"), "docs/_dead.mdx": page("# START C")}


def test_the_manifest_lists_blocks_that_cannot_be_shown(tmp_path: Path) -> None:
    """A build without Python reports them as ``check`` does: what no reader sees and what is known does not count."""
    site = write_site(tmp_path, BROKEN)
    output = site / "manifest.json"
    command = ["--root", str(site), "--output", str(output)]
    assert main(["extract", *command]) == 0
    (finding,) = json.loads(output.read_bytes())["findings"]
    assert (finding["path"], finding["line"], finding["column"], finding["rule"]) == ("docs/p.mdx", 3, 1, "SP201")
    assert "START B" in finding["message"]
    assert "did you mean" in finding["hint"]
    settings = site / "snipproof.toml"
    settings.write_text(settings.read_text() + 'baseline = "known.jsonl"\n[severity]\nSP401 = "off"\n')
    assert main(["check", "--root", str(site), "--update-baseline"]) == 0
    assert main(["extract", *command]) == 0
    assert json.loads(output.read_bytes())["findings"] == []


def test_check_fails_for_a_stale_manifest(site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A manifest is fresh until a Source changes; nothing is written by --check."""
    output = site / "out" / "manifest.json"
    command = ["extract", "--root", str(site), "--output", str(output)]
    assert main([*command, "--check"]) == 1
    assert not output.exists()
    assert main(command) == 0
    assert main([*command, "--check"]) == 0
    (site / "snippets/a.py").write_text(SOURCE.replace("print(1)", "print(3)"))
    before = output.read_bytes()
    assert main([*command, "--check"]) == 1
    assert "is stale" in capsys.readouterr().err
    assert output.read_bytes() == before
    assert [path.name for path in output.parent.iterdir()] == ["manifest.json"]


def test_check_requires_an_output_file(site: Path) -> None:
    """Without ``--output`` there is nothing to compare with."""
    assert main(["extract", "--root", str(site), "--check"]) == 2


def test_a_closed_pipe_is_not_an_error(site: Path) -> None:
    """Closing the pipe early leaves no traceback."""
    with subprocess.Popen(
        [sys.executable, "-m", "snipproof", "extract", "--root", str(site)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        error = process.stderr.read()
    assert error == b""


def test_a_report_adds_what_was_proven(site: Path, tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    """Each block has the key ``proven``; an incomplete report, or one of another tree, is refused."""
    loaded = load_site(site)
    facts = read_tree_facts(site, loaded.suites, loaded)
    snippet = make_snippet("snippets/a.py::A", segments=[[2, 4]])
    path = tmp_path / "report.json"
    write_report(path, assemble(facts, make_run(), [snippet], [], {}))
    assert main(["extract", "--root", str(site), "--report", str(path)]) == 0
    (entry,) = json.loads(capfdbinary.readouterr().out)["references"]
    assert (entry["proven"]["state"], entry["proven"]["snippets"]) == ("proven", ["snippets/a.py::A"])
    output = site / "manifest.json"
    write = ["extract", "--root", str(site), "--report", str(path), "--output", str(output)]
    assert main(write) == 0
    written = output.read_bytes()
    write_report(path, assemble(facts, make_run(), [], [], {}))
    assert main(write) == 2
    assert output.read_bytes() == written, "a run of a selection sets and removes no mark"
    write_report(path, assemble(facts, make_run(), [snippet], [], {}))
    (site / "snippets/a.py").write_text(SOURCE + "# another\n")
    assert main(["extract", "--root", str(site), "--report", str(path)]) == 1


def test_pages_are_written_as_markdown(site: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """A file for each page, and the manifest only where ``--output`` names one."""
    out = tmp_path / "out"
    assert main(["extract", "--root", str(site), "--markdown", str(out)]) == 0
    assert capfd.readouterr().out == ""
    assert [path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file()] == ["docs/p.md"]
    assert (out / "docs/p.md").read_text() == "```py\nprint(1)\nprint(2)\n```\n"
    manifest = out / "manifest.json"
    assert main(["extract", "--root", str(site), "--markdown", str(out), "--output", str(manifest)]) == 0
    assert json.loads(manifest.read_bytes())["format_version"] == 1
    assert main(["extract", "--root", str(site), "--markdown", str(out), "--output", str(manifest), "--check"]) == 2
    (out / "docs/p.md").unlink()
    (out / "docs").rmdir()
    (out / "docs").write_text("a file")
    assert main(["extract", "--root", str(site), "--markdown", str(out)]) == 69
