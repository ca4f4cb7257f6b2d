"""SP506: names that are never defined."""

from __future__ import annotations

import pytest
from tests.lint.rules.conftest import Check, page, region

from snipproof.lint.rules.names import undefined_names

FILES = {"docs/p.mdx": page(), "a.py": region("client.connect(url)")}


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("print(client)", ["client"]),
        ("    import a.b, c as d\n    a, d", []),
        ("from a import b\nb", []),
        ("from a import *\nb", []),
        ("def f(a, *b, c=1, **d):\n    return a, b, c, d\nf", []),
        ("class C: pass\nC, D", ["D"]),
        ("with a as b: b\nfor c in b: c\n(e := 1), e", ["a"]),
        ("try: pass\nexcept E as e: e", ["E"]),
        ("match 1:\n    case [a, *b]: a, b\n    case {'k': c, **d}: c, d", []),
        ("[x for x in y]; lambda z: z", ["y"]),
        ("x = (", []),
        ("__name__", []),
    ],
)
def test_names_are_used_and_never_defined(text: str, names: list[str]) -> None:
    assert undefined_names(text) == names


def test_it_is_off_unless_asked_for(check: Check) -> None:
    assert check(FILES, "SP506") == []
    (finding,) = check(FILES, "SP506", '[severity]\nSP506 = "warning"\n')
    assert finding.message == "used and never defined in what is shown: client, url"
