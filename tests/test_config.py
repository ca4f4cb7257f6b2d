"""Settings: where a value comes from, and which values are errors."""

from pathlib import Path

import pytest

from snipproof.config import find_settings_file, load_settings
from snipproof.errors import SettingsError

_NOTHING: dict[str, str] = {}


def test_a_folder_without_settings_has_the_defaults(tmp_path: Path) -> None:
    """No file is needed."""
    settings = load_settings(tmp_path, environ=_NOTHING)
    assert (settings.root, settings.file, settings.pages, settings.suites) == (tmp_path, None, (), ())


def test_snipproof_toml_comes_before_pyproject_toml(tmp_path: Path) -> None:
    """Of two files snipproof.toml counts; a pyproject.toml without the table does not."""
    pyproject = tmp_path / "pyproject.toml"
    pyproject.write_text("[project]\n")
    assert find_settings_file(tmp_path) is None
    pyproject.write_text('[tool.snipproof]\npages = ["a"]\n')
    assert load_settings(tmp_path, environ=_NOTHING).pages == ("a",)
    (tmp_path / "snipproof.toml").write_text('pages = ["b"]\n')
    assert load_settings(tmp_path, environ=_NOTHING).pages == ("b",)


def test_command_line_wins_over_environment_over_file_over_default(tmp_path: Path) -> None:
    """The first source that sets a value counts."""
    assert load_settings(tmp_path, environ=_NOTHING).run.timeout == 60
    (tmp_path / "snipproof.toml").write_text("[run]\ntimeout = 1\n")
    assert load_settings(tmp_path, environ=_NOTHING).run.timeout == 1
    environ = {"SNIPPROOF_RUN_TIMEOUT": "2"}
    assert load_settings(tmp_path, environ=environ).run.timeout == 2
    assert load_settings(tmp_path, environ=environ, overrides={"run.timeout": "3"}).run.timeout == 3


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        ("x = ", "", "not valid TOML"),
        ('\npage = ["docs"]', "2:1", "unknown setting 'page'"),
        ("[weaviate]\nmod = 'auto'", "2:1", "unknown setting 'weaviate.mod'"),
        ("pages = 'docs'", "1:1", "'pages' must be a list of strings"),
        ("site-root = 3", "1:1", "'site-root' must be a string"),
        ("weaviate = 3", "1:1", "'weaviate' must be a table"),
        ("[run]\ntimeout = true", "2:1", "'run.timeout' must be a number"),
        ("[run]\nrequire = 'yes'", "2:1", "'run.require' must be true or false, not 'yes'"),
        ("[run]\ntimeout = 0", "2:1", "'timeout' must be more than 0"),
        ("[weaviate]\nmode = 'docker'", "2:1", "'mode' cannot be 'docker'"),
        ("[weaviate]\nobtain = ['wish']", "2:11", "'obtain' cannot be 'wish'"),
        ("[weaviate]\nobtain = [\n  'cache',\n  'wish',\n]", "4:3", "'obtain' cannot be 'wish'"),
        ("pages = [\n  'docs',\n  3,\n]", "3:3", "'pages[1]' must be a string, not 3"),
        ("[weaviate]\nversion = '../../1.0'", "2:1", "'version' cannot be '../../1.0'"),
        ("[severity]\nSP201 = 'loud'", "2:1", "'SP201' cannot be 'loud'"),
    ],
)
def test_an_error_names_its_line(tmp_path: Path, text: str, place: str, message: str) -> None:
    """Unknown keys, wrong types and impossible values are errors at their line."""
    (tmp_path / "snipproof.toml").write_text(text)
    with pytest.raises(SettingsError) as error:
        load_settings(tmp_path, environ=_NOTHING)
    assert error.value.message.startswith(f"snipproof.toml:{place}")
    assert message in error.value.message


