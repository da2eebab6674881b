"""Versions as people write them."""

import pytest

from mlplatform.check.schema_errors import _tensor_type
from mlplatform.core.errors import Refusal
from mlplatform.core.version_words import meant_version, require_version


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("v1.0", "1.0.0"),
        ("1.3", "1.3.0"),
        ("V2", "2.0.0"),
        ("01.2.3", "1.2.3"),
        ("latest", ""),
        ("1.2.3.4", ""),
    ],
)
def test_the_version_that_somebody_means_is_named(text: str, meant: str) -> None:
    assert meant_version(text) == meant


def test_a_semantic_version_passes_and_anything_else_is_refused() -> None:
    require_version("1.2.3")
    require_version("1.2.3-rc.1")
    with pytest.raises(Refusal, match="'v1' is no semantic version"):
        require_version("v1")


@pytest.mark.parametrize(
    ("type_", "advice"), [("float32", "write FP32"), ("tensor(double)", "write FP64"), ("BF16", "export")]
)
def test_a_tensor_type_is_named_as_servers_call_it_and_no_other_is_offered_for_it(
    type_: str, advice: str
) -> None:
    assert _tensor_type(type_).startswith(advice)
