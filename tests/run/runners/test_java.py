"""The Java Runner: one JVM, and what one Source must not do to another."""

from __future__ import annotations

import time

import pytest
from tests.support.announced import MATCHED, matched, messages
from tests.support.java_suite import FOLDER, GOOD, in_class, in_main, in_test, make_mini, reasons, short
from tests.support.mini import Mini, passed
from tests.support.processes import left_running, with_pid

from snipproof.config import Settings
from snipproof.errors import SettingsError
from snipproof.processes.session_folder import SessionFolder
from snipproof.run.runners.java.runner import JavaRunner

pytestmark = [pytest.mark.slow, pytest.mark.toolchain("javac", "java", "mvn")]


@pytest.fixture
def mini(session: SessionFolder, plain_settings: Settings) -> Mini:
    """A Suite that Maven resolves."""
    return make_mini(session, plain_settings)


def test_what_a_snippet_prints_and_what_is_restored(mini: Mini) -> None:
    """Exact output; the next Source finds a clean directory, an open stdout, and nothing that this one has set."""
    mini.write("java/files/photo.txt", "cat")
    mini.write(f"{FOLDER}/WorkerProcess.java", 'class WorkerProcess { static String help() { return "helped"; } }')
    mini.write("java/src/test/resources/word.txt", "resource")
    mini.suite = mini.suite._replace(files=(("images", "java/files"),))
    body = (
        "// START one",
        'System.out.print("é" + java.nio.file.Files.readString(java.nio.file.Path.of("images/photo.txt")));',
        "// END one",
        'System.out.println("hidden");',
        "// START two",
        "System.out.println(WorkerProcess.help());",
        'System.out.print(new String(getClass().getResourceAsStream("/word.txt").readAllBytes()));',
        "// END two",
        "System.setOut(new java.io.PrintStream(new java.io.BufferedOutputStream(System.out)));",
        "// START three",
        'System.out.print("kept back");',
        "// END three",
        'assertEquals("en_US", java.util.Locale.getDefault().toString());',
        'assertFalse(new java.io.File("left").exists());',
        'assertTrue(new java.io.File("left").createNewFile());',
        'assertTrue(new java.io.File(System.getenv("HOME"), "left").createNewFile());',
        'assertTrue(new java.io.File(System.getProperty("java.io.tmpdir"), "temp").createNewFile());',
        'assertNull(System.setProperty("left", "yes"));',
        "java.util.Locale.setDefault(java.util.Locale.JAPAN);",
        'System.out.print("after");',
        "System.setErr(new java.io.PrintStream(java.io.OutputStream.nullOutputStream()));",
        "System.out.close();",
    )
    first = in_test("First", *body)
    second = {name.replace("First", "Second"): text.replace("First", "Second") for name, text in first.items()}
    found = mini.prove(first | second)
    assert passed(found), reasons(found)
    assert [verdict.output for verdict in found.values()] == ["écat", "helped\nresource", "kept back"] * 2
    assert not (mini.root / "java" / "target").exists()


