"""What compilers do when nothing has changed: nothing. And whatever changes is compiled again."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from tests.support.java_suite import in_test, make_mini
from tests.support.mini import Mini
from tests.support.typescript_suite import make_typescript

from snipproof.config import Settings
from snipproof.model import Suite
from snipproof.processes.process import Process
from snipproof.processes.session_folder import SessionFolder
from snipproof.run.build_cache import BuildCache, BuildKey
from snipproof.run.runners.go.build_key import build_key
from snipproof.run.runners.go.module import find_module
from snipproof.run.runners.go.runner import GoRunner
from snipproof.run.runners.typescript.runner import TypeScriptRunner
from snipproof.run.verdict import Verdict

pytestmark = pytest.mark.slow

_COMPILERS = ("tsc", "bundle.mjs", "javac", "vet", "test", "build")
Count = Callable[[], list[str]]


@pytest.fixture
def compiled(monkeypatch: pytest.MonkeyPatch) -> Count:
    """Return a function that returns the compilers that were started since its last call."""
    seen: list[str] = []
    start = Process.start.__func__  # type: ignore[attr-defined]

    def counting(kind: type[Process], /, command: list[str], **given: object) -> Process:
        words = [Path(word).name for word in command[:3] if not word.startswith("-")]
        seen.extend(word for word in words if word in _COMPILERS)
        return start(kind, command, **given)  # type: ignore[no-any-return]

    def take() -> list[str]:
        found = sorted(seen)
        seen.clear()
        return found

    monkeypatch.setattr(Process, "start", classmethod(counting))
    return take


def facts(found: Mapping[str, Verdict]) -> list[tuple[object, ...]]:
    """Return all that a reader sees of Verdicts, without what differs from run to run."""
    return [(v.snippet.id, str(v.outcome), v.line, v.reason, v.output) for v in found.values()]


def assert_built_once(mini: Mini, compiled: Count, sources: dict[str, str], path: str, edit: tuple[str, str]) -> None:
    """Prove again what did not change, then what did; compare with builds that are not kept."""
    keeping = mini.settings
    mini.set(build_cache=False)
    mini.runner().close()  # what is installed once is compiled once
    compiled()
    plain = facts(mini.prove(sources))
    by_hand = compiled()
    assert by_hand
    mini.settings = keeping
    assert facts(mini.prove(sources)) == plain
    assert compiled() == by_hand
    assert facts(mini.prove(sources)) == plain  # the errors, too, are those of the first build
    assert compiled() == []
    changed = sources | {path: sources[path].replace(*edit)}
    assert changed != sources
    found = facts(mini.prove(changed))
    assert compiled()
    assert found != plain
    assert facts(mini.prove(sources)) == plain  # an edit that was undone
    assert compiled() == []


def key_of(mini: Mini, sources: Mapping[str, str], monkeypatch: pytest.MonkeyPatch) -> str:
    """Return the key with which a build would be looked for; nothing is compiled."""

    class FoundError(Exception):
        pass

    keys: list[str] = []

    def find(cache: BuildCache, key: BuildKey, into: Path) -> None:
        keys.append(str(key))
        raise FoundError

    for path, text in sources.items():
        mini.write(path, text)
    mini.suite = mini.suite._replace(sources=tuple(sources))
    runner = mini.runner()  # which looks for class data
    with monkeypatch.context() as patch:
        patch.setattr(BuildCache, "find", find)
        try:
            with pytest.raises(FoundError):
                runner.build([mini.program(runner, path, text) for path, text in sources.items()])
        finally:
            runner.close()
    return keys[0]


def set_version(folder: Path, name: str, real: str, version: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Put a toolchain of another version first on the PATH."""
    folder.mkdir(exist_ok=True)
    script = folder / name
    script.write_text(f'#!/bin/sh\ncase "$1" in {version};; esac\nexec {real} "$@"\n')
    script.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")


GO = (
    'package docs\nimport ("fmt"; "testing")\nfunc TestA(t *testing.T) {\n'
    '// START a\nfmt.Println("a")\n// END a\n}\n'
)  # fmt: skip
GO_WRONG = 'package docs\nimport "testing"\nfunc TestB(t *testing.T) {\n// START b\nvar n int = "b"\n// END b\n}\n'
GO_VET = (
    'package vetted\nimport ("fmt"; "testing")\nfunc TestC(t *testing.T) {\n'
    '// START c\nfmt.Printf("%d\\n", "c")\n// END c\n}\n'
)  # fmt: skip


@pytest.fixture
def go(session: SessionFolder, kept_settings: Settings) -> Mini:
    """A Suite in a module without dependencies."""
    suite = Suite("go/suite.yaml", "go", "go", ("go/a_test.go",), lock="go/go.mod")
    mini = Mini(kept_settings.root, session, GoRunner, suite, kept_settings)
    mini.write("go/go.mod", "module example.org/docs\n\ngo 1.21\n")
    mini.write("go/help/help.go", "package help\n")
    return mini