@pytest.mark.parametrize(("text", "value"), [("1", True), ("True", True), ("no", False), ("0", False)])
def test_a_boolean_in_the_environment(tmp_path: Path, text: str, *, value: bool) -> None:
    """It has several spellings; any other is an error."""
    assert load_settings(tmp_path, environ={"SNIPPROOF_RUN_REQUIRE": text}).run.require is value
    with pytest.raises(SettingsError, match=r"'run\.require' must be true or false, not 'perhaps'"):
        load_settings(tmp_path, environ={"SNIPPROOF_RUN_REQUIRE": "perhaps"})


def test_an_unknown_key_is_answered_with_a_known_one(tmp_path: Path) -> None:
    """The hint names the key that a typo resembles."""
    (tmp_path / "snipproof.toml").write_text('page = ["docs"]')
    with pytest.raises(SettingsError) as error:
        load_settings(tmp_path, environ=_NOTHING)
    assert error.value.hint == "did you mean 'pages'?"


def test_a_wrong_environment_variable_is_named(tmp_path: Path) -> None:
    """The error names the variable."""
    with pytest.raises(SettingsError, match=r"SNIPPROOF_RUN_TIMEOUT: 'run.timeout' must be a number, not 'soon'"):
        load_settings(tmp_path, environ={"SNIPPROOF_RUN_TIMEOUT": "soon"})


@pytest.mark.parametrize(
    ("data", "line"),
    [
        (b"[tool.snipproof]\npages = ['\xff']\n", "2:1 cannot be read as UTF-8 text"),
        (b"[tool.snipproof]\npages = ]\n", "2:9 not valid TOML: Invalid value"),
        (b"[tool.snipproof]\npages = [\n", "3:1 not valid TOML"),
        (b"tool = 1\n# tool.snipproof", "1:1 'tool' must be a table"),
        (b"[tool]\n\nsnipproof = 1 # tool.snipproof", "3:1 'tool.snipproof' must be a table"),
    ],
)
def test_an_invalid_settings_file_is_an_error_at_its_line(tmp_path: Path, data: bytes, line: str) -> None:
    """Not UTF-8, not TOML, or not a table: no traceback."""
    (tmp_path / "pyproject.toml").write_bytes(data)
    with pytest.raises(SettingsError) as error:
        load_settings(tmp_path, environ={})
    assert error.value.message.startswith(f"pyproject.toml:{line}")


_TABLES_WITH_THE_SAME_KEYS = """\
[project]
version = "1.0"
[tool.other]
timeout = "soon"
mode = "x"
pages = 1
[tool.other.weaviate]
version = 3
[tool.snipproof]
"""


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("pages = 1", "10:1"),
        ("weaviate = { mode = 'auto', version = 7 }", "10:29"),
        ("[tool.snipproof.weaviate]\nversion = 7", "11:1"),
        ("[tool.snipproof.weaviate]\nmode = 'x'", "11:1"),
        ("run.timeout = 0", "10:5"),
        ("[tool.snipproof.run]\ntimeout = 'soon'", "11:1"),
        ("[tool.snipproof.severity]\nSP201 = 'off'\nSP202 = 'x'", "12:1"),
        ("[tool.snipproof.per-path]\n'a.*' = { SP201 = 'off' }\n'b/*' = { SP201 = 'x' }", "12:11"),
        ("[tool.snipproof.per-path.'b.c']\nSP201 = 1", "11:1"),
        ("translations = { a = 'b',\tc = 1 }", "10:27"),
        ('pages = ["""\npage = 1\n"""]\npage = 1', "13:1"),
    ],
)
def test_an_error_names_the_line_of_its_own_table(tmp_path: Path, text: str, place: str) -> None:
    """Not that of a key with the same name in another table, above or below."""
    (tmp_path / "pyproject.toml").write_text(f"{_TABLES_WITH_THE_SAME_KEYS}{text}\n[tool.zebra]\nSP202 = 1\n")
    with pytest.raises(SettingsError) as error:
        load_settings(tmp_path, environ={})
    assert error.value.message.startswith(f"pyproject.toml:{place} ")


