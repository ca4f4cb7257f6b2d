"""Which rules are applied, and what becomes of their Findings."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.support.lint import Check, block, page, region

from snipproof.config import load_settings
from snipproof.errors import SettingsError
from snipproof.lint.engine import find
from snipproof.lint.rules import RULES
from snipproof.lint.rules.base import Context, finding, rule
from snipproof.model import Finding, Severity
from snipproof.site.docs_site import Site

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

WRONG = page(block("# START B"))
FILES = {"docs/p.mdx": WRONG, "docs/old/p.mdx": WRONG, "docs/old/new/p.mdx": WRONG, "a.py": region("a = 1")}


@rule("SP999", "toy", Severity.WARNING, "a page is there")
def toy(context: Context) -> Iterator[Finding]:
    """Every page is a Finding."""
    for each in context.site.pages:
        yield finding(each.path, 1, 1, "a page", "remove it")


def test_a_rule_is_applied_with_its_severity(tmp_path: Path) -> None:
    """Its id is filled in; the settings may change the severity, and a comment suppresses the Finding."""
    for name, text in {"docs/a.md": "# A", "docs/b.md": "# B"}.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)

    def found(settings: str = "") -> list[Finding]:
        (tmp_path / "snipproof.toml").write_text(settings)
        return find(Site.load(load_settings(tmp_path, environ={})), {**RULES, toy.id: toy})

    a = Finding("docs/a.md", 1, 1, "SP999", "a page", "remove it", Severity.WARNING)
    assert found() == [a, a._replace(path="docs/b.md")]
    assert found('[per-path]\n"docs/b.md" = {SP999 = "off"}\n') == [a]
    assert found('[severity]\nSP999 = "error"\n')[0].severity is Severity.ERROR


def test_text_of_any_length_is_cut(check: Check) -> None:
    """A marker may be as long as its writer likes."""
    (found,) = check({"docs/p.mdx": page(block("# START " + "b" * 5000)), "a.py": region("a = 1")}, "SP201")
    assert len(found.message) < 600


def test_an_error_that_no_reader_sees_is_a_warning(check: Check) -> None:
    """A partial that no page imports has no readers; as soon as a page shows it, it has."""
    files = {"docs/_part.mdx": page(block("# START B")), "docs/p.mdx": page(), "a.py": region("a = 1")}
    (found,) = check(files, "SP201")
    assert found.severity == "warning"
    files["docs/q.mdx"] = "import Part from './_part.mdx';\n\n<Part />\n"
    (found,) = check(files, "SP201")
    assert found.severity == "error"


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
        ('[per-path]\n"docs/*" = {SP999 = "off"}\n', "snipproof.toml:2:13 unknown rule 'SP999'"),
        ('[weaviate]\nmode = "auto"\n[severity]\nSP999 = "off"\n', "snipproof.toml:4:1 unknown rule 'SP999'"),
        ('[per-path]\n"docs/*" = {SP201 = "loud"}\n', "'SP201' cannot be 'loud'"),
        ('[per-path]\n"docs/*" = "off"\n', "'per-path.docs/*' must be a table of strings"),
        ("per-path = 1\n", "'per-path' must be"),
    ],
)
def test_wrong_settings_are_refused(check: Check, settings: str, message: str) -> None:
    with pytest.raises(SettingsError, match=message.replace("*", r"\*")):
        check(FILES, settings=settings)
