"""Probes in TypeScript, Go and Java Sources: where they stand, that no line moves, and that compilers accept them."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from snipproof.errors import ToolchainMissingError
from snipproof.run.probe import PROBE_FUNCTION, Function, Probed
from snipproof.run.probe.tree_probes import probe_tree
from snipproof.site.markers import find_markers

_GO = f"{PROBE_FUNCTION}({{}});"
_JAVA = "snipproof.Probe.pass({});"
_TS = f";{PROBE_FUNCTION}({{}});"


def probe(text: str, language: str) -> Probed:
    if language == "tsx":
        return probe_tree(text, find_markers(text), "typescript", ".tsx")
    return probe_tree(text, find_markers(text), language)


def changed(text: str, probed: Probed) -> dict[int, str]:
    """Return the lines that are not as they were, stripped, by number; their number must not have changed."""
    before, after = text.split("\n"), probed.text.split("\n")
    assert len(before) == len(after)
    return {n: new.strip() for n, (old, new) in enumerate(zip(before, after, strict=True), start=1) if old != new}


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("typescript", "// START a\nx()\n// END a\n", {1: _TS.format(1), 3: _TS.format(3)}),
        ("typescript", "/* START a */\nx()\n", {1: _TS.format(1)}),
        ("typescript", "import a from 'a'\n// START a // START b\nimport b from 'b'\n", {2: _TS.format(2)}),
        ("typescript", "x(() => {\n  // START a\n  y()\n})\n", {2: _TS.format(2)}),
        ("typescript", "x(\n  // START a\n  1)\n", {1: f"{_TS.format(2)} x("}),
        ("typescript", "const x = [\n  1,\n  // END a\n  2];\n", {4: f"2]; {_TS.format(3)}"}),
        ("typescript", "const x = 'é' + y(\n  // END a\n  'é');z()\n", {3: f"'é'); {_TS.format(2)}z()"}),
        ("typescript", "switch (x) {\n  case 1:\n    y()\n    // END a\n  case 2:\n}\n", {4: _TS.format(4)}),
        ("typescript", "if (x)\n  // START a\n  y()\nelse z()\n", {1: f"{_TS.format(2)} if (x)"}),
        ("tsx", "const a = <b>{x}</b>\n// START a\ny()\n", {2: _TS.format(2)}),
        ("go", "package a\nfunc f() {\n\t// START a\n\tx()\n\t// END a\n}\n", {3: _GO.format(3), 5: _GO.format(5)}),
        (
            "go",
            "package a\nfunc f() {\n\tx := y(\n\t\t// START a\n\t\t1,\n\t\t// END a\n\t)\n}\n",
            {3: f"{_GO.format(4)} x := y(", 7: f"); {_GO.format(6)}"},
        ),
        (
            "go",
            "package a\nfunc f() {\n\tswitch x {\n\tcase 1:\n\t// START a\n\ty()\n\t// END a\n\tdefault:\n\t}\n}\n",
            {5: _GO.format(5), 7: _GO.format(7)},
        ),
        (
            "java",
            "class A { void f() {\n  // START a\n  x();\n  // END a\n} }",
            {2: _JAVA.format(2), 4: _JAVA.format(4)},
        ),
        ("java", "class A { void f() {\n  x(\n    1\n    // END a\n  );\n} }", {5: f"); {_JAVA.format(4)}"}),
        (
            "java",
            "class A { void f() {\r\n  // START a\r\n  x(() -> {\r\n    // START b\r\n    y();\r\n  });\r\n} }",
            {2: _JAVA.format(2), 4: _JAVA.format(4)},
        ),
    ],
)
def test_a_marker_becomes_a_statement_on_its_own_line(language: str, text: str, expected: dict[int, str]) -> None:
    """Between statements it is replaced; inside a statement, the probe goes before (START) or after it (END)."""
    probed = probe(text, language)
    assert changed(text, probed) == expected
    assert not probed.silent


@pytest.mark.parametrize(
    ("language", "text", "line", "reason"),
    [
        ("typescript", "const x = `\n// START a\n`\n", 2, "inside a string literal"),
        ("typescript", "/*\n# START a\n*/\n", 2, "inside a block comment"),
        ("typescript", "/* START a\n*/\n", 1, "inside a block comment"),
        ("typescript", "x() // START a\n", 1, "follows code"),
        ("typescript", "/* START a */ x()\n", 1, "code follows"),
        ("typescript", "function f() {\n  return 1\n  // START a\n}\n", 3, "after the statement of line 2"),
        ("typescript", "const = = {{ (\n// START a\n) ]] =>\n", 2, "cannot be parsed"),
        ("go", "package a\nvar x = `\n// START a\n`\n", 3, "inside a string literal"),
        ("go", "package a\n/*\n// START a\n*/\n", 3, "inside a block comment"),
        ("go", "package a\nfunc f(\n\t// START a\n\tx int) {}\n", 3, "inside the head of the declaration of line 2"),
        ("java", 'class A { String x = """\n  // START a\n  """; }', 2, "inside a string literal"),
        ("java", "class A {\n  /**\n   * // START a\n   */\n  int x; }", 3, "inside a block comment"),
    ],
)
def test_a_marker_without_a_probe_has_a_reason(language: str, text: str, line: int, reason: str) -> None:
    """A marker that is not a comment at the position of a statement has no probe, and a reason."""
    probed = probe(text, language)
    assert reason in probed.silent[line]
    assert probed.text == text


