# ruff: noqa: E501 (a row a line)
"""The rule that decides whether a Snippet was proven, over the statements of TypeScript, Go and Java."""

from __future__ import annotations

import importlib
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from tests.support.java_suite import in_class, make_mini
from tests.support.mini import Mini
from tests.support.typescript_suite import make_typescript

from snipproof.config import Settings
from snipproof.languages import languages
from snipproof.model import Outcome, Suite
from snipproof.processes.session_folder import SessionFolder
from snipproof.run.runners.go.runner import GoRunner
from snipproof.run.verdict import Verdict
from snipproof.syntax.grammar import load_parsers

pytestmark = pytest.mark.slow

PROVEN, MISSED = True, False


def region(name: str, text: str) -> str:
    """Return code with markers around it, or around the part between ``«`` and ``»``."""
    if "«" not in text:
        text = f"«{text}»"
    return text.replace("«", f"\n// START {name}\n").replace("»", f"\n// END {name}\n")


def assert_rule(found: Mapping[str, Verdict], table: Mapping[str, tuple[str, bool]]) -> None:
    """Each row is proven, or not executed, as the table has it."""
    wrong = {
        name: (table[name][0], verdict.reason)
        for name, verdict in found.items()
        if name in table and (verdict.outcome is Outcome.PASSED) is not table[name][1]
    }
    assert wrong == {}
    assert set(table) <= set(found)


