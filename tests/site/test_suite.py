"""Suite files: their values, and every possible error with its place."""

import os
import re
from pathlib import Path

import pytest

from snipproof.config import OidcSettings, Settings, load_settings
from snipproof.errors import SettingsError
from snipproof.languages import Language, languages
from snipproof.model import Binding, Suite
from snipproof.site.suite import load_suites

_HEAD = "flavour: f\nlanguage: python\n"


def _load(root: Path, text: str) -> list[Suite]:
    folder = root / "snippets" / "x"
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("b.py", "a.py", "c.py", "requirements.lock"):
        (folder / name).touch()
    (folder.parent / "images").mkdir(exist_ok=True)
    if not (folder / "loop").is_symlink():
        (folder / "loop").symlink_to("loop")
        os.mkfifo(folder / "pipe")
    (folder / "suite.yaml").write_text(text)
    return load_suites(Settings(root=root, suites=("snippets/*/suite.yaml",)))


def test_a_suite_file_is_read_whole(tmp_path: Path) -> None:
    """Every key arrives, paths relative to the root and Sources in running order."""
    text = _HEAD + (
        "sources: [c.py, '*.py']\nlock: requirements.lock\nfixtures: [gallery]\n"
        "files: {images: ../images}\ntimeout: 5\n"
        "bindings:\n  - find: port=8080\n    replace: 'port={weaviate.port} {x}'\n    optional: true\n"
    )
    assert _load(tmp_path, text) == [
        Suite(
            path="snippets/x/suite.yaml",
            flavour="f",
            language="python",
            sources=("snippets/x/c.py", "snippets/x/a.py", "snippets/x/b.py"),
            lock="snippets/x/requirements.lock",
            fixtures=("gallery",),
            bindings=(Binding("port=8080", "port={weaviate.port} {x}", optional=True, line=5 + 4),),
            files=(("images", "snippets/images"),),
            timeout=5.0,
        )
    ]


def _with_services(root: Path, keys: str) -> Suite:
    (root / "a.py").touch()
    (root / "suite.yaml").write_text(_HEAD + f"sources: [a.py]\n{keys}")
    (root / "snipproof.toml").write_text(
        'suites = ["suite.yaml"]\n[services.rbac]\nports = ["8080:50054"]\n[services.cluster]\nnodes = 2\n'
    )
    (suite,) = load_suites(load_settings(root, environ={}))
    return suite


def test_a_suite_names_its_services_and_has_their_placeholders(tmp_path: Path) -> None:
    assert _with_services(tmp_path, "").services == ("weaviate",)
    known = "{services.cluster.url} {services.cluster.node2.grpc_port} {weaviate.port} {services.weaviate.port}"
    keys = f"services: [cluster, weaviate]\nbindings: [{{find: a, replace: '{known}'}}]"
    assert _with_services(tmp_path, keys).services == ("cluster", "weaviate")


@pytest.mark.parametrize(
    ("keys", "place", "message", "hint"),
    [
        ("services: [rbca]", "4:12", "unknown service 'rbca'", "did you mean 'rbac'?"),
        ("services: [other]", "4:12", "unknown service 'other'", "known: weaviate, rbac, cluster; the settings define"),
        ("services: [rbac, rbac]", "4:18", "the service 'rbac' is given twice", ""),
        ("services: []", "4:11", "'services' is empty", "known: weaviate"),
        ("services: rbac", "4:11", "expected a list", ""),
        ("services: [weaviate, rbac]", "4:11", "both 'weaviate' and 'rbac' have the port 8080", "give one of them"),
        (
            "bindings: [{find: a, replace: '{services.rbac.url}'}]",
            *("4:31", "unknown placeholder {services.rbac.url}", "add rbac to 'services'"),
        ),
        (
            "services: [rbac]\nbindings: [{find: a, replace: '{weaviate.url}'}]",
            *("5:31", "unknown placeholder {weaviate.url}", "add weaviate to 'services'"),
        ),
        (
            "services: [rbac]\nbindings: [{find: a, replace: '{services.rbac.node2.url}'}]",
            *("5:31", "unknown placeholder {services.rbac.node2.url}", "did you mean 'services.rbac.node1.url'?"),
        ),
    ],
)
def test_an_error_in_services_has_its_place(tmp_path: Path, keys: str, place: str, message: str, hint: str) -> None:
    with pytest.raises(SettingsError) as error:
        _with_services(tmp_path, keys)
    assert error.value.message == f"suite.yaml:{place} {message}"
    assert error.value.hint.startswith(hint)


