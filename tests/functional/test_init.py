"""What ``snipproof init`` wrote is collected by the next ``pytest --snippets``, on sites of several kinds."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.init.test_adopt import SOURCE, page, write

from snipproof.cli.main import main

SLASHES = SOURCE.replace("#", "//").replace("print(1)", "x")
UNBOUND = "# START a\nprint(1)\n# END a\n# START Expected b results\n# 1\n# END Expected b results\n"
SITES = {
    "a site with everything": {
        "docusaurus.config.js": "",
        "code/py/a.py": SOURCE,
        "code/py/unbound.py": UNBOUND,
        "_code/b.py": SOURCE,
        "uv.lock": "",
        "js/package.json": '{"devDependencies": {"esbuild": "1"}}',
        "js/yarn.lock": "",
        "js/src/a.ts": SLASHES,
        "go/go.sum": "",
        "go/go.mod": "module x\n",
        "go/x/a_test.go": "package x\n" + SLASHES,
        "java/pom.xml": "<project/>",
        "java/src/test/java/ATest.java": SLASHES,
        "pytest.ini": "[pytest]\nnorecursedirs = _* java\ntestpaths = none\n",
    },
    "a site in a folder": {
        "site/docusaurus.config.ts": "",
        "site/code/a b.py": SOURCE,
        "site/code/[b].py": SOURCE,
        "site/requirements-docs.txt": "a==1 --hash=sha256:00\n",
        "site/other/c.py": SOURCE,
    },
    "plain docs": {"examples/requirements.lock": "", "examples/a.py": SOURCE, "examples/old/b.py": SOURCE},
}


@pytest.mark.parametrize("files", SITES.values(), ids=SITES.keys())
def test_what_it_wrote_is_collected(files: dict[str, str], pytester: pytest.Pytester) -> None:
    """Every Source that a page shows and that can be collected, and nothing stops the run."""
    root = pytester.path
    folder = "site/docs" if any(path.startswith("site/") for path in files) else "docs"
    sources = [path for path in files if path.endswith((".py", ".ts", ".go", ".java")) and "config" not in path]
    pages = {
        f"{folder}/{number}.md": page(Path(path).relative_to(folder.split("docs", maxsplit=1)[0]).as_posix())
        for number, path in enumerate(sources)
    }
    write(root, **files, **pages)
    assert main(["init", "--root", str(root)]) == 0
    result = pytester.runpytest_subprocess("--snippets", "--collect-only", "-q", "-p", "no:randomly")
    assert result.ret == 0, result.stdout.str()
    collected = {line.partition("::")[0] for line in result.outlines if "::" in line}
    assert collected == {path for path in sources if "unbound" not in path}
