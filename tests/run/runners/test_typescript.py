"""The TypeScript Runner, with a real Node.js, esbuild and TypeScript compiler."""

from __future__ import annotations

import json
import os
import shutil
import textwrap
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from tests.support.announced import MATCHED, matched, messages
from tests.support.mini import Mini, brief, passed
from tests.support.processes import left_running, living, with_pid, with_variable
from tests.support.typescript_suite import PACKAGES, make_typescript

from snipproof.config import Settings, load_settings
from snipproof.errors import InfrastructureError, SettingsError, ToolchainMissingError
from snipproof.processes.session_folder import RUN_VARIABLE, SessionFolder
from snipproof.run.probe import Probed
from snipproof.run.runner import Program
from snipproof.run.runners.typescript.runner import TypeScriptRunner
from snipproof.run.verdict import Verdict
from snipproof.site.source import parse_source

pytestmark = [pytest.mark.slow, pytest.mark.toolchain("node", "npm")]


def prove(mini: Mini, sources: Mapping[str, str]) -> dict[str, Verdict]:
    """Prove Sources by their names in the Suite's folder; the Verdicts are by ``name::snippet``."""
    texts = {f"süite a/{name}": textwrap.dedent(text) for name, text in sources.items()}
    return {name.removeprefix("süite a/"): verdict for name, verdict in mini.prove(texts).items()}


@pytest.fixture
def mini(session: SessionFolder, plain_settings: Settings) -> Mini:
    """The Suite of one test."""
    return make_typescript(session, plain_settings)


GOOD = """\
    import { readFileSync } from 'node:fs';
    // START one
    const answer: number = 42;
    console.log('one', { answer });
    // END one
    console.log('between');
    // START two
    console.log('two');
    // END two
    """

ZOO = {
    "good.ts": GOOD,
    "order.ts": """\
        import { execFileSync } from 'node:child_process';
        import fs from 'node:fs';
        // START large
        console.log('x'.repeat(300_000));
        process.stdout.write('w');
        fs.writeSync(1, 's');
        execFileSync('echo', ['child'], { stdio: 'inherit' });
        // END large
        console.log('hidden');
        // START next
        console.error('not here');
        console.log(process.env.SNIPPROOF_JOB, Object.keys(globalThis).filter((name) => name.includes('snipproof')));
        // END next
        """,
    "thrown.ts": """\
        // START first
        console.log(1);
        // END first
        // START thrown
        function fail(): never {
          throw new TypeError('boom', { cause: new Error('the root') });
        }
        fail();
        // END thrown
        // START last
        console.log(3);
        // END last
        """,
    "glue_before.ts": """\
        class GlueError extends Error {}
        throw new GlueError('before');
        // START a
        console.log(1);
        // END a
        """,
    "glue_between.ts": """\
        // START a
        console.log(1);
        // END a
        async function glue(): Promise<void> {
          await null;
          throw new Error('between');
        }
        await glue();
        // START b
        console.log(2);
        // END b
        """,
    "glue_after.ts": """\
        import assert from 'node:assert/strict';
        // START a
        const found = [1, 2];
        // END a
        assert.deepEqual(found, [1, 3]);
        """,
    "rejected.ts": """\
        import { readFile } from 'node:fs/promises';
        // START a
        const text = await readFile('/nowhere', 'utf8');
        console.log(text);
        // END a
        """,
    "callback.ts": """\
        import fs from 'node:fs';
        // START a
        fs.readFile('/nowhere', (error) => {
          if (error) throw error;
        });
        // END a
        """,
    "swallowed.ts": """\
        process.on('uncaughtException', () => {});
        process.on('unhandledRejection', () => {});
        // START a
        setTimeout(() => {
          throw new Error('in a timer');
        }, 1);
        await new Promise((resolve) => setTimeout(resolve, 20));
        // END a
        // START b
        void Promise.reject(new RangeError('nobody waits'));
        await new Promise((resolve) => setTimeout(resolve, 20));
        // END b
        """,
    "not_an_error.js": """\
        // START a
        await Promise.reject('just a text');
        // END a
        """,
    "no_package.mjs": """\
        // START a
        import { nothing } from
          'no-such-package/deep';
        console.log(nothing);
        // END a
        """,
    "no_export.mjs": """\
        // START a
        import { nothing } from 'node:fs';
        console.log(nothing);
        // END a
        """,
    "unsettled.ts": """\
        // START a
        console.log('before');
        await new Promise<void>(() => {});
        // END a
        """,
    "leaves.ts": """\
        // START a
        console.log(1);
        if (process.argv.length) process.exit(0);
        console.log(2);
        // END a
        """,
    "exit_code.ts": """\
        // START a
        console.error(import.meta.url);
        process.exitCode = 3;
        // END a
        """,
    "thirteen.ts": """\
        // START a
        process.exitCode = 13;
        // END a
        """,
    "thirteen_at_once.ts": """\
        // START a
        process.exit(13);
        // END a
        """,
    "not_code.ts": """\
        /*
        // START comment
        console.log(1);
        // END comment
        */
        export const text = `
        // START string
        console.log(1);
        // END string
        `;
        // START dead
        if (process.argv.length > 9) {
          // START branch
          console.log('never');
          // END branch
        }
        // END dead
        """,
    "common.cjs": """\
        const { basename } = require('path');
        // START a
        console.log(this === module.exports, basename(__dirname));
        // END a
        """,
    "as_written.js": """\
        class Item {
          static first = new Item();
        }
        // START a
        console.log(Item.first, String(() => [1]));
        // END a
        // START b
        console.log(later);
        // END b
        const later = 1;
        """,
    "own_processes.ts": """\
        import { fork } from 'node:child_process';
        import { once } from 'node:events';
        import { fileURLToPath } from 'node:url';
        import { Worker, isMainThread } from 'node:worker_threads';
        const here = fileURLToPath(import.meta.url);
        // START a
        if (isMainThread && !process.argv[2]) {
          const codes = [await once(new Worker(here), 'exit'), await once(fork(here, ['child']), 'exit')];
          console.log(codes.map(([code]) => code));
        }
        // END a
        """,
}


