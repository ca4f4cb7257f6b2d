"""Suites for all Sources: how they are grouped, what they are given, and what is left to the writer."""

from __future__ import annotations

import tomllib
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.init.test_adopt import BLOCK, IMPORT, SOURCE, init, page, write

from snipproof.config import load_settings
from snipproof.init import proposals
from snipproof.init.proposals import exact_globs
from snipproof.init.suite_file import placeholder
from snipproof.languages import SHELL
from snipproof.site import suite
from snipproof.site.dependencies import find_files
from snipproof.site.suite import load_suites

if TYPE_CHECKING:
    from snipproof.model import Suite

SLASHES = SOURCE.replace("#", "//").replace("print(1)", "x")
CLOUD = """import os
import weaviate
client = weaviate.connect_to_weaviate_cloud(
    cluster_url=os.environ["WEAVIATE_URL"], auth_credentials=os.getenv("WEAVIATE_API_KEY"))
# START a
client.collections.use("Question")
# END a
"""
HASHED = "weaviate-client==4.0 --hash=sha256:00\n"


def suites(root: Path) -> dict[str, Suite]:
    """Return the Suites that the settings name, by path."""
    return {suite.path: suite for suite in load_suites(load_settings(root))}


def site(root: Path, **files: str) -> None:
    """Write ``files``, and a page that shows each Source of them."""
    sources = [path for path in files if path.endswith((".py", ".ts", ".go", ".java", ".cs"))]
    pages = {f"docs/{number}.md": page(path) for number, path in enumerate(sources)}
    write(root, **pages, **files)


def test_a_language_without_lock_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing is missing for one of another distribution that installs nothing: its Suite is written and used."""
    row = SHELL._replace(runner="other:Runner")
    for module in (proposals, suite):  # what another distribution adds
        monkeypatch.setattr(module, "runnable", lambda: {"shell": row})
    write(tmp_path, **{"docs/a.md": page("sh/a.sh"), "sh/a.sh": SOURCE})
    code, lines, errors = init(tmp_path, capsys)
    assert (code, errors) == (0, "")
    assert "wrote  sh/suite.yaml: a Suite of 1 shell Source" in lines
    assert not [line for line in lines if line.startswith("left")]
    settings = tomllib.loads((tmp_path / "snipproof.toml").read_text(encoding="utf-8"))
    assert settings["suites"] == ["sh/suite.yaml"]
    assert "lock" not in (tmp_path / "sh/suite.yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("source", "lock", "text"),
    [
        ("py/a.py", "py/requirements.lock", ""),
        ("py/a.py", "py/uv.lock", ""),
        ("py/a.py", "py/requirements-dev.txt", HASHED),
        ("ts/a.ts", "ts/package-lock.json", '{"packages": {"node_modules/esbuild": {}}}'),
        ("ts/a.ts", "ts/pnpm-lock.yaml", ""),
        ("ts/a.ts", "ts/yarn.lock", ""),
        ("go/a.go", "go/go.sum", ""),
        ("java/A.java", "java/lockfile.json", "{}"),
        ("java/A.java", "java/pom.xml", "<project/>"),
    ],
)
def test_every_lock_file(tmp_path: Path, source: str, lock: str, text: str, capsys: pytest.CaptureFixture[str]) -> None:
    site(tmp_path, **{source: SLASHES if source[0] != "p" else SOURCE, lock: text})
    write(tmp_path, **{"ts/package.json": '{"devDependencies": {"esbuild": "1"}}'})
    assert init(tmp_path, capsys)[0] == 0
    ((path, suite),) = suites(tmp_path).items()
    assert (path, suite.sources, suite.lock) == (f"{lock.split('/', maxsplit=1)[0]}/suite.yaml", (source,), lock)


@pytest.mark.parametrize(
    ("files", "step"),
    [
        ({"code/a.py": SOURCE, "requirements.txt": "weaviate-client\n"}, "uv pip compile"),
        ({"code/a.ts": SLASHES, "code/yarn.lock": "", "code/package.json": "{}"}, "add esbuild"),
        ({"code/a.ts": SLASHES, "code/package-lock.json": "[", "code/package.json": "{}"}, "add esbuild"),
        ({"code/a.ts": SLASHES, "code/yarn.lock": ""}, "write code/package.json"),
        ({"code/a.go": SLASHES, "code/go.mod": "module x\nrequire y v1\n"}, "go mod tidy"),
        ({"code/a.java": SLASHES}, "write a pom.xml"),
        ({"code/a.cs": SLASHES}, "1 Source in csharp: snipproof cannot run them"),
    ],
)
def test_what_cannot_be_run_yet_is_named_and_not_used(
    tmp_path: Path, files: dict[str, str], step: str, capsys: pytest.CaptureFixture[str]
) -> None:
    site(tmp_path, **files)
    code, lines, _ = init(tmp_path, capsys)
    assert (code, suites(tmp_path)) == (0, {})
    assert [line for line in lines if line.startswith("left ") and step in line]


def test_one_suite_a_language_with_the_lock_files_of_the_whole_site(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Sources all over the site are in one file of a folder for it; globs name what pages show, and nothing else."""
    site(
        tmp_path,
        **{
            "code/howto/a.py": SOURCE,
            "code/howto/b.py": SOURCE,
            "code/start/deep/c.py": SOURCE,
            "more/d.py": SOURCE,
            "uv.lock": "",
        },
    )
    write(tmp_path, **{"more/hidden.py": SOURCE})
    assert init(tmp_path, capsys)[0] == 0
    text = (tmp_path / "proofs/python.suite.yaml").read_text(encoding="utf-8")
    assert 'sources:\n  - "/code/**/*.py"\n  - "/more/d.py"\nlock: /uv.lock\n' in text
    assert suites(tmp_path)["proofs/python.suite.yaml"].sources == (
        "code/howto/a.py",
        "code/howto/b.py",
        "code/start/deep/c.py",
        "more/d.py",
    )