#: By name: code of a module; the part between « and » is the Snippet. Whether it is proven.
TYPESCRIPT: dict[str, tuple[str, bool]] = {
    "expression": ("f(1);", PROVEN),
    "declaration": ("const c1 = 1;", PROVEN),
    "variable": ("var c2 = 1;", PROVEN),
    "using no semicolon": ("const c3 = 1\n;[1].forEach((x) => x)", PROVEN),
    "function called": ("function c4() { f(1); }", PROVEN),
    "function": ("function c5() { f(1); }", MISSED),
    "arrow": ("const c6 = () => f(1);", MISSED),
    "arrow called": ("const c7 = () => f(1);", PROVEN),
    "argument": ("[].map((x) => f(x));", PROVEN),
    "generator": ("function* c8() { yield 1; f(2); }", MISSED),
    "generator run": ("function* c9() { yield 1; f(2); }", PROVEN),
    "async": ("async function c10() { await null; f(1); }", PROVEN),
    "async never": ("async function c11() { await null; f(1); }", MISSED),
    "class": ("class C12 { m() { f(1); } }", MISSED),
    "class made": ("class C13 { m() { f(1); } n() { f(2); } }", PROVEN),
    "class without methods": ("class C14 { x = 1; }", PROVEN),
    "abstract": ("abstract class C15 { abstract m(): void; }", PROVEN),
    "method": ("class C16 { «m() { f(1); }» }", MISSED),
    "types": ("interface I17 { x: number }\ntype T17 = string;", MISSED),
    "enum": ("enum E18 { A }", PROVEN),
    "if": ("if (no) { f(1); }", PROVEN),
    "if without braces": ("if (no) «f(1);»", MISSED),
    "else": ("if (no) { f(1); }\n«else { f(2); }»", PROVEN),
    "else never": ("if (yes) { f(1); }\n«else { f(2); }»", MISSED),
    "for": ("for (let i = 0; i < 0; i++) f(i);", PROVEN),
    "for of": ("for (const x of [1]) { «f(x);» f(2); }", PROVEN),
    "for in": ("for (const x in {}) { «f(x);» f(2); }", MISSED),
    "while": ("while (no) { f(1); }", PROVEN),
    "do": ("do { f(1); } while (no);", PROVEN),
    "switch": ("switch (1 as number) {\n«case 1: f(1); break;»\ndefault: f(2);\n}", PROVEN),
    "switch never": ("switch (2 as number) {\n«case 1: f(1); break;»\ndefault: f(2);\n}", MISSED),
    "try": ("try { fail(); } catch { f(1); } finally { f(2); }", PROVEN),
    "try broken": ("try { fail(); f(0); } catch { f(1); }", MISSED),
    "hidden catch": ("try { «fail();» } catch { f(1); }", MISSED),
    "hidden catch of a throw": ("try { «throw new Error('x');» } catch { f(1); }", PROVEN),
    "return": ("function c19(x: boolean) { «if (x) return 1;\nreturn 2;» }", PROVEN),
    "return early": ("function c20(x: boolean) { «if (x) return 1;\nreturn 2;» }", MISSED),
    "return that throws": ("function c21() { «return fail();» }", MISSED),
    "continue": ("for (const x of [1]) { «f(x);\ncontinue;» }", PROVEN),
    "break": ("for (const x of [1]) { «f(x);\nbreak;» }", PROVEN),
    "labeled": ("outer: for (const x of [1]) { for (const y of [1]) { f(x); continue outer; } }", PROVEN),
    "block": ("{ f(1); }", PROVEN),
    "block that leaves": ("function c23(x: boolean) { «{ if (x) return 1; return 2; }» }", PROVEN),
    "block that leaves early": ("function c24(x: boolean) { «{ if (x) return 1; f(2); }» f(3); }", MISSED),
    "block of a case": ("switch (1 as number) { case 1: { f(1); «f(2);» break; } }", PROVEN),
    "block of a case, left early": ("switch (1 as number) { case 1: { if (yes) break; «f(2);» break; } }", MISSED),
    "yield that throws": ("function* c25() { «yield fail();» }", MISSED),
    "comment behind it": ("f(1) // no semicolon", PROVEN),
    "ambient": ("declare global { interface I26 { x: 1 }\nvar c26: number; }\nf(1);", PROVEN),
    "default": ("export default function () { f(1); }", MISSED),
    "derived class": ("class C27 extends C13 { o() { f(1); } }", PROVEN),
    "object": ("f({ m() { return 1; }, n: () => 2 });", PROVEN),
    "called where it stands": ("(() => { f(1); })();", PROVEN),
    "comment": ("// nothing", MISSED),
    "string": ("'nothing';", MISSED),
    "export": ("export const c22 = 1;", PROVEN),
    "inside a call": ("f(\n«1,»\n2\n);", PROVEN),
    "method left by an error": ("class C30 { m() { f(1); fail(); } }", MISSED),
    "method left by an error once": ("class C31 { m(x: boolean) { f(1); if (x) fail(); } }", PROVEN),
    "method that throws": ("class C32 { m() { throw new Error('x'); } }", PROVEN),
    "argument left by an error": ("swallow(() => { fail(); });", MISSED),
    "expression left by an error": ("swallow(() => fail());", MISSED),
    "async method left by an error": ("class C33 { async m() { await null; fail(); } }", MISSED),
    "shown handler": ("function c34() { return fail(); }\ntry { c34(); } catch (e) { f(e); }", PROVEN),
    "shown handler without a name": ("function c35() { return fail(); }\ntry { c35(); } catch { f(1); }", PROVEN),
    "shown handler of parts": (
        "const c36 = () => fail();\ntry { c36(); } catch ({ message }: any) { f(message); }",
        PROVEN,
    ),
    "shown handler of a cause": ("function c37() { fail(); }\ntry { wrap(c37); } catch (e) { f(e); }", PROVEN),
    "handler of another": ("function c38() { return fail(); }", MISSED),
    "shown argument of catch": (
        "async function c39() { await null; return fail(); }\nawait c39().catch(() => null);",
        PROVEN,
    ),
    "expected": ("assert.throws(() => { fail(); });\nfunction c40() { fail(); }\nassert.throws(c40);", PROVEN),
    "not expected": ("class C41 { m() { fail(); } }\nassert.throws(() => new C41().m()); f(1);", PROVEN),
    "expression in an expression": ("const c43 = (xs: number[]) => xs.map((x) => { f(x); fail(); });", MISSED),
    "part of an expression in an expression": (
        "const c44 = () => [1].map((x) => { f(x);\n«f(2);»\nreturn 1; });",
        PROVEN,
    ),
    "part of one that never runs": ("const c45 = () => [1].map((x) => { if (no) {\n«f(2);»\n} return 1; });", MISSED),
    "background": ("async function c42() { for (;;) { await new Promise((r) => setTimeout(r, 1).unref()); } }", PROVEN),
}
TYPESCRIPT_HEAD = """\
import assert from 'node:assert';
const yes: boolean = Math.random() < 2, no: boolean = !yes;
function f(...args: unknown[]): unknown { return args; }
function fail(): number { throw new Error('no'); }
function swallow(g: () => unknown): void { try { g(); } catch { f(0); } }
function wrap(g: () => unknown): void { try { g(); } catch (cause) { throw new Error('wrapped', { cause }); } }
"""
TYPESCRIPT_TAIL = """\
c4(); c7(); [...c9()]; c8().return(); await c10(); new C13(); new C14(); new C16(); c19(yes); c19(no); c20(yes);
c23(yes); c23(no); c24(yes); new C27();
try { c21(); } catch { f(0); }
try { [...c25()]; } catch { f(0); }
swallow(() => new C30().m()); swallow(() => new C31().m(yes)); new C31().m(no); swallow(() => new C32().m());
try { await new C33().m(); } catch { f(0); }
try { c38(); } catch { f(0); }
swallow(() => c43([1])); c44(); c45(); c42(); await new Promise((r) => setTimeout(r, 30));
"""