def test_a_failure_is_red_at_its_own_line(mini: Mini) -> None:
    """Every failure in a test or around it belongs to a Snippet, and the next Source stays green."""
    found = mini.prove(
        in_test("Inside", "// START a", 'System.out.println("so far");', 'fail("on\\npurpose");', "// END a")
        | in_test("Before", 'assertEquals(1, "".length());', "// START a", "int a;", "// END a")
        | in_test("Between", *("// START a", "// END a", "Object o = null;", "o.wait();", "// START b", "// END b"))
        | in_test("After", "// START a", "int a;", "// END a", 'Integer.parseInt("x");')
        | in_class(
            "Loading", 'static int n = 1 / Integer.parseInt("0");', "@Test void t() {", "// START a", "// END a", "}"
        )
        | in_class("Making", "Making() {", "throw new Error();", "}", "@Test void t() {", "// START a", "// END a", "}")
        | in_class(
            "First", "@BeforeAll static void b() {", "fail();", "}", "@Test void t() {", "// START a", "// END a", "}"
        )
        | in_test(
            "Caused",
            "// START a",
            "try { deeper(); }",
            'catch (Exception e) { throw new RuntimeException("outer", e); }',
            "// END a",
            "}",
            "void deeper() throws Exception {",
            'throw new Exception("inner");',
        )
        | in_test("Swallowed", "// START a", "try { assertTrue(false); } finally { System.out.flush(); }", "// END a")
        | GOOD
    )
    assert short(found) == {
        "Inside::a": ("failed", 7),
        "Before::a": ("failed", 5),
        "Between::a": ("blocked", 5),
        "Between::b": ("failed", 8),
        "After::a": ("failed", 8),
        "Loading::a": ("failed", 4),
        "Making::a": ("failed", 5),
        "First::a": ("failed", 5),
        "Caused::a": ("failed", 11),
        "Swallowed::a": ("failed", 6),
        "Good::good": ("passed", 5),
    }
    reason = reasons(found)
    assert reason["Inside::a"] == "AssertionFailedError: on"
    assert reason["Before::a"] == "hidden code before it: AssertionFailedError: expected: <1> but was: <0>"
    assert "NullPointerException" in reason["Between::b"]
    assert reason["After::a"] == 'hidden code after it: NumberFormatException: For input string: "x"'
    assert "ExceptionInInitializerError" in reason["Loading::a"]
    inside = found[f"{FOLDER}/Inside.java::a"]
    assert inside.output == "so far\n"
    assert inside.details == (
        f"org.opentest4j.AssertionFailedError: on\npurpose\n    at Inside.test({FOLDER}/Inside.java:7)\n"
    )
    assert found[f"{FOLDER}/Caused.java::a"].details == (
        f"java.lang.RuntimeException: outer\n    at Caused.test({FOLDER}/Caused.java:7)\n"
        f"Caused by: java.lang.Exception: inner\n    at Caused.deeper({FOLDER}/Caused.java:11)\n"
        f"    at Caused.test({FOLDER}/Caused.java:6)\n"
    )


def test_what_junit_does_not_run_is_never_green(mini: Mini) -> None:
    """A test that is not found, switched off or given up, a comment, a JVM that ends early with exit code 0."""
    region = ("// START a", 'System.out.println("a");', "// END a")
    found = mini.prove(
        in_class("NoTest", "void test() {", *region, "}")
        | in_class("OneMissed", "@Test void other() {}", "void test() {", *region, "}")
        | in_class("Off", '@Disabled("no time")', "@Test void test() {", *region, "}")
        | in_test("Given", 'Assumptions.assumeTrue(false, "no luck");', *region)
        | in_test("Comment", "/*", *region, "*/")
        | in_test("Text", 'String s = """', *region, '""";')
        | in_test("Exit", *region, "// START b", "System.exit(0);", "// END b")
        | in_test("ExitThree", *region, "System.exit(3);")
        | in_test("Halt", "// START a", "Runtime.getRuntime().halt(0);", "// END a")
        | in_test("Branch", "if (s().isEmpty()) {", *region, "}", "}", 'String s() { return "x";')
        | GOOD
    )
    assert short(found) == {
        "NoTest::a": ("failed", 5),
        "OneMissed::a": ("not executed", 7),
        "Off::a": ("skipped", 6),
        "Given::a": ("skipped", 6),
        "Comment::a": ("not executed", 6),
        "Text::a": ("not executed", 6),
        "Exit::a": ("passed", 5),
        "Exit::b": ("failed", 9),
        "ExitThree::a": ("failed", 8),
        "Halt::a": ("failed", 5),
        "Branch::a": ("not executed", 7),
        "Good::good": ("passed", 5),
    }
    reason = reasons(found)
    assert "JUnit found no test in this file" in reason["NoTest::a"]
    assert "line 7 never ran" in reason["OneMissed::a"]
    assert "JUnit did not run test(): no time" in reason["Off::a"]
    assert "JUnit did not run test(): Assumption failed: no luck" in reason["Given::a"]
    assert "inside a block comment" in reason["Comment::a"]
    assert "string literal" in reason["Text::a"]
    assert reason["Exit::b"] == "System.exit: it ended the JVM with exit code 0 before its tests had ended"
    assert "exit code 3" in reason["ExitThree::a"]
    assert "the JVM ended before the tests had ended" in reason["Halt::a"]