@pytest.fixture(scope="module")
def zoo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Verdict]]:
    """All Sources that need nothing special, built and run once."""
    folder = tmp_path_factory.mktemp("zoo")
    (folder / "project").mkdir()
    with SessionFolder.begin(folder / "runs") as session:
        yield prove(make_typescript(session, load_settings(folder / "project", environ={})), ZOO)


def outcomes(found: Mapping[str, Verdict], source: str) -> dict[str, tuple[str, int]]:
    """Return outcome and line of the Snippets of one Source."""
    return {n.partition("::")[2]: at for n, at in brief(found).items() if n.startswith(f"{source}::")}


def test_output_is_cut_at_the_markers(zoo: dict[str, Verdict]) -> None:
    """Each Snippet has what it printed itself, however it was printed, and sees nothing of the probes."""
    assert outcomes(zoo, "good.ts") == {"one": ("passed", 2), "two": ("passed", 7)}
    assert (zoo["good.ts::one"].output, zoo["good.ts::two"].output) == ("one { answer: 42 }\n", "two\n")
    assert zoo["order.ts::large"].output == "x" * 300_000 + "\nwschild\n"
    assert zoo["order.ts::next"].output == "undefined []\n"


def test_an_error_belongs_to_the_snippet_that_throws_it(zoo: dict[str, Verdict]) -> None:
    """The others passed; the stack has the lines of the docs source."""
    assert outcomes(zoo, "thrown.ts") == {"first": ("passed", 1), "thrown": ("failed", 6), "last": ("passed", 10)}
    found = zoo["thrown.ts::thrown"]
    assert found.reason == "TypeError: boom"
    assert "süite a/thrown.ts:6:9)" in found.details
    assert "Caused by: Error: the root" in found.details
    assert "node:internal" not in found.details


def test_errors_in_hidden_glue(zoo: dict[str, Verdict]) -> None:
    """Before, between and after the Snippets: blamed once, at the line of the glue."""
    assert outcomes(zoo, "glue_before.ts") == {"a": ("failed", 2)}
    assert zoo["glue_before.ts::a"].reason == "hidden code before it: GlueError: before"
    assert outcomes(zoo, "glue_between.ts") == {"a": ("passed", 1), "b": ("failed", 6)}
    assert zoo["glue_between.ts::b"].reason == "hidden code before it: Error: between"
    assert "at async " in zoo["glue_between.ts::b"].details
    assert outcomes(zoo, "glue_after.ts") == {"a": ("failed", 5)}
    reason = zoo["glue_after.ts::a"].reason
    assert reason.startswith(
        "hidden code after it: AssertionError: Expected values to be strictly deep-equal: + actual"
    )


def test_errors_that_no_statement_throws(zoo: dict[str, Verdict]) -> None:
    """Rejected promises, callbacks, and thrown values that are not errors."""
    assert outcomes(zoo, "rejected.ts") == {"a": ("failed", 3)}
    assert "ENOENT" in zoo["rejected.ts::a"].reason
    assert outcomes(zoo, "callback.ts") == {"a": ("failed", 4)}
    assert "if (error) throw error;" in zoo["callback.ts::a"].details
    assert (outcomes(zoo, "not_an_error.js"), zoo["not_an_error.js::a"].reason) == (
        {"a": ("failed", 2)},
        "thrown string: 'just a text'",
    )


