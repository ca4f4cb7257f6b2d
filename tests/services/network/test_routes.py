"""Which Service answers at a documented port or host."""

from __future__ import annotations

import pytest

from snipproof.server_settings import WeaviateSettings
from snipproof.services.network.routes import Routes, Target


@pytest.fixture
def routes() -> Routes:
    return Routes(
        {
            "weaviate": WeaviateSettings(hosts=("*.weaviate.cloud", "*.Example.com")),
            "rbac": WeaviateSettings(ports=("8580:8080",), hosts=("rbac.weaviate.cloud", "*.weaviate.clou?")),
            "cluster": WeaviateSettings(ports=("8180:50151", "8181:50152"), hosts=()),
        }
    )


def test_the_suite_that_runs_decides_what_a_port_is(routes: Routes) -> None:
    assert routes.ports == [8080, 8180, 8181, 8580, 50051, 50151, 50152]
    routes.use(["weaviate", "cluster"])
    assert routes.at_port(8080) == Target("weaviate", 0, grpc=False)
    assert routes.at_port(50152) == Target("cluster", 1, grpc=True)
    assert routes.at_port(8580) is None
    assert routes.refused() == ("localhost:8580",)
    routes.use(["rbac"])
    assert routes.refused() == ()
    assert routes.at_port(8080) == Target("rbac", 0, grpc=True)
    assert routes.at_port(50051) is None


def test_the_suite_that_runs_decides_what_a_host_is(routes: Routes) -> None:
    assert routes.at_host("a.example.com") == "weaviate"
    routes.use(["weaviate", "rbac"])
    assert routes.at_host("my.weaviate.cloud") == "weaviate"
    assert routes.at_host("rbac.weaviate.cloud") == routes.at_host("grpc-rbac.weaviate.cloud") == "rbac"
    assert routes.at_host("example.com") is None
    routes.use(["rbac"])
    assert routes.at_host("a.example.com") is None
    assert routes.at_host("my.weaviate.cloud") == "rbac"
    assert routes.at_host("localhost") == routes.at_host("") == "rbac"
