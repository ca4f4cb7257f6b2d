"""The matrix of versions: what a Suite is in each combination, and which names belong to one."""

from __future__ import annotations

from pathlib import Path

import pytest

from snipproof.config import Settings, load_settings
from snipproof.errors import SettingsError
from snipproof.model import Combination, Suite
from snipproof.site.combinations import combine, labels_of, require_client, without_label
from snipproof.site.suite import load_suites

SETTINGS = """
suites = ["suite.yaml"]
[services.rbac]
ports = ["8580:50054"]
[services.old]
version = "1.30.0"
ports = ["8680:50055"]
[matrix]
servers = ["1.39.0", "1.37.14"]
[matrix.clients.py]
"4.20" = "locks/4.20.txt"
"""
SUITE = "flavour: py\nlanguage: python\nsources: [a.py]\nlock: own.txt\nservices: [{0}]\nseed: {{{1}: [data.json]}}\n"


def load(root: Path, settings: str = SETTINGS, services: str = "weaviate, rbac, old") -> tuple[Settings, Suite]:
    for name in ("a.py", "own.txt", "data.json"):
        (root / name).touch()
    (root / "suite.yaml").write_text(SUITE.format(services, services.split(",", maxsplit=1)[0]))
    (root / "snipproof.toml").write_text(settings)
    loaded = load_settings(root, environ={})
    (suite,) = load_suites(loaded)
    return loaded, suite


def test_each_version_of_the_server_with_each_client(tmp_path: Path) -> None:
    """Servers that pin no version vary; the lock file of the Suite belongs to the matrix, under no name."""
    settings, suite = load(tmp_path)
    found = combine(settings, suite)
    assert [(each.combination.label, each.lock) for each in found] == [
        ("1.39.0", "own.txt"), ("1.39.0-4.20", "locks/4.20.txt"),
        ("1.37.14", "own.txt"), ("1.37.14-4.20", "locks/4.20.txt"),
    ]  # fmt: skip
    assert found[2].services == ("weaviate@1.37.14", "rbac@1.37.14", "old")
    assert found[2].seed == (("weaviate@1.37.14", ("data.json",)),)
    assert found[3].combination == Combination("1.37.14", "4.20")
    assert labels_of(settings, [suite]) == ["1.39.0", "1.39.0-4.20", "1.37.14", "1.37.14-4.20"]


def test_a_suite_whose_servers_are_pinned_varies_in_its_clients_only(tmp_path: Path) -> None:
    settings, suite = load(tmp_path, services="old")
    assert [(each.combination.label, each.services) for each in combine(settings, suite)] == [
        ("", ("old",)), ("4.20", ("old",)),
    ]  # fmt: skip


def test_without_versions_there_is_one_combination(tmp_path: Path) -> None:
    settings, suite = load(tmp_path, SETTINGS.partition("[matrix]")[0])
    assert combine(settings, suite) == [suite]
    assert labels_of(settings, [suite]) == []


def test_the_settings_of_a_server_in_another_version(tmp_path: Path) -> None:
    """What belongs to one version only is that of the other one: checksum, binary and image."""
    text = (
        "[weaviate]\nversion = '1.39.0'\nbinary = 'here'\nimage = 'own'\nnodes = 3\n[services.rbac]\nmodules = ['m']\n"
    )
    (tmp_path / "snipproof.toml").write_text(text)
    settings = load_settings(tmp_path, environ={})
    found = settings.of_service("weaviate@1.37.14").weaviate
    assert (found.version, found.binary, found.image, found.nodes) == ("1.37.14", "", "", 3)
    assert settings.of_service("weaviate@1.39.0").weaviate == settings.weaviate
    assert settings.of_service("rbac@1.37.14").weaviate.modules == ("m",)


def test_a_lock_file_may_be_missing_and_is_relative_to_the_settings(tmp_path: Path) -> None:
    """Whether it exists concerns the items of that client only."""
    docs, home = tmp_path / "docs", tmp_path / "proofs"
    docs.mkdir()
    home.mkdir()
    for file in (docs / "a.py", home / "own.txt", home / "data.json"):
        file.touch()
    (home / "suite.yaml").write_text(SUITE.format("weaviate", "weaviate").replace("[a.py]", "[/a.py]"))
    (home / "snipproof.toml").write_text('root = "../docs"\n' + SETTINGS)
    (suite,) = load_suites(load_settings(home, environ={}))
    assert suite.clients == (("4.20", "../proofs/locks/4.20.txt"),)


def test_the_error_of_a_missing_lock_file_names_its_place(tmp_path: Path) -> None:
    """The Suite's own lock file and one that exists are no errors."""
    settings, suite = load(tmp_path)
    own, other, *_ = combine(settings, suite)
    require_client(settings, own)
    with pytest.raises(SettingsError) as error:
        require_client(settings, other)
    assert error.value.message == "snipproof.toml:11:1 lock file 'locks/4.20.txt' not found"
    assert error.value.hint.startswith("correct the path")
    (tmp_path / "locks").mkdir()
    (tmp_path / "locks/4.20.txt").touch()
    require_client(settings, other)


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        ("[matrix]\nservers = ['1.39.0', '../1']", "2:22", "'../1' cannot be a version of the server"),
        ("[matrix]\nservers = ['1.39.0', '1.39.0']", "2:22", "the version 1.39.0 is given twice"),
        ("[matrix]\nserver = ['1.39.0']", "2:1", "unknown setting 'matrix.server'"),
        ("[matrix.clients.py]\n'a b' = 'x'", "2:1", "'a b' cannot be the name of a client"),
        (
            "[matrix]\nservers = ['1.0', '1.0-a']\n[matrix.clients.py]\na = 'x'",
            "4:1",
            "1.0-a is a version of the server",
        ),
        ("[matrix.clients.pi]\n'4.20' = 'x'", "1:17", "no Suite has the flavour or the path 'pi'"),
    ],
)
def test_an_error_names_its_line(tmp_path: Path, text: str, place: str, message: str) -> None:
    with pytest.raises(SettingsError) as error:
        load(tmp_path, f'suites = ["suite.yaml"]\n{text}\n', services="weaviate")
    head, _, tail = place.partition(":")
    assert error.value.message.startswith(f"snipproof.toml:{int(head) + 1}:{tail} ")
    assert message in error.value.message


@pytest.mark.parametrize(
    ("name", "left"),
    [("a.py::x[1.37.14]", "a.py::x"), ("a.py::x[i]", "a.py::x[i]"), ("a.py::x[i][1.37.14]", "a.py::x[i]"), ("x", "x")],
)
def test_a_label_is_taken_from_the_end_of_a_name(name: str, left: str) -> None:
    assert without_label(name, ["1.39.0", "1.37.14"]) == left
    assert Combination("1.37.14").named(left) == f"{left}[1.37.14]"
    assert Combination().named(left) == left