def test_swallowed_errors_are_red(zoo: dict[str, Verdict]) -> None:
    """A Source that handles whatever leaves it does not hide it."""
    assert outcomes(zoo, "swallowed.ts") == {"a": ("failed", 5), "b": ("failed", 10)}
    assert zoo["swallowed.ts::b"].reason == "RangeError: nobody waits"


def test_what_cannot_be_imported(zoo: dict[str, Verdict]) -> None:
    """A package that is not pinned, and a name that a module does not have; neither has a stack."""
    assert outcomes(zoo, "no_package.mjs") == {"a": ("failed", 3)}
    assert "Cannot find package 'no-such-package' imported from " in zoo["no_package.mjs::a"].reason
    assert zoo["no_package.mjs::a"].reason.endswith("/süite a/no_package.mjs")
    assert outcomes(zoo, "no_export.mjs") == {"a": ("failed", 2)}
    assert "does not provide an export named 'nothing'" in zoo["no_export.mjs::a"].reason


def test_ends_that_are_not_the_end_of_the_source(zoo: dict[str, Verdict]) -> None:
    """An await that nothing can end, an exit in the middle, an exit code."""
    (outcome, line) = outcomes(zoo, "unsettled.ts")["a"]
    assert (outcome, line in (1, 3)) == ("failed", True)  # Node.js 20 does not give the line
    assert "an await at the top level never ends" in zoo["unsettled.ts::a"].reason
    assert outcomes(zoo, "leaves.ts") == {"a": ("not executed", 4)}
    assert outcomes(zoo, "exit_code.ts") == {"a": ("failed", 1)}
    assert zoo["exit_code.ts::a"].reason.endswith("the process ended with exit code 3")
    assert zoo["exit_code.ts::a"].details.endswith("/project/süite a/exit_code.ts\n")
    for name in ("thirteen.ts::a", "thirteen_at_once.ts::a"):
        assert zoo[name].reason.endswith("the process ended with exit code 13")


def test_text_that_is_not_code_is_not_executed(zoo: dict[str, Verdict]) -> None:
    """In a comment, in a string, in a branch that is never taken."""
    found = outcomes(zoo, "not_code.ts")
    assert found == {
        "comment": ("not executed", 2),
        "string": ("not executed", 7),
        "dead": ("passed", 11),
        "branch": ("not executed", 14),
    }
    assert "block comment" in zoo["not_code.ts::comment"].reason
    assert "string literal" in zoo["not_code.ts::string"].reason


def test_a_source_runs_as_it_was_written(zoo: dict[str, Verdict]) -> None:
    """Nothing but its types is taken away: names, text and the order of declarations count."""
    assert zoo["as_written.js::a"].output == "Item {} () => [1]\n"
    assert outcomes(zoo, "as_written.js") == {"a": ("passed", 4), "b": ("failed", 8)}
    assert zoo["as_written.js::b"].reason == "ReferenceError: Cannot access 'later' before initialization"


def test_common_js_and_own_processes(zoo: dict[str, Verdict]) -> None:
    """CommonJS stays what it is; a thread or process that runs the Source again has no part in the probes."""
    assert (zoo["common.cjs::a"].reason, zoo["common.cjs::a"].output) == ("", "true süite a\n")
    assert (zoo["own_processes.ts::a"].reason, zoo["own_processes.ts::a"].output) == ("", "[ 0, 0 ]\n")