@pytest.mark.toolchain("node", "npm")
def test_typescript(session: SessionFolder, plain_settings: Settings) -> None:
    mini = make_typescript(session, plain_settings)
    rows = "\n".join(region(name, text) for name, (text, _) in TYPESCRIPT.items())
    assert_rule(mini.prove(TYPESCRIPT_HEAD + rows + TYPESCRIPT_TAIL), TYPESCRIPT)


#: By name: code of a function, or declarations if it begins with ``func``.
GO: dict[str, tuple[str, bool]] = {
    "expression": ("f(1)", PROVEN),
    "short declaration": ("c1 := 1; _ = c1", PROVEN),
    "var": ("var c2 = 1; _ = c2", PROVEN),
    "assignment": ("x = 1", PROVEN),
    "inc": ("x++", PROVEN),
    "const": ("const c3 = 1", MISSED),
    "type": ("type c4 struct{}", MISSED),
    "function called": ("func c5() { f(1) }", PROVEN),
    "function": ("func c6() { f(1) }", MISSED),
    "bound": ("c7 := func() { f(1) }; _ = c7", MISSED),
    "bound and called": ("c8 := func() { f(1) }; c8()", PROVEN),
    "argument": ("call(func() { f(1) })", PROVEN),
    "called where it stands": ("func() { f(1) }()", PROVEN),
    "defer": ("defer f(1)", PROVEN),
    "go without an end": ("up := make(chan int); go func() { up <- 1; select {} }(); <-up", PROVEN),
    "go with a loop": ("up := make(chan int); go func() {\nfor { up <- 1 } }(); <-up", PROVEN),
    "go": ("done := make(chan int); go func() { done <- 1 }(); <-done", PROVEN),
    "send": ("ch := make(chan int, 1); ch <- 1", PROVEN),
    "if": ("if no { f(1) }", PROVEN),
    "if taken": ("if no { f(1) } else { «f(2)» }", PROVEN),
    "if not taken": ("if no { «f(1)» }", MISSED),
    "for": ("for i := 0; i < 0; i++ { f(i) }", PROVEN),
    "range": ("for _, y := range []int{1} { «f(y)»f(2)\n}", PROVEN),
    "continue": ("for _, y := range []int{1} { «f(y)\ncontinue» }", PROVEN),
    "switch": ("switch 1 {\n«case 1:\nf(1)»\ndefault:\nf(2)\n}", PROVEN),
    "switch never": ("switch 2 {\n«case 1:\nf(1)»\ndefault:\nf(2)\n}", MISSED),
    "type switch": ("switch any(1).(type) {\n«case int:\nf(1)»\n}", PROVEN),
    "receive": ("ch := make(chan int, 1); ch <- 1; select {\n«case y := <-ch:\nf(y)»\n}", PROVEN),
    "method": ("func (c15 t) m() { f(1) }", MISSED),
    "select": ("select {\n«default:\nf(1)»\n}", PROVEN),
    "labeled": ("outer:\nfor { for { f(1); break outer } }", PROVEN),
    "block": ("{ f(1) }", PROVEN),
    "return": ("func c9(x bool) int { «if x { return 1 }\nreturn 2» }", PROVEN),
    "return early": ("func c10(x bool) int { «if x { return 1 }\nreturn 2» }", MISSED),
    "return that panics": ("func c11() int { «return fail()» }", MISSED),
    "panic": ("func c12() { «panic(1)» }", PROVEN),
    "recovered": ("func c13() { «fail()» }", MISSED),
    "comment": ("// nothing", MISSED),
    "inside a call": ("f(\n«1,»\n2,\n)", PROVEN),
    "label": ("goto end28\nend28:\nf(2)", PROVEN),
    "label at the end": ("for { goto end29 }\nend29:", PROVEN),
    "goto": ("func c14() { «f(1)\ngoto end»\nend:\nf(2) }", PROVEN),
    "argument left by a panic": ("safe(func() { fail() })", MISSED),
    "argument left by a panic once": (
        "for _, y := range []bool{true, false} { safe(func() { f(1); if y { fail() } }) }",
        PROVEN,
    ),
    "argument that panics": ("safe(func() { panic(1) })", PROVEN),
    "shown recover": (
        "func c30() { defer func() { if r := recover(); r != nil { f(r) } }(); c31() }\nfunc c31() { fail() }",
        PROVEN,
    ),
    "recover of another": ("func c32() { fail() }", MISSED),
    "recover of a function": (
        "func c33() { defer c34(); c35() }\nfunc c34() { recover() }\nfunc c35() { fail() }",
        PROVEN,
    ),
    "expected": ("assert.Panics(func() { fail() })", PROVEN),
}
GO_TAIL = """\
func TestCalls(t *testing.T) {
	c5(); c9(true); c9(false); c10(true); safe(func() { c11() }); safe(c12); safe(c13); c14()
	c30(); safe(c32); c33()
}
type asserts struct{}
func (asserts) Panics(g func()) { safe(g) }
var assert asserts
func f(a ...any) {}
func call(g func()) {}
func fail() int { panic("no") }
func safe(g func()) { defer func() { recover() }(); g() }
var no = len("x") > 1
var x = 0
type t struct{}
"""