def test_chains_and_seeds(tmp_path: Path) -> None:
    """Each chain in its own order, whatever that of `sources` is; a list of seeds is that of the first Service."""
    (suite,) = _load(tmp_path, _HEAD + "sources: ['*.py']\nchains: [[c.py, '[ac].py']]\nseed: [a.py, b.py, a.py]")
    assert suite.sources == ("snippets/x/a.py", "snippets/x/b.py", "snippets/x/c.py")
    assert suite.chains == (("snippets/x/c.py", "snippets/x/a.py"),)
    assert suite.chain_of("snippets/x/a.py") == suite.chains[0]
    assert suite.chain_of("snippets/x/b.py") == ()
    assert suite.seed == (("weaviate", ("snippets/x/a.py", "snippets/x/b.py")),)
    (suite,) = _load(tmp_path, _HEAD + "sources: ['*.py']\nchains: [[b.py], [a.py]]\nseed: {weaviate: [a.py]}")
    assert suite.chains == (("snippets/x/b.py",), ("snippets/x/a.py",))
    assert suite.seed == (("weaviate", ("snippets/x/a.py",)),)


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        ("", "1:1", "expected a mapping"),
        ("flavour: [", "1:11", "not valid YAML"),
        (_HEAD, "1:1", "the key 'sources' is missing"),
        (_HEAD + "sourcse: ['*.py']", "3:1", "unknown key 'sourcse'"),
        (_HEAD + "[a]: b", "3:1", "expected a text"),
        (_HEAD + "sources: '*.py'", "3:10", "expected a list"),
        (_HEAD + "sources: []", "3:10", "'sources' is empty"),
        (_HEAD + "sources: ['*.ts']", "3:11", "the sources glob '*.ts' matches no file"),
        (_HEAD + "sources: ['../y/a.py']", "3:11", "the sources glob '../y/a.py' matches no file"),
        (_HEAD + "sources: ['..']", "3:11", "matches no file"),
        (_HEAD + "sources: ['../../../a.py']", "3:11", "the sources glob '../../../a.py' is outside the root"),
        (_HEAD + "sources: ['../../../snippets/x/a.py']", "3:11", "is outside the root"),
        (_HEAD + "sources: ['/../a.py']", "3:11", "is outside the root"),
        (_HEAD + "sources: ['*.py']\nchains: a.py", "4:9", "expected a list"),
        (_HEAD + "sources: ['*.py']\nchains: [a.py]", "4:10", "expected a list"),
        (_HEAD + "sources: ['*.py']\nchains: [[]]", "4:10", "'chains' is empty"),
        (_HEAD + "sources: ['*.py']\nchains: [[a.py, d.py]]", "4:17", "the chains glob 'd.py' matches no file"),
        (
            _HEAD + "sources: ['a.py']\nchains: [[a.py, '*.py']]",
            "4:17",
            "snippets/x/b.py is not a Source of this Suite",
        ),
        (_HEAD + "sources: ['*.py']\nchains: [[a.py], [b.py, a.py]]", "4:25", "a.py is already in another chain"),
        (_HEAD + "sources: ['*.py']\nseed: a.py", "4:7", "expected a mapping"),
        (_HEAD + "sources: ['*.py']\nseed: [d.py]", "4:8", "no such file: 'd.py'"),
        (_HEAD + "sources: ['*.py']\nseed: {weaviat: [a.py]}", "4:8", "unknown key 'weaviat'"),
        (_HEAD + "sources: ['*.py']\nsecrets: [KEY]", "4:11", "'KEY' is not in `run.env`"),
        (_HEAD + "sources: ['*/../a.py']", "3:11", "has '..' behind a wildcard"),
        (_HEAD + "sources: ['/a.py']", "3:11", "matches no file"),
        (_HEAD + "sources: ['']", "3:11", "matches no file"),
        (_HEAD + "sources: [3]", "3:11", "expected a text"),
        ("flavour: f\nlanguage: ruby\nsources: ['*.py']", "2:11", "unknown language 'ruby'"),
        (_HEAD + "sources: ['*.py']\nlock: no.lock", "4:7", "no such file: 'no.lock'"),
        (_HEAD + "sources: ['*.py']\nlock: ../../../..", "4:7", "outside the root"),
        (_HEAD + "sources: ['*.py']\nfiles: {../x: a.py}", "4:15", "outside the working directory"),
        (_HEAD + "sources: ['*.py']\nfiles: {x: nowhere}", "4:12", "no such file: 'nowhere'"),
        (_HEAD + "sources: ['*.py']\nfiles: {x: loop}", "4:12", "'loop' cannot be read"),
        (_HEAD + "sources: ['*.py']\nfiles: {x: pipe}", "4:12", "'pipe' is not a file and not a folder"),
        (_HEAD + "sources: ['*.py']\nfiles: {x: \"a\\0b\"}", "4:12", "cannot be read: "),
        (_HEAD + "sources: ['*.py']\nfiles: {'.': a.py}", "4:14", "the place '.' cannot be the name of a file"),
        (_HEAD + "sources: ['*.py']\nfiles: {\"a\\0\": a.py}", "4:16", "cannot be the name of a file"),
        (_HEAD + "sources: ['*.py']\nlock: .", "4:7", "'.' is not a file"),
        (_HEAD + f"sources: ['*.py']\nlock: {'x' * 300}", "4:7", "cannot be read: File name too long"),
        (_HEAD + f"sources: ['{'x' * 300}']", "3:11", "matches no file"),
        ("flavour: ''\nlanguage: python\nsources: ['*.py']", "1:10", "'' cannot be a name"),
        ("flavour: \"a\\0b\"\nlanguage: python\nsources: ['*.py']", "1:10", "cannot be a name"),
        (_HEAD + "sources: ['*.py']\ntimeout: soon", "4:10", "a number of seconds"),
        (_HEAD + "sources: ['*.py']\ntimeout: .inf", "4:10", "a number of seconds"),
        (_HEAD + "sources: ['*.py']\nbindings: [{find: a}]", "4:12", "needs 'find' and 'replace'"),
        (_HEAD + "sources: ['*.py']\nbindings: [{find: a, replace: b, optional: 1}]", "4:44", "true or false"),
        (_HEAD + "sources: ['*.py']\nbindings: [{find: a, replace: b, network: auto}]", "4:43", "network: bindings"),
        (_HEAD + "sources: ['*.py']\nbindings: [{find: a, replace: \"b\\nc\"}]", "4:31", "as many lines"),
        (_HEAD + "sources: ['*.py']\nbindings: [{find: a, replace: '{weaviate.prt}'}]", "4:31", "{weaviate.prt}"),
        (_HEAD + "sources: ['*.py']\nbindings: [{find: a, replace: '{assets.uri}'}]", "4:31", "{assets.uri}"),
    ],
)
def test_an_error_has_its_place(tmp_path: Path, text: str, place: str, message: str) -> None:
    """Every invalid value is reported where it stands."""
    with pytest.raises(SettingsError) as error:
        _load(tmp_path, text)
    assert error.value.message.startswith(f"snippets/x/suite.yaml:{place} ")
    assert message in error.value.message