def test_types(mini: Mini) -> None:
    """An error is red at its line, one of a helper in whatever needs it; Sources run; broken syntax hides nothing."""
    wrong = "// START bad\nconst n: number = 'text';\nconsole.log(n);\n// END bad\n// START fine\n2;\n// END fine\n"
    syntax = "// START a\nconst = 3;\n// END a\n// START b\nconsole.log(1);\n// END b\n"
    found = prove(
        mini, {"wrong.ts": wrong, "syntax.ts": syntax, "good.ts": GOOD, "plain.js": "// START a\n1;\n// END a"}
    )
    assert passed({name: v for name, v in found.items() if name.startswith(("good", "plain"))})
    assert outcomes(found, "wrong.ts") == {"bad": ("failed", 2), "fine": ("passed", 5)}
    reason = "tsc: TS2322: Type 'string' is not assignable to type 'number'."
    assert (found["wrong.ts::bad"].reason, found["wrong.ts::bad"].output) == (reason, "text\n")
    assert outcomes(found, "syntax.ts") == {"a": ("failed", 2), "b": ("blocked", 4)}
    assert found["syntax.ts::a"].reason == 'esbuild: Expected identifier but found "="'

    mini.write(
        "süite a/lib/helper.ts", "export const n: number = 'text';\nexport const fail = () => {\n  throw 1;\n};\n"
    )
    mini.write("süite a/tsconfig.json", '{"extends": "../tsconfig.base.json", "compilerOptions": {"types": ["node"]}}')
    mini.write("tsconfig.base.json", '{"compilerOptions": {"module": "nodenext", "strict": true}}')
    uses = "import { n } from './lib/helper.js';\n// START a\nconsole.log(n);\n// END a\n"
    found = prove(mini, {"uses.ts": uses, "good.ts": GOOD})
    assert passed({name: v for name, v in found.items() if name.startswith("good")})
    assert found["uses.ts::a"].reason.startswith("süite a/lib/helper.ts:1:14 tsc: TS2322: ")
    assert found["uses.ts::a"].output == "text\n"
    # What has no effect here is not refused, however it goes with what is set here.
    written = {"rootDir": "src", "composite": True, "tsBuildInfoFile": "x", "declaration": True, "declarationDir": "y"}
    written |= {"declarationMap": True, "sourceMap": True, "inlineSources": True, "isolatedDeclarations": True}
    options = {"module": "nodenext", "types": ["node"], **written}
    mini.write("süite a/tsconfig.json", json.dumps({"compilerOptions": options}))
    assert passed(prove(mini, {"good.ts": GOOD}))


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        ('{\n  "compilerOptions": {"stict": true}\n}', "2:23", "tsc: TS5023: Unknown compiler option 'stict'"),
        ('{\n  "extends": "@docs/site"\n}', "2:14", "tsc: TS6053: File '@docs/site' not found"),
        ('{\n  "extends": "./site.json"\n}', "2:1", "tsc: TS5083: Cannot read file"),
        ('{\n  "compilerOptions": {\n    "types": ["nope"]\n  }\n}', "3:1", "tsc: TS2688: Cannot find type definition"),
        ('{\n  "compilerOptions": {"strict": true,\n', "3:1", "tsc: TS1005: '}' expected"),
        ("[]", "1:1", "tsc: TS5092: The root value"),
    ],
)
def test_settings_that_the_compiler_rejects(mini: Mini, text: str, place: str, message: str) -> None:
    """They are an error of the settings, not one of each Snippet."""
    mini.write("süite a/tsconfig.json", text)
    with pytest.raises(SettingsError) as caught:
        prove(mini, {"good.ts": GOOD, "wrong.ts": "// START bad\nconst n: number = 'text';\n// END bad\n"})
    assert caught.value.message.startswith(f"süite a/tsconfig.json:{place} {message}")
    assert "move süite a/suite.yaml\nto a folder with a tsconfig.json of its own" in caught.value.hint


def test_settings_that_esbuild_rejects(mini: Mini) -> None:
    """It reads them for Sources without types, too."""
    mini.write("süite a/tsconfig.json", '{\n  "compilerOptions": {"strict": true,\n')
    with pytest.raises(SettingsError, match=r"^süite a/tsconfig\.json:\d:\d esbuild: "):
        prove(mini, {"plain.js": "// START a\n1;\n// END a"})


def test_a_source_goes_on_behind_an_error_on_purpose(mini: Mini) -> None:
    """At the top level, whatever the Snippet declares; what follows the error in it does not run."""
    text = """\
        // START bread {raises: no bread}
        import { ok } from 'node:assert';
        const count: number = 1;
        class Loaf {
          eat() { return count; }
        }
        function bake(): Loaf {
          if (count) throw new RangeError('no bread left');
          return new Loaf();
        }
        ok(new Loaf().eat());
        const loaf = bake();
        console.log('never');
        // END bread
        // START milk
        console.log(count, new Loaf().eat(), typeof bake, loaf);
        // END milk
        // START late {raises: TypeError}
        const wrong = await Promise.reject(new RangeError('no milk'));
        // END late
        // START none {raises: RangeError}
        let none = 1;
        // END none
        """
    found = prove(mini, {"a.ts": textwrap.dedent(text)})
    assert outcomes(found, "a.ts") == {
        "bread": ("passed", 1),
        "milk": ("passed", 15),
        "late": ("failed", 18),
        "none": ("failed", 21),
    }
    assert found["a.ts::milk"].output == "1 1 function undefined\n"


