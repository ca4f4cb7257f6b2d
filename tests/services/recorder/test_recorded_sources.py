"""Exchanges are recorded for the Source that runs, in every language, with the number of probe events before them."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
from tests.support.java_suite import in_class, make_mini
from tests.support.mini import Mini

from snipproof.config import Settings, load_settings
from snipproof.model import Binding, Suite
from snipproof.processes.session_folder import SessionFolder
from snipproof.run.prover import Prover
from snipproof.run.runner import Program, RunnerContext
from snipproof.run.runners.go.runner import GoRunner
from snipproof.run.runners.python.runner import PythonRunner
from snipproof.run.runners.typescript.runner import TypeScriptRunner
from snipproof.run.source_run import SourceRun
from snipproof.run.trace import trace
from snipproof.run.verdict import judge
from snipproof.services.http_server import HttpServer
from snipproof.services.recorder.pass_through import Recorder
from snipproof.services.weaviate.server import WeaviateAddress
from snipproof.site.source import read_source

PACKAGES = Path(__file__).parents[2] / "run" / "runners" / "typescript"


class Echo(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Log nothing."""


@pytest.fixture
def recorder() -> Iterator[Recorder]:
    server = HttpServer(Echo)
    made = Recorder()
    made.forward_to(WeaviateAddress("127.0.0.1", server.port, "", 0, "", "url", ""))
    yield made
    made.stop()
    server.stop()


@pytest.fixture
def plain(tmp_path: Path) -> Settings:
    (tmp_path / "project").mkdir()
    return load_settings(tmp_path / "project", environ={})


def record(mini: Mini, recorder: Recorder, texts: Mapping[str, str]) -> list[SourceRun]:
    """Build and run Sources one after the other; ``PORT`` in their text becomes that of the recorder."""
    port = str(recorder.address(WeaviateAddress("", 0, "", 0, "", "", "")).port)
    texts = {path: text.replace("PORT", port) for path, text in texts.items()}
    for path, text in texts.items():
        mini.write(path, text)
    mini.suite = mini.suite._replace(sources=tuple(texts))
    runner = mini.kind(RunnerContext(mini.suite, mini.settings, mini.session, mini.logged.append, recorder))
    runner.provision()
    try:
        programs = [mini.program(runner, path, text) for path, text in texts.items()]
        runner.build(programs)
        runs = [runner.execute(program) for program in programs]
        for program, found in zip(programs, runs, strict=True):
            for verdict in judge(program.source, program.probed, found):
                assert str(verdict.outcome) == "passed", (verdict.reason, found.stderr)
                name = verdict.snippet.name
                inside = trace(verdict.snippet.region, program.probed, found)
                assert [e.request["in"] for e in found.exchanges if inside.open_after(e.after)] == [name] * (
                    2 if name == "two" else 1
                )
    finally:
        runner.close()
    return runs


def recorded(run: SourceRun) -> list[str]:
    assert all(exchange.response == exchange.request and not exchange.error for exchange in run.exchanges)
    return [exchange.name.removeprefix("POST /") for exchange in run.exchanges]


def lines(comment: str, *, call: str) -> list[str]:
    """Return the lines of a Source that sends requests before, in, between and after its Snippets."""
    send = {name: call.replace("NAME", name) for name in ("none", "one", "two")}
    one = [f"{comment} START one", send["one"], f"{comment} END one"]
    two = [f"{comment} START two", send["two"], send["two"], f"{comment} END two"]
    return [send["none"], *one, send["none"], *two, send["none"]]


def expected(source: str) -> list[str]:
    return [source] * 6


PYTHON = """\
import json, os, urllib.request
def send(name):
    body = json.dumps({"in": name, "key": os.environ.get("TOKEN", "")}).encode()
    urllib.request.urlopen("http://127.0.0.1:PORT/SOURCE", body).read()
"""