@pytest.mark.toolchain("go")
def test_go(tmp_path: Path, session: SessionFolder, plain_settings: Settings) -> None:
    suite = Suite("go/suite.yaml", "go", "go", ("go/a_test.go",), lock="go/go.mod")
    mini = Mini(
        plain_settings.root, session, GoRunner, suite, plain_settings._replace(cache_dir=str(tmp_path / "cache"))
    )
    mini.write("go/go.mod", "module example.org/docs\n\ngo 1.21\n")
    declared = "\n".join(region(n, text) for n, (text, _) in GO.items() if text.startswith(("func c", "func (")))
    tests = "\n".join(
        f"func Test{index}(t *testing.T) {{\n{region(name, text)}\n}}"
        for index, (name, (text, _)) in enumerate(GO.items())
        if not text.startswith(("func c", "func ("))
    )
    assert_rule(mini.prove(f'package docs\nimport "testing"\n{tests}\n{declared}\n{GO_TAIL}'), GO)


#: By name: code of a method, or members if it begins with ``@`` or a type.
JAVA: dict[str, tuple[str, bool]] = {
    "expression": ("f(1);", PROVEN),
    "declaration": ("int c1 = 1;", PROVEN),
    "method called": ("/**/int c2() { return f(1); }", PROVEN),
    "method": ("/**/int c3() { return f(1); }", MISSED),
    "class": ("/**/static class C4 { int m() { return f(1); } }", MISSED),
    "class made": ("/**/static class C5 { int m() { return f(1); } }", PROVEN),
    "record": ("/**/record C6(int x) { int m() { return f(x); } }", PROVEN),
    "interface": ("/**/interface C7 { int m(); }", MISSED),
    "field": ("/**/int c8 = 1;", MISSED),
    "lambda bound": ("Runnable c9 = () -> { f(1); };", MISSED),
    "lambda bound and called": ("Runnable c10 = () -> { f(1); }; c10.run();", PROVEN),
    "argument": ("java.util.List.of().forEach(x -> f(x));", PROVEN),
    "expression bound": ("Runnable c18 = () -> f(1);", MISSED),
    "expression bound and called": ("Runnable c19 = () -> f(1); c19.run();", PROVEN),
    "value bound": ("java.util.function.IntUnaryOperator c20 = x -> 2 * x;", MISSED),
    "value bound and called": ("java.util.function.IntUnaryOperator c21 = x -> 2 * x; c21.applyAsInt(1);", PROVEN),
    "call bound and called": ("java.util.function.Supplier<Integer> c22 = () -> f(1); c22.get();", PROVEN),
    "own interface": ("interface I { void m(); } I c23 = () -> f(1); c23.m();", PROVEN),
    "finally behind return": ("/**/int c24() { «try { return f(1); } finally { f(2); }» }", PROVEN),
    "hidden finally": ("/**/int c25() { try { «return f(1);» } finally { f(2); } }", PROVEN),
    "hidden finally behind an error": ("/**/int c26() { try { «return fail();» } finally { f(2); } }", MISSED),
    "initializer never": ("/**/static class C27 { «static { f(1); }» }", MISSED),
    "object initializer": ("/**/static class C28 { «{ f(1); }» }", PROVEN),
    "anonymous": ("new Object() { int m() { return f(1); } };", PROVEN),
    "if": ("if (no()) f(1);", PROVEN),
    "if without braces": ("if (no())\n«f(1);»", MISSED),
    "else": ("if (no()) { f(1); }\n«else { f(2); }»", PROVEN),
    "for": ("for (int i = 0; i < 0; i++) { f(i); }", PROVEN),
    "for each": ("for (var x : java.util.List.of(1)) { «f(x);» f(2); }", PROVEN),
    "while": ("while (no()) { f(1); }", PROVEN),
    "do": ("do { f(1); } while (no());", PROVEN),
    "switch": ("switch (f(1)) {\n«case 1: f(1); break;»\ndefault: f(2);\n}", PROVEN),
    "switch never": ("switch (f(2)) {\n«case 1: f(1); break;»\ndefault: f(2);\n}", MISSED),
    "switch rule": ("switch (f(1)) {\n«case 1 -> f(1);»\ndefault -> f(2);\n}", PROVEN),
    "switch value": ("int c11 = switch (f(1)) { case 1 -> 5; default -> { yield 6; } };", PROVEN),
    "try": ("try { fail(); } catch (RuntimeException e) { f(1); } finally { f(2); }", PROVEN),
    "try broken": ("try { fail(); f(0); } catch (RuntimeException e) { f(1); }", MISSED),
    "try with resources": ('try (var r = new java.io.StringReader("")) { f(1); }', PROVEN),
    "hidden catch": ("try { «fail();» } catch (RuntimeException e) { f(1); }", MISSED),
    "throw": ("try { «throw new RuntimeException();» } catch (RuntimeException e) { f(1); }", PROVEN),
    "synchronized": ("synchronized (this) { f(1); }", PROVEN),
    "assert": ("assert f(1) == 1;", PROVEN),
    "labeled": ("outer: for (;;) { for (;;) { f(1); break outer; } }", PROVEN),
    "continue": ("for (var x : java.util.List.of(1)) { «f(x);\ncontinue;» }", PROVEN),
    "local class": ("class C12 { int m() { return f(1); } } new C12().m();", PROVEN),
    "return": ("/**/int c13(boolean x) { «if (x) return 1;\nreturn 2;» }", PROVEN),
    "return early": ("/**/int c14(boolean x) { «if (x) return 1;\nreturn 2;» }", MISSED),
    "return that throws": ("/**/int c15() { «return fail();» }", MISSED),
    "constructor": ("/**/static class C16 extends C5 { «C16() { super(); f(1); }» }", PROVEN),
    "initializer": ("/**/static class C17 { «static { f(1); }» }", PROVEN),
    "comment": ("// nothing", MISSED),
    "inside a call": ("g(\n«1,»\n2\n);", PROVEN),
    "method left by an error": ("/**/static class C30 { int m() { f(1); return fail(); } }", MISSED),
    "method left by an error once": ("/**/static class C31 { int m(boolean x) { return x ? fail() : f(1); } }", PROVEN),
    "method that throws": ("/**/static class C32 { int m() { throw new RuntimeException(); } }", PROVEN),
    "argument left by an error": ("swallow(() -> { fail(); });", MISSED),
    "expression left by an error": ("Runnable c33 = () -> fail(); swallow(c33);", MISSED),
    "shown handler": (
        "Runnable c34 = () -> { fail(); }; try { c34.run(); } catch (RuntimeException e) { f(e); }",
        PROVEN,
    ),
    "shown handler of a cause": ("try { wrap(() -> { fail(); }); } catch (RuntimeException e) { f(e); }", PROVEN),
    "handler of another": ("/**/int c35() { return fail(); }", MISSED),
    "checked": (
        "java.util.concurrent.Callable<Integer> c36 = () -> read(); try { c36.call(); } catch (Exception e) { f(e); }",
        PROVEN,
    ),
    "expected": ("org.junit.jupiter.api.Assertions.assertThrows(RuntimeException.class, () -> { fail(); });", PROVEN),
    "expected expression": (
        "org.junit.jupiter.api.Assertions.assertThrows(RuntimeException.class, () -> fail());",
        PROVEN,
    ),
    "expression of forEach": (
        "try { java.util.List.of(1).forEach(x -> fail()); } catch (RuntimeException e) { f(e); }",
        PROVEN,
    ),
    "hidden handler of forEach": (
        "/**/Runnable c37() { return () -> java.util.List.of(1).forEach(x -> fail()); }",
        MISSED,
    ),
    "value in a value": (
        "/**/Runnable c39() { java.util.function.Supplier<Runnable> s = () -> () -> fail(); return s.get(); }",
        PROVEN,
    ),
    "value that needs no call": (
        "swallow(() -> g(1 / (f(1) - 1), 2)); java.util.function.IntSupplier c38 = () -> 1; c38.getAsInt();",
        PROVEN,
    ),
    "handler of an expression": (
        "java.util.concurrent.CompletableFuture.supplyAsync(() -> fail()).exceptionally(e -> 1).join();",
        PROVEN,
    ),
    "exceptionally": (
        "java.util.concurrent.CompletableFuture.supplyAsync(() -> { return fail(); }).exceptionally(e -> { return 1; }).join();",
        PROVEN,
    ),
}
JAVA_TAIL = """\
@Test void calls() {
  c2(); new C5(); new C6(1).m(); c13(true); c13(false); c14(true); new C16(); new C17();
  c24(); c25(); new C28();
  try { c15(); } catch (RuntimeException e) { f(0); }
  try { c26(); } catch (RuntimeException e) { f(0); }
  swallow(() -> new C30().m()); swallow(() -> new C31().m(true)); new C31().m(false); swallow(() -> new C32().m());
  try { c35(); } catch (RuntimeException e) { f(0); }
  swallow(c37()); try { c39().run(); } catch (RuntimeException e) { f(0); }
}
static void swallow(Runnable r) { try { r.run(); } catch (RuntimeException e) { f(0); } }
static void wrap(Runnable r) { try { r.run(); } catch (RuntimeException e) { throw new IllegalStateException(e); } }
static int read() throws java.io.IOException { throw new java.io.IOException("no"); }
static int f(Object x) { return x.hashCode(); }
static void g(int x, int y) { }
static boolean no() { return f("x") == 0; }
static int fail() { throw new RuntimeException("no"); }
"""


