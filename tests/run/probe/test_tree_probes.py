"""Probes in the text of a Source, for what no grammar forbids."""

from __future__ import annotations

import pytest

from snipproof.run.probe.tree_probes import probe_tree
from snipproof.site.source import parse_source

pytest.importorskip("tree_sitter", reason="the extra languages is not installed")


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("const x = f" + "\n  .g(1)" * 2000 + ";", ""),
        ("if (x) { f(0); }" + " else if (x) { f(1); }" * 2000, ""),
        ("{" * 2000 + "f();" + "}" * 2000, "the file is nested too deeply to be followed"),
    ],
)
def test_deep_code(code: str, reason: str) -> None:
    """It has its probes, or a reason why it has none."""
    text = f"// START a\n{code}\n// END a\n"
    probed = probe_tree(text, parse_source("a.ts", text).snippet_regions, "typescript")
    assert set(probed.silent.values()) == ({reason} if reason else set())
    assert probed.text.count("\n") == text.count("\n")