def test_programs(mini: Mini) -> None:
    """A Source without tests runs as by `java`: exit code, threads, hooks, and what leaves its main."""
    region = ("// START a", 'System.out.println("a");', "// END a")
    late = 'try { Thread.sleep(300); } catch (InterruptedException e) { } System.out.println("late");'
    whole = (
        "// START a\nimport java.util.List;\n\npublic class Whole {\n"
        "  public static void main(String[] args) throws Exception {\n    try {\n"
        '      System.out.println(List.of(args.length, new java.io.File("left").createNewFile()));\n'
        "    } finally {\n      System.out.println(2);\n    }\n  }\n}\n// END a\n"
    )
    found = mini.prove(
        {f"{FOLDER}/Whole.java": whole}
        | {f"{FOLDER}/other/Packed.java": "package other;\n" + whole.replace("Whole", "Packed")}
        | in_main("Throws", *region, 'Integer.parseInt("x");', "// START b", "int b;", "// END b")
        | in_main("Shown", "// START a", 'throw new IllegalStateException("no");', "// END a")
        | in_main(
            "Raises", "// START a {raises: IllegalStateException}", 'throw new IllegalStateException("no");', "// END a"
        )
        | in_main("Exit", *region, "// START b", "System.exit(0);", "// END b")
        | in_main("ExitThree", *region, "// START b", "System.exit(3);", "// END b")
        | in_main("Early", "if (args.length == 0) System.exit(0);", *region)
        | in_main("Halt", *region, "Runtime.getRuntime().halt(4);")
        | in_main("Waits", "new Thread(() -> {", "// START a", late, "// END a", "}).start();")
        | in_main(
            "Daemon",
            "Thread left = new Thread(() -> {",
            "// START a",
            late,
            "// END a",
            "});",
            "left.setDaemon(true);",
            "left.start();",
        )
        | in_main(
            "Pool",
            "ExecutorService pool = Executors.newFixedThreadPool(1);",
            "pool.submit(() -> {",
            *region,
            "}).get();",
            "pool.shutdown();",
        )
        | in_main("Hook", "Runtime.getRuntime().addShutdownHook(new Thread(() -> {", *region, "}));")
        | in_main("Static", *region, "}", 'static int n = Integer.parseInt("y");', "static void more() {")
        | in_class(
            "Both",
            "public static void main(String[] args) {",
            "// START m",
            "int m;",
            "// END m",
            "}",
            "@Test void t() {",
            *region,
            "}",
        )
        | in_class("Private", "private static void main(String[] args) {", *region, "}")
        | in_class("Nothing", "static int main(String[] args) {", *region, "return 1;", "}")
        | GOOD
    )
    assert short(found) == {
        "Whole::a": ("passed", 1),
        "Packed::a": ("passed", 2),
        "Throws::a": ("passed", 5),
        "Throws::b": ("failed", 8),
        "Shown::a": ("failed", 6),
        "Raises::a": ("passed", 5),
        "Exit::a": ("passed", 5),
        "Exit::b": ("passed", 8),
        "ExitThree::a": ("passed", 5),
        "ExitThree::b": ("failed", 9),
        "Early::a": ("not executed", 7),
        "Halt::a": ("failed", 5),
        "Waits::a": ("passed", 6),
        "Daemon::a": ("not executed", 7),
        "Pool::a": ("passed", 7),
        "Hook::a": ("passed", 6),
        "Static::a": ("failed", 9),
        "Both::m": ("not executed", 6),
        "Both::a": ("passed", 10),
        "Private::a": ("failed", 5),
        "Nothing::a": ("failed", 5),
        "Good::good": ("passed", 5),
    }
    outputs = {name.rpartition("/")[2]: verdict.output for name, verdict in found.items()}
    assert outputs["Whole.java::a"] == outputs["Packed.java::a"] == "[0, true]\n2\n"
    assert outputs["Hook.java::a"] == outputs["Pool.java::a"] == outputs["Exit.java::a"] == "a\n"
    assert outputs["Waits.java::a"] == "late\n"
    reason = reasons(found)
    assert reason["Throws::b"] == 'hidden code before it: NumberFormatException: For input string: "x"'
    assert reason["ExitThree::b"] == "System.exit: it ended the program with exit code 3"
    assert reason["Halt::a"] == "hidden code after it: the process ended with exit code 4"
    assert "ExceptionInInitializerError" in reason["Static::a"]
    assert "JUnit found no test in this file, and no class has" in reason["Private::a"]
    throws = found[f"{FOLDER}/Shown.java::a"]
    assert throws.details == f"java.lang.IllegalStateException: no\n    at Shown.main({FOLDER}/Shown.java:6)\n"