@pytest.mark.toolchain("javac", "java", "mvn")
def test_java(session: SessionFolder, plain_settings: Settings) -> None:
    mini = make_mini(session, plain_settings)
    members = "\n".join(
        region(n, text.removeprefix("/**/")) for n, (text, _) in JAVA.items() if text.startswith("/**/")
    )
    tests = "\n".join(
        f"@Test void t{index}() {{\n{region(name, text)}\n}}"
        for index, (name, (text, _)) in enumerate(JAVA.items())
        if not text.startswith("/**/")
    )
    found = mini.prove(in_class("Rule", *f"{tests}\n{members}\n{JAVA_TAIL}".split("\n")))
    assert_rule({name.partition("::")[2]: verdict for name, verdict in found.items()}, JAVA)


#: Statements of a grammar that no row can hold, with the reason.
NO_ROW = {
    "typescript": {
        "with_statement": "strict mode has none",
        "debugger_statement": "it stops nothing without a debugger",
        "empty_statement": "it does nothing",
        "ambient_declaration": "a type",
        "import_statement": "compiled",
        "export_statement": "what it exports has a row",
        "variable_declaration": "`variable`",
    },
    "go": {
        "empty_statement": "it does nothing",
        "fallthrough_statement": "it belongs to its case",
        "import_declaration": "compiled",
        "dec_statement": "as `inc`",
        "field_declaration": "a type",
        "parameter_declaration": "a type",
        "variadic_parameter_declaration": "a type",
        "type_parameter_declaration": "a type",
    },
    "java": {
        "import_declaration": "compiled",
        "package_declaration": "compiled",
        "module_declaration": "not in a Source",
        "annotation_type_declaration": "a type",
        "annotation_type_element_declaration": "a type",
        "constant_declaration": "a field of an interface",
        "enum_declaration": "a class",
        "compact_constructor_declaration": "a constructor",
        "yield_statement": "`switch value`",
    },
}


