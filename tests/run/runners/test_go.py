"""The Go Runner: real builds of modules without dependencies. Each Source has a test function named like the file."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from tests.support.announced import MATCHED, matched, messages
from tests.support.mini import Mini, brief, passed
from tests.support.processes import left_running, with_argument

from snipproof.config import Settings
from snipproof.errors import InfrastructureError, SettingsError, ToolchainMissingError
from snipproof.model import Suite
from snipproof.processes.session_folder import SessionFolder
from snipproof.run.runners.go.runner import GoRunner

pytestmark = [pytest.mark.slow, pytest.mark.toolchain("go")]

HEAD = 'package docs\nimport ("fmt"; "os"; "testing")\nvar _, _ = fmt.Sprint, os.Exit\n'
"""The first three lines of a Source; its test begins at line 4."""


def source(name: str, *lines: str, head: str = HEAD) -> str:
    """Return a Source with one test; ``lines`` are its lines from line 5 on."""
    return f"{head}func Test{name}(t *testing.T) {{\n" + "".join(f"{line}\n" for line in lines) + "}\n"


def snippet(name: str, *lines: str) -> tuple[str, ...]:
    """Return the lines of a Snippet with its markers."""
    return (f"// START {name}", *lines, f"// END {name}")


GOOD = source("Good", *snippet("good", 'fmt.Println("good")'))


@pytest.fixture
def mini(tmp_path: Path, session: SessionFolder, plain_settings: Settings) -> Mini:
    """A Suite in a module without dependencies."""
    suite = Suite("go/suite.yaml", "go", "go", ("go/a_test.go",), lock="go/go.mod")
    settings = plain_settings._replace(cache_dir=str(tmp_path / "cache"))
    mini = Mini(plain_settings.root, session, GoRunner, suite, settings)
    mini.write("go/go.mod", "module example.org/docs\n\ngo 1.21\n")
    return mini


def test_a_source_outside_of_the_folder_of_the_module(mini: Mini) -> None:
    """Programs and tests, of one folder or several; errors of the compiler and of the run have their own places."""
    mini.write("go/shared/shared.go", 'package shared\n\nfunc Word() string { return "shared" }\n')
    program = (
        'package main\n\nimport (\n\t"fmt"\n\n\t"example.org/docs/shared"\n)\n\nfunc main() {\n'
        "\t// START word\n\tfmt.Println(shared.Word())\n\t// END word\n"
        '\t// START thrown\n\tpanic("out")\n\t// END thrown\n}\n'
    )
    found = mini.prove(
        {
            "go/a_test.go": GOOD,
            "code/one.go": program,
            "code/two.go": program.replace('"out")', '"out)'),
            "code/three_test.go": GOOD.replace("good", "three").replace("Good", "Three"),
        }
    )
    assert brief(found) == {
        "go/a_test.go::good": ("passed", 5),
        "code/one.go::word": ("passed", 10),
        "code/one.go::thrown": ("failed", 14),
        "code/two.go::word": ("blocked", 10),
        "code/two.go::thrown": ("failed", 14),
        "code/three_test.go::three": ("passed", 5),
    }
    assert found["code/one.go::word"].output == "shared\n"
    assert "code/one.go:14" in found["code/one.go::thrown"].details
    assert found["code/two.go::thrown"].reason.startswith("go: newline in string")
    assert not (mini.root / "go/snipproof_outside").exists()


def test_output_is_cut_out_and_files_are_there(mini: Mini) -> None:
    """Each Snippet has its own output, without a word of the framework, and a directory of its own with the files."""
    mini.write("pictures/cat.txt", "cat\n")
    mini.suite = mini.suite._replace(files=(("images", "pictures"),))
    where = 'd, _ := os.Getwd(); e, _ := os.ReadDir("."); fmt.Print(d, " ", len(e), " ", len(os.Environ()))'
    found = mini.prove(
        {
            "go/a_test.go": source(
                "A",
                *snippet("one", 'fmt.Println("1")', 'fmt.Print("no end of line")'),
                't.Log("not for readers")',
                *snippet("two", 't.Log("nor\\nthis")', 'os.Stdout.WriteString("2\\n")'),
                't.Run("sub", func(t *testing.T) {',
                *snippet("three", 'fmt.Println(3); t.Logf("nor this")'),
                "})",
            )
            + "func TestA2(t *testing.T) {\n// START four\nfmt.Println(4)\n// END four\n}\n",
            "go/sub/b_test.go": source("B", *snippet("b", where, 'os.Create("left")', 'os.Setenv("LEFT", "1")')),
            "go/sub/c_test.go": source("C", *snippet("c", where), head=HEAD.replace("docs", "docs_test", 1)),
        }
    )
    assert passed(found), found
    outputs = {name.rpartition(":")[2]: verdict.output for name, verdict in found.items()}
    b, c = outputs.pop("b").split(), outputs.pop("c").split()
    assert outputs == {"one": "1\nno end of line", "two": "2\n", "three": "3\n", "four": "4\n"}
    assert (b[0] != c[0], b[1:], c[1:]) == (True, c[1:], b[1:])
    assert b[1] == "1"
    assert sorted(path.name for path in mini.root.rglob("*") if path.is_file()) == [
        *("a_test.go", "b_test.go", "c_test.go", "cat.txt", "go.mod"),
    ]  # nothing is written beside the docs' sources


def test_functions_that_a_page_shows(mini: Mini) -> None:
    """Markers between declarations: the functions they show must be called, in the run of their own Source."""
    shown = "// START f\nfunc F%s() {\nfmt.Println(1)\n%s}\n// END f\n"
    found = mini.prove(
        {
            "go/a_test.go": source("A", "FA()", *snippet("a", "FB()")) + shown % ("A", ""),
            "go/b_test.go": source("B", "_ = 1", *snippet("b", "FA()")) + shown % ("B", ""),
            "go/c_test.go": source("C", "FC()") + shown % ("C", 'panic("c")\n'),
            "go/d_test.go": source("D", "FD(t)") + shown.replace("()", "(t *testing.T)", 1) % ("D", "t.FailNow()\n"),
        }
    )
    assert brief(found) == {
        "go/a_test.go::a": ("passed", 6),
        "go/a_test.go::f": ("passed", 10),
        "go/b_test.go::b": ("passed", 6),
        "go/b_test.go::f": ("not executed", 11),
        "go/c_test.go::f": ("failed", 10),
        "go/d_test.go::f": ("failed", 7),
    }, found
    assert "`FB` is never called (go/b_test.go:11)" in found["go/b_test.go::f"].reason
    assert found["go/c_test.go::f"].reason == "panic: c"
    assert [found[f"go/{name}_test.go::{name}"].output for name in "ab"] == ["1\n", "1\n"]


def test_tests_that_run_side_by_side(mini: Mini) -> None:
    """``t.Parallel`` pauses a test until the others are through; each is judged by itself."""
    test = "func Test%s(t *testing.T) {\nt.Parallel()\n// START %s\nt.Log(1); %s\n// END %s\n}\n"
    found = mini.prove(HEAD + test % ("A", "a", "t.Fatal(2)", "a") + test % ("B", "b", 'fmt.Println("b")', "b"))
    assert (str(found["a"].outcome), found["a"].line, found["a"].reason) == ("failed", 7, "TestA failed: 2")
    assert (str(found["b"].outcome), found["b"].output) == ("passed", "b\n")


def test_what_goes_wrong_in_a_run_is_red_at_its_line(mini: Mini) -> None:
    """Every way in which a Source can fail, each in a file of its own; the good one stays green."""
    sub = ('t.Run("a b", func(t *testing.T) {', 't.Error("wrong")', "})")
    cases = {
        "Panic": (snippet("x", "var m map[string]int", 'm["a"] = 1'), 7, "panic: assignment to entry in nil map"),
        "Fatal": (snippet("x", "a := 1", 't.Fatalf("found %d", a)'), 7, "TestFatal failed: found 1"),
        "Inside": (snippet("x", "deep()"), 10, "panic: deep"),
        "Before": (
            ("call(nil)", *snippet("x", "_ = 1")),
            11,
            "hidden code before it: panic: runtime error: invalid",
        ),
        "After": (
            (*snippet("x", "_ = 1"), "os.Exit(3)"),
            5,
            "hidden code after it: the process ended with exit",
        ),
        "Exit": (snippet("x", "os.Exit(0)"), 6, "panic: unexpected call to os.Exit(0) during test"),
        "System": (snippet("x", "syscall.Exit(0)"), 5, "TestSystem never ended: it ended the process"),
        "Skip": (
            (*snippet("x", "_ = 1"), 't.Skip("no server")'),
            5,
            "TestSkip was skipped: no server",
        ),
        "Silent": (snippet("x", "t.FailNow()"), 5, "TestSilent failed: without a message"),
        "Logged": (snippet("x", 't.Log("two", "words")', "t.Fail()"), 6, "TestLogged failed: two words"),
        "Sub": (snippet("x", *sub), 7, "TestSub/a_b failed: wrong"),
        "Goroutine": (snippet("x", 'go func() { panic("far") }()', "select {}"), 6, "panic: far"),
        "Dead": (
            ("if len(os.Args) == 0 {", *snippet("x", "_ = 1"), "}"),
            7,
            "not executed: line 7 never ran (go/dead_test.go:7)",
        ),
        "Text": (
            ("_ = `", *snippet("x", "_ = 1"), "`"),
            6,
            "not executed: the marker is not a comment: it is",
        ),
        "Comment": (("/*", *snippet("x", "_ = 1"), "*/"), 6, "not executed: the marker is inside a block comment"),
    }
    texts = {f"go/{name.lower()}_test.go": source(name, *lines) for name, (lines, _, _) in cases.items()}
    texts["go/inside_test.go"] += 'func deep() {\npanic("deep")\n}\n'
    texts["go/before_test.go"] += "func call(p *int) {\n_ = *p\n}\n"
    texts["go/system_test.go"] = texts["go/system_test.go"].replace('"os"', '"os"; "syscall"')
    found = mini.prove(texts | {"go/good_test.go": GOOD})
    assert found.pop("go/good_test.go::good").output == "good\n"
    for verdict, (name, (_, line, reason)) in zip(found.values(), cases.items(), strict=True):
        assert str(verdict.outcome) in ("failed", "not executed", "skipped"), (name, verdict)
        assert (name, verdict.line, verdict.reason.startswith(reason)) == (name, line, True), verdict
    panic = found["go/panic_test.go::x"].details
    assert f"\n\t{mini.root}/go/panic_test.go:7\n" in panic
    assert "testing.go" not in panic


def test_each_failure_of_a_test_belongs_to_its_snippet(mini: Mini) -> None:
    """``t.Error`` goes on: the next Snippet fails for its own reason, and the one between them passes."""
    lines = (
        *snippet("one", 't.Error("first\nof two lines")'.replace("\n", "\\n")),
        *snippet("two", 'fmt.Println("fine")'),
        *snippet("three", 't.Log("a note")', 't.Fatal("third")'),
    )
    later = "func TestLater(t *testing.T) {\n// START later\nfmt.Println(1)\n// END later\n}\n"
    found = mini.prove(source("A", *lines) + later)
    assert brief(found) == {
        "one": ("failed", 6),
        "two": ("passed", 8),
        "three": ("failed", 13),
        "later": ("passed", 17),
    }
    assert (found["one"].reason, found["three"].reason) == ("TestA failed: first", "TestA failed: third")
    assert found["three"].details == ("TestA failed\ngo/a_test.go:12: a note\ngo/a_test.go:13: third")
    assert [found[name].output for name in ("one", "two", "three")] == ["", "fine\n", ""]


def test_a_native_test_that_failed_has_a_red_snippet(mini: Mini) -> None:
    """Whatever the report has: without words, behind a panic of another test, by an exit, in a hang."""
    failing = source("A", *snippet("a", 'fmt.Println("a")'), "t.Fail()")
    panics = failing + 'func TestB(t *testing.T) {\n// START b\npanic("b")\n// END b\n}\n'
    exits = source("A", *snippet("a", 'fmt.Println("a")'), "os.Exit(0)") + (
        "func TestB(t *testing.T) {\n// START b\nfmt.Println()\n// END b\n}\n"
    )
    mini.set(timeout=2.0)
    found = mini.prove(
        {
            "go/one/a_test.go": panics.replace('panic("b")', "var m map[int]int\nm[0] = 1"),
            "go/two/a_test.go": exits,
            "go/three/a_test.go": exits.replace("os.Exit(0)", "select {}"),
            "go/four/a_test.go": source(
                "A",
                "if len(os.Args) > 99 {",
                *snippet("a", "fmt.Println()"),
                "}",
                *snippet("b", "fmt.Println()"),
                't.Fatal("b")',
            ),
        }
    )
    assert brief(found) == {
        "go/one/a_test.go::a": ("failed", 5),
        "go/one/a_test.go::b": ("failed", 13),
        "go/two/a_test.go::a": ("failed", 8),
        "go/two/a_test.go::b": ("blocked", 11),
        "go/three/a_test.go::a": ("failed", 8),
        "go/three/a_test.go::b": ("blocked", 11),
        "go/four/a_test.go::a": ("blocked", 6),
        "go/four/a_test.go::b": ("failed", 13),
    }


def test_each_subtest_has_a_verdict_of_its_own(mini: Mini) -> None:
    """A subtest that failed, was skipped or never ended makes a Snippet of its own red, wherever it was noticed."""

    def sub(name: str, *lines: str) -> tuple[str, ...]:
        return (f't.Run("{name}", func(t *testing.T) {{', *lines, "})")

    def run(name: str) -> tuple[str, ...]:
        return snippet(name, f'fmt.Println("{name}")')

    helper = ("check := func(t *testing.T, ok bool) {", "if !ok {", 't.Fatal("no bread")', "}", "}")
    left = snippet("left", "if len(os.Args) > 0 {", "return", "}", 'fmt.Println("never")')
    text = source(
        "A",
        *helper,
        *sub("one", *run("one"), "check(t, false)"),
        *sub("two", *run("two"), "check(t, true)"),
        *sub("three", *run("three"), "check(t, false)", *run("behind")),
        *sub("four", 't.Fatal("no rye")', *run("before")),
        *sub("five", *run("five"), *sub("inner", *run("inner"), "check(t, false)")),
        *sub("six", *run("six"), 't.Skip("closed")'),
        *sub("seven", *left),
        *sub("eight", 't.Skip("away")', *run("eight")),
        't.Run("nine", named)',
        *sub(
            "ten",
            *snippet("load", "load := func() {", "fmt.Println(1)", "}"),
            *run("ten"),
            't.Fatal("no rye")',
            "load()",
        ),
        "for _, n := range []int{1, 2} {",
        *sub("round", *run("round"), "check(t, n == 1)"),
        "}",
    ) + "".join(f"{line}\n" for line in ("func named(t *testing.T) {", *run("nine"), 't.Error("no milk")', "}"))
    hang = source("H", *helper, *sub("one", *run("one"), "check(t, false)"), *sub("two", *run("two"), "select {}"))
    panics = source("P", *sub("one", *run("one"), 't.Error("no bread")'), *sub("two", *run("two"), 'panic("two")'))
    mini.set(timeout=2.0)
    found = mini.prove({"go/a_test.go": text, "go/hang/a_test.go": hang, "go/panic/a_test.go": panics})
    verdicts = {f"{Path(name).parent.name}/{v.snippet.name}": (str(v.outcome), v.reason) for name, v in found.items()}
    passed = {name for name, (outcome, _) in verdicts.items() if outcome == "passed"}
    assert passed == {"go/two", "go/three", "go/five"}, verdicts
    reasons = {name: reason for name, (outcome, reason) in verdicts.items() if outcome == "failed"}
    assert reasons == {
        "go/one": "hidden code after it: TestA/one failed: no bread",
        "go/behind": "hidden code before it: TestA/three failed: no bread",
        "go/before": "hidden code before it: TestA/four failed: no rye",
        "go/inner": "hidden code after it: TestA/five/inner failed: no bread",
        "go/round": "hidden code after it: TestA/round#01 failed: no bread",
        "go/nine": "hidden code after it: TestA/nine failed: no milk",
        "go/ten": "hidden code after it: TestA/ten failed: no rye",
        "hang/one": "hidden code after it: TestH/one failed: no bread",
        "hang/two": "hidden code after it: still running after 2 s, stopped at go/hang/a_test.go:20",
        "panic/one": "hidden code after it: TestP/one failed: no bread",
        "panic/two": "hidden code after it: panic: two",
    }
    assert {name: verdicts[name] for name in ("go/six", "go/eight")} == {
        "go/six": ("skipped", "TestA/six was skipped: closed"),
        "go/eight": ("skipped", "TestA/eight was skipped: away"),
    }
    assert verdicts["go/load"][0] == "blocked"  # it would have been called
    assert verdicts["go/left"][0] == "blocked"  # not skipped, as another subtest was


def announced(name: str, message: str, *lines: str, raises: str = "bread") -> tuple[str, ...]:
    """Return the lines of a Snippet that announces an error, and of Expectations of its message."""
    return (f"// START {name} {{raises: {raises}}}", *lines, f"// END {name}", *messages(name, message))


def test_errors_that_a_snippet_announces(mini: Mini) -> None:
    """Panics, whether hidden code recovers them or not, and what is passed to a ``Fatal``, with their messages."""
    head = HEAD.replace('"os"', '"log"; "os"') + "var _ = log.Flags\n"
    recovered = "defer func() { recover() }()"
    tests = (
        *('t.Run("a", func(t *testing.T) {', recovered, *announced("text", "no bread", 'panic("no bread")'), "})"),
        *('t.Run("b", func(t *testing.T) {', recovered),
        *(*announced("kind", "no rye", 'panic(shopError("rye"))', raises="shopError"), "})"),
        *('t.Run("c", func(t *testing.T) {', recovered, *announced("called", "no bread\nno milk", "shop()"), "})"),
        *('t.Run("d", func(t *testing.T) {', 't.Log("a note")'),
        *(*announced("fatal", "no bread\n  in 2 shops", 't.Fatalf("no bread\\n  in %d shops", 2)'), "})"),
    )
    text = source("A", *tests, head=head) + (
        'type shopError string\nfunc (e shopError) Error() string { return "no " + string(e) }\n'
        'func shop() {\npanic("no bread\\nno milk")\n}\n'
    )
    ends = {
        "panic": announced("x", "no bread\nno milk", 'panic("no bread\\nno milk")'),
        "go": announced("x", "no bread", "ready := make(chan int)", 'go func() { panic("no bread") }()', "<-ready"),
        "log": ('log.Println("open")', *announced("x", "no bread\n 2", 'log.Fatalf("no bread\\n %d", 2)')),
        "plain": (
            *('log.Println("open")', "log.SetFlags(0)"),
            *announced("x", "no bread\nno milk", 'log.Fatal("no bread\\nno milk")'),
        ),
        "prefix": ('log.SetPrefix("shop: ")', *announced("x", "no bread", 'log.Fatalln("no", "bread")')),
        "logger": announced("x", "no bread", 'l := log.New(os.Stderr, "", log.Lmicroseconds)', 'l.Fatal("no bread")'),
        "other": announced("x", "", 'log.Fatal("no bread")', raises="milk"),
        "behind": (
            *announced("x", "", 'if len(os.Args) == 0 { log.Fatal("no bread") }'),
            'log.Fatal("no bread")',
        ),
    }
    files = {f"go/{name}/a_test.go": source("A", *lines, head=head) for name, lines in ends.items()}
    found = mini.prove({"go/a_test.go": text} | files)
    differs = {name: verdict.reason for name, verdict in found.items() if matched(verdict) != MATCHED}
    assert differs == {
        "go/other/a_test.go::x": "it raises `log.Fatal: no bread`, but its START line has `raises: milk`",
        "go/behind/a_test.go::x": "hidden code after it: the process ended with exit code 1",
    }


def test_what_runs_in_the_background(mini: Mini) -> None:
    """Output belongs to where the tests stand, however long a goroutine lives and while a test waits for its turn."""
    lines = (
        *snippet("server", "ready := make(chan int)", "go func() {", "ready <- 1", "select {}", "}()", "<-ready"),
        *snippet("later", 'fmt.Println("later")', 'fmt.Fprintln(os.Stderr, "no output")'),
        *snippet("calls", "sum := 0", "for i := 0; i < 200000; i++ {", "sum += twice(i)", "}", "fmt.Println(sum)"),
    )
    text = source("A", *lines) + (
        "func twice(x int) int {\n// START twice\nreturn 2 * x\n// END twice\n}\n"
        "// START init\nfunc init() { fmt.Print() }\n// END init\n"
        "func TestB(t *testing.T) {\n// START b\nt.Parallel()\nfmt.Println(1)\n// END b\n}\n"
        "func TestC(t *testing.T) {\n// START c\nt.Parallel()\nfmt.Println(2)\n// END c\n}\n"
    )
    text = text.replace("// START twice\nreturn 2 * x\n// END twice\n", "return 2 * x\n")
    found = mini.prove(text)
    assert passed(found), found
    outputs = {name: verdict.output for name, verdict in found.items()}
    assert outputs == {"server": "", "later": "later\n", "calls": "39999800000\n", "init": "", "b": "1\n", "c": "2\n"}


def test_a_message_of_testify_becomes_one_line(mini: Mini) -> None:
    """The error and its message, not the trace above them, which only gives the lines."""
    error = (
        r'"\n\tError Trace:\t/x/a_test.go:99\n\t            \t/x/a_test.go:6\n\tError:      \tNot equal: \n"+'
        r'"\t            \texpected: 1\n\t            \tactual  : 2\n\tTest:       \tTestA\n\tMessages:   \tsum\n"'
    )
    found = mini.prove(source("A", *snippet("a", f"t.Error({error})")))["a"]
    assert (found.line, found.reason) == (99, "TestA failed: sum: Not equal: expected: 1 actual : 2")


def test_what_does_not_compile_hides_nothing_else(mini: Mini) -> None:
    """One build of eight files, most of them broken: each has its own error, the good ones run."""
    broken = {
        "syntax": source("Syntax", *snippet("x", 'fmt.Println("x"')),
        "type": source("Type", *snippet("x", 'var a int = "a"', "_ = a")),
        "hidden": source("Hidden", *snippet("x", "fmt.Println(1)")) + "func late() { missing() }\n",
        "needs": source("Needs", *snippet("x", "OfType()")),
        "imports": source("Imports", *snippet("x", "fmt.Println(1)"), head=HEAD.replace('"os"', '"os"; _ "a.b/c"')),
    }
    broken["type"] += "func OfType() {}\n"
    texts = {f"go/{name}_test.go": text for name, text in broken.items()}
    texts |= {
        "go/good_test.go": GOOD,
        "go/same_test.go": GOOD.replace('"good"', '"same"'),  # the same function in two files
        "go/other_test.go": GOOD.replace("package docs", "package other"),
        "go/later/good_test.go": GOOD,
    }
    found = mini.prove(texts)
    places = {name.split("/")[1].split("_")[0]: verdict for name, verdict in found.items()}
    assert {name: (str(v.outcome), v.line) for name, v in places.items()} == {
        "syntax": ("failed", 6),
        "type": ("failed", 6),
        "hidden": ("failed", 9),
        "needs": ("failed", 6),
        "imports": ("failed", 2),
        "good": ("passed", 5),
        "same": ("passed", 5),
        "other": ("passed", 5),
        "later": ("passed", 5),
    }, found
    assert 'go: cannot use "a" (untyped string constant) as int value' in places["type"].reason
    assert "go/type_test.go:6:13 go: cannot use" in places["type"].details  # without the probe before it
    assert places["hidden"].reason == "hidden code after it: go: undefined: missing"
    assert places["needs"].reason == "go: undefined: OfType (go/type_test.go declares it, which does not compile)"
    assert "no required module provides package a.b/c" in places["imports"].reason
    assert [places[name].output for name in ("good", "same", "other")] == ["good\n", "same\n", "good\n"]


def test_a_broken_helper_is_named_with_its_own_path(mini: Mini) -> None:
    """A broken file that is not a Source: nothing can be built, and its place is reported."""
    mini.write("go/helper_test.go", "package docs\nfunc help() int { return missing }\n")
    found = mini.prove(GOOD)
    assert found["good"].reason == "go/helper_test.go:2:26 go: undefined: missing"


def test_vet_is_red_as_with_go_test(mini: Mini) -> None:
    """What ``go vet`` finds in a Source fails it at the line, though it runs; a helper's belongs to its package."""
    vetted = source("Vet", *snippet("a", 'fmt.Println("a")'), *snippet("b", 'fmt.Printf("%d\\n", "b")'))
    mini.write("go/sub/helper.go", 'package docs\nimport "fmt"\nfunc Help() { fmt.Printf("%d", "x") }\n')
    found = mini.prove({"go/vet_test.go": vetted, "go/good_test.go": GOOD, "go/sub/good_test.go": GOOD})
    assert brief(found) == {
        "go/vet_test.go::a": ("passed", 5),
        "go/vet_test.go::b": ("failed", 9),
        "go/good_test.go::good": ("passed", 5),
        "go/sub/good_test.go::good": ("failed", 5),
    }
    reason = 'fmt.Printf format %d has arg "b" of wrong type string (printf)'
    assert found["go/vet_test.go::b"].reason.replace("\\n", "") == f"go vet: {reason}"
    assert found["go/vet_test.go::b"].output == "%!d(string=b)\n"
    assert found["go/sub/good_test.go::good"].reason.startswith("go/sub/helper.go:3:27 go vet: fmt.Printf format")