def test_a_program_that_never_ends(mini: Mini) -> None:
    """In its main, or in a thread that it leaves; the place is that of the code that still runs."""
    mini.set(timeout=1.5)
    thread = (
        "new Thread(() -> {",
        "// START a",
        "while (true) {",
        "Thread.onSpinWait();",
        "}",
        "// END a",
        "}).start();",
    )
    found = mini.prove(
        in_main("Main", "// START a", "Thread.sleep(60_000);", "// END a") | in_main("Left", *thread) | GOOD
    )
    outcomes = short(found)
    assert outcomes.pop("Left::a") in [("failed", line) for line in (6, 7, 8)]  # 6 is where it begins
    assert outcomes == {"Main::a": ("failed", 6), "Good::good": ("passed", 5)}
    assert "still running after 1.5 s, stopped at" in reasons(found)["Left::a"]


def test_functions_and_several_tests(mini: Mini) -> None:
    """A method that is shown is proven by being called; a test that fails leaves nothing open for the next one."""
    found = mini.prove(
        in_class(
            "Shown",
            "// START method",
            "int twice(int n) {",
            "return 2 * n;",
            "}",
            "// END method",
            "// START never",
            "void never() {",
            "}",
            "// END never",
            "@Test void uses() { assertEquals(4, twice(2)); }",
        )
        | {
            f"{FOLDER}/deep/Two.java": (
                "package deep;\nimport org.junit.jupiter.api.*;\n"
                "@TestMethodOrder(MethodOrderer.MethodName.class)\npublic class Two {\n"
                "@Test void a() {\n// START a\nSystem.out.println(1);\n// END a\n}\n"
                "@Test void b() {\n// START b\nAssertions.fail();\n// END b\n}\n"
                "@Nested class Inner {\n@Test void c() {\n// START c\nSystem.out.println(3);\n// END c\n}\n}\n}\n"
                "class Other {\n@Test void d() {\n// START d\nSystem.out.println(4);\n// END d\n}\n}\n"
            )
        }
    )
    assert short(found) == {
        "Shown::method": ("passed", 4),
        "Shown::never": ("not executed", 9),
        "Two::a": ("passed", 6),
        "Two::b": ("failed", 12),
        "Two::c": ("passed", 17),
        "Two::d": ("passed", 25),
    }
    assert [v.output for v in found.values()] == ["", "", "1\n", "", "3\n", "4\n"]


