"""The Java Runner's build: one call of the compiler, and the files that it rejects."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.support.java_suite import FOLDER, GOOD, in_test, make_mini, reasons, short
from tests.support.mini import Mini

from snipproof.config import Settings
from snipproof.processes.session_folder import SessionFolder
from snipproof.run.probe import Probed
from snipproof.run.runners.java.javac import JavacDiagnostic, parse

pytestmark = [pytest.mark.slow, pytest.mark.toolchain("javac", "java", "mvn")]


@pytest.fixture
def mini(session: SessionFolder, plain_settings: Settings) -> Mini:
    """A Suite that Maven resolves."""
    return make_mini(session, plain_settings)


def test_a_broken_source_hides_no_other_one(mini: Mini) -> None:
    """Each compiler message belongs to its own file and line; a file that needs a broken one names it."""
    mini.write("java/src/main/java/Aid.java", "class Aid { int n = missing; }")
    mini.write("java/src/main/java/module-info.java", "module aid { }")
    region = ("// START a", "int a = 1;", "// END a")
    found = mini.prove(
        in_test("Parse", *region, "// START b", "\tint = 2;", "// END b")
        | in_test(
            "Type", "// START a", '\tString s = "é"; int n = s;', "// END a", "// START b", "noSuch(1);", "// END b"
        )
        | in_test("Needs", "// START a", "new Parse();", "// END a")
        | in_test("NeedsAid", *region, "new Aid();")
        | GOOD
    )
    assert short(found) == {
        "Parse::a": ("blocked", 5),
        "Parse::b": ("failed", 9),
        "Type::a": ("failed", 6),
        "Type::b": ("failed", 9),
        "Needs::a": ("failed", 6),
        "NeedsAid::a": ("failed", 8),
        "Good::good": ("passed", 5),
    }
    reason = reasons(found)
    assert reason["Parse::b"] == "javac: not a statement"
    assert reason["Type::a"] == "javac: incompatible types: String cannot be converted to int"
    assert reason["Type::b"] == "javac: cannot find symbol; symbol: method noSuch(int); location: class Type"
    assert (
        f"class Parse; location: class Needs; {FOLDER}/Parse.java, which it needs, does not compile"
        in reason["Needs::a"]
    )
    assert "java/src/main/java/Aid.java, which it needs, does not compile" in reason["NeedsAid::a"]
    assert (
        "java/src/main/java/Aid.java:1:21 javac: cannot find symbol; symbol: variable missing; location: class Aid"
        in (mini.logged)
    )
    details = found[f"{FOLDER}/NeedsAid.java::a"].details
    assert "java/src/main/java/Aid.java:1:21 javac: cannot find symbol; symbol: variable missing" in details
    assert f"{FOLDER}/Type.java:6:26 javac: incompatible" in found[f"{FOLDER}/Type.java::a"].details
    assert f"{FOLDER}/Parse.java:9:2 javac: not a statement" in found[f"{FOLDER}/Parse.java::b"].details


def test_a_probe_that_breaks_a_source_is_not_an_error_in_the_docs(mini: Mini) -> None:
    """A text that compiles without its probes is reported as such."""
    ((path, text),) = in_test("T", "// START a", "int n = 1;", "// END a").items()
    runner = mini.runner()
    good = mini.program(runner, path, text)
    bad = replace(good, probed=Probed(good.bare.replace("// END a", "snipproof.Probe.pass(n.x);")))
    try:
        runner.build([bad])
        run = runner.execute(bad)
        assert [str(problem) for problem in run.diagnostics] == [
            f"{path}:7:23 snipproof: a probe cannot stand here: int cannot be dereferenced"
        ]
        runner.build([good])  # other texts
        assert runner.execute(good).ok
    finally:
        runner.close()


def test_messages_of_the_compiler() -> None:
    """Text of a file that looks like a message is ignored; the caret gives the column, indented lines the details."""
    output = """\
a b/T.java:3: error: cannot find symbol
\tT.java:1: error: x
\t          ^
  symbol:   class x
  location: class T
a b/T.java:9: error: reached end of file while parsing
}
 ^
U.java:1: warning: [removal] old
old();
^
Note: some input files
2 errors
"""
    assert list(parse(output, {"a b/T.java", "U.java"})) == [
        JavacDiagnostic("a b/T.java", 3, 12, "cannot find symbol; symbol: class x; location: class T"),
        JavacDiagnostic("a b/T.java", 9, 2, "reached end of file while parsing"),
    ]
