"""The settings of servers: what a service takes over, and which values are errors."""

from __future__ import annotations

from pathlib import Path

import pytest

from snipproof.config import load_settings
from snipproof.errors import SettingsError
from snipproof.server_settings import WeaviateSettings, conflicts


@pytest.mark.parametrize(
    ("text", "place", "message", "hint"),
    [
        ("[services.rbac]\nnode = 3", "2:1", "unknown setting 'services.rbac.node'", "did you mean 'nodes'?"),
        ("[services]\nrbac = 3", "2:1", "'services.rbac' must be a table, not 3", ""),
        ("services = 3", "1:1", "'services' must be a table of tables", ""),
        ("[services.weaviate]\nnodes = 3", "1:11", "this name is taken", "its settings stand in [weaviate]"),
        ("[services.'a b']", "1:11", "'a b' cannot be the name of a service", "use small letters"),
        ("[services.a]\nversion = '../1'", "2:1", "'version' cannot be '../1'", "write it as 1.39.0"),
        ("[services.a]\nnodes = 0", "2:1", "'nodes' must be from 1 to 9, not 0", ""),
        ("[services.a]\nnodes = 2\nports = ['1:2']", "3:1", "'ports' has 1 of 2 nodes", "list REST:GRPC for each node"),
        ("[services.a]\nports = ['8080']", "2:10", "'8080' cannot be the ports of a node", "write REST:GRPC"),
        ("[services.a]\nports = ['8080:70000']", "2:10", "'8080:70000' cannot be the ports of a node", ""),
        ("[services.a]\nports = ['443:50051']", "2:10", "port 443 is that of all hosts in the documented network", ""),
        ("[weaviate]\nnodes = 2\nports = ['1:2', '3:2']", "3:17", "port 2 is given twice", ""),
        ("[services.a]\nhosts = ['a:80']", "2:10", "'a:80' is not a host", "write it without a port"),
        ("[services.a]\nmodules = ['a,b']", "2:12", "'a,b' is not a module", ""),
        ("[weaviate]\napi-keys = { 'a,b' = 'u' }", "2:14", "keys and users cannot be empty", "write KEY = USER"),
        (
            "[services.a]\napi-keys = { k = 'root-user' }\nroot-users = ['root']",
            "3:1",
            "no root user has a key in 'api-keys'",
            "did you mean 'root-user'?",
        ),
    ],
)
def test_an_error_names_its_line_and_what_to_write(
    tmp_path: Path, text: str, place: str, message: str, hint: str
) -> None:
    (tmp_path / "snipproof.toml").write_text(text)
    with pytest.raises(SettingsError) as error:
        load_settings(tmp_path, environ={})
    assert error.value.message.startswith(f"snipproof.toml:{place} ")
    assert message in error.value.message
    assert error.value.hint.startswith(hint)


def test_a_service_takes_over_how_servers_are_obtained_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "snipproof.toml").write_text(
        "[weaviate]\nmode = 'url'\nurl = 'http://x'\nimage = 'mine:1'\nbinary = 'b'\nstart-timeout = 9\nnodes = 2\n"
        "env = { A = '1' }\napi-keys = { k = 'u' }\nhosts = ['x.example.com']\n"
        "[services.same]\n[services.older]\nversion = '1.38.0'\n[services.given]\nurl = 'http://y'\n"
    )
    settings = load_settings(tmp_path, environ={})
    assert settings.service_names == ("weaviate", "same", "older", "given")
    assert settings.of_service("weaviate") is settings
    same = settings.of_service("same").weaviate
    assert (same.image, same.binary, same.start_timeout, same.mode, same.url) == ("mine:1", "b", 9, "auto", "")
    assert (same.env, same.api_keys, same.hosts, same.ports, same.nodes) == ({}, {}, (), (), 1)
    older = settings.of_service("older").weaviate
    assert (older.version, older.image, older.binary) == ("1.38.0", "", "")
    given = settings.of_service("given")
    assert given.weaviate.is_given
    assert given.origin("weaviate", "url") == "snipproof.toml:15:1"
    assert given.origin("weaviate", "mode") == "snipproof.toml:2:1"


@pytest.mark.parametrize(
    ("table", "key"),
    [
        (WeaviateSettings(), ""),
        (WeaviateSettings(api_keys={"a": "reader", "b": "writer"}), "a"),
        (WeaviateSettings(api_keys={"a": "reader", "b": "root"}, root_users=("root",)), "b"),
        (WeaviateSettings(env={"AUTHENTICATION_APIKEY_ALLOWED_KEYS": "a, b"}), "a"),
        (
            WeaviateSettings(
                env={
                    "AUTHENTICATION_APIKEY_ALLOWED_KEYS": "a,b",
                    "AUTHENTICATION_APIKEY_USERS": "x,y",
                    "AUTHORIZATION_RBAC_ROOT_USERS": "y",
                }
            ),
            "b",
        ),
    ],
)
def test_snipproof_uses_the_key_of_a_root_user_or_the_first(table: WeaviateSettings, key: str) -> None:
    assert table.key == key


def test_two_servers_of_a_suite_have_no_port_and_no_host_in_common() -> None:
    first = WeaviateSettings(hosts=("*.weaviate.cloud",))
    second = WeaviateSettings(ports=("8090:50051",), hosts=("*.Weaviate.cloud", "my.weaviate.cloud"))
    assert list(conflicts({"a": first, "b": second})) == [
        "both 'a' and 'b' have the port 50051",
        "both 'a' and 'b' have the host *.weaviate.cloud",
    ]
