"""The open session: what it reads again."""

from __future__ import annotations

import os
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from tests.support.site import IMPORT, TAG, write_site

from snipproof.config import load_settings
from snipproof.pytest_plugin.session_tree import SessionTree
from snipproof.site.suite import load_suites
from snipproof.watch.loop import OpenSession

TREE = {
    "snipproof.toml": 'pages = ["docs"]\nsuites = ["s/suite.yaml"]\n',
    "docs/a.md": IMPORT + TAG,
    "s/suite.yaml": "flavour: py\nlanguage: python\nsources: ['*.py']\n",
    "s/x.py": "# START x\n1\n# END x\n",
    "s/y.py": "# START y\n1\n# END y\n",
}


def test_only_what_was_saved_is_read_again(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    """A Source that has not changed is the same object; a new one is found."""
    write_site(tmp_path, TREE)
    for path in TREE:
        os.utime(tmp_path / path, (1, 1))  # what has changed just now may have been read too early, and is read again
    settings = load_settings(tmp_path, environ={})
    tree = SessionTree(settings, load_suites(settings))
    proving: Any = SimpleNamespace(settings=settings, tree=tree, read_again=tree.read_again)
    opened = OpenSession(request.session, proving)
    opened.read()
    before = opened.site
    assert before
    (tmp_path / "s/x.py").write_text("# START x\n2\n# END x\n")
    opened.read()
    assert opened.site
    assert opened.site.sources["s/x.py"].text == tree.source("s/x.py").text == "# START x\n2\n# END x\n"
    assert opened.site.sources["s/y.py"] is before.sources["s/y.py"]
    (tmp_path / "s/z.py").write_text("1\n")
    opened.read()
    assert [*opened.site.sources] == ["code/a.py", "s/x.py", "s/y.py", "s/z.py"]
    assert "s/z.py" in tree.suites
