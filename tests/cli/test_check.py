"""``snipproof check``: findings, severities, exit codes and formats."""

from __future__ import annotations

import gc
import json
from pathlib import Path

import pytest
from tests.support.command_line import PAGE, SOURCE, page, write_site

from snipproof.cli.main import main


def test_a_clean_site_passes(site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """No finding, exit code 0, and a summary of what was checked."""
    assert main(["check", "--root", str(site)]) == 0
    assert capsys.readouterr().out == "1 reference in 1 page, 1 source: no findings\n"


@pytest.mark.parametrize(
    ("changes", "finding", "hint"),
    [
        ({"docs/p.mdx": PAGE + "\n<!--"}, "docs/p.mdx:5:1 SP001 the comment '<!--' is never closed", ""),
        ({"snippets/b.py": "x\n# START B {a: 1}"}, "snippets/b.py:2:1 SP001 unknown attribute 'a'",
            "known attributes: of"),
        ({"docs/p.mdx": page(path="/snippets/aa.py")}, "docs/p.mdx:1:1 SP101 the import",
            "did you mean 'snippets/a.py'?"),
        ({"docs/p.mdx": page(path="/../a.py")}, "docs/p.mdx:1:1 SP101 the import", "below the root"),
        ({"docs/q.md": PAGE.split("\n", 2)[2].replace("{Code}", "{Kode}")}, "docs/q.md:1:1 SP102 text={Kode}",
            "add `import"),
        ({"docs/p.mdx": page().replace("!!raw-loader!", "")}, "docs/p.mdx:3:1 SP102 text={Code}", "not as raw"),
        ({"docs/p.mdx": page("# STRAT A")}, "docs/p.mdx:3:1 SP201 the start marker '# STRAT A'", "'# START A'?"),
        ({"docs/p.mdx": page("#START a")}, "docs/p.mdx:3:1 SP201 the start marker", "did you mean '# START A'?"),
        (
            {"docs/p.mdx": page("# START Q"), "snippets/b.py": "# START Q\n1\n# END Q"},
            "docs/p.mdx:3:1 SP201",
            "did you mean the file snippets/b.py? Its line 1",
        ),
        ({"docs/p.mdx": page(end="# END B")}, "docs/p.mdx:3:1 SP202 no '# END B' closes the block that line 1", ""),
        ({"snippets/a.py": "# START A\n \n# END A\n"}, "docs/p.mdx:3:1 SP203 the block is empty", "put text"),
        ({"snippets/b.py": "x\n # START B\n1\n# END B"}, "snippets/b.py:2:2 SP204 no page shows", "[warning]"),
        ({"snippets/a.py": "# START-ANY\n1\n# END-ANY\n"}, "docs/p.mdx:3:1 SP205 the start marker", "[warning]"),
        (
            {"snippets/a.py": SOURCE + "# START Expected B results\n1\n# END Expected B results\n"},
            "snippets/a.py:6:1 SP301 the Expectation",
            "{of: NAME}",
        ),
        ({"docs/p.mdx": page(path="/b.py"), "b.py": SOURCE}, "docs/p.mdx:3:1 SP401 b.py is shown here", "suite.yaml"),
    ],
)  # fmt: skip
def test_each_rule_reports_its_finding(
    tmp_path: Path, changes: dict[str, str | None], finding: str, hint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Place, message and hint; a warning keeps exit code 0."""
    code = main(["check", "--root", str(write_site(tmp_path, changes))])
    out = capsys.readouterr().out
    assert finding in out
    assert hint in out
    assert code == (0 if "[warning]" in hint else 1)


def test_settings_change_the_severity_of_a_rule(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A rule may be an error or off; an unknown rule is a settings error."""
    changes: dict[str, str | None] = {"snippets/b.py": "# START B\n1\n# END B"}
    settings = 'suites = ["snippets/suite.yaml"]\n[severity]\n'
    root = write_site(tmp_path, {**changes, "snipproof.toml": settings + 'SP204 = "error"'})
    assert main(["check", "--root", str(root)]) == 1
    write_site(tmp_path, {**changes, "snipproof.toml": settings + 'SP204 = "off"'})
    assert main(["check", "--root", str(root)]) == 0
    write_site(tmp_path, {**changes, "snipproof.toml": settings + 'SP240 = "off"'})
    capsys.readouterr()
    assert main(["check", "--root", str(root)]) == 2
    assert "unknown rule 'SP240'" in capsys.readouterr().err


def test_a_site_without_suites_is_checked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Only for what its pages show: an Expectation without a Snippet is not an error there."""
    text = SOURCE + "# START Expected B results\n1\n# END Expected B results\n"
    root = write_site(tmp_path, {"snipproof.toml": "", "snippets/a.py": text})
    assert main(["check", "--root", str(root)]) == 0
    assert capsys.readouterr().out == "1 reference in 1 page, 1 source: no findings\n"


def test_an_imported_partial_is_checked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It may lie outside the folders of pages."""
    write_site(tmp_path, {"docs/p.mdx": "import P from '/_parts/p.mdx';\n\n<P />\n", "_parts/p.mdx": page("# START Z")})
    assert main(["check", "--root", str(tmp_path)]) == 1
    assert "_parts/p.mdx:3:1 SP201" in capsys.readouterr().out


def test_findings_as_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Every part of a finding is there."""
    root = write_site(tmp_path, {"docs/p.mdx": page(end="# END B")})
    assert main(["check", "--root", str(root), "--format", "json"]) == 1
    report = json.loads(capsys.readouterr().out)
    assert (report["format_version"], report["references"], report["pages"], report["sources"]) == (1, 1, 1, 1)
    finding = report["findings"][0]
    assert (finding["path"], finding["line"], finding["column"]) == ("docs/p.mdx", 3, 1)
    assert (finding["rule"], finding["severity"]) == ("SP202", "error")


@pytest.mark.parametrize("changes", [{}, {"snipproof.toml": "pages = 1\n"}])
@pytest.mark.parametrize("enabled", [True, False])
def test_the_garbage_collector_is_as_it_was(tmp_path: Path, changes: dict[str, str | None], *, enabled: bool) -> None:
    """Also after an error."""
    was_enabled = gc.isenabled()
    (gc.enable if enabled else gc.disable)()
    try:
        main(["check", "--no-cache", "--root", str(write_site(tmp_path, changes))])
        assert gc.isenabled() is enabled
    finally:
        (gc.enable if was_enabled else gc.disable)()
