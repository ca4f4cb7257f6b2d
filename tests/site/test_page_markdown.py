"""Pages as Markdown: blocks become fences and partials their text, where they stand."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.support.site import IMPORT, TAG, load_site, write_site

from snipproof.errors import DocsError
from snipproof.site.page_markdown import markdown_pages

FENCE = "```py\n    one\n```\n"
NEXT = "import Next from '@site/_includes/next.mdx';"


def markdown(root: Path, files: dict[str, str]) -> dict[str, str]:
    """Return the Markdown of all pages of a site of these ``files``."""
    return dict(markdown_pages(load_site(write_site(root, files))))


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        pytest.param(IMPORT + "\n" + TAG, FENCE, id="imports go"),
        pytest.param(
            "---\nid: x\n---\n\n" + IMPORT + "\n# A\n\n" + TAG, f"---\nid: x\n---\n\n# A\n\n{FENCE}", id="text stays"
        ),
        pytest.param(
            IMPORT + "\n- Item\n\n  " + TAG, "- Item\n\n  ```py\n      one\n  ```\n", id="indented like the tag"
        ),
        pytest.param(IMPORT + "\n- " + TAG, "- ```py\n      one\n  ```\n", id="in a list item"),
        pytest.param(IMPORT + "\n> " + TAG, "> ```py\n>     one\n> ```\n", id="in a quote"),
        pytest.param(
            IMPORT + "\n<TabItem value='a'>" + TAG.strip() + "</TabItem>\n",
            "<TabItem value='a'>\n\n" + FENCE.strip() + "\n\n</TabItem>\n",
            id="between tags",
        ),
        pytest.param(
            IMPORT + "\n" + TAG.replace(" />", " title='a.py'></FilteredTextBlock>"),
            FENCE.replace("py\n", 'py title="a.py"\n', 1),
            id="with a title and a closing tag",
        ),
        pytest.param(
            IMPORT + "\n````mdx\n" + TAG + "````\n\n{/* " + TAG.strip() + " */}\n\n" + TAG,
            "````mdx\n" + TAG + "````\n\n{/* " + TAG.strip() + " */}\n\n" + FENCE,
            id="examples and comments stay",
        ),
        pytest.param(IMPORT.replace("a.py", "gone.py") + "\n" + TAG, TAG, id="an unknown text stays a tag"),
        pytest.param(
            "import Tabs from '@theme/Tabs';\n\nText.\n" + "import A from './gone.mdx';\n\n<A />\n",
            "Text.\nimport A from './gone.mdx';\n\n<A />\n",
            id="no partial",
        ),
    ],
)
def test_a_block_becomes_a_fence(page: str, expected: str, tmp_path: Path) -> None:
    """Its text is what readers see; everything else stays."""
    assert markdown(tmp_path, {"docs/p.mdx": page}) == {"docs/p.md": expected}


def test_a_partial_becomes_its_text(tmp_path: Path) -> None:
    """In the place of its tag, without its front matter, in other partials too; one that shows itself ends."""
    files = {
        "docs/p.mdx": "import Part from './_part.mdx';\n\n# A\n\n  <Part of='x' />\n\n```\n<Part />\n```\n",
        "docs/_part.mdx": f"---\nid: part\n---\n{IMPORT}{NEXT}\n\n{TAG}\n<Next />\n",
        "_includes/next.mdx": "import Part from '@site/docs/_part.mdx';\n\nNext\n\n<Part />\n",
    }
    part = "  ```py\n      one\n  ```\n  \n  Next\n  \n  <Part />"
    assert markdown(tmp_path, files) == {"docs/p.md": f"# A\n\n{part}\n\n```\n<Part />\n```\n"}


def test_a_fence_is_longer_than_those_in_its_text(tmp_path: Path) -> None:
    """And magic comments are not shown."""
    source = "# A\n````\n# highlight-next-line\n# END A\n"
    pages = markdown(tmp_path, {"docs/p.md": IMPORT + "\n" + TAG, "code/a.py": source})
    assert pages == {"docs/p.md": "`````py\n````\n`````\n"}


def test_two_pages_for_one_file_are_an_error(tmp_path: Path) -> None:
    """Nothing is written over."""
    with pytest.raises(DocsError, match=r"docs/p\.md and docs/p\.mdx would both be written to docs/p\.md"):
        markdown(tmp_path, {"docs/p.mdx": TAG, "docs/p.md": TAG})