def test_vet_looks_at_what_a_second_build_took(mini: Mini) -> None:
    """A broken file next to it does not hide a finding."""
    vetted = source("Vet", *snippet("a", 'fmt.Printf("%d", "b")'))
    found = mini.prove({"go/vet_test.go": vetted, "go/broken_test.go": source("Broken", *snippet("x", "a :="))})
    assert "go vet: fmt.Printf format" in found["go/vet_test.go::a"].reason


def test_a_probe_that_breaks_a_file_is_not_an_error_in_the_docs(mini: Mini) -> None:
    """The file builds without its probes: this is reported, and the others run."""
    runner = mini.runner()
    mini.write("go/a_test.go", text := source("A", *snippet("a")))
    mini.write("go/good_test.go", GOOD)
    program = mini.program(runner, "go/a_test.go", text)
    wrong = replace(program, probed=replace(program.probed, text=text.replace("// END a", "misplaced(6)")))
    good = mini.program(runner, "go/good_test.go", GOOD)
    runner.build([wrong, good])
    assert [str(problem) for problem in runner.execute(wrong).diagnostics] == [
        "go/a_test.go:6:1 snipproof: a probe cannot stand here: undefined: misplaced"
    ]
    assert runner.execute(good).ok
    runner.build([program, good])  # again, with another text
    assert runner.execute(program).ok