def test_an_impossible_value_of_the_environment_names_the_variable(tmp_path: Path) -> None:
    """And not a line of the file, which may hold a good value."""
    (tmp_path / "snipproof.toml").write_text("[weaviate]\nmode = 'auto'\n")
    with pytest.raises(
        SettingsError, match=r"^environment variable SNIPPROOF_WEAVIATE_MODE: 'mode' cannot be 'dokcer'"
    ):
        load_settings(tmp_path, environ={"SNIPPROOF_WEAVIATE_MODE": "dokcer"})


def test_the_origin_of_a_setting_is_where_it_is_written(tmp_path: Path) -> None:
    """Or the nearest table around it."""
    (tmp_path / "snipproof.toml").write_text("pages = []\n[run]\ntimeout = 1\n")
    settings = load_settings(tmp_path, environ={"SNIPPROOF_RUN_FRESH": "1"})
    origins = [settings.origin(*path) for path in (("pages",), ("run", "timeout"), ("run", "env"), ("run", "fresh"))]
    assert origins[:3] == ["snipproof.toml:1:1", "snipproof.toml:3:1", "snipproof.toml:2:2"]
    assert origins[3] == "environment variable SNIPPROOF_RUN_FRESH:"


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("[tool]\nsnipproof.pages = ['docs']\nsnipproof.weaviate.version = 7\n", "3:20"),
        ("[tool]\nsnipproof = { run = { timeout = 'x' } }\n", "2:23"),
        ("[tool.'snipproof'.\"weaviate\"]\n'version' = 7\n", "2:1"),
        ("[tool]\nsnipproof = 3\n", "2:1"),
        ("[[tool.other]]\nversion = 1\n[tool.snipproof]\nweaviate = { mode = 'auto', version = 7 }\n", "4:29"),
    ],
)
def test_the_table_is_found_however_it_is_written(tmp_path: Path, text: str, place: str) -> None:
    """TOML has several ways to write a table; none of them hides the settings or moves an error."""
    (tmp_path / "pyproject.toml").write_text(text)
    with pytest.raises(SettingsError, match=f"^pyproject.toml:{place} "):
        load_settings(tmp_path, environ=_NOTHING)


def test_a_project_that_only_mentions_us_has_no_settings(tmp_path: Path) -> None:
    """A dependency of that name, or a file that is not TOML and has no such table, is not ours."""
    for text in ("[project]\ndependencies = ['snipproof']\n", "[tool]\nother = 'snipproof'\n", "snipproof ="):
        (tmp_path / "pyproject.toml").write_text(text)
        assert find_settings_file(tmp_path) is None


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("default = 'stand-in'\n'*.example.com' = 'stand-in'\n'localhost:8000' = 'stand-in'", ""),
        ("'api.openai.com' = 'live'", "snipproof.toml:2:1 'api.openai.com' cannot be 'live' in a file"),
        ("'api.openai.com' = 'mock'", "snipproof.toml:2:1 'api.openai.com' cannot be 'mock'"),
        ("default = 1", "snipproof.toml:2:1 'providers.default' must be a string, not 1"),
        ("'https://api.openai.com' = 'stand-in'", "snipproof.toml:2:1 'https://api.openai.com' is not a host"),
        ("'localhost:x' = 'stand-in'", "snipproof.toml:2:1 'localhost:x' is not a host"),
        ("'localhost:65536' = 'stand-in'", "snipproof.toml:2:1 'localhost:65536' is not a host"),
    ],
)
def test_providers_map_hosts_to_what_answers(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "snipproof.toml").write_text(f"[providers]\n{text}\n")
    if not message:
        assert set(load_settings(tmp_path, environ={}).providers) == {"default", "*.example.com", "localhost:8000"}
        return
    with pytest.raises(SettingsError) as error:
        load_settings(tmp_path, environ={})
    assert error.value.message == message


