"""What every serving provider must do, each call twice: the second changes nothing."""

from pathlib import Path

import pytest

from mlplatform.providers.serving import SERVING_PROVIDERS
from mlplatform.providers.serving.interface import Candidate, Serving, ServingError
from tests.support.stack import ask, candidate, finish, new_model, scaling_model

pytestmark = pytest.mark.servers


@pytest.fixture(params=sorted(SERVING_PROVIDERS))
def serving(request: pytest.FixtureRequest) -> Serving:
    """Each provider, connected to a real server by the fixture `<name>_serving` of conftest.py."""
    serving: Serving = request.getfixturevalue(f"{request.param}_serving")
    return serving


@pytest.fixture
def versions(tmp_path: Path) -> tuple[Candidate, Candidate]:
    """Two versions of one model: 1.0.0 answers twice, 1.1.0 three times what it is asked."""
    model = new_model()
    return (
        candidate(tmp_path, model, "1.0.0", scaling_model(2)),
        candidate(tmp_path, model, "1.1.0", scaling_model(3)),
    )


def serve(serving: Serving, version: Candidate) -> None:
    finish(lambda: serving.ensure(version))
    serving.probe(version)
    finish(lambda: serving.route(version.model, {version.ref.digest: 100}))


def test_nothing_is_observed_of_a_model_that_nobody_asked_for(serving: Serving) -> None:
    observation = serving.observe()
    assert observation.versions_of("nobody/knows") == ()
    assert "nobody/knows" not in observation.weights


def test_a_loaded_version_is_ready_and_gets_no_requests(
    serving: Serving, versions: tuple[Candidate, Candidate]
) -> None:
    first, _ = versions
    for _ in range(2):
        finish(lambda: serving.ensure(first))
        serving.probe(first)
    observation = serving.observe()
    (held,) = observation.versions_of(first.model)
    assert (held.version, held.digest, held.ready, held.reason) == ("1.0.0", first.ref.digest, True, "")
    assert first.model not in observation.weights
    assert ask(serving.url(first.model))[0] == 404


def test_requests_are_answered_by_the_version_that_is_routed(
    serving: Serving, versions: tuple[Candidate, Candidate]
) -> None:
    first, second = versions
    for version, answer in ((first, 2.0), (second, 3.0), (first, 2.0)):
        for _ in range(2):
            serve(serving, version)
        assert serving.observe().weights[version.model] == {version.ref.digest: 100}
        status, said = ask(serving.url(version.model))
        assert (status, said["outputs"][0]["data"]) == (200, [answer] * 4)
        assert (said["model_name"], said["model_version"]) == (
            version.model.replace("/", "."),
            version.version,
        )


def test_a_routed_version_is_not_retired(serving: Serving, versions: tuple[Candidate, Candidate]) -> None:
    first, _ = versions
    serve(serving, first)
    with pytest.raises(ServingError, match="answers requests"):
        serving.retire(first.model, first.ref.digest)
    assert ask(serving.url(first.model))[0] == 200


def test_a_retired_version_is_gone_and_the_other_still_answers(
    serving: Serving, versions: tuple[Candidate, Candidate]
) -> None:
    first, second = versions
    serve(serving, first)
    serve(serving, second)
    for _ in range(2):
        finish(lambda: serving.retire(first.model, first.ref.digest))
    assert [held.version for held in serving.observe().versions_of(first.model)] == ["1.1.0"]
    assert ask(serving.url(second.model))[1]["outputs"][0]["data"] == [3.0] * 4


def test_a_model_is_taken_out_of_service(serving: Serving, versions: tuple[Candidate, Candidate]) -> None:
    first, _ = versions
    serve(serving, first)
    for _ in range(2):
        finish(lambda: serving.route(first.model, {}))
    assert first.model not in serving.observe().weights
    assert ask(serving.url(first.model))[0] == 404
    finish(lambda: serving.retire(first.model, first.ref.digest))
    assert serving.observe().versions_of(first.model) == ()


def test_a_version_that_is_not_loaded_is_neither_probed_nor_routed(
    serving: Serving, versions: tuple[Candidate, Candidate]
) -> None:
    first, second = versions
    serve(serving, first)
    with pytest.raises(ServingError, match="not loaded"):
        serving.probe(second)
    with pytest.raises(ServingError, match="cannot be routed to"):
        serving.route(second.model, {second.ref.digest: 100})
    assert serving.observe().weights[first.model] == {first.ref.digest: 100}


def test_a_split_of_the_requests_is_refused_while_no_provider_can_do_it(
    serving: Serving, versions: tuple[Candidate, Candidate]
) -> None:
    first, second = versions
    finish(lambda: serving.ensure(first))
    finish(lambda: serving.ensure(second))
    with pytest.raises(ServingError, match="not supported"):
        serving.route(first.model, {first.ref.digest: 50, second.ref.digest: 50})
    with pytest.raises(ServingError, match="not supported"):
        serving.route(first.model, {first.ref.digest: 50})
    assert first.model not in serving.observe().weights


def test_bytes_that_are_not_what_the_digest_says_are_not_loaded(
    serving: Serving, versions: tuple[Candidate, Candidate], tmp_path: Path
) -> None:
    first, _ = versions
    file = tmp_path / first.model / "1.0.0" / "model" / "model.onnx"
    file.write_bytes(file.read_bytes() + b"\0")
    with pytest.raises(ServingError, match=r"model\.onnx was changed"):
        serving.ensure(first)
    assert serving.observe().versions_of(first.model) == ()