def test_a_client_that_is_gone_is_apart(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The lock file of the newer one does not run it. In a folder of its own it is as good as any other."""
    old = "import weaviate\n# START a\nclient = weaviate.Client(url)\n# END a\n"
    site(
        tmp_path,
        **{"code/a.py": CLOUD, "code/b.py": old, "code/uv.lock": "", "v3/c.py": old, "v3/requirements.lock": ""},
    )
    code, lines, _ = init(tmp_path, capsys)
    assert code == 0
    assert {path: suite.sources for path, suite in suites(tmp_path).items()} == {
        "code/suite.yaml": ("code/a.py",),
        "v3/suite.yaml": ("v3/c.py",),
    }
    assert [
        line for line in lines if line.startswith("left   1 Python Source (python-v3): pin the client of python-v3")
    ]
    assert '# suites = ["code/python-v3.suite.yaml"]' in (tmp_path / "snipproof.toml").read_text(encoding="utf-8")


def test_what_is_needed_is_set_or_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Values, servers and providers stand where the run reads them; what only the writer has is a comment."""
    site(
        tmp_path,
        **{
            "py/a.py": CLOUD,
            "py/b.py": (
                "import weaviate\n# START a\nclient = weaviate.connect_to_local(port=8090, grpc_port=50061)\n"
                'client.collections.create("Question", vector_config=text2vec_openai())\n'
                'requests.get("https://example.org/data.json")\nAuth.bearer_token(x)\n# END a\n'
            ),
            "py/requirements.lock": "",
            "pyproject.toml": "[tool.ruff]\n",
        },
    )
    assert init(tmp_path, capsys)[0] == 0
    suite = suites(tmp_path)["py/suite.yaml"]
    assert (str(suite.network), suite.env) == (
        "auto",
        (("WEAVIATE_API_KEY", "dummy-key"), ("WEAVIATE_URL", "https://docs.weaviate.cloud")),
    )
    text = (tmp_path / "py/suite.yaml").read_text(encoding="utf-8")
    for line in (
        "# - Weaviate Cloud (1 Source, such as py/a.py:3)",
        "# - data that the Source does not create: Question [created in b.py] (1 Source, such as py/a.py:6)",
        "# - downloads: example.org (1 Source, such as py/b.py:5)",
        '  WEAVIATE_URL: "https://docs.weaviate.cloud"  # py/a.py:4',
    ):
        assert line in text.splitlines()
    settings = load_settings(tmp_path)
    assert settings.providers == {"default": "stand-in"}
    assert settings.weaviate.env["AUTHENTICATION_APIKEY_ALLOWED_KEYS"] == "dummy-key"
    project = (tmp_path / "pyproject.toml").read_text(encoding="utf-8")
    assert "services.port-8090]\n" in project
    assert '# "example.org/data.json" = { file = "…", sha256 = "…" }' in project
    assert '# [tool.snipproof.oidc]\n# issuer = "https://…"\n' in project
    assert set(tomllib.loads(project)) == {"tool"}


def test_a_server_with_roles_has_the_keys_of_the_docs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Which user is the root user is guessed by the name of the key."""
    connect = "weaviate.connect_to_local(port=8580, grpc_port=50551, auth_credentials=Auth.api_key"
    source = (
        "import weaviate\n# START a\n"
        f'user = {connect}("user-a-key"))\n' + "\n" * 400 + f'root = {connect}("root-user-key"))\n'
        "root.roles.list_all()\n# END a\n"
    )
    site(tmp_path, **{"py/a.py": source, "py/requirements.lock": ""})
    assert init(tmp_path, capsys)[0] == 0
    text = (tmp_path / "snipproof.toml").read_text(encoding="utf-8").replace("# ", "")
    table = text.partition("[services.port-8580]\n")[2].splitlines()
    assert table == [
        'ports = ["8580:50551"]',
        'api-keys = { "root-user-key" = "root-user", "user-a-key" = "user-a" }',
        'root-users = ["root-user"]',
    ]


def test_a_source_that_a_run_cannot_collect_is_left_out(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It would stop the whole run; the file of the Suite names it with the reason."""
    unbound = "# START a\nprint(1)\n# END a\n# START Expected b results\n# 1\n# END Expected b results\n"
    files = {"py/a.py": SOURCE, "py/b.py": unbound, "py/c.py": "x = 1\n", "py/requirements.lock": ""}
    site(tmp_path, **files)
    write(
        tmp_path, **{"docs/c.md": IMPORT.format("py/c.py") + BLOCK.replace("START a", "gone").replace("END a", "gone")}
    )
    assert init(tmp_path, capsys)[0] == 0
    assert suites(tmp_path)["py/suite.yaml"].sources == ("py/a.py",)
    text = (tmp_path / "py/suite.yaml").read_text(encoding="utf-8")
    assert "# - py/b.py: py/b.py:4:1 " in text
    assert "# - py/c.py: no page shows a Snippet of it" in text


def test_suites_that_are_there_keep_their_sources(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Only what is in none of them gets a Suite, beside theirs."""
    mine = "flavour: mine\nlanguage: python\nsources: [a.py]\n"
    site(tmp_path, **{"py/a.py": SOURCE, "py/b.py": SOURCE, "py/requirements.lock": "", "py/suite.yaml": mine})
    assert init(tmp_path, capsys)[0] == 0
    assert {path: suite.sources for path, suite in suites(tmp_path).items()} == {
        "py/suite.yaml": ("py/a.py",),
        "py/py.suite.yaml": ("py/b.py",),
    }
    assert (tmp_path / "py/suite.yaml").read_text(encoding="utf-8") == mine


_FILE = st.lists(st.sampled_from(["a", "b", "[c]", "d e", "*"]), min_size=1, max_size=3).map("/".join)


@given(st.dictionaries(_FILE, st.booleans(), min_size=1, max_size=8).filter(lambda files: any(files.values())))
def test_globs_find_what_is_to_be_found_and_nothing_else(files: dict[str, bool]) -> None:
    """Whatever else is in the folders."""
    with TemporaryDirectory() as folder:
        write(Path(folder), **{f"{path}.py": "" for path in files})
        members = sorted(f"{path}.py" for path, is_member in files.items() if is_member)
        globs = list(exact_globs(Path(folder), members))
        found = [file.relative_to(folder).as_posix() for glob in globs for file in find_files(Path(folder), glob)]
    assert sorted(found) == members


@pytest.mark.parametrize("odd", ["a b[1]*.py", "ü'\"#.py", "-.py", "{x}.py"])
def test_odd_names(tmp_path: Path, odd: str, capsys: pytest.CaptureFixture[str]) -> None:
    site(tmp_path, **{f"py/{odd}": SOURCE, "py/z.py": SOURCE, "py/requirements.lock": ""})
    write(tmp_path, **{"py/hidden.py": SOURCE})
    assert init(tmp_path, capsys)[0] == 0
    found = suites(tmp_path).get("py/suite.yaml")
    assert found is not None
    assert set(found.sources) <= {f"py/{odd}", "py/z.py"}


@pytest.mark.parametrize(
    ("name", "language", "value"),
    [
        ("OPENAI_API_KEY", "python", "dummy-key"),
        ("FRIENDLI_TOKEN", "go", "dummy-key"),
        ("WEAVIATE_URL", "python", "https://docs.weaviate.cloud"),
        ("WEAVIATE_URL", "go", "docs.weaviate.cloud"),
        ("WEAVIATE_HOSTNAME", "python", "docs.weaviate.cloud"),
        ("WEAVIATE_GRPC_HOST", "typescript", "grpc-docs.weaviate.cloud"),
        ("DATABRICKS_ENDPOINT", "python", "https://example.com"),
        ("WEAVIATE_SCHEME", "go", "https"),
        ("WEAVIATE_PORT", "go", "8080"),
        ("GCP_PROJECT", "java", "dummy"),
    ],
)
def test_placeholders(name: str, language: str, value: str) -> None:
    assert placeholder(name, language) == value