def test_errors_that_a_snippet_announces(mini: Mini) -> None:
    """At the top level the Source goes on behind END, elsewhere it ends there; messages are complete."""

    def announced(name: str, message: str, *lines: str, raises: str = "bread") -> str:
        shown = (f"// START {name} {{raises: {raises}}}", *lines, f"// END {name}", *messages(name, message))
        return "".join(f"{line}\n" for line in shown)

    lists = "throw new Error('no bread:\\n  - rye\\n  - wheat');"
    top = (
        announced("thrown", "no bread", "const shop = () => { throw new RangeError('no bread'); };", "shop();")
        + announced("kind", "no rye", "throw new TypeError('no rye', { cause: 'bread' });", raises="TypeError")
        + announced("lines", "no bread:\n  - rye\n  - wheat", lists)
        + announced("value", "{ code: 'E1', bread: 0 }", "throw { code: 'E1', bread: 0 };", raises="E1")
        + announced("awaited", "no bread", "await Promise.reject(new Error('no bread'));")
        + announced("other", "", lists, raises="milk")
        + "// START behind\nconst open = true;\n// END behind\nconsole.log(open);\n"
    )
    waits = "await new Promise((resolve) => setTimeout(resolve, 50));\n"
    body = announced("x", "no bread", "await null;", "throw new Error('no bread');")
    found = prove(
        mini,
        {
            "top.ts": top,
            "called.ts": f"async function shop(): Promise<void> {{\n{body}}}\nawait shop();\nexport {{}};\n",
            "rejected.ts": announced("x", "no bread", "void Promise.reject(new Error('no bread'));")
            + f"{waits}export {{}};\n",
            "later.ts": announced("x", "no bread", "setTimeout(() => { throw new Error('no bread'); }, 1);")
            + f"{waits}export {{}};\n",
        },
    )
    assert passed({"behind": found.pop("top.ts::behind")})
    reason = found.pop("top.ts::other").reason
    assert reason == "it raises `Error: no bread: - rye - wheat`, but its START line has `raises: milk`"
    assert {name: verdict.reason for name, verdict in found.items() if matched(verdict) != MATCHED} == {}


def test_an_option_that_node_refuses(mini: Mini) -> None:
    mini.write("süite a/suite.yaml", "flavour: ts\noptions:\n  - --no-deprecation\n  - --bogus\n")
    mini.suite = mini.suite._replace(options=("--no-deprecation", "--bogus"))
    with pytest.raises(SettingsError, match=r"^süite a/suite\.yaml:4:5 node refuses the options .*\n.*bad option"):
        mini.runner()


def test_without_a_compiler_types_are_not_checked(mini: Mini, tmp_path: Path) -> None:
    """It is reported once, and the Sources run."""
    text = "// START a\nconst n: number = 'text';\nconsole.log(n);\n// END a\n"
    runner = mini.runner()
    mini.logged.clear()
    assert isinstance(runner, TypeScriptRunner)
    for name in ("esbuild", "@esbuild"):
        (tmp_path / name).symlink_to(runner._modules / name)
    runner._modules = tmp_path
    program = mini.program(runner, "süite a/a.ts", text)
    for _ in range(2):
        runner.build([program])
    assert mini.logged == ["ts: types are not checked: no typescript is pinned"]
    run = runner.execute(program)
    runner.close()
    assert (run.ok, run.diagnostics, run.chunks) == (True, (), ("", "", "text\n", ""))


def test_a_broken_file_is_named_and_hides_nothing(mini: Mini) -> None:
    """Those that need it are not built because of it; all others run. A Source that is imported has no probes."""
    mini.write("süite a/broken.ts", "export const x = 1;\nexport const = 2;\n")
    mini.write(
        "süite a/lib.ts", "export function thrower(): void {\n  throw new Error('deep');\n}\nexport class Item {}\n"
    )
    found = prove(
        mini,
        {
            "needs.ts": "// START a\nimport { x } from './broken.js';\nconsole.log(x);\n// END a\n",
            "missing.ts": "// START a\nimport { x } from './nowhere.js';\nconsole.log(x);\n// END a\n",
            "shared.ts": "// START a\nexport const shared = 'shared';\n// END a\n",
            "uses.ts": "import { shared } from './shared.js';\n// START a\nconsole.log(shared);\n// END a\n",
            "names.ts": """\
                import { Item as Other } from './lib.js';
                class Item {}
                // START a
                console.log(new Item(), new Other());
                // END a
                """,
            "deep.ts": "import { thrower } from './lib.js';\n// START a\nthrower();\n// END a\n",
        },
    )
    assert outcomes(found, "needs.ts") == {"a": ("failed", 1)}
    assert found["needs.ts::a"].reason == 'süite a/broken.ts:2:14 esbuild: Expected identifier but found "="'
    assert outcomes(found, "missing.ts") == {"a": ("failed", 2)}
    assert "Could not resolve" in found["missing.ts::a"].reason
    assert outcomes(found, "deep.ts") == {"a": ("failed", 3)}
    assert "süite a/lib.ts:2:9)" in found["deep.ts::a"].details
    assert found["names.ts::a"].output == "Item {} Item {}\n"
    assert (found["uses.ts::a"].output, found["shared.ts::a"].output) == ("shared\n", "")