def test_a_report_without_the_test_is_red(mini: Mini) -> None:
    """An exit code of 0 proves nothing where no test ran. Each case is a package of its own."""
    plain = source("A", *snippet("x"))
    bare = source("A", *snippet("x"), head="")
    cases = {
        "lower": (plain.replace("TestA", "testA"), 5, "go finds no test in this file"),
        "letter": (plain.replace("TestA", "Testa"), 5, "go finds no test in this file"),
        "main": (plain + "func TestMain(m *testing.M) { os.Exit(0) }\n", 5, "TestA was not run"),
        "tag": (f"//go:build never\n\n{plain}", 7, "TestA was not run"),
        "variable": (f"{HEAD}var a = Bad()\nfunc Bad() int {{\npanic(7)\n}}\n{bare}", 6, "panic: 7"),
        "init": (f"{HEAD}func init() {{ os.Exit(0) }}\n{bare}", 6, "TestA was not run"),
    }
    found = mini.prove({f"go/{name}/a_test.go": text for name, (text, _, _) in cases.items()} | {"go/b_test.go": GOOD})
    assert passed({"good": found.pop("go/b_test.go::good")})
    for verdict, (name, (_, line, reason)) in zip(found.values(), cases.items(), strict=True):
        assert str(verdict.outcome) in ("failed", "not executed", "skipped"), (name, verdict)
        assert (name, verdict.line, reason in verdict.reason) == (name, line, True), verdict


