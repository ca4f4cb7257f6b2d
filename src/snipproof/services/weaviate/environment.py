"""The environment variables of a server that snipproof starts: the same in every mode, for the same results."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from snipproof.server_settings import WeaviateSettings

IMAGE_MODULE = "img2vec-neural"
"""The module of every server; the vectorizer answers for its model."""
ON_LOOPBACK = {
    "CLUSTER_IN_LOCALHOST": "true",
    "CLUSTER_BIND_ADDR": "127.0.0.1",
    "CLUSTER_ADVERTISE_ADDR": "127.0.0.1",
}
"""What a server needs whose nodes are all on one host."""
_MODULES = "ENABLE_MODULES"


def server_environment(
    server: WeaviateSettings, folder: Path | str, vectorizer: str, added: Mapping[str, str]
) -> dict[str, str]:
    """Return the environment of a disposable server.

    :param folder: for its data.
    :param vectorizer: the address of the image vectorizer.
    :param added: what the mode adds; its ``ENABLE_MODULES`` are enabled beside those of ``server``. What ``server`` has
        in ``env`` comes last.
    """
    modules = _joined((IMAGE_MODULE,), added.get(_MODULES, "").split(","), server.modules)
    fixed = {
        "PATH": os.environ.get("PATH", ""),
        "HOME": str(folder),
        "PERSISTENCE_DATA_PATH": f"{folder}/data",
        "AUTHENTICATION_ANONYMOUS_ACCESS_ENABLED": "true",
        "DISABLE_TELEMETRY": "true",
        "GO_PROFILING_DISABLE": "true",
        "DEFAULT_VECTORIZER_MODULE": "none",
        "IMAGE_INFERENCE_API": vectorizer,
        "API_BASED_MODULES_DISABLED": "true",
        "QUERY_DEFAULTS_LIMIT": "25",
        "DISK_USE_READONLY_PERCENTAGE": "0",
        "DISK_USE_WARNING_PERCENTAGE": "0",
        "CLUSTER_HOSTNAME": node_name(0),
        "MEMBERLIST_FAST_FAILURE_DETECTION": "true",
        # As in the server's own tests. Without these two it is ready after 6 to 12 s instead of 4.
        "RAFT_TIMEOUTS_MULTIPLIER": "1",
        "RAFT_DRAIN_SLEEP": "1ms",
        "LOG_LEVEL": "info",
        "LOG_FORMAT": "text",
    }
    return fixed | _users(server) | dict(added) | {_MODULES: ",".join(modules)} | dict(server.env)


def node_name(index: int) -> str:
    """Return the name of a node of a cluster, which is the name of its host in container mode."""
    return f"node{index + 1}"


def cluster_environment(index: int, raft: Sequence[str], gossip: str) -> dict[str, str]:
    """Return what makes a server a node of a cluster; nothing for the only one.

    The first node is a cluster by itself, which the others join once it is ready. Nodes that form one together notify
    each other at the same time, and now and then they find no leader.

    :param index: its number, from 0.
    :param raft: ``NAME:PORT`` of Raft at each node.
    :param gossip: ``HOST:PORT`` of gossip at the first one.
    """
    own = {"CLUSTER_HOSTNAME": node_name(index)}
    if len(raft) > 1:
        own |= {"RAFT_JOIN": ",".join(raft), "RAFT_BOOTSTRAP_EXPECT": str(len(raft) if index else 1)}
        own |= {"CLUSTER_JOIN": gossip} if index else {}
    return own


def _users(server: WeaviateSettings) -> dict[str, str]:
    """Return what turns on API keys and, with root users, RBAC and users of the database."""
    found: dict[str, str] = {}
    if server.api_keys:
        found |= {
            "AUTHENTICATION_ANONYMOUS_ACCESS_ENABLED": "false",
            "AUTHENTICATION_APIKEY_ENABLED": "true",
            "AUTHENTICATION_APIKEY_ALLOWED_KEYS": ",".join(server.api_keys),
            "AUTHENTICATION_APIKEY_USERS": ",".join(server.api_keys.values()),
        }
    if server.root_users:
        found |= {
            "AUTHORIZATION_RBAC_ENABLED": "true",
            "AUTHORIZATION_RBAC_ROOT_USERS": ",".join(server.root_users),
            "AUTHENTICATION_DB_USERS_ENABLED": "true",
        }
    return found


def _joined(*lists: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(each.strip() for names in lists for each in names if each.strip()))