def test_a_missing_file_of_a_dynamic_import_fails_where_it_is_evaluated(mini: Mini) -> None:
    source = """\
        // START caught
        const caught = await import('./missing.mjs').catch(() => import('./also-missing.mjs')).catch(() => 'no file');
        console.log(caught);
        // END caught
        // START not caught
        await import('./missing.mjs');
        // END not caught
        """
    found = prove(mini, {"dynamic.mjs": source})
    assert (found["dynamic.mjs::caught"].outcome, found["dynamic.mjs::caught"].output) == ("passed", "no file\n")
    verdict = found["dynamic.mjs::not caught"]
    assert (verdict.outcome, verdict.line) == ("failed", 6)
    assert "missing.mjs" in verdict.reason


def test_an_error_in_a_file_that_only_a_broken_source_imports(mini: Mini) -> None:
    mini.write("süite a/types.ts", "export const text: string = 1;\n")
    broken = "// START x\nimport { text } from './types.js';\nimport './nowhere.js';\nconsole.log(text);\n// END x\n"
    found = prove(mini, {"good.ts": GOOD, "broken.ts": broken})
    assert brief(found) == {"good.ts::one": ("passed", 2), "good.ts::two": ("passed", 7), "broken.ts::x": ("failed", 3)}


def test_a_probe_that_cannot_stand_is_not_the_docs_fault(mini: Mini) -> None:
    """The Source is built without probes to find out."""
    text = "// START a\nconsole.log(1);\n// END a\n"
    mini.write("süite a/a.ts", text)
    runner = mini.runner()
    source = parse_source("süite a/a.ts", text)
    runner.build([Program(source, text, Probed("if (\nconsole.log(1);\n// END a\n"))])
    (problem,) = runner.execute(Program(source, text, Probed(text))).diagnostics
    assert str(problem) == 'süite a/a.ts:2:15 snipproof: a probe cannot stand here: Expected ")" but found ";"'


def test_hangs_are_stopped_at_their_line(mini: Mini) -> None:
    """A loop is found whether it waits or not; an await without an end stops the Snippet that is open."""
    mini.set(timeout=0.5)
    found = prove(
        mini,
        {
            "busy.ts": "// START a\nlet n = 0;\nwhile (n >= 0) {\n  n += 1;\n}\n// END a\n",
            "poll.ts": """\
                const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
                async function wait(state: string): Promise<void> {
                  while (state !== 'done') {
                    await sleep(50);
                    state = state.trim();
                  }
                }
                // START a
                await wait('running');
                // END a
                """,
            "pending.ts": """\
                setInterval(() => {}, 100_000);
                // START a
                console.log(1);
                // END a
                // START b
                await new Promise(() => {});
                // END b
                """,
            "good.ts": GOOD,
        },
    )
    assert brief(found) == {
        "busy.ts::a": ("failed", found["busy.ts::a"].line),
        "poll.ts::a": ("failed", 5),
        "pending.ts::a": ("passed", 2),
        "pending.ts::b": ("failed", 5),
        "good.ts::one": ("passed", 2),
        "good.ts::two": ("passed", 7),
    }
    assert found["busy.ts::a"].line in (3, 4)
    assert found["poll.ts::a"].reason.endswith("still running after 0.5 s, stopped at süite a/poll.ts:5")


def test_nothing_lives_on_and_nothing_floods(mini: Mini) -> None:
    """A child in the background is gone with its Source; too much output ends it."""
    found = prove(
        mini,
        {
            "child.ts": """\
                import { spawn } from 'node:child_process';
                // START a
                const child = spawn('sleep', ['600'], { detached: true, stdio: 'ignore' });
                child.unref();
                console.log(child.pid);
                // END a
                """,
            "flood.ts": "// START a\nfor (let i = 0; i < 100; i++) console.log('x'.repeat(1_000_000));\n// END a\n",
        },
    )
    assert left_running(with_pid(int(found["child.ts::a"].output))) == []
    assert found["flood.ts::a"].reason.startswith("stopped: it printed more than 4,000,000 bytes")