def test_options_are_flags_of_the_build(mini: Mini) -> None:
    """Tags, for instance; ``go vet`` gets them too."""
    mini.suite = mini.suite._replace(options=("-tags=docs",))
    text = "//go:build docs\n\n" + source("A", *snippet("a", 'fmt.Println("a")'), 'fmt.Printf("%d", "x")')
    assert (brief(found := mini.prove(text)), found["a"].output) == ({"a": ("failed", 10)}, "a\n")
    assert "go vet" in found["a"].reason


def test_an_exit_code_of_0_hides_no_failed_test(mini: Mini) -> None:
    """A ``TestMain`` may ignore the result of the tests, and print what it likes."""
    main = 'func TestMain(m *testing.M) { m.Run(); fmt.Println("PASS"); os.Exit(0) }\n'
    found = mini.prove(source("A", *snippet("a", 't.Error("wrong")')) + main)
    assert (brief(found), found["a"].reason) == ({"a": ("failed", 6)}, "TestA failed: wrong")


def test_a_hang_is_stopped_at_its_line_and_a_flood_at_its_limit(mini: Mini) -> None:
    """In a loop that calls nothing, in a subtest, in a child, before any test; the next Source runs."""
    mini.set(timeout=1.0, output_limit=1_000_000)
    found = mini.prove(
        {
            "go/busy_test.go": source("Busy", *snippet("x", "for i := 0; i >= 0; i = (i + 1) % 7 {", "}")),
            "go/sub_test.go": source("Sub", 't.Run("s", func(t *testing.T) {', *snippet("x", "deep()"), "})")
            + "func deep() {\n<-make(chan int)\n}\n",
            "go/flood_test.go": source("Flood", *snippet("x", "for {", 'fmt.Println("xxxxxxxxxxxxxxxxxxxx")', "}")),
            "go/child_test.go": source("Child", *snippet("x", 'exec.Command("sleep", "765430").Run()')).replace(
                '"os"', '"os"; "os/exec"'
            ),
            "go/sub/early_test.go": source("Early", *snippet("x")) + "func init() {\nselect {}\n}\n",
            "go/good_test.go": GOOD,
        }
    )
    assert [v.line for v in found.values()] == [6, 12, 5, 6, 9, 5]
    assert "still running after 1 s, stopped at go/busy_test.go:6" in found["go/busy_test.go::x"].reason
    assert "still running after 1 s, stopped at go/sub_test.go:12" in found["go/sub_test.go::x"].reason
    assert found["go/flood_test.go::x"].reason == "stopped: it printed more than 1,000,000 bytes"
    assert passed({"good": found["go/good_test.go::good"]})


