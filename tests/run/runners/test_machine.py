"""What a Source prints does not depend on the machine: on the user's environment, or on the path of the docs."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from tests.support.java_suite import JUPITER, LAUNCHER, in_test, pom
from tests.support.mini import Mini

from snipproof.config import load_settings
from snipproof.model import Outcome, Suite
from snipproof.processes.session_folder import SessionFolder
from snipproof.run.runner import RunnerContext, make_runner

pytestmark = pytest.mark.slow

PACKAGES = Path(__file__).with_name("typescript")
OUTSIDE = {
    "LANG": "de_DE.UTF-8",
    "LC_ALL": "de_DE.ISO-8859-1",
    "LC_NUMERIC": "de_DE.UTF-8",
    "LANGUAGE": "de",
    "TZ": "Asia/Tokyo",
    "COLUMNS": "33",
    "LINES": "7",
    "TERM": "xterm-256color",
    "FORCE_COLOR": "1",
    "NO_COLOR": "1",
    "PYTHONHASHSEED": "7",
    "PYTHONIOENCODING": "latin-1",
    "NODE_ICU_DATA": "/nowhere",
    "JAVA_OPTS": "-Duser.language=de",
}


def fill(mini: Mini, language: str, body: Mapping[str, str], ends: str = "") -> dict[str, str]:
    """Write what the Suite of ``language`` needs; return a Source whose one Snippet is the ``body`` for it."""
    text = body[language] + ends
    match language:
        case "python":
            return {"s/a.py": f"# START a\n{text}\n# END a\n"}
        case "typescript":
            for path in PACKAGES.iterdir():
                mini.write(f"s/{path.name}", path.read_text())
            return {"s/a.ts": f"import fs from 'node:fs'\n// START a\n{text}\n// END a\n"}
        case "go":
            mini.write("s/go.mod", "module example.org/docs\n\ngo 1.21\n")
            head = 'package a\n\nimport (\n\t"fmt"\n\t"io"\n\t"os"\n\t"testing"\n\t"time"\n)\n\n'
            use = "var _, _, _ = io.EOF, os.Args, time.Now\n\n"
            return {"s/a_test.go": f"{head}{use}func TestA(t *testing.T) {{\n\t// START a\n{text}\n\t// END a\n}}\n"}
        case _:
            mini.write("java/pom.xml", pom(JUPITER, LAUNCHER))
            mini.write("java/src/test/resources/cats.txt", "A cat")
            return in_test("A", "// START a", text, "// END a")


def prove(root: Path, runs: Path, language: str, body: Mapping[str, str], *, fresh: bool = False) -> str:
    """Return what the Snippet of a project in ``root`` prints, or why it is not proven."""
    root.mkdir(parents=True)
    folder, lock = {
        "python": ("s", None),
        "typescript": ("s", "s/package-lock.json"),
        "go": ("s", "s/go.mod"),
        "java": ("java", "java/pom.xml"),
    }[language]
    settings = load_settings(root, environ={})
    settings = settings._replace(run=settings.run._replace(fresh=fresh))
    with SessionFolder.begin(runs) as session:
        suite = Suite(f"{folder}/suite.yaml", "x", language, ("s/a",), lock=lock)
        kind = type(make_runner(RunnerContext(suite, settings, session, lambda _: None)))
        mini = Mini(root, session, kind, suite, settings)
        (verdict,) = mini.prove(fill(mini, language, body)).values()
    return verdict.output if verdict.outcome is Outcome.PASSED else verdict.reason


LANGUAGES = [
    pytest.param("python", id="python"),
    pytest.param("typescript", marks=pytest.mark.toolchain("node", "npm"), id="typescript"),
    pytest.param("go", marks=pytest.mark.toolchain("go"), id="go"),
    pytest.param("java", marks=pytest.mark.toolchain("java", "javac", "mvn"), id="java"),
]

FACTS = {
    "python": (
        "import datetime, locale, shutil, sys, time\n"
        "locale.setlocale(locale.LC_ALL, '')\n"
        "print(datetime.datetime.fromtimestamp(0), time.tzname[0])\n"
        "print(locale.str(1.5), '日本', sys.stdout.encoding)\n"
        "print(*shutil.get_terminal_size(), sys.flags.hash_randomization)\n"
        "print(repr(sys.stdin.read()))"
    ),
    "typescript": (
        "console.log(new Date(0).toString())\n"
        "console.log((1.5).toLocaleString(), '日本', Intl.DateTimeFormat().resolvedOptions().locale)\n"
        "console.log(process.stdout.columns, process.env.COLUMNS, process.env.FORCE_COLOR)\n"
        "console.log(JSON.stringify(fs.readFileSync(0, 'utf8')))"
    ),
    "go": (
        "\tfmt.Println(time.Unix(0, 0))\n"
        '\tfmt.Println(1.5, "日本", os.Getenv("LC_ALL"))\n'
        '\tfmt.Println(os.Getenv("COLUMNS"), os.Getenv("TERM"))\n'
        "\tdata, err := io.ReadAll(os.Stdin)\n"
        '\tfmt.Printf("%q %v\\n", data, err)'
    ),
    "java": (
        "System.out.println(new java.util.Date(0));\n"
        'System.out.println(String.format("%.1f", 1.5) + " 日本 " + java.util.Locale.getDefault());\n'
        'System.out.println(System.getenv("COLUMNS") + " " + System.getenv("TERM"));\n'
        "System.out.println(System.in.read());"
    ),
}
EXPECTED = {
    "python": "1970-01-01 00:00:00 UTC\n1.5 日本 utf-8\n80 24 0\n''\n",
    "typescript": (
        'Thu Jan 01 1970 00:00:00 GMT+0000 (Coordinated Universal Time)\n1.5 日本 en-US\nundefined 80 undefined\n""\n'
    ),
    "go": '1970-01-01 00:00:00 +0000 UTC\n1.5 日本 C.UTF-8\n80 \n"" <nil>\n',
    "java": "Thu Jan 01 00:00:00 UTC 1970\n1.5 日本 en_US\n80 null\n-1\n",
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_output_does_not_depend_on_the_environment(
    tmp_path: Path, language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Time zone, locale, encoding, width and hash seed are fixed, and standard input is empty."""
    for name, value in OUTSIDE.items():
        monkeypatch.setenv(name, value)
    assert prove(tmp_path / "project", tmp_path / "runs", language, FACTS) == EXPECTED[language]


@pytest.mark.parametrize("language", [LANGUAGES[0], LANGUAGES[3]])
def test_a_process_of_its_own_has_the_same_environment(
    tmp_path: Path, language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in OUTSIDE.items():
        monkeypatch.setenv(name, value)
    assert prove(tmp_path / "project", tmp_path / "runs", language, FACTS, fresh=True) == EXPECTED[language]


HELLO = {
    "python": "print('A cat')",
    "typescript": "console.log('A cat')",
    "go": '\tfmt.Println("A cat")',
    "java": 'System.out.println(new String(getClass().getResourceAsStream("/cats.txt").readAllBytes()));',
}
ODD = "pets;photos: 'a' \"b\" $HOME %20 #1 & é [x] (y) a=>b"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_path_of_the_checkout_may_hold_any_character(tmp_path: Path, language: str) -> None:
    assert prove(tmp_path / ODD, tmp_path / "runs", language, HELLO) == "A cat\n"


@pytest.mark.parametrize("language", LANGUAGES)
def test_so_may_the_path_of_temporary_files(tmp_path: Path, language: str) -> None:
    assert prove(tmp_path / "project", tmp_path / ODD, language, HELLO) == "A cat\n"