def test_errors_in_threads_and_errors_that_are_caught(mini: Mini) -> None:
    """A thread that dies is red. What a Snippet announces may be caught by hidden code."""
    found = mini.prove(
        in_class(
            "Threads",
            "@Test void thread() throws Exception {",
            "// START thread",
            'Thread thread = new Thread(() -> { throw new IllegalStateException("no"); });',
            "thread.start();",
            "thread.join();",
            "// END thread",
            "}",
            "@Test void asserted() {",
            "assertThrows(RuntimeException.class, () -> {",
            "// START asserted {raises: IllegalStateException}",
            "fail1();",
            "// END asserted",
            "});",
            "}",
            "@Test void caught() {",
            "try {",
            "// START caught {raises: no bread}",
            "fail1();",
            "// END caught",
            "} catch (RuntimeException error) { error.getMessage(); }",
            "}",
            "@Test void other() {",
            "try {",
            "// START other {raises: no milk}",
            "fail1();",
            "// END other",
            "} catch (RuntimeException error) { error.getMessage(); }",
            "}",
            'static void fail1() { throw new IllegalStateException("no bread"); }',
            "@Test void stream() {",
            "// START stream",
            "long n = java.util.stream.IntStream.range(0, 200_000).filter(x -> { return x > 1; }).count();",
            "System.out.println(n);",
            "// END stream",
            "}",
        )
    )
    assert short(found) == {
        "Threads::thread": ("failed", 6),
        "Threads::asserted": ("passed", 13),
        "Threads::caught": ("passed", 20),
        "Threads::other": ("failed", 27),
        "Threads::stream": ("passed", 34),
    }


def test_messages_of_errors_that_a_snippet_announces(mini: Mini) -> None:
    """Uncaught, and caught by hidden code in three ways: the message is that of the error itself."""
    cases = {
        "plain": ('throw new IllegalStateException("no bread");', "no bread", "bread"),
        "lines": (
            'throw new RuntimeException("no bread:\\n  - rye\\n  - wheat");',
            "no bread:\n  - rye\n  - wheat",
            "rye",
        ),
        "caused": ('throw new RuntimeException("no bread", new Error("no flour"));', "no bread", "RuntimeException"),
        "bare": ('throw new RuntimeException(new Error("no flour"));', "java.lang.Error: no flour", "flour"),
        "called": ('shop("rye");', "no rye", "ShopException"),
        "asserted": ("assertEquals(1, 2);", "expected: <1> but was: <2>", "AssertionFailedError"),
    }
    ways = {
        "Uncaught": ("", ""),
        "Asserted": ("assertThrows(Throwable.class, () -> {", "});"),
        "Caught": ("try {", "} catch (Throwable error) { error.getMessage(); }"),
        "Named": (
            "org.junit.jupiter.api.function.Executable shown = () -> {",
            "}; assertThrows(Throwable.class, shown);",
        ),
    }
    body = []
    for way, (before, behind) in ways.items():
        for case, (line, message, raises) in cases.items():
            name = f"{case}{way}"
            shown = (f"// START {name} {{raises: {raises}}}", line, f"// END {name}")
            body += [f"@Test void {name}() throws Exception {{", before, *shown, behind, "}", *messages(name, message)]
    body += [
        "static class ShopException extends Exception { ShopException(String text) { super(text); } }",
        'static void shop(String what) throws ShopException { throw new ShopException("no " + what); }',
    ]
    found = mini.prove(in_class("Errors", *body))
    assert len(found) == len(ways) * len(cases)
    assert {name: verdict.reason for name, verdict in found.items() if matched(verdict) != MATCHED} == {}


def test_a_test_that_never_ends_is_red(mini: Mini) -> None:
    """Its Snippet has passed its END."""
    mini.set(timeout=3.0)
    found = mini.prove(
        in_class(
            "Hang",
            "@Test void test() throws Exception {",
            "// START a",
            'System.out.println("a");',
            "// END a",
            "Thread.sleep(60_000);",
            "}",
        )
    )
    assert [str(verdict.outcome) for verdict in found.values()] == ["failed"]


def forks(script: str) -> str:
    """Return a statement that runs a shell script and waits for its end."""
    return f'new ProcessBuilder("sh", "-c", "{script}").inheritIO().start().waitFor();'


