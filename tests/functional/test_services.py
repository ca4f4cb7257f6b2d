"""Suites that use several servers, each with settings of its own."""

from __future__ import annotations

import json

import pytest
from tests.support.project import Project

pytestmark = pytest.mark.slow

SETTINGS = """
[tool.snipproof]
pages = ['docs']
suites = ['snippets/*/suite.yaml']

[tool.snipproof.weaviate]
mode = 'embedded'

[tool.snipproof.services.rbac]
api-keys = { root-user-key = 'root-user', reader-key = 'reader' }
root-users = ['root-user']
ports = ['8580:50054']

[tool.snipproof.services.second]
api-keys = { my-key = 'me' }
env = { AUTHENTICATION_ANONYMOUS_ACCESS_ENABLED = 'true' }
ports = ['8090:50052']
hosts = ['my-cluster.weaviate.cloud']

[tool.snipproof.services.cluster]
nodes = 3
ports = ['8180:50151', '8181:50152', '8182:50153']

[tool.snipproof.services.broken]
env = { QUERY_DEFAULTS_LIMIT = 'many' }
"""
SUITE = "flavour: {0}\nlanguage: python\nsources: ['*.py']\nservices: [{0}]\nnetwork: {1}\n"
BINDINGS = """bindings:
  - find: "port=8180, grpc_port=50151"
    replace: "port={services.cluster.port}, grpc_port={services.cluster.grpc_port}"
  - find: "http://localhost:8182"
    replace: "{services.cluster.node3.url}"
"""
RBAC = '''import weaviate
from weaviate.classes.init import Auth
from weaviate.classes.rbac import Permissions

client = weaviate.connect_to_local(port=8580, grpc_port=50054, auth_credentials=Auth.api_key("root-user-key"))

# START role
client.roles.create(role_name="testRole", permissions=Permissions.collections(collection="*", read_config=True))
print("testRole" in client.roles.list_all())
print(client.users.db.create(user_id="custom-user") != "")
# END role
"""
# START Expected role results
True
True
# END Expected role results
"""

# START search
client.collections.create("Photo").data.insert({"title": "A cat"})
client.collections.use("Photo").query.fetch_objects(limit=1)
# END search
client.close()

"""
# START Expected search results {from: response}
{"data": {"Get": {"Photo": [{"title": "A cat", ...}]}}}
# END Expected search results
"""
'''
CLEAN = '''import weaviate

with weaviate.connect_to_local(port=8090, grpc_port=50052) as client:
    # START empty
    print(client.collections.list_all())
    # END empty
    client.collections.create("Left")

"""
# START Expected empty results
{}
# END Expected empty results
"""
'''
HOST = '''import requests
import weaviate
from weaviate.classes.init import Auth

# START host
with weaviate.connect_to_weaviate_cloud("my-cluster.weaviate.cloud", auth_credentials=Auth.api_key("my-key")) as client:
    print(client.collections.list_all())
    client.collections.create("Photo").query.fetch_objects(limit=1)
# END host

"""
# START Expected host results
{}
# END Expected host results
"""

# START wrong port
requests.get("http://localhost:8580/v1/meta")
# END wrong port
'''
CLUSTER = '''import requests
import weaviate

with weaviate.connect_to_local(port=8180, grpc_port=50151) as client:
    # START nodes
    print(len(client.cluster.nodes()))
    # END nodes
print(requests.get("http://localhost:8182/v1/.well-known/ready").status_code)
"""
# START Expected nodes results
3
# END Expected nodes results
"""
'''


BOTH = '''import requests
import weaviate

with weaviate.connect_to_local(port=8181, grpc_port=50152) as client:
    # START both
    client.collections.create("Replicated").data.insert({"title": "A cat"})
    client.collections.use("Replicated").query.fetch_objects(limit=1)
    # END both
for port in (8180, 8182, 8090):
    print(requests.get(f"http://localhost:{port}/v1/.well-known/ready").status_code)

"""
# START Expected both results {from: response}
{"data": {"Get": {"Replicated": [{"title": "A cat", ...}]}}}
# END Expected both results
"""
'''


def test_suites_with_servers_of_their_own(project: Project) -> None:
    """Documented ports, hosts and keys are right, and each Suite sees its own servers only.

    What a Source changed is restored on each of them; a server that does not start concerns its own Suite only.
    """
    project.write("pyproject.toml", SETTINGS)
    (project.pytester.path / "snippets/py/suite.yaml").unlink()
    for name, network in (
        ("rbac", "documented"),
        ("second", "documented"),
        ("cluster", "bindings"),
        ("broken", "auto"),
    ):
        project.write(f"snippets/{name}/suite.yaml", SUITE.format(name, network) + BINDINGS * (name == "cluster"))
    project.write("snippets/rbac/roles.py", RBAC)
    project.write("snippets/rbac/roles_again.py", RBAC)
    project.write("snippets/second/a.py", CLEAN)
    project.write("snippets/second/b.py", HOST)
    project.write("snippets/cluster/nodes.py", CLUSTER)
    project.write("snippets/both/suite.yaml", SUITE.format("cluster, second", "documented"))
    project.write("snippets/both/a.py", BOTH)
    project.write("snippets/broken/never.py", "# START never\nprint()\n# END never\n")
    report = project.pytester.path / "report.json"
    done = project.pytester.runpytest_subprocess("-p", "no:randomly", "snippets", "--snippets-report", str(report))
    done.assert_outcomes(passed=8, failed=1, errors=1)
    done.stdout.fnmatch_lines_random(
        [
            "snipproof: rbac: embedded 1.39.0 (selected)",
            "snipproof: cluster: embedded 1.39.0, 3 nodes (selected)",
            "pyproject.toml:25:9 the service 'broken': Weaviate (*) did not start: the server ended",
        ]
    )
    done.stdout.fnmatch_lines(["snippets/second/b.py:*:1 FAILED `wrong port`: *"])
    done.stdout.fnmatch_lines(["*localhost:8580*for which no Service is configured*"])
    assert "weaviate: embedded" not in done.stdout.str()
    assert "root-user-key" not in report.read_text()
    services = json.loads(report.read_text())["run"]["services"]
    assert services["cluster"] == {"version": "1.39.0", "mode": "embedded", "nodes": 3}