def test_files_and_secrets(mini: Mini, monkeypatch: pytest.MonkeyPatch) -> None:
    """The working directory holds a fresh copy of the Suite's files for each Source; secrets are never shown."""
    monkeypatch.setenv("DOCS_TOKEN", "hunter2-hunter2")
    mini.set(env=("DOCS_TOKEN",))
    mini.write("data/photo.txt", "photo")
    mini.suite = mini.suite._replace(files=(("images", "data"),), options=("--no-deprecation",))
    text = """\
        import fs from 'node:fs';
        // START a
        console.log(fs.readdirSync('.', { recursive: true }), process.env.DOCS_TOKEN, process.noDeprecation);
        fs.writeFileSync('left', 'over');
        // END a
        // START b
        throw new Error(`no access for ${process.env.DOCS_TOKEN}`);
        // END b
        """
    typed = "// START a\nconst letter: 'a' = 'hunter2-hunter2';\nconsole.log(letter);\n// END a\n"
    found = prove(mini, {"a.ts": text, "b.ts": text, "c.ts": typed, "d.ts": f"import './hunter2-hunter2';\n{typed}"})
    assert "Type '\"<DOCS_TOKEN>\"' is not assignable" in found["c.ts::a"].reason
    assert found["d.ts::a"].reason == 'hidden code before it: esbuild: Could not resolve "./<DOCS_TOKEN>"'
    for name in ("a.ts", "b.ts"):
        assert found[f"{name}::a"].output == "[ 'images', 'images/photo.txt' ] <DOCS_TOKEN> true\n"
        assert found[f"{name}::b"].reason == "Error: no access for <DOCS_TOKEN>"
    assert "hunter2" not in repr(found)