@pytest.mark.parametrize("fresh", [False, True])
def test_python(
    session: SessionFolder, plain: Settings, recorder: Recorder, *, fresh: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Requests are recorded as they were sent, since they are compared: only reports hide secrets."""
    monkeypatch.setenv("TOKEN", "s3cr3t-value")
    mini = Mini(plain.root, session, PythonRunner, Suite("py/suite.yaml", "py", "python", ("py/a.py",)), plain)
    mini.set(env=("TOKEN",), fresh=fresh)
    text = PYTHON + "\n".join(lines("#", call="send('NAME')")) + "\n"
    runs = record(mini, recorder, {f"py/{name}.py": text.replace("SOURCE", name) for name in "ab"})
    assert [recorded(each) for each in runs] == [expected("a"), expected("b")]
    assert runs[0].exchanges[0].request == {"in": "none", "key": "s3cr3t-value"}


@pytest.mark.toolchain("node", "npm")
def test_typescript(session: SessionFolder, plain: Settings, recorder: Recorder) -> None:
    """The process of the second Source starts while the first one runs."""
    suite = Suite("ts/suite.yaml", "ts", "typescript", ("ts/a.ts",), lock="ts/package-lock.json")
    mini = Mini(plain.root, session, TypeScriptRunner, suite, plain)
    for path in PACKAGES.iterdir():
        mini.write(f"ts/{path.name}", path.read_text())
    head = (
        "const send = async (name: string) => {\n"
        "  const body = JSON.stringify({ in: name });\n"
        "  await (await fetch('http://127.0.0.1:PORT/SOURCE', { method: 'POST', body })).text();\n};\n"
    )
    text = head + "\n".join(lines("//", call="await send('NAME');")) + "\nexport {};\n"
    runs = record(mini, recorder, {f"ts/{name}.ts": text.replace("SOURCE", name) for name in "ab"})
    assert [recorded(each) for each in runs] == [expected("a"), expected("b")]


@pytest.mark.slow
@pytest.mark.toolchain("go")
def test_go(session: SessionFolder, plain: Settings, recorder: Recorder, tmp_path: Path) -> None:
    """All tests of a package are one binary; only the requests of the Source that runs are recorded."""
    suite = Suite("go/suite.yaml", "go", "go", ("go/a_test.go",), lock="go/go.mod")
    mini = Mini(plain.root, session, GoRunner, suite, plain._replace(cache_dir=str(tmp_path / "cache")))
    mini.write("go/go.mod", "module example.org/docs\n\ngo 1.21\n")
    head = (
        'package docs\nimport ("io"; "net/http"; "strings"; "testing")\nfunc sendSOURCE(name string) {\n'
        'reply, err := http.Post("http://127.0.0.1:PORT/SOURCE", "", strings.NewReader(`{"in": "` + name + `"}`))\n'
        "if err != nil { panic(err) }\nio.ReadAll(reply.Body)\nreply.Body.Close()\n}\n"
    )
    body = lines("//", call='sendSOURCE("NAME")')
    split = body.index("// START two")
    first = ["func TestSOURCE1(t *testing.T) {", *body[:split], "}"]
    second = ["func TestSOURCE2(t *testing.T) {", *body[split:], "}", ""]
    text = head + "\n".join(first + second)
    runs = record(mini, recorder, {f"go/{name}_test.go": text.replace("SOURCE", name) for name in "AB"})
    assert [recorded(each) for each in runs] == [expected("A"), expected("B")]


@pytest.mark.slow
@pytest.mark.toolchain("javac", "java", "mvn")
@pytest.mark.parametrize("fresh", [False, True])
def test_java(session: SessionFolder, plain: Settings, recorder: Recorder, *, fresh: bool) -> None:
    mini = make_mini(session, plain)
    mini.set(fresh=fresh)
    helper = (
        "static void send(String name) throws Exception {",
        'var there = (java.net.HttpURLConnection) new java.net.URL("http://127.0.0.1:PORT/SOURCE").openConnection();',
        "there.setDoOutput(true);",
        'there.getOutputStream().write(("{\\"in\\": \\"" + name + "\\"}").getBytes());',
        "there.getInputStream().readAllBytes();",
        "}",
    )
    texts: dict[str, str] = {}
    for name in ("A", "B"):
        test = ("@Test void test() throws Exception {", *lines("//", call='send("NAME");'), "}")
        made = in_class(name, *helper, *test)
        texts |= {path: text.replace("SOURCE", name) for path, text in made.items()}
    runs = record(mini, recorder, texts)
    assert [recorded(each) for each in runs] == [expected("A"), expected("B")]


def test_prover(weaviate: WeaviateAddress, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only Sources reach the real server through the recorder; everything else uses the server's own address."""
    (tmp_path / "a.py").write_text(
        "import urllib.request\n# START a\nurllib.request.urlopen('WHERE/v1/meta').read()\n# END a\n"
    )
    grpc = f"{weaviate.grpc_host}:{weaviate.grpc_port}"
    given = {"weaviate.mode": "url", "weaviate.url": weaviate.url, "weaviate.grpc": grpc}
    settings = load_settings(tmp_path, environ={}, overrides=given)
    binding = Binding(find="WHERE", replace="{weaviate.url}", optional=False, line=1)
    suite = Suite("suite.yaml", "py", "python", ("a.py",), bindings=(binding,))
    prover = Prover(settings, lambda _: None, recorder=True)
    try:
        prover.start()
        assert prover.services.weaviate.url == weaviate.url
        announced = prover.services.placeholders()
        assert prover._addresses.result() == announced  # known before the server was ready
        assert announced["weaviate.port"] != str(weaviate.port)
        assert announced["weaviate.grpc_port"] != str(weaviate.grpc_port)
        runner = prover.prepare(suite, [read_source(tmp_path, "a.py")]).runner
        execute, runs = runner.execute, []

        def kept(program: Program) -> SourceRun:
            runs.append(execute(program))
            return runs[-1]

        monkeypatch.setattr(runner, "execute", kept)
        (verdict,) = prover.prove(suite, read_source(tmp_path, "a.py"))
        assert str(verdict.outcome) == "passed"
        (exchange,) = runs[0].exchanges
        assert (exchange.name, exchange.after) == ("GET /v1/meta", 1)
        assert exchange.response["version"] == weaviate.version
    finally:
        prover.close()
    assert not [thread for thread in threading.enumerate() if thread.name == "snipproof-recorder"]


def test_without_a_recorder_its_modules_are_not_imported(tmp_path: Path) -> None:
    code = (
        "import sys; from snipproof.run.prover import Prover; from snipproof.config import load_settings\n"
        "from pathlib import Path\nProver(load_settings(Path()), print).close()\n"
        "late = ('pass_through', 'h11', 'hpack', 'hyperframe')\n"
        "print([name for name in sys.modules if name.endswith(late)])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=tmp_path, check=True)
    assert done.stdout.strip() == "[]"