def test_markers_between_declarations_are_proven_by_the_functions_they_show() -> None:
    """A Segment of declarations has no place for a probe: its functions get probes at entry and exit."""
    text = textwrap.dedent(
        """\
        package a
        // START a
        import "os"
        // END a
        func hidden() {}
        // START a
        func shown(x int) int {
        \treturn x
        }
        // END a
        """
    )
    probed = probe(text, "go")
    assert probed.declared == {2, 4, 6, 10}
    assert probed.functions == (Function("shown", 7, 9),)
    assert changed(text, probed) == {7: f"func shown(x int) int {{ {_GO.format(7)} defer {_GO.format(-7)}"}
    java = "class A {\n  // START a\n  A() {\n    super();\n    x = 1;\n  }\n  // END a\n}"
    probed = probe(java, "java")
    assert probed.functions == (Function("A", 3, 6),)
    assert changed(java, probed) == {
        4: f"super(); {_JAVA.format(3)} try {{",
        6: f"}} finally {{ {_JAVA.format(-3)} }} }}",
    }


def test_a_region_from_the_head_of_a_function_into_its_body() -> None:
    """A marker before a function and one inside of it: the function's entry opens, the inner marker closes."""
    text = "package a\n// START a\nfunc f() {\n\tx()\n\t// END a\n\ty()\n}\n"
    probed = probe(text, "go")
    assert probed.declared == {2}
    assert probed.functions == (Function("f", 3, 7),)
    assert changed(text, probed)[5] == _GO.format(5)


def test_a_region_that_begins_after_an_annotation() -> None:
    """What stands before the name of a function is not executed: the marker is as good as one before the function."""
    text = "class A {\n  @Test\n  // START a\n  void f() {\n    x();\n  }\n  // END a\n}"
    probed = probe(text, "java")
    assert probed.declared == {3, 7}
    assert probed.functions == (Function("f", 4, 6),)


GO_ENDS = [
    "return 1",
    'panic("x")',
    "if x {\n return 1\n } else {\n return 2\n }",
    "if x {\n return 1\n } else if !x {\n return 2\n } else {\n panic(1)\n }",
    "for {\n }",
    "for i := 0; ; i++ {\n }",
    "for {\n switch {\n case x:\n break\n }\n }",
    "switch {\n case x:\n return 1\n default:\n return 2\n }",
    "switch {\n case x:\n fallthrough\n default:\n return 2\n }",
    "select {\n case <-c:\n return 1\n }",
    "select {}",
    "{\n return 1\n }",
    "for {\n return 1\n }",
    "switch y := any(x).(type) {\n case bool:\n _ = y\n return 1\n default:\n return 2\n }",
]
GO_GOES_ON = [
    "if x {\n return 1\n }",
    "for x {\n }",
    "for {\n break\n }",
    "for range c {\n }",
    "switch {\n case x:\n return 1\n }",
    "switch {\n case x:\n break\n default:\n return 2\n }",
    "L:\n for {\n for {\n break L\n }\n }",
    "os.Getenv(`x`)",
]


