"""Magic comments: which lines the site's code block removes."""

from __future__ import annotations

import pytest

from snipproof.site.magic_comments import remove_magic_comments


@pytest.mark.parametrize(
    ("highlighter", "line", "removed"),
    [
        ("py", "  # highlight-start  ", True),
        ("py", "// highlight-start", False),
        ("PY", "# highlight-end", True),
        ("ts", "// highlight-next-line", True),
        ("ts", "/* highlight-end */", True),
        ("ts", "# highlight-end", False),
        ("ts", "{/* highlight-end */}", False),
        ("jsx", "{/* highlight-end */}", True),
        ("go", "# highlight-start", True),
        ("go", "<!-- highlight-start -->", True),
        ("go", "-- highlight-start", False),
        ("java", "x // highlight-start", False),
        ("sql", "-- highlight-start", True),
        ("json", "// highlight-startx", False),
        ("py", "#\u2003highlight-start\ufeff", True),
        ("py", "#\x1chighlight-start", False),
    ],
)
def test_only_magic_comments_of_the_language_are_removed(highlighter: str, line: str, removed: bool) -> None:
    """A magic comment is a comment of the block's language, alone on its line."""
    assert remove_magic_comments(f"a\n{line}\nb\n", highlighter) == ("a\nb" if removed else f"a\n{line}\nb")