def test_limits_and_what_is_left_behind(mini: Mini) -> None:
    """A hang is found at its line, a flood is stopped, and no process or thread of a Source meets the next one."""
    mini.set(timeout=1.5, output_limit=1_000_000)
    prints = 'for (int i = 0; i < 100; i++) System.out.println("x".repeat(999_999));'
    noise = '{ Thread.sleep(1); System.out.println("noise"); }'
    spawns = f"new Thread(() -> {{ try {{ while (true) {noise} }} catch (InterruptedException e) {{ }} }}).start();"
    began = time.monotonic()
    found = mini.prove(
        in_test("Hang", "// START a", "while (true) {", "Thread.sleep(10);", "}", "}", "void end() {", "// END a")
        | in_test("Child", "// START a", forks("sleep 987 & wait"), "// END a")
        | in_test("Flood", "// START a", prints, "// END a")
        | in_test("Leaves", "// START a", forks("sleep 987 &"), "// END a")
        | in_test("Spawns", "// START a", spawns, "// END a")
        | in_test("Quiet", "Thread.sleep(50);", "// START a", "Thread.sleep(50);", "// END a")
        | GOOD
    )
    assert time.monotonic() - began < 30
    assert short(found) == {
        "Hang::a": ("failed", 7),
        "Child::a": ("failed", 6),
        "Flood::a": ("failed", 5),
        "Leaves::a": ("passed", 5),
        "Spawns::a": ("passed", 5),
        "Quiet::a": ("passed", 6),
        "Good::good": ("passed", 5),
    }
    assert found[f"{FOLDER}/Quiet.java::a"].output == ""
    assert "still running after 1.5 s, stopped at" in reasons(found)["Hang::a"]
    assert "more than 1,000,000 bytes" in reasons(found)["Flood::a"]
    assert left_running(lambda process: process.cmdline() == ["sleep", "987"]) == []


def test_children_are_gone_before_the_next_source(mini: Mini) -> None:
    """Also an orphan that its parent left, while the JVM goes on."""
    fork = forks("sleep 654 & echo $! > ../pid")
    texts = in_test("Leaves", "// START a", fork, "// END a") | GOOD
    mini.suite = mini.suite._replace(sources=tuple(texts))
    runner = mini.runner()
    try:
        programs = [mini.program(runner, path, text) for path, text in texts.items()]
        runner.build(programs)
        assert isinstance(runner, JavaRunner)
        jvm = runner._jvm
        assert jvm
        assert runner.execute(programs[0]).ok
        pid = int((jvm.folder / "pid").read_text())
        assert left_running(with_pid(pid)) == []
        assert runner.execute(programs[1]).ok
        assert runner._jvm is jvm
    finally:
        runner.close()


