"""How much Findings weigh."""

from __future__ import annotations

import pytest
from tests.lint.rules.conftest import Check, block, page, region

from snipproof.errors import SettingsError

WRONG = page(block("# START B"))
FILES = {"docs/p.mdx": WRONG, "docs/old/p.mdx": WRONG, "docs/old/new/p.mdx": WRONG, "a.py": region("a = 1")}


def test_paths_have_severities_of_their_own(check: Check) -> None:
    """The last glob that matches decides; a star matches slashes too."""
    settings = '[per-path."docs/old/*"]\nSP201 = "off"\n[per-path."docs/old/new/*"]\nSP201 = "warning"\n'
    found = check(FILES, "SP201", settings)
    assert [(f.path, f.severity) for f in found] == [("docs/old/new/p.mdx", "warning"), ("docs/p.mdx", "error")]


def test_a_rule_may_be_on_for_some_paths_only(check: Check) -> None:
    settings = '[severity]\nSP201 = "off"\n[per-path]\n"docs/old/p.*" = {SP201 = "error"}\n'
    assert [f.path for f in check(FILES, "SP201", settings)] == ["docs/old/p.mdx"]


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ('[per-path]\n"docs/*" = {SP999 = "off"}\n', "unknown rule 'SP999'"),
        ('[per-path]\n"docs/*" = {SP201 = "loud"}\n', "'SP201' cannot be 'loud'"),
        ('[per-path]\n"docs/*" = "off"\n', "'per-path.docs/*' must be a table of strings"),
        ("per-path = 1\n", "'per-path' must be"),
    ],
)
def test_wrong_settings_are_refused(check: Check, settings: str, message: str) -> None:
    with pytest.raises(SettingsError, match=message.replace("*", r"\*")):
        check(FILES, settings=settings)
