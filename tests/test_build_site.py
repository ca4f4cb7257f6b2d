"""Whether the built site is that of this tree, with marks."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tools import build_site


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A tree with a site that was just built."""
    places = {"SITE": "docs", "BUILD": "docs/build", "PACKAGE": "package", "MANIFEST": ".tox/site-manifest.json"}
    monkeypatch.setattr(build_site, "ROOT", tmp_path)
    for name, place in places.items():
        monkeypatch.setattr(build_site, name, tmp_path / place)
    files = {
        "docs/docs/p.mdx": "A page",
        "docs/docusaurus.config.js": "export default {}",
        "docs/node_modules/x/index.js": "",
        "package/package.json": "{}",
        "package/build.mjs": "",
        "package/src/index.ts": "",
        "snippets/a.py": "print(1)",
        ".tox/site-manifest.json": json.dumps({"sources": {"snippets/a.py": "1"}}),
        "docs/build/index.html": "",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    build_site.keep_build()
    return tmp_path


def test_what_was_just_built_is_right(tree: Path) -> None:
    """Also if something has changed that it was not built from."""
    assert build_site.problem_of_build() is None
    (tree / "docs/node_modules/x/index.js").write_text("changed", encoding="utf-8")
    (tree / "snippets/b.py").write_text("", encoding="utf-8")
    assert build_site.problem_of_build() is None


@pytest.mark.parametrize(
    "name",
    ["docs/docs/p.mdx", "docs/docusaurus.config.js", "package/src/index.ts", "snippets/a.py", "docs/build/.built-from"],
)
def test_a_changed_input_is_a_problem(tree: Path, name: str) -> None:
    with (tree / name).open("a", encoding="utf-8") as file:
        file.write("changed")
    assert build_site.problem_of_build() == (
        "docs/build was built from other files than those of this tree, or from another run report"
    )


def test_a_new_page_another_report_and_a_missing_build_are_problems(tree: Path) -> None:
    page = tree / "docs/docs/q.mdx"
    page.write_text("Another page", encoding="utf-8")
    assert build_site.problem_of_build() is not None
    page.unlink()
    build_site.MANIFEST.write_text('{"sources": {}}', encoding="utf-8")
    assert build_site.problem_of_build() is not None
    build_site.MANIFEST.unlink()
    assert build_site.problem_of_build() == f"no block of docs/build has a mark, since {build_site.MANIFEST} is missing"
    build_site.BUILD.rename(tree / "elsewhere")
    assert build_site.problem_of_build() == "docs/build is missing"