def test_what_a_source_starts_is_gone_when_it_ends(mini: Mini) -> None:
    """A child that lives on is killed and does not block the run; its environment has no variable of the probes."""
    begin = time.monotonic()
    lines = (
        'output, _ := exec.Command("sh", "-c", "env | grep -c SNIPPROOF_PROBE").Output()',
        'fmt.Print(string(output), os.Getenv("SNIPPROOF_PROBE"))',
        'exec.Command("setsid", "sleep", "765431").Start()',
    )
    found = mini.prove(source("A", *snippet("a", *lines)).replace('"os"', '"os"; "os/exec"'))
    assert (passed(found), found["a"].output) == (True, "0\n"), found
    assert time.monotonic() - begin < 30
    assert left_running(with_argument("765431")) == []


def test_programs_run_too(mini: Mini) -> None:
    """A ``package main`` is built by itself, so a folder may hold many; a library can be no Source."""
    main = 'package main\nimport "fmt"\nfunc main() {\n// START x\n%s\n// END x\n}\n'
    mini.write("go/shared/help.go", 'package main\nfunc help() string { return "help" }\n')
    found = mini.prove(
        {
            "go/one.go": main % 'fmt.Println("one")',
            "go/two.go": "//go:build ignore\n\n" + main % 'fmt.Println("two")',
            "go/panics.go": main % 'fmt.Println("p"); panic(fmt.Errorf("no"))',
            "go/broken.go": main % 'fmt.Println("b"',
            "go/shared/three.go": main % "fmt.Println(help())",
            "go/lib/lib.go": "package lib\nfunc F() {\n// START x\n// END x\n}\n",
        }
    )
    assert [(str(v.outcome), v.line, v.output) for v in found.values()] == [
        ("passed", 4, "one\n"),
        ("passed", 6, "two\n"),
        ("failed", 5, "p\n"),
        ("failed", 5, ""),
        ("passed", 4, "help\n"),
        ("failed", 1, ""),
    ], found
    assert found["go/panics.go::x"].reason == "panic: no"
    assert "syntax error" in found["go/broken.go::x"].reason
    assert "go finds neither a test nor a program in it" in found["go/lib/lib.go::x"].reason