SHA = "0" * 64


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (f"[downloads]\n'a.example.com/b/*.json' = {{file = 'x', sha256 = '{SHA}'}}", ""),
        (
            f"[downloads]\n'https://a.example.com/b' = {{file = 'x', sha256 = '{SHA}'}}",
            "2:1 'https://a.exam",
        ),
        (
            f"[downloads]\n'*.example.com/b' = {{file = 'x', sha256 = '{SHA}'}}",
            "2:1 '*.example.com/b' is",
        ),
        (f"[downloads]\n'a.example.com' = {{file = 'x', sha256 = '{SHA}'}}", "2:1 'a.example.com' is not a download"),
        (f"[downloads]\n'a.example.com/b' = {{sha256 = '{SHA}'}}", "2:1 the file of 'a.example.com/b' is missing"),
        (
            "[downloads]\n'a.example.com/b' = {file = 'x'}",
            "2:1 'sha256' must be a checksum of 64 hexadecimal",
        ),
        (
            "[downloads]\n'a.example.com/b' = {file = 'x', sha256 = '1'}",
            "2:34 'sha256' must be a checksum of",
        ),
        ("[downloads]\n'a.example.com/b' = {name = 'x'}", "2:22 unknown setting 'downloads.a.example.com/b.name'"),
        ("[downloads]\n'a.example.com/b' = 'x'", "2:1 'downloads.a.example.com/b' must be a table"),
        ("[oidc]\nissuer = 'http://keycloak:8081/realms/x'\nusers = {a = 'b'}\ngroups = {a = ['/g']}", ""),
        ("[oidc]\nusers = {a = 'b'}", "1:2 'issuer' is missing"),
        ("[oidc]\nissuer = 'keycloak'", "2:1 'issuer' cannot be 'keycloak'"),
        ("[oidc]\nissuer = 'https://a'\nusers = {ann = 'b'}\ngroups = {an = ['/g']}", "4:11 unknown user 'an'"),
        ("[oidc]\nissuer = 'https://a'\ngroups = {a = 'g'}", "3:11 'oidc.groups.a' must be a list of strings, not 'g'"),
        ("recordings-max-age = -1", "1:1 'recordings-max-age' must be a number of days, not -1"),
    ],
)
def test_downloads_identity_provider_and_recordings(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "snipproof.toml").write_text(text)
    if not message:
        settings = load_settings(tmp_path, environ={})
        assert settings.downloads or settings.oidc.groups == {"a": ("/g",)}
        return
    with pytest.raises(SettingsError) as error:
        load_settings(tmp_path, environ={})
    assert error.value.message.startswith(f"snipproof.toml:{message}")


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    """A settings file in ``proofs`` whose root is ``site``."""
    (tmp_path / "site").mkdir()
    (tmp_path / "proofs").mkdir()
    file = tmp_path / "proofs" / "other.toml"
    file.write_text('root = "../site"\nassets = "pictures"\n')
    return file


def test_settings_outside_the_docs_tree(outside: Path, tmp_path: Path) -> None:
    """The file names the root, unless the command line does; a link to the root is followed."""
    settings = load_settings(file=outside)
    assert (settings.root, settings.home, settings.file) == (tmp_path / "site", tmp_path / "proofs", outside)
    assert load_settings(tmp_path, file=outside).root == tmp_path
    (tmp_path / "link").symlink_to("site")
    assert load_settings(tmp_path / "link", file=outside).root == tmp_path / "site"
    outside.write_text("")
    assert load_settings(file=outside).root == tmp_path / "proofs"
    outside.write_text('root = "../site"')
    outside.rename(tmp_path / "proofs" / "snipproof.toml")
    assert load_settings(tmp_path / "proofs").root == tmp_path / "site"


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        ('\nroot = "../none"', "2:1", "no such folder: "),
        ("root = 3", "1:1", "'root' must be a string, not 3"),
        ("rooot = 3", "1:1", "unknown setting 'rooot'"),
        ("[", "1:1", "not valid TOML"),
    ],
)
def test_an_error_names_a_settings_file_elsewhere(outside: Path, text: str, place: str, message: str) -> None:
    outside.write_text(text)
    with pytest.raises(SettingsError) as error:
        load_settings(file=outside)
    assert error.value.message.startswith(f"{outside}:{place} {message}")


def test_a_settings_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"none\.toml:1:1 cannot be read: No such file or directory"):
        load_settings(file=tmp_path / "none.toml")
