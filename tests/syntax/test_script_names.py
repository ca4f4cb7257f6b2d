"""Which names a statement of TypeScript declares, may read, and may assign."""

from __future__ import annotations

from typing import Any

import pytest

from snipproof.syntax.grammar import load_parser
from snipproof.syntax.script_names import Names, names_of

pytest.importorskip("tree_sitter", reason="the extra languages is not installed")


def names(code: str) -> Names:
    root: Any = load_parser("typescript", ".ts")(code.encode()).root_node
    assert not root.has_error
    return names_of(root.named_children[0])


def row(declared: str = "", read: str = "", later: str = "", certain: str = "", changed: str = "") -> Names:
    return Names(*(set(words.split()) for words in (declared, read, later, certain, changed)))


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("const a: T = b + 1;", row("a", "b")),
        ("const { a, b: c, d = e, ...f } = g;", row("a c d f", "e g")),
        ("const [a, [b]] = await c(d.e);", row("a b", "c d .e")),
        ("let a: typeof b;", row("a")),
        ("import a, { b as c } from 'd';", row("a b c")),
        ("function a(b = c) { return b + d; }", row("a", later="a c d")),
        ("class A extends B { c = d; }", row("A", later="B d")),
        ("export const a = b;", row("a", "b")),
        ("type A = typeof b;", row()),
        ("a = b;", row(read="b", certain="a", changed="a")),
        ("({ a, b: c.d } = e);", row(read="c e", certain="a .d", changed="a .d")),
        ("a.b = c;", row(read="a c", certain=".b", changed=".b")),
        ("a[b] = c;", row(read="a b c", changed="a")),
        ("a += b;", row(read="a b", changed="a")),
        ("a++;", row(read="a", changed="a")),
        ("if (a) b = c;", row(read="a b c", changed="b")),
        ("for (a of b) {}", row(read="a b", changed="a")),
        ("for (const a of b) c(a);", row(read="b c")),
        ("for (let a = 0; a < b; a++) {}", row(read="b")),
        ("{ const a = b; c(a); }", row(read="b c")),
        ("{ var a = b; }", row(read="a b", changed="a")),
        ("try { a(); } catch (b) { c(b); }", row(read="a c")),
        ("switch (a) { case b: let c = d; e(c); }", row(read="a b d e")),
        ("a.push(b);", row(read="a b .push", changed="a")),
        ("a.b.delete(c);", row(read="a .b c .delete")),
        ("a((b) => b + c);", row(read="a", later="c")),
        ("a(b => { d = b; });", row(read="a", later="d")),
        ("const a = { b, c: d, e() { return f; } };", row("a", "b d", "f")),
        ("console.log(`${a}`, b as C, <D>e, f!);", row(read="console .log a b e f")),
    ],
)
def test_names(code: str, expected: Names) -> None:
    found = names(code)
    kinds = ("declared", "read", "later", "certain", "changed")
    assert {kind: getattr(found, kind) for kind in kinds} == {kind: getattr(expected, kind) for kind in kinds}


def test_what_is_assigned() -> None:
    """A variable, wherever it is assigned; changing what it holds assigns nothing."""
    assert names("a = 1;").assigned == {"a"}
    assert names("f(() => { a = 1; });").assigned == {"a"}
    assert names("f(() => { let a; a = 1; });").assigned == set()
    assert names("a[0] = 1;").assigned == names("a.push(1);").assigned == set()
    assert names("f(() => { a = 1; b.push(1); });").changed_later == {"a", "b"}