@pytest.mark.toolchain("go")
def test_go_compiles_with_an_end_marker_after_every_kind_of_statement(tmp_path: Path) -> None:
    """A terminating statement has no probe after it, any other has one: the compiler agrees."""
    parts = ["package a\nimport `os`\nvar c chan int\nvar _ = os.Getenv\nfunc __snipproof_probe__(int) {}"]
    for n, body in enumerate(GO_ENDS):
        parts.append(f"func ends{n}(x bool) int {{\n// START e{n}\n{body}\n// END e{n}\n}}")
    for n, body in enumerate(GO_GOES_ON):
        parts.append(f"func on{n}(x bool) int {{\n// START o{n}\n{body}\n// END o{n}\nreturn 0\n}}")
    text = "\n".join(parts) + "\n"
    probed = probe(text, "go")
    assert not probed.silent
    ends = {marker.line: str(marker.name) for marker in find_markers(text) if not marker.opens}
    assert {ends[line] for line in probed.unreachable} == {f"e{n}" for n in range(len(GO_ENDS))}
    (tmp_path / "go.mod").write_text("module a\n\ngo 1.22\n")
    (tmp_path / "a.go").write_text(probed.text)
    done = subprocess.run(["go", "build", "./..."], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


JAVA_ENDS = [
    "return 1;",
    "throw new IllegalStateException();",
    "if (x) { return 1; } else { return 2; }",
    "while (true) { }",
    "for (;;) { }",
    "for (int i = 0; ; i++) { }",
    "do { } while (true);",
    "switch (1) { case 1: return 1; default: return 2; }",
    "try { return 1; } catch (RuntimeException e) { return 2; }",
    "try { foo(); } finally { return 2; }",
    "synchronized (this) { return 1; }",
    "{ return 1; }",
    "while (true) { while (x) { break; } }",
]
JAVA_GOES_ON = [
    "if (x) { return 1; }",
    "if (x) return 1; else foo();",
    "while (x) { }",
    "while (true) { break; }",
    "for (int i = 0; i < 1; i++) { }",
    "switch (1) { case 1: return 1; }",
    "switch (1) { case 1: return 1; default: break; }",
    "switch (1) { case 1: break; default: return 2; }",
    "try { return 1; } catch (RuntimeException e) { }",
    "try { foo(); } catch (RuntimeException e) { return 2; }",
    "L: while (true) { while (true) { break L; } }",
    "foo();",
    "do { } while (x);",
]


@pytest.mark.toolchain("javac")
def test_java_compiles_with_an_end_marker_after_every_kind_of_statement(tmp_path: Path) -> None:
    """A statement that cannot complete normally has no probe after it, any other has one: the compiler agrees."""
    parts = ["class A {", "void foo() {}"]
    for n, body in enumerate(JAVA_ENDS):
        parts.append(f"int ends{n}(boolean x) {{\n// START e{n}\n{body}\n// END e{n}\n}}")
    for n, body in enumerate(JAVA_GOES_ON):
        parts.append(f"int on{n}(boolean x) {{\n// START o{n}\n{body}\n// END o{n}\nreturn 0;\n}}")
    parts.append("// START m\nint shown(boolean x) {\nif (x) { return 1; }\nreturn 2;\n}\nfinal int y;\n")
    parts.append("A() { this(1); }\nA(int z) { super(); if (z > 1) { y = 2; return; } y = 1; }\n// END m\n}")
    text = "\n".join(parts) + "\n"
    probed = probe(text, "java")
    assert not probed.silent
    ends = {marker.line: str(marker.name) for marker in find_markers(text) if not marker.opens}
    assert {ends[line] for line in probed.unreachable} == {f"e{n}" for n in range(len(JAVA_ENDS))}
    (tmp_path / "A.java").write_text(probed.text)
    (tmp_path / "snipproof").mkdir()
    (tmp_path / "snipproof" / "Probe.java").write_text(
        "package snipproof; public class Probe { public static void pass(int n) {} }"
    )
    command = ["javac", "-d", str(tmp_path / "out"), "A.java", "snipproof/Probe.java"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


_PIECES = {
    "typescript": ["x()", "const a = {", "}", "`", "/*", "*/", "if (x) {", "return 1", "'s'", "class A {", "f() {"],
    "go": ["x()", "func f() {", "}", "`", "/*", "*/", "if x {", "return 1", '"s"', "switch {", "case 1:", "import ("],
    "java": ["x();", "class A {", "}", '"""', "/*", "*/", "void f() {", "return;", '"s"', "switch (x) {", "case 1:"],
}


@pytest.mark.parametrize("language", sorted(_PIECES))
@given(data=st.data())
def test_any_text_keeps_its_lines_and_loses_nothing(language: str, data: st.DataObject) -> None:
    """Whatever is read, no line moves, and every marker has a probe, a reason, or is known to need none."""
    pieces = [*_PIECES[language], "// START a", "// END a", "\t// START b", "// END b // END a", "// START-ANY", "é"]
    text = data.draw(st.lists(st.sampled_from(pieces), max_size=30).map("\n".join))
    probed = probe(text, language)
    assert probed.text.count("\n") == text.count("\n")
    for line in {marker.line for marker in find_markers(text)}:
        has_probe = f"({line});" in probed.text
        known = line in probed.silent or line in probed.unreachable or line in probed.declared
        assert has_probe != known, (line, text, probed)


def test_without_the_grammars_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Placing probes without tree-sitter is a toolchain that is missing, with the way to get it."""
    monkeypatch.setitem(sys.modules, "tree_sitter", None)
    with pytest.raises(ToolchainMissingError) as error:
        probe("// START a\n", "go")
    assert "snipproof[languages]" in error.value.hint