def test_processes_are_started_ahead(mini: Mini, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever comes next is ready, in any order, with the environment of its turn; what never comes is ended."""
    mini.set(env=("DOCS_TOKEN",))
    text = "// START a\nconsole.log(process.env.DOCS_TOKEN ?? 'none', process.pid);\n// END a\n"
    runner = mini.runner()
    assert isinstance(runner, TypeScriptRunner)
    programs = [mini.program(runner, f"süite a/{name}.ts", text) for name in "abcde"]
    a, b, c, _, e = programs

    def waiting() -> dict[str, int]:
        return {Path(path).stem: ready._process.pid for path, ready in runner._pool._waiting.items()}

    def execute(program: Program) -> tuple[str, bool]:
        """Return what the Source sees, and whether it ran in the process that waited for it."""
        before = waiting()
        run = runner.execute(program)
        assert run.ok, run
        token, pid = run.chunks[1].split()
        return token, before.get(Path(program.source.path).stem) == int(pid)

    runner.build(programs)
    assert list(waiting()) == ["a"]
    assert execute(a) == ("none", True)
    assert list(waiting())[:1] == ["b"]
    assert execute(e) == ("none", False)
    assert execute(c)[0] == "none"
    monkeypatch.setenv("DOCS_TOKEN", "12")
    assert execute(b) == ("12", False)
    assert execute(b) == ("12", False)
    ours = with_variable(RUN_VARIABLE, mini.session.id)
    assert living(ours)
    runner.close()
    assert left_running(ours) == []


def test_packages_are_installed_once(mini: Mini, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was installed is used again, without npm; a changed manifest requires it again."""
    mini.runner()
    mini.logged.clear()
    node = shutil.which("node")
    assert node
    only = tmp_path / "bin"
    only.mkdir()
    (only / "node").symlink_to(os.path.realpath(node))
    monkeypatch.setenv("PATH", str(only))
    mini.runner()
    assert mini.logged == []
    manifest = json.loads((PACKAGES / "package.json").read_text())
    manifest["description"] = "changed"
    mini.write("süite a/package.json", json.dumps(manifest))
    with pytest.raises(ToolchainMissingError, match="no 'npm' on the PATH"):
        mini.runner()


def test_toolchains_that_do_not_do(mini: Mini, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No Node.js, or an old one."""
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ToolchainMissingError, match="no 'node' on the PATH") as caught:
        mini.runner()
    assert caught.value.hint == "install Node.js 20 or newer"
    (tmp_path / "node").write_text("#!/bin/sh\necho v18.20.4\n")
    (tmp_path / "node").chmod(0o755)
    with pytest.raises(ToolchainMissingError, match=r"/node is version 18\.20\.4, which is too old"):
        mini.runner()


def test_sources_outside_the_folder_of_the_suite(mini: Mini) -> None:
    """They find its packages, the files beside them, and are type checked with its settings."""
    mini.write("code/names.ts", "export const names: string[] = ['cat'];\n")
    found = mini.prove(
        {
            "code/a.ts": "import { version } from 'esbuild';\nimport { names } from './names';\n// START a\n"
            "console.log(version, await Promise.resolve(names));\n// END a\n",
            "code/b.ts": "// START b\nconst n: number = 'b';\nconsole.log(n);\n// END b\n",
        }
    )
    assert found["code/a.ts::a"].output == "0.28.2 [ 'cat' ]\n"
    assert (found["code/b.ts::b"].outcome, found["code/b.ts::b"].line) == ("failed", 2)


def test_lock_files_that_do_not_do(mini: Mini) -> None:
    """No lock file, no esbuild in it, packages that it does not pin."""
    mini.suite = mini.suite._replace(lock=None)
    with pytest.raises(
        SettingsError, match=r"^süite a/suite\.yaml:1:1 a TypeScript Suite requires a package-lock\.json"
    ):
        mini.runner()
    mini.suite = mini.suite._replace(lock="süite a/package-lock.json")
    manifest = json.loads((PACKAGES / "package.json").read_text())
    mini.write("süite a/package.json", json.dumps({**manifest, "dependencies": {"no-such-package": "1.0.0"}}))
    with pytest.raises(InfrastructureError, match=r"^süite a/package-lock\.json:1:1 .*npm ci failed") as caught:
        mini.runner()
    assert "no-such-package" in caught.value.hint
    mini.write("süite a/package-lock.json", '{"packages": {}}')
    with pytest.raises(SettingsError, match=r"^süite a/package\.json:1:1 esbuild is not among") as wrong:
        mini.runner()
    assert wrong.value.hint == "npm install --save-dev esbuild"


def test_a_source_may_do_anything_to_open_files(mini: Mini) -> None:
    """What it writes proves nothing, and what it closes loses no event of a probe."""
    forged = '{"line": 12, "time": 1}\\n{"line": 14, "time": 1}\\n1\\n[]\\nnull\\n'
    after = "// START b\nconsole.log('b');\n// END b\n"
    after += "function never() {\n  // START c\n  console.log('c');\n  // END c\n}\n"
    head = "import fs from 'node:fs';\n// START a\n"
    place = "process.env.HOME + '/events'"
    found = prove(
        mini,
        {
            "write.ts": f"{head}fs.appendFileSync({place}, '{forged}');\n// END a\n{after}",
            "empty.ts": f"{head}fs.truncateSync({place});\n// END a\n{after}",
            "half.ts": "// START a\nthrow new Error('A cat \\ud83d');\n// END a\n",
        },
    )
    assert {name: str(verdict.outcome) for name, verdict in found.items()} == {
        "write.ts::a": "passed",
        "write.ts::b": "passed",
        "write.ts::c": "not executed",
        "empty.ts::a": "not executed",
        "empty.ts::b": "passed",
        "empty.ts::c": "not executed",
        "half.ts::a": "failed",
    }
    assert found["half.ts::a"].reason == "Error: A cat \\ud83d"


def test_errors_without_words(mini: Mini) -> None:
    """Getters and methods of what is thrown may throw, too: its type and the line that threw it are known."""
    text = """\
        class CatError extends Error {{
          {0}
        }}
        // START a
        console.log(1);
        throw {1};
        // END a
        """
    getter = "get message(): string {{ throw new TypeError('no words'); }}".replace("{{", "{").replace("}}", "}")
    found = prove(
        mini,
        {
            "message.ts": text.format(getter, "new CatError()"),
            "stack.ts": text.format(
                "get stack(): string { throw new TypeError('no words'); }", "new CatError('no cat')"
            ),
            "cause.ts": text.format(getter, "new Error('no cat', { cause: new CatError() })"),
            "text.ts": text.format("", "{ toString() { throw new TypeError('no words'); } }"),
            "proxy.ts": text.format("", "new Proxy({}, { get() { throw new TypeError('no words'); } })"),
        },
    )
    assert {name: (str(v.outcome), v.line) for name, v in found.items()} == dict.fromkeys(found, ("failed", 6))
    reasons = {name.removesuffix(".ts::a"): v.reason for name, v in found.items()}
    assert reasons["message"] == "CatError: its message cannot be read: TypeError"
    assert reasons["stack"] == "CatError: no cat"
    assert reasons["cause"] == "Error: no cat"
    assert reasons["text"].startswith("thrown object: { toString")


def test_errors_on_purpose(mini: Mini) -> None:
    """At the top level, the Source goes on behind END, with the variables of the Snippet; elsewhere it ends."""
    good = """\
        // START a {raises: TypeError}
        const none: any = null; let { cat } = { cat: 1 } // a comment
        none.cat // boom
        // END a
        console.log(none);
        // START b
        console.log(cat);
        // END b
        // START c {raises: ERR_INVALID_ARG_TYPE}
        await import('node:fs').then((fs) => fs.readFileSync({} as any));
        // END c
        // START d {raises: RangeError}
        none.cat;
        // END d
        // START e {raises: Error}
        class Cat { purr() { none.cat; } }
        new Cat().purr();
        // END e
        // START f
        console.log(2);
        // END f
        """
    found = prove(mini, {"good.ts": good})
    assert outcomes(found, "good.ts") == {
        "a": ("passed", 1),
        "b": ("passed", 6),
        "c": ("passed", 9),
        "d": ("failed", 12),
        "e": ("passed", 15),
        "f": ("passed", 19),
    }
    assert found["good.ts::b"].output == "1\n"
