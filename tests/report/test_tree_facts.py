"""What a report holds of the docs tree, and whether it belongs to a checkout."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.support.command_line import SOURCE, page, write_site
from tests.support.run_reports import make_report
from tests.support.site import load_site

from snipproof.errors import DocsError
from snipproof.report.tree_facts import TreeFacts, read_tree_facts, require_same_tree, text_digest
from snipproof.site.claims import claims

OUTPUT = "# START Expected A results\n1\n# END Expected A results\n"


def facts_of(root: Path) -> TreeFacts:
    site = load_site(root)
    return read_tree_facts(root, site.suites, site, claims(site))


def test_suites_sources_snippets_and_references(tmp_path: Path) -> None:
    write_site(
        tmp_path,
        {
            "snippets/a.py": SOURCE + OUTPUT,
            "snippets/b.py": "# START B {a: 1}\n1\n# END B\n",  # cannot be read
            "docs/_dead.mdx": page(path="/other.py"),
            "docs/q.mdx": page("# START Expected A results", "# END Expected A results"),
            "other.py": SOURCE,
            "snippets/suite.yaml": "flavour: f\nlanguage: python\nsources: ['*.py']\nlock: requirements.lock\n",
            "snippets/requirements.lock": "weaviate-client==4.23.1 \\\n",
        },
    )
    facts = facts_of(tmp_path)
    assert facts.collected == ["snippets/a.py::A"]
    digests = {each["path"]: each["digest"] for each in facts.sources}
    assert digests == {"snippets/a.py": text_digest(SOURCE + OUTPUT), "snippets/b.py": ""}
    assert facts.suites[0]["client"] == {"name": "weaviate-client", "version": "4.23.1"}
    assert [(each["id"], each["snippet"], each["origin"]) for each in facts.expectations] == [
        ("snippets/a.py::Expected A results", "snippets/a.py::A", "stdout")
    ]
    assert [(each["page"], each["kind"], each["flavour"], each["live"]) for each in facts.references] == [
        ("docs/_dead.mdx", "snippet", "python", False),
        ("docs/p.mdx", "snippet", "f", True),
        ("docs/q.mdx", "expectation", "f", True),
    ]
    assert [each["suite"] for each in facts.references] == [None, "snippets/suite.yaml", "snippets/suite.yaml"]


def test_without_pages_the_sources_of_suites_count(tmp_path: Path) -> None:
    write_site(tmp_path, {"docs/p.mdx": None, "snippets/b.py": "# START B {a: 1}\n1\n# END B\n"})
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "p.md").write_text("text\n")
    facts = read_tree_facts(tmp_path, load_site(tmp_path).suites)
    assert (facts.collected, facts.references) == (["snippets/a.py::A"], [])


def test_a_report_of_another_tree_is_refused(tmp_path: Path) -> None:
    facts = facts_of(write_site(tmp_path))
    report = make_report([])
    report["run"]["suites"], report["run"]["sources"] = facts.suites, facts.sources
    require_same_tree(report, facts, "report.json")
    for name in ("a", "c", "d", "e"):
        (tmp_path / f"snippets/{name}.py").write_text(f"# START {name}\n1\n# END {name}\n")
    message = "report.json: the report of commit 0123456789ab is of another tree: snippets/a.py, snippets/c.py"
    with pytest.raises(DocsError, match=rf"{message}, snippets/d.py and 1 more differ"):
        require_same_tree(report, facts_of(tmp_path), "report.json")
