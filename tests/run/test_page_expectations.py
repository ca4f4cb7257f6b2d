"""What a run reads from the pages."""

from __future__ import annotations

from pathlib import Path

from tests.support.lint import block, region
from tests.support.site import write_site

from snipproof.config import load_settings
from snipproof.run.page_expectations import read_page_expectations

NAMED = '"""\n' + region("1", "Expected results") + region("2", "Expected B results") + '"""\n'


def test_a_run_refuses_only_what_leaves_open_what_is_compared(tmp_path: Path) -> None:
    """SP302; ``check`` alone reports output below other code (SP306), which may be suppressed there."""
    page = "import A from '!!raw-loader!/s/a.py';\n\n{}"
    a_and_b = block() + block("# START B", "# END B")
    root = write_site(
        tmp_path,
        {
            "snipproof.toml": 'suites = ["s/suite.yaml"]\n',
            "s/suite.yaml": "flavour: f\nlanguage: python\nsources: ['*.py']\n",
            "s/a.py": region("a = 1") + region("b = 1", "B") + NAMED,
            "docs/p.mdx": page.format(a_and_b + block("# START Expected results", "# END Expected results", "text")),
            "docs/q.mdx": page.format(
                block() + block("# START Expected B results", "# END Expected B results", "text")
            ),
        },
    )
    pages = read_page_expectations(load_settings(root, environ={}))
    assert [str(finding)[:21] for finding in pages.ambiguous["s/a.py"]] == ["docs/p.mdx:5:1 SP302 "]
