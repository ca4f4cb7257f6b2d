"""``snipproof list``: what is where, as text and as JSON."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.support.command_line import SOURCE, write_site

from snipproof.cli.main import main


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
