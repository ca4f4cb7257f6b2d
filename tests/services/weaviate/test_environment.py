"""The environment of a server is the same in every mode."""

from __future__ import annotations

from snipproof.server_settings import WeaviateSettings
from snipproof.services.weaviate.environment import cluster_environment, server_environment


def of(table: WeaviateSettings, **added: str) -> dict[str, str]:
    return server_environment(table, "/data", "http://vectorizer", added)


def test_a_plain_server_admits_everybody() -> None:
    env = of(WeaviateSettings())
    assert env["AUTHENTICATION_ANONYMOUS_ACCESS_ENABLED"] == "true"
    assert env["ENABLE_MODULES"] == "img2vec-neural"
    assert not any(name.startswith(("AUTHENTICATION_APIKEY", "AUTHORIZATION", "RAFT_JOIN")) for name in env)


def test_keys_and_root_users_turn_on_what_they_need() -> None:
    env = of(WeaviateSettings(api_keys={"k1": "root", "k2": "reader"}, root_users=("root", "other")))
    expected = {
        "AUTHENTICATION_ANONYMOUS_ACCESS_ENABLED": "false",
        "AUTHENTICATION_APIKEY_ENABLED": "true",
        "AUTHENTICATION_APIKEY_ALLOWED_KEYS": "k1,k2",
        "AUTHENTICATION_APIKEY_USERS": "root,reader",
        "AUTHORIZATION_RBAC_ENABLED": "true",
        "AUTHORIZATION_RBAC_ROOT_USERS": "root,other",
        "AUTHENTICATION_DB_USERS_ENABLED": "true",
    }
    assert expected.items() <= env.items()


def test_modules_are_added_to_those_of_the_mode_and_the_environment_comes_last() -> None:
    table = WeaviateSettings(modules=("backup-filesystem", "img2vec-neural"), env={"LOG_LEVEL": "debug", "X": "1"})
    env = of(table, ENABLE_MODULES="text2vec-ollama", X="0")
    assert env["ENABLE_MODULES"] == "img2vec-neural,text2vec-ollama,backup-filesystem"
    assert (env["LOG_LEVEL"], env["X"]) == ("debug", "1")
    assert of(WeaviateSettings(env={"ENABLE_MODULES": "none"}))["ENABLE_MODULES"] == "none"


def test_the_nodes_of_a_cluster_join_the_first_one() -> None:
    raft = ["node1:8300", "node2:8400"]
    assert cluster_environment(0, raft[:1], "h:7946") == {"CLUSTER_HOSTNAME": "node1"}
    first, second = {"CLUSTER_HOSTNAME": "node1"}, {"CLUSTER_HOSTNAME": "node2", "CLUSTER_JOIN": "h:7946"}
    join = {"RAFT_JOIN": "node1:8300,node2:8400"}
    assert cluster_environment(0, raft, "h:7946") == first | join | {"RAFT_BOOTSTRAP_EXPECT": "1"}
    assert cluster_environment(1, raft, "h:7946") == second | join | {"RAFT_BOOTSTRAP_EXPECT": "2"}