@pytest.mark.toolchain("go")
def test_go_is_built_once(go: Mini, compiled: Count) -> None:
    sources = {"go/a_test.go": GO, "go/b_test.go": GO_WRONG, "go/vetted/c_test.go": GO_VET}
    assert_built_once(go, compiled, sources, "go/a_test.go", ('"a")', '"other")'))
    assert "cannot use" in go.prove(sources)["go/b_test.go::b"].reason


@pytest.mark.toolchain("go")
def test_go_is_built_again(go: Mini, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def key() -> str:
        return key_of(go, {"go/a_test.go": GO}, monkeypatch)

    keys = [key()]
    assert key() == keys[0]
    go.write("go/help/help.go", "package help\n\nconst Word = 1\n")
    keys.append(key())
    go.write("go/go.mod", "module example.org/docs\n\ngo 1.22\n")
    keys.append(key())
    go.suite = go.suite._replace(options=("-tags=x",))
    keys.append(key())
    monkeypatch.setenv("CGO_ENABLED", "0")
    keys.append(key())
    monkeypatch.setenv("GOFLAGS", "-trimpath")
    keys.append(key())
    real = find_program("go")
    set_version(tmp_path / "bin", "go", real, 'version) echo "go version go1.99.1 linux/amd64"; exit', monkeypatch)
    keys.append(key())
    assert len(set(keys)) == len(keys)


@pytest.mark.toolchain("go")
def test_what_go_reads_elsewhere_is_always_built(go: Mini, compiled: Count) -> None:
    embedded = GO.replace('import ("fmt"', 'import (_ "embed"; "fmt"').replace(
        "func Test", "//go:embed go.mod\nvar text string\nfunc Test"
    )
    for _ in range(2):
        assert [fact[1] for fact in facts(go.prove({"go/a_test.go": embedded}))] == ["passed"]
        assert compiled()
    go.write("other/go.mod", "module example.org/other\n\ngo 1.21\n")
    go.write("go/go.mod", "module example.org/docs\n\ngo 1.21\n\nreplace example.org/other => ../other\n")
    for _ in range(2):
        assert [fact[1] for fact in facts(go.prove({"go/a_test.go": GO}))] == ["passed"]
        assert compiled()
    go.write("go.mod", "module example.org/other\n\ngo 1.21\n")
    go.write("go/go.mod", "module example.org/docs\n\ngo 1.21\n\nreplace example.org/other => ..\n")
    for _ in range(2):
        go.prove({"go/a_test.go": GO})
        assert compiled()


@pytest.mark.toolchain("go")
@pytest.mark.parametrize("folder", ["linked", ".hidden", "help/node_modules/deep"])
def test_go_packages_in_folders_that_are_not_listed_are_always_built(go: Mini, folder: str) -> None:
    """A change in one of them must be seen: with a kept build, the old text would pass."""
    real = f"go/{folder}"
    if folder == "linked":
        real = "elsewhere"
        go.write("elsewhere/word.go", "")
        (go.root / "go" / "linked").symlink_to(go.root / "elsewhere")
    text = GO.replace('"fmt"', f'"fmt"; word "example.org/docs/{folder}"').replace('"a")', "word.Word)")
    for word in ("one", "two"):
        go.write(f"{real}/word.go", f'package word\n\nconst Word = "{word}"\n')
        assert [fact[4] for fact in facts(go.prove({"go/a_test.go": text}))] == [f"{word}\n"]


@pytest.mark.toolchain("go")
def test_flags_that_lead_to_other_files_are_always_built(go: Mini, monkeypatch: pytest.MonkeyPatch) -> None:
    go.write("other.json", "{}")
    flag = f"-overlay={go.root}/other.json"
    for flags in (flag, f"'{flag}'"):
        monkeypatch.setenv("GOFLAGS", flags)
        module = find_module(go.runner().context)
        assert build_key(go.runner().context, module, []) is None
    monkeypatch.setenv("GOFLAGS", "-trimpath")
    assert build_key(go.runner().context, find_module(go.runner().context), [])


TS = "import { word } from './help.js';\n// START a\nconsole.log('a', word);\n// END a\n"
TS_WRONG = "// START b\nconst n: number = 'b';\nconsole.log(n);\n// END b\n"
TS_BROKEN = "// START c\nconst = 1;\n// END c\n"


@pytest.fixture
def typescript(session: SessionFolder, kept_settings: Settings) -> Mini:
    """A Suite with a file that its Sources import."""
    mini = make_typescript(session, kept_settings)
    mini.write("süite a/help.ts", "export const word = 'word';\n")
    return mini


@pytest.mark.toolchain("node", "npm")
def test_typescript_is_built_and_checked_once(typescript: Mini, compiled: Count) -> None:
    sources = {"süite a/a.ts": TS, "süite a/b.ts": TS_WRONG, "süite a/c.ts": TS_BROKEN}
    assert_built_once(typescript, compiled, sources, "süite a/a.ts", ("'a', word", "'a'"))
    found = typescript.prove(sources)
    assert found["süite a/b.ts::b"].reason.startswith("tsc: TS2322")
    assert found["süite a/a.ts::a"].output == "a word\n"


@pytest.mark.toolchain("node", "npm")
def test_typescript_is_built_again(typescript: Mini, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def key() -> str:
        return key_of(typescript, {"süite a/a.ts": TS}, monkeypatch)

    keys = [key()]
    assert key() == keys[0]
    typescript.write("süite a/help.ts", "export const word = 'other';\n")
    keys.append(key())
    typescript.write("süite a/tsconfig.json", '{"compilerOptions": {"strict": false}}')
    keys.append(key())
    monkeypatch.setenv("NODE_OPTIONS", "--no-warnings")
    keys.append(key())
    typescript.suite = typescript.suite._replace(options=("--no-deprecation",))
    keys.append(key())
    lock = typescript.root / "süite a" / "package-lock.json"
    lock.write_text(lock.read_text() + "\n")  # another environment is made
    keys.append(key())
    assert len(set(keys)) == len(keys)


@pytest.mark.toolchain("node", "npm")
def test_typescript_that_names_files_elsewhere_is_always_built(
    typescript: Mini, compiled: Count, tmp_path: Path
) -> None:
    other = tmp_path / "other.ts"
    source = f"import {{ word }} from '{other}';\n// START a\nconsole.log(word);\n// END a\n"
    for word in ("one", "two"):
        other.write_text(f"export const word = '{word}';\n")
        assert [fact[4] for fact in facts(typescript.prove({"süite a/a.ts": source}))] == [f"{word}\n"]
    assert compiled()
    source = TS.replace("'./help.js'", "'outside'")
    typescript.write("süite a/tsconfig.json", f'{{"compilerOptions": {{"paths": {{"outside": ["{other}"]}}}}}}')
    for word in ("one", "two"):
        other.write_text(f"export const word = '{word}';\n")
        assert [fact[4] for fact in facts(typescript.prove({"süite a/a.ts": source}))] == [f"a {word}\n"]
    typescript.write("süite a/tsconfig.json", "{}")
    compiled()
    typescript.prove({"süite a/a.ts": TS.replace("'a', word", "'/v1/a', word")})
    assert compiled()
    typescript.prove({"süite a/a.ts": TS.replace("'a', word", "'/v1/a', word")})
    assert compiled() == []


@pytest.mark.toolchain("node", "npm")
def test_types_that_are_not_checked_are_reported_in_each_session(typescript: Mini) -> None:
    make_runner = typescript.runner
    for _ in range(2):
        runner = make_runner()
        assert isinstance(runner, TypeScriptRunner)
        hidden = typescript.root / "node_modules"  # with all but the type checker
        if not hidden.exists():
            hidden.mkdir()
            for each in runner._modules.iterdir():
                if each.name != "typescript":
                    (hidden / each.name).symlink_to(each)
        runner._modules = hidden
        typescript.logged.clear()
        runner.build([typescript.program(runner, "süite a/a.ts", TS)])
        runner.close()
        assert any("types are not checked" in line for line in typescript.logged)


JAVA = in_test("A", "// START a", 'System.out.println("a" + new Help().word);', "// END a")
JAVA_WRONG = in_test("B", "// START b", 'int n = "b";', "// END b")
HELP = "java/src/test/java/Help.java"


@pytest.fixture
def java(session: SessionFolder, kept_settings: Settings) -> Mini:
    """A Suite with a file that its Sources use."""
    mini = make_mini(session, kept_settings)
    mini.write(HELP, 'class Help { String word = "word"; }\n')
    mini.write("java/src/test/java/Broken.java", 'class Broken { int word = "word"; }\n')
    return mini


@pytest.mark.toolchain("javac", "java", "mvn")
def test_java_is_compiled_once(java: Mini, compiled: Count) -> None:
    (path,) = JAVA
    assert_built_once(java, compiled, JAVA | JAVA_WRONG, path, ('"a"', '"other"'))
    java.logged.clear()
    found = java.prove(JAVA | JAVA_WRONG)
    assert [v.reason.partition(";")[0] for v in found.values()][
        1
    ] == "javac: incompatible types: String cannot be converted to int"
    assert [line.partition(" ")[0] for line in java.logged] == ["java/src/test/java/Broken.java:1:27"]


@pytest.mark.toolchain("javac", "java", "mvn")
def test_java_is_compiled_again(java: Mini, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def key() -> str:
        return key_of(java, JAVA, monkeypatch)

    keys = [key()]
    assert key() == keys[0]
    java.write(HELP, 'class Help { String word = "other"; }\n')
    keys.append(key())
    monkeypatch.setenv("JDK_JAVAC_OPTIONS", "-parameters")
    keys.append(key())
    java.suite = java.suite._replace(options=("-Da=b",))
    keys.append(key())
    pom = java.root / "java" / "pom.xml"
    pom.write_text(pom.read_text() + "\n")  # another environment is made
    keys.append(key())
    real = find_program("javac")
    set_version(tmp_path / "bin", "javac", real, "nothing)", monkeypatch)
    keys.append(key())
    assert len(set(keys)) == len(keys)


def find_program(name: str) -> str:
    """Return the path of a program."""
    import shutil

    found = shutil.which(name)
    assert found
    return found
