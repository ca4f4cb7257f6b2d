"""``snipproof list``: what is where, as text and as JSON."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.support.command_line import SOURCE, write_site
from tests.support.run_reports import make_report, make_run, make_snippet
from tests.support.site import load_site

from snipproof.cli.main import main
from snipproof.report.assemble import assemble
from snipproof.report.report_file import write_report
from snipproof.report.tree_facts import read_tree_facts


def test_list_as_text_and_as_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Suites, Sources, Snippets and Expectations with their lines, and what shows them."""
    text = SOURCE + "# START Expected A results\n1\n# END Expected A results\n"
    root = write_site(tmp_path, {"snippets/a.py": text})
    assert main(["list", "--root", str(root)]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "f (snippets/suite.yaml)",
        "  snippets/a.py",
        "    1: snippet 'A' <- docs/p.mdx:3:1",
        "    6: expectation 'Expected A results' of 'A' (on no page)",
        "      1 comparison",
    ]
    assert main(["list", "--root", str(root), "--format", "json"]) == 0
    (suite,) = json.loads(capsys.readouterr().out)["suites"]
    assert [(region["id"], region["comparisons"]) for region in suite["sources"][0]["regions"]] == [
        ("snippets/a.py::A", None),
        ("snippets/a.py::Expected A results", 1),
    ]


def test_outcomes_and_coverage_of_a_report(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What a run found of each Snippet, with the lines that never ran."""
    root = write_site(tmp_path, {"snippets/b.py": "# START B\n1\n# END B\n"})
    site = load_site(root)
    facts = read_tree_facts(root, site.suites, site)
    lines = {"statements": [2, 4, 5, 6], "missed": [4, 6], "handling": [5, 6], "text": {"4": "x", "6": "y"}}
    path = tmp_path / "report.json"
    write_report(path, assemble(facts, make_run(), [make_snippet("snippets/a.py::A", lines=lines)], [], {}))
    assert main(["list", "--root", str(root), "--report", str(path)]) == 0
    out = capsys.readouterr().out.splitlines()
    assert out[2:4] == [
        "    1: snippet 'A' <- docs/p.mdx:3:1",
        "      passed, 1 of 2 statements ran, never: 4, error branches that never ran: 6",
    ]
    assert out[-1] == "      not run"
    assert main(["list", "--root", str(root), "--report", str(path), "--format", "json"]) == 0
    (suite,) = json.loads(capsys.readouterr().out)["suites"]
    assert suite["sources"][0]["regions"][0]["coverage"] == lines
    (root / "snippets/b.py").write_text("# START B\n2\n# END B\n")
    assert main(["list", "--root", str(root), "--report", str(path)]) == 1
    assert "is of another tree: snippets/b.py differs" in capsys.readouterr().err


def test_shards(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """As text, as JSON, and as the matrix of a job of GitHub Actions, balanced by a report."""
    root = str(write_site(tmp_path, {f"snippets/{name}.py": "# START B\n1\n# END B\n" for name in "bc"}))
    report = make_report([make_snippet("snippets/c.py::B")], durations={"snippets/c.py": 20.0})
    write_report(tmp_path / "report.json", report)
    arguments = ["list", "--root", root, "--shards", "2"]
    assert main(arguments) == 0
    assert (
        capsys.readouterr().out == "1/2: 2 Sources\n  snippets/a.py\n  snippets/c.py\n2/2: 1 Source\n  snippets/b.py\n"
    )
    assert main([*arguments, "--report", str(tmp_path / "report.json")]) == 0
    assert "1/2: 2 Sources, about 40.5 s\n" in capsys.readouterr().out
    assert main([*arguments, "--format", "json"]) == 0
    assert [shard["shard"] for shard in json.loads(capsys.readouterr().out)["shards"]] == ["1/2", "2/2"]
    assert main([*arguments, "--format", "github-matrix"]) == 0
    out = capsys.readouterr().out
    assert out.count("\n") == 1  # a line for $GITHUB_OUTPUT
    assert json.loads(out)["include"][1] == {"shard": "2/2", "flavours": "f", "sources": 1, "seconds": 1.0}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--format", "github-matrix"], "list --format github-matrix requires --shards COUNT"),
        (["--shards", "0"], "--shards 0: at least 1 expected"),
        (["--report", "none.json"], "none.json: cannot be read"),
    ],
)
def test_wrong_usage(site: Path, arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["list", "--root", str(site), *arguments]) == 2
    assert message in capsys.readouterr().err


def test_shards_require_a_source(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = write_site(tmp_path, {"snipproof.toml": 'pages = ["docs"]\n'})
    assert main(["list", "--root", str(root), "--shards", "2"]) == 2
    assert "no Suite has a Source" in capsys.readouterr().err
