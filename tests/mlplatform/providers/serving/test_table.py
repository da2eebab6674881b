"""The entry of each serving provider is whole: nothing of it is left to a default."""

from pathlib import Path
from typing import get_args

import pytest

from mlplatform.core.kinds import Environment
from mlplatform.core.kinds.serving_settings import AnyServingSettings, KServeSettings
from mlplatform.core.target import EnvironmentPaths
from mlplatform.providers.serving import LOCAL_DEFAULT, SERVING_PROVIDERS, connect_serving, local_servers
from mlplatform.providers.serving.capabilities import ADDRESS, FORMAT, KEYS, Heeded, NotHeeded, heeds
from mlplatform.providers.serving.interface import ServingError
from mlplatform.providers.serving.provider import AnyProvider

each = pytest.mark.parametrize("provider", SERVING_PROVIDERS.values(), ids=SERVING_PROVIDERS)


@each
def test_a_provider_answers_for_every_key(provider: AnyProvider) -> None:
    assert set(provider.capabilities) == set(KEYS)


@each
def test_documents_may_name_the_provider_with_settings_of_its_own(provider: AnyProvider) -> None:
    assert provider.settings in get_args(get_args(AnyServingSettings)[0])
    assert get_args(provider.settings.model_fields["provider"].annotation) == (provider.name,)


@each
def test_a_provider_serves_somewhere(provider: AnyProvider) -> None:
    assert provider.local_servers or heeds(provider.capabilities, ADDRESS)


def test_the_default_has_servers_on_this_machine() -> None:
    assert local_servers(LOCAL_DEFAULT)


def test_a_key_is_heeded_only_where_a_line_says_so() -> None:
    assert heeds({FORMAT: Heeded()}, FORMAT, "pickle")
    assert heeds({FORMAT: Heeded(("onnx",))}, FORMAT, "onnx")
    assert not heeds({FORMAT: Heeded(("onnx",))}, FORMAT, "pickle")
    assert not heeds({FORMAT: NotHeeded()}, FORMAT, "onnx")
    assert not heeds({}, FORMAT, "onnx")


def test_a_provider_that_nobody_implements_yet_is_refused_by_name(tmp_path: Path) -> None:
    settings = KServeSettings(provider="kserve", uri="local")
    environment = Environment.model_construct(serving=settings)
    with pytest.raises(ServingError, match="there is no serving by kserve yet"):
        connect_serving(environment, EnvironmentPaths(tmp_path))
