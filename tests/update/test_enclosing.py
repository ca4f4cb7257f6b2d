"""What a block stands in, by language."""

from __future__ import annotations

import pytest

from snipproof.update.enclosing import enclosing_literal


@pytest.mark.parametrize(
    ("path", "text", "kind"),
    [
        ("a.py", "# HERE", "comment"),
        ("a.py", "'''\nHERE\n'''", "string"),
        ("a.pyi", "r'''\nHERE\n'''", "string"),
        ("a.ts", "// HERE", "comment"),
        ("a.mts", "/*\nHERE\n*/", "comment"),
        ("a.tsx", "const a = `\nHERE\n`", "string"),
        ("a.jsx", "const a = `\\`\nHERE\n`", "string"),
        ("a.ts", 'const a = "`"\n// HERE', "comment"),
        ("a.ts", "// it's `\n// HERE", "comment"),
        ("a.go", "var a = `\nHERE\n`", "string"),
        ("a.go", "var a = `\\`\n// HERE", "comment"),
        ("A.java", 'a = """\nHERE\n"""', "string"),
        ("A.java", 'a = """\n\\"""\nHERE\n"""', "string"),
        ("A.java", "a = '\"';\n// HERE", "comment"),
        ("a.cs", "/*\nHERE\n*/", "comment"),
        ("a.sh", "rm /tmp/*\n# HERE", "comment"),
        ("a.sh", "rm /tmp/*\nHERE", "comment or string"),
        ("a.sql", "-- HERE", "comment"),
        ("a.mdx", "HERE", "comment or string"),
    ],
)
def test_each_language_has_its_own_comments_and_strings(path: str, text: str, kind: str) -> None:
    """Also after a quote or a comment token that is part of something else."""
    line = text[: text.index("HERE")].count("\n") + 1
    assert enclosing_literal(path, text, [line]).kind == kind


@pytest.mark.parametrize(
    ("path", "text", "rejected", "accepted"),
    [
        ("a.go", "`\nHERE\n`", ["`"], ["${", "\\", '"""']),
        ("a.ts", "`\nHERE\n`", ["`", "${", "\\"], ['"""', "*/"]),
        ("A.java", '"""\nHERE\n"""', ['"""', "\\", "\\u"], ["`", "${"]),
        ("A.java", "// HERE", ["\\u"], ["\\", '"""', "*/"]),
        ("a.py", "'''\nHERE\n'''", ["'''", "\\"], ['"""', "`"]),
        ("a.cs", '"""\nHERE\n"""', ['"""', "`", "*/", "\\"], ["${"]),
    ],
)
def test_each_literal_rejects_what_ends_it(path: str, text: str, rejected: list[str], accepted: list[str]) -> None:
    """The reason names the text; an unknown literal rejects what ends any."""
    literal = enclosing_literal(path, text, [text[: text.index("HERE")].count("\n") + 1])
    for mark in rejected:
        assert f"contains `{mark[:1]}" in literal.rejection_reason("x", f"x {mark} x"), mark
    for mark in accepted:
        assert literal.rejection_reason("x", f"x {mark} x") == "", mark