@pytest.mark.parametrize(("language", "table"), [("typescript", TYPESCRIPT), ("go", GO), ("java", JAVA)])
def test_every_statement_of_the_grammar_has_a_row(language: str, table: Mapping[str, tuple[str, bool]]) -> None:
    """A new grammar may have new ones: the tables must hold them, or the reason why they cannot."""
    pytest.importorskip("tree_sitter", reason="the extra languages is not installed")
    parse = next(iter(load_parsers(language).values()))
    wraps = {
        "typescript": ("", ""),
        "go": ("package p\nfunc t() {\n", "\n}"),
        "java": ("class C { void t() {\n", "\n} }"),
    }
    before, after = wraps[language]
    seen: set[str] = set()
    for text, _ in table.values():
        plain = re.sub("[«»]", "", text).replace("/**/", "")
        whole = plain if text.startswith(("/**/", "func c")) else f"{before}{plain}{after}"
        if text.startswith("/**/"):
            whole = f"class C {{ {plain} }}"
        if text.startswith(("func c", "func (")):
            whole = f"package p\n{plain}"
        seen |= _kinds(parse(whole.encode()).root_node)
    grammar = _grammar(language)
    kinds = {
        name
        for number in range(grammar.node_kind_count)
        if grammar.node_kind_is_named(number)
        and (name := grammar.node_kind_for_id(number))
        and name.endswith(("_statement", "_declaration"))
        and not name.startswith("_")
    }
    assert kinds - seen - set(NO_ROW[language]) == set()


def _kinds(node: Any) -> set[str]:
    return {node.type, *(kind for child in node.children for kind in _kinds(child))}


def _grammar(language: str) -> Any:
    tree_sitter = importlib.import_module("tree_sitter")
    module, _, function = next(iter(languages()[language].grammars.values())).partition(":")
    return tree_sitter.Language(getattr(importlib.import_module(module), function)())