def test_examples_are_tests_if_they_declare_their_output(mini: Mini) -> None:
    """Go compares the output of an Example; a difference is a failure with both texts."""
    example = "func Example%s() {\n// START %s\nfmt.Println(1)\n// END %s\n// Output: %s\n}\n"
    found = mini.prove(
        HEAD.replace('; "testing"', "") + example % ("A", "a", "a", "1") + example % ("B", "b", "b", "2")
    )
    assert brief(found) == {"a": ("passed", 5), "b": ("failed", 11)}
    assert found["b"].reason == "ExampleB failed: it printed something else"
    assert found["b"].details.endswith("got:\n1\nwant:\n2")


def test_secrets_are_masked(mini: Mini, monkeypatch: pytest.MonkeyPatch) -> None:
    """A value that was given to the Source shows neither in its output nor in failures nor in compiler messages."""
    monkeypatch.setenv("API_KEY", "sesame4711")
    mini.set(env=("API_KEY",))
    lines = ('fmt.Println(os.Getenv("API_KEY"))', 't.Error(os.Getenv("API_KEY"))')
    found = mini.prove(
        {
            "go/a_test.go": source("A", *snippet("a", *lines)),
            "go/b_test.go": source("B", *snippet("b", 'panic("it is " + os.Getenv("API_KEY"))')),
            "go/c_test.go": source("C", *snippet("c", "sesame4711()")),
        }
    )
    a, b, c = found.values()
    assert (a.output, a.reason) == ("<API_KEY>\n", "TestA failed: <API_KEY>")
    assert (b.reason, c.reason) == ("panic: it is <API_KEY>", "go: undefined: <API_KEY>")
    assert "sesame" not in f"{found}".replace("sesame4711()", "")


