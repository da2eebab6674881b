"""The versions of models in an environment: registered, pinned, answering."""

from mlplatform.observe.models import EnvironmentVersion, model_versions
from tests.support.values import (
    METRICS,
    deployment,
    digest,
    registered,
    registry,
    repository,
    served,
    serving,
)

TUMOUR = "clinic/tumour"
PINNED = repository({"production": {TUMOUR: deployment("1.1.0")}}).deployments["production"]


def by_version(*versions: EnvironmentVersion) -> dict[str, EnvironmentVersion]:
    return {version.version: version for version in versions}


def test_a_version_says_its_aliases_whether_it_is_pinned_and_its_share_of_the_requests() -> None:
    held = registry(
        *(registered(TUMOUR, version) for version in ("1.0.0", "1.1.0", "1.2.0")),
        aliases={TUMOUR: {"champion": "1.1.0", "previous": "1.0.0"}},
    )
    answering = serving(served(TUMOUR, "1.0.0"), served(TUMOUR, "1.1.0"), routed={TUMOUR: "1.1.0"})
    versions = by_version(*model_versions("production", PINNED, held, answering))
    assert {name: (v.aliases, v.is_pinned, v.percent) for name, v in versions.items()} == {
        "1.0.0": (("previous",), False, 0),
        "1.1.0": (("champion",), True, 100),
        "1.2.0": ((), False, 0),
    }
    assert all(version.is_registered and version.lineage.metrics == METRICS for version in versions.values())


def test_what_is_pinned_and_not_registered_is_listed_as_such() -> None:
    [version] = model_versions("production", PINNED, registry(), serving())
    assert (version.version, version.is_registered, version.is_pinned) == ("1.1.0", False, True)
    assert version.lineage.metrics == METRICS


def test_what_answers_with_another_digest_than_registered_is_a_version_of_its_own() -> None:
    held = registry(registered(TUMOUR, "1.1.0", held=digest("6.6.6")))
    answering = serving(served(TUMOUR, "1.1.0"), routed={TUMOUR: "1.1.0"})
    versions = model_versions("production", {}, held, answering)
    assert [(v.digest, v.is_registered, v.percent) for v in versions] == [
        (digest("1.1.0"), False, 100),
        (digest("6.6.6"), True, 0),
    ]


def test_a_route_to_what_nobody_knows_is_an_unknown_version() -> None:
    [version] = model_versions("production", {}, registry(), serving(routed={TUMOUR: "1.1.0"}))
    assert (version.version, version.percent) == ("?", 100)