def test_an_unknown_key_comes_with_a_suggestion(tmp_path: Path) -> None:
    """The hint names the key that the typo resembles."""
    with pytest.raises(SettingsError) as error:
        _load(tmp_path, _HEAD + "sourcse: ['*.py']")
    assert error.value.hint == "did you mean 'sources'?"


@pytest.mark.parametrize(
    "pattern", ["../x/a.py", "../../snippets/*/a.py", "/snippets/x/a.py", "./none/../a.py", "../x//a.py", "/**/a.py"]
)
def test_sources_elsewhere_below_the_root(tmp_path: Path, pattern: str) -> None:
    """Above the folder of the Suite, beside it, or from the root; the path has no `..` then."""
    (suite,) = _load(tmp_path, _HEAD + f"sources: [{pattern}]")
    assert suite.sources == ("snippets/x/a.py",)


def test_folders_with_wildcards_in_their_names(tmp_path: Path) -> None:
    """Only the glob itself has wildcards, not the folder that it is relative to."""
    root = tmp_path / "project"
    for name in ("a [1]/suites/suite.yaml", "a [1]/code/a.py", "a 1/code/a.py"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(_HEAD + "sources: ['../code/*.py']")
    (suite,) = load_suites(Settings(root=root, suites=("x/../**/suite.yaml",)))
    assert suite.sources == ("a [1]/code/a.py",)


def _outside(tmp_path: Path, text: str, *, settings: str = 'root = "../site"\nsuites = ["*/suite.yaml"]') -> Suite:
    """Return the Suite of settings outside the docs tree ``site``."""
    for name in ("proofs/py/x.lock", "proofs/snipproof.toml", "site/code/a.py", "site/uv.lock", "other/a.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / "proofs/snipproof.toml").write_text(settings)
    (tmp_path / "proofs/py/suite.yaml").write_text(text)
    (suite,) = load_suites(load_settings(tmp_path / "proofs"))
    return suite


def test_a_suite_outside_the_docs_tree(tmp_path: Path) -> None:
    """Its own files are beside it; what begins with `/` is in the docs tree."""
    suite = _outside(tmp_path, _HEAD + "sources: [/code/*.py]\nlock: x.lock\nfiles: {site.lock: /uv.lock}")
    assert suite.path == "../proofs/py/suite.yaml"
    assert suite.sources == ("code/a.py",)
    assert (suite.lock, suite.files) == ("../proofs/py/x.lock", (("site.lock", "uv.lock"),))
    text = _HEAD + "sources: [/code/*.py]"
    above = _outside(tmp_path, text.replace("/code", "/site/code"), settings='root = ".."\nsuites = ["py/*.yaml"]')
    assert (above.path, above.sources) == ("proofs/py/suite.yaml", ("site/code/a.py",))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("sources: ['*.py']", "3:11 the sources glob '*.py' is outside the root"),
        ("sources: [../../site/code/a.py]", "3:11 the sources glob '../../site/code/a.py' is outside the root"),
        ("sources: [/code/a.py]\nlock: ../../other/a.py", "4:7 '../../other/a.py' is outside the root"),
        ("sources: [../../other/a.py]", "3:11 the sources glob '../../other/a.py' is outside the root"),
        ("sources: [/code/a.py]\nlock: /none.lock", "4:7 no such file: '/none.lock'"),
    ],
)
def test_what_a_suite_outside_the_docs_tree_cannot_use(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(SettingsError) as error:
        _outside(tmp_path, _HEAD + text)
    assert error.value.message == f"../proofs/py/suite.yaml:{message}"


def test_suites_are_below_the_root_or_the_settings(tmp_path: Path) -> None:
    for glob, problem in (
        ("../other/*.yaml", "is outside the root"),
        ("../../*.yaml", "is outside the root"),
        ("/*.yaml", "matches no file"),
    ):
        with pytest.raises(SettingsError, match=rf"snipproof.toml:2:11 the suites glob '{re.escape(glob)}' {problem}"):
            _outside(tmp_path, _HEAD, settings=f'root = "../site"\nsuites = ["{glob}"]')


def test_a_source_in_two_suites_is_an_error(tmp_path: Path) -> None:
    """One Source runs in one way only."""
    _load(tmp_path, _HEAD + "sources: [a.py]")
    (tmp_path / "snippets/y").mkdir()
    (tmp_path / "snippets/suite.yaml").write_text(_HEAD + "sources: [x/a.py]")
    with pytest.raises(SettingsError, match=r"snippets/x/a\.py is already a Source of snippets/suite\.yaml"):
        load_suites(Settings(root=tmp_path, suites=("snippets/suite.yaml", "snippets/*/suite.yaml")))


@pytest.mark.parametrize(
    ("pattern", "problem"),
    [
        ("none/*.yaml", "matches no file"),
        ("", "matches no file"),
        ("/suite.yaml", "matches no file"),
        ("../*.yaml", "is outside the root"),
        ("a/../../*.yaml", "is outside the root"),
        ("*/../*.yaml", "has '..' behind a wildcard"),
    ],
)
def test_a_suites_glob_that_matches_nothing_is_an_error(tmp_path: Path, pattern: str, problem: str) -> None:
    """A glob with a typo must not look like a site without Suites."""
    with pytest.raises(SettingsError, match=rf"the suites glob .* {re.escape(problem)}"):
        load_suites(Settings(root=tmp_path, suites=(pattern,)))


def test_tokens_in_env_require_an_identity_provider(tmp_path: Path) -> None:
    text = _HEAD + "sources: ['*.py']\nenv:\n  TOKEN: '{oidc.access_token}'\n"
    with pytest.raises(SettingsError, match=r"suite.yaml:5:10 {oidc.access_token} requires a user in \[oidc\]"):
        _load(tmp_path, text)
    settings = Settings(
        root=tmp_path, suites=("snippets/*/suite.yaml",), oidc=OidcSettings("https://a", users={"ann": "x"})
    )
    assert load_suites(settings)[0].env == (("TOKEN", "{oidc.access_token}"),)
    (tmp_path / "snippets/x/suite.yaml").write_text(text.replace("access", "id"))
    with pytest.raises(SettingsError, match=r"suite.yaml:5:10 unknown placeholder {oidc.id_token}"):
        load_suites(settings)


def test_languages_of_other_distributions_count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every language with a runner may be that of a Suite, and the hint lists them."""
    rows = {**languages(), "ruby": Language("ruby", "Ruby", (".rb",), ("rb",), runner="ruby_runner:Runner")}
    monkeypatch.setattr("snipproof.languages.languages", lambda: rows)
    (suite,) = _load(tmp_path, "flavour: f\nlanguage: ruby\nsources: ['*.py']")
    assert suite.language == "ruby"
    with pytest.raises(SettingsError) as error:
        _load(tmp_path, "flavour: f\nlanguage: csharp\nsources: ['*.py']")
    assert error.value.hint == "known: python, typescript, go, java, ruby"