def test_modules_are_downloaded_once(mini: Mini, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second Runner downloads nothing, until a byte of the lock file changes."""
    assert passed(mini.prove(GOOD))
    assert mini.logged == ["go: installing what go/go.mod pins (once)"]
    calls = mini.root / "calls"
    monkeypatch.setenv("PATH", f"{_spy(mini.root / 'bin', calls)}{os.pathsep}{os.environ['PATH']}")
    mini.runner()
    assert (calls.read_text(), len(mini.logged)) == ("version\nenv -json\n", 1)
    mini.write("go/go.mod", "module example.org/docs\n\ngo 1.21\n\n// another\n")
    mini.runner()
    assert ("mod download" in calls.read_text(), len(mini.logged)) == (True, 2)


def test_a_damaged_module_is_downloaded_again(mini: Mini, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Before the first use by ``go.sum``, later by the checksums of the first use; once, then it is an error."""
    published = tmp_path / "proxy/example.org/dep/@v"
    published.mkdir(parents=True)
    files = {"go.mod": "module example.org/dep\n", "dep.go": 'package dep\n\nfunc Word() string { return "cat" }\n'}
    with zipfile.ZipFile(published / "v1.0.0.zip", "w") as archive:
        for name, text in files.items():
            archive.writestr(f"example.org/dep@v1.0.0/{name}", text)
    (published / "v1.0.0.mod").write_text(files["go.mod"])
    (published / "v1.0.0.info").write_text('{"Version": "v1.0.0"}')
    cache = tmp_path / "modules"
    values = {
        "GOPROXY": f"file://{tmp_path}/proxy",
        "GOSUMDB": "off",
        "GOMODCACHE": str(cache),
        "GOFLAGS": "-modcacherw",
    }
    for variable, value in values.items():
        monkeypatch.setenv(variable, value)
    mini.write("go/go.mod", "module example.org/docs\n\ngo 1.21\n\nrequire example.org/dep v1.0.0\n")
    head = HEAD.replace('"fmt"', '"fmt"; "example.org/dep"')
    text = source("A", *snippet("a", "fmt.Println(dep.Word())"), head=head)
    mini.write("go/a_test.go", text)
    subprocess.run(["go", "mod", "tidy"], cwd=mini.root / "go", check=True, capture_output=True)
    mini.suite = mini.suite._replace(lock="go/go.sum")
    code = cache / "example.org/dep@v1.0.0/dep.go"
    archived = cache / "cache/download/example.org/dep/@v/v1.0.0.zip"

    def output() -> str:
        return mini.prove(text)["a"].output

    code.write_text(files["dep.go"].replace("cat", "dog"))
    assert output() == "cat\n"  # found by go itself
    code.write_text(files["dep.go"].replace("cat", "dog"))
    assert output() == "cat\n"
    assert mini.logged[1:] == [f"go: {code} is damaged: installing what go/go.sum pins again"]
    shutil.rmtree(code.parent)
    archived.write_bytes(archived.read_bytes()[:-10])
    assert output() == "cat\n"
    shutil.rmtree(code.parent)
    for place in (archived, published / "v1.0.0.zip"):
        place.write_bytes(b"no archive")
    with pytest.raises(InfrastructureError, match=r"go/go.sum:1:1 its modules could not be downloaded"):
        mini.runner()


def _spy(folder: Path, calls: Path) -> Path:
    """Make a ``go`` that notes how it is called, and hands over to the real one."""
    real = next(p for p in os.environ["PATH"].split(os.pathsep) if (Path(p) / "go").exists())
    folder.mkdir()
    (folder / "go").write_text(f'#!/bin/sh\necho "$@" >> {calls}\nexec {real}/go "$@"\n')
    (folder / "go").chmod(0o755)
    return folder


def test_a_machine_without_go(mini: Mini, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No go, or one that is too old: the Suite cannot be proven here, which is not an error in the docs."""
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ToolchainMissingError, match="no 'go' on the PATH"):
        mini.runner()
    (tmp_path / "go").write_text("#!/bin/sh\necho go version go1.19.3 linux/amd64\n")
    (tmp_path / "go").chmod(0o755)
    with pytest.raises(ToolchainMissingError, match="which is too old"):
        mini.runner()


@pytest.mark.parametrize(
    ("lock", "manifest", "kind", "message"),
    [
        (None, "", SettingsError, "go/suite.yaml:1:1 a Go Suite requires the lock file of its module"),
        ("go/go.sum", None, SettingsError, "go/go.mod:1:1 cannot be read"),
        ("go/go.mod", "go 1.21\n", SettingsError, "go/go.mod:1:1 the module has no name"),
        ("go/go.mod", "module a.b/c\nwrong\n", SettingsError, "go/go.mod:2:1 unknown directive: wrong"),
        ("go/go.mod", "module a.b/c\ngo 1.999\n", ToolchainMissingError, "go/go.mod:1:1 it requires Go 1.999, but "),
        ("go/go.mod", "module a.b/c\nrequire d.e/f v1.0.0\n", InfrastructureError, "go/go.mod:1:1 its modules"),
    ],
)
def test_a_module_that_cannot_be_had(
    mini: Mini,
    monkeypatch: pytest.MonkeyPatch,
    lock: str | None,
    manifest: str | None,
    kind: type[Exception],
    message: str,
) -> None:
    """The file to look at is named."""
    monkeypatch.setenv("GOPROXY", "off")
    monkeypatch.setenv("GOTOOLCHAIN", "local")
    mini.suite = mini.suite._replace(lock=lock)
    mini.write("go/go.mod", manifest or "")
    if manifest is None:
        (mini.root / "go/go.mod").unlink()
    with pytest.raises(kind) as raised:
        mini.runner()
    assert str(raised.value).startswith(message)


def test_a_root_that_is_a_link(mini: Mini, tmp_path: Path) -> None:
    """Paths are those that the user wrote, so that panics find their lines."""
    (tmp_path / "link").symlink_to(mini.root)
    mini.settings = mini.settings._replace(root=tmp_path / "link")
    mini.root = tmp_path / "link"
    found = mini.prove(source("A", *snippet("a", 'fmt.Println("a")', 'panic("b")')))
    assert (brief(found), found["a"].output) == ({"a": ("failed", 7)}, "a\n")


def test_an_option_that_go_refuses(mini: Mini) -> None:
    """It is an error of the suite file, at the line of the option."""
    mini.write("go/suite.yaml", "flavour: go\noptions: [-race=false, -bogus]\n")
    mini.suite = mini.suite._replace(options=("-race=false", "-bogus"))
    with pytest.raises(SettingsError, match=r"^go/suite\.yaml:2:24 go test refuses the options .*\n.*-bogus"):
        mini.prove(GOOD)


def test_a_source_may_do_anything_to_open_files(mini: Mini) -> None:
    """What it writes proves nothing, and what it closes loses no event of a probe."""
    forged = r'"1\n[]\nnull\n{\"line\": 12, \"time\": 1}\n{\"line\": 14, \"time\": 1}"'
    place = 'os.Getenv("HOME") + "/events"'
    after = (
        *snippet("b", 'fmt.Println("b")'),
        "never := func() {",
        *snippet("c", 'fmt.Println("c")'),
        "}",
        "_ = never",
    )
    texts = {
        "Write": (f"f, _ := os.OpenFile({place}, os.O_APPEND|os.O_WRONLY, 0)", f"f.WriteString({forged})"),
        "Every": ("for n := uintptr(5); n < 64; n++ {", f'os.NewFile(n, "").WriteString({forged})', "}"),
        "Empty": (f"os.Truncate({place}, 0)",),
    }
    found = mini.prove(
        {f"go/{name.lower()}_test.go": source(name, *snippet("a", *lines), *after) for name, lines in texts.items()}
    )
    assert {name[3:].replace("_test.go", ""): str(verdict.outcome) for name, verdict in found.items()} == {
        "write::a": "passed",
        "write::b": "passed",
        "write::c": "not executed",
        "every::a": "passed",
        "every::b": "passed",
        "every::c": "not executed",
        "empty::a": "not executed",
        "empty::b": "passed",
        "empty::c": "not executed",
    }


def test_errors_without_words(mini: Mini) -> None:
    """The `Error` method of a panic's value may panic too: its type and the line that panics are reported."""
    declared = ("type CatError struct{}", 'func (CatError) Error() string { panic("no words") }')
    text = source("A", *snippet("a", "fmt.Println(1)", "panic(CatError{})"))
    found = mini.prove(text + "\n" + "\n".join(declared) + "\n")
    line = next(n for n, each in enumerate(text.split("\n"), start=1) if "panic(CatError" in each)
    assert brief(found) == {"a": ("failed", line)}, found
    assert found["a"].reason == "panic: CatError: its message cannot be read: no words", found


def test_a_build_is_cached_if_go_has_all_that_the_sources_import(
    mini: Mini, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing of the Sources themselves counts: those are compiled in each run."""
    mini.write("go/a_test.go", GOOD)
    runner = mini.runner()
    runner.build([mini.program(runner, "go/a_test.go", GOOD)])
    assert runner.is_build_cached()
    mini.write("go/a_test.go", GOOD.replace('"good"', '"other"'))
    assert runner.is_build_cached()
    mini.suite = mini.suite._replace(options=("-no-such-option",))
    assert not mini.runner().is_build_cached()
    mini.suite = mini.suite._replace(options=())
    monkeypatch.setenv("GOCACHE", str(tmp_path / "builds"))
    assert not mini.runner().is_build_cached()
    assert tmp_path / "builds" in mini.runner().shared_folders()


def test_what_is_vendored_needs_no_environment(mini: Mini) -> None:
    assert mini.runner().pinned()
    mini.write("go/vendor/modules.txt", "")
    assert GoRunner(mini.runner().context).pinned() is None