def test_secrets_are_masked(mini: Mini, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither output, crash nor compiler message shows what was given to the Sources, and they get nothing else."""
    monkeypatch.setenv("TOKEN", "s3cr3tValue")
    monkeypatch.setenv("OTHER", "not-for-them")
    mini.set(env=("TOKEN",))
    found = mini.prove(
        in_test(
            "Prints", "// START a", 'System.out.println(System.getenv("TOKEN") + System.getenv("OTHER"));', "// END a"
        )
        | in_test("Throws", "// START a", 'fail("got " + System.getenv("TOKEN"));', "// END a")
        | in_test("Names", "// START a", "s3cr3tValue();", "// END a")
    )
    assert found[f"{FOLDER}/Prints.java::a"].output == "<TOKEN>null\n"
    assert reasons(found)["Throws::a"] == "AssertionFailedError: got <TOKEN>"
    assert "symbol: method <TOKEN>()" in reasons(found)["Names::a"]
    assert "s3cr3tValue" not in str(found.values()).replace("s3cr3tValue();", "")


def test_a_fresh_jvm_for_each_source(mini: Mini) -> None:
    """With ``fresh``, nothing that one Source sets in a JVM is seen by another one; options reach the JVM."""
    mini.write("java/src/main/java/Shared.java", "public class Shared { static int used; }")
    mini.suite = mini.suite._replace(options=("-Dgiven=yes", "-XX:+UseParallelGC"))
    body = ("// START a", 'System.out.println(System.getProperty("given") + Shared.used++);', "// END a")
    stays = "new Thread(() -> { try { Thread.sleep(60_000); } catch (InterruptedException e) { } }).start();"
    sources = (
        in_test("A", *body) | in_test("B", *body, stays) | in_test("Exit", "// START a", "System.exit(0);", "// END a")
    )
    mini.set(fresh=True)
    fresh = mini.prove(sources)
    assert [v.output for v in fresh.values()] == ["yes0\n", "yes0\n", ""]
    assert short(fresh) == {"A::a": ("passed", 5), "B::a": ("passed", 5), "Exit::a": ("failed", 6)}


def test_one_jvm_for_all_sources(mini: Mini) -> None:
    """What they share is shared, as under Maven: the JVM stays."""
    mini.write("java/src/main/java/Shared.java", "public class Shared { static int used; }")
    body = ("// START a", "System.out.println(Shared.used++);", "// END a")
    kept = mini.prove(in_test("A", *body) | in_test("B", *body))
    assert [v.output for v in kept.values()] == ["0\n", "1\n"]


def test_options_that_java_refuses(mini: Mini) -> None:
    """The suite file is to blame, in the JVM's own words."""
    mini.suite = mini.suite._replace(options=("-XX:NoSuchOption",))
    with pytest.raises(
        SettingsError, match=r"java/suite.yaml:1:1 the JVM failed to start with \('-XX:NoSuchOption',\)"
    ) as error:
        mini.prove(GOOD)
    assert "NoSuchOption" in error.value.hint


def test_a_source_may_write_to_every_open_file(mini: Mini) -> None:
    """What it writes proves nothing, and the JVM goes on; half a character in a message is an escape."""
    forged = r"1\n[]\n{\"line\": 12, \"time\": 1}\n{\"line\": 14, \"time\": 1}\n{\"summary\": {\"tests\": 9}}\ncat"
    write = (
        'for (java.io.File file : new java.io.File("/proc/self/fd").listFiles()) {',
        'if (Integer.parseInt(file.getName()) < 3 || file.getCanonicalPath().contains(".jar")) continue;',
        'if (file.getCanonicalPath().startsWith("/dev/")) continue;',
        "try (java.io.FileOutputStream out = new java.io.FileOutputStream(file, true)) {",
        f'out.write("{forged}".getBytes());',
        "} catch (java.io.IOException error) { continue; }",
        "}",
    )
    after = (
        *("// START b", 'System.out.println("b");', "// END b", "Runnable never = () -> {"),
        *("// START c", 'System.out.println("c");', "// END c", "};"),
    )
    half = ("// START d", 'throw new RuntimeException("A cat \\ud83d");', "// END d")
    found = mini.prove(in_test("Every", "// START a", *write, "// END a", *after) | GOOD | in_test("Half", *half))
    assert {name: what[0] for name, what in short(found).items()} == {
        "Every::a": "passed",
        "Every::b": "passed",
        "Every::c": "not executed",
        "Good::good": "passed",
        "Half::d": "failed",
    }
    assert reasons(found)["Half::d"] == "RuntimeException: A cat \\ud83d"


def test_exceptions_without_words(mini: Mini) -> None:
    """Methods of an exception may throw, too: its type and the line that threw it are known."""

    def source(name: str, method: str, thrown: str) -> dict[str, str]:
        kind = (
            f'static class CatError extends RuntimeError {{ @Override public {method} {{ throw new Error("no"); }} }}'
        )
        test = ("@Test void test() {", "// START a", "System.out.println(1);", f"throw {thrown};", "// END a", "}")
        return in_class(name, *test, kind.replace("RuntimeError", "RuntimeException"))

    found = mini.prove(
        source("Message", "String getMessage()", "new CatError()")
        | source("Text", "String toString()", "new CatError()")
        | source("Chain", "String getMessage()", 'new IllegalStateException("no cat", new CatError())')
    )
    assert set(short(found).values()) == {("failed", 7)}, found
    assert reasons(found) == {
        "Message::a": "CatError: its message cannot be read: java.lang.Error",
        "Text::a": "CatError",
        "Chain::a": "IllegalStateException: no cat",
    }
