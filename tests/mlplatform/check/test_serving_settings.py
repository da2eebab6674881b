"""The keys of `serving:` in an environment are those of the provider that it names."""

import pytest

from tests.support.repository import good_repository, judged, said, with_change

PRODUCTION = "environments/production/environment.yaml"
SERVING = "serving: {provider: triton}"
PROVIDERS = "triton, kserve, sagemaker"

CASES = {
    "no provider of that name": (
        "serving: {provider: tritn}",
        f'6:11 schema-value serving.provider is "tritn" and has to be one of {PROVIDERS}',
    ),
    "a provider that is no text": (
        "serving: {provider: [triton]}",
        f"6:11 schema-value serving.provider is a list and has to be one of {PROVIDERS}",
    ),
    "no provider": ("serving: {uri: local}", "6:1 schema-missing-key serving.provider is missing"),
    "no mapping": ("serving: triton", '6:1 schema-type serving is "triton" and has to be a mapping'),
    "a key with a slip": (
        "serving: {provider: triton, urri: local}",
        "6:29 schema-unknown-key unknown key serving.urri: did you mean uri?",
    ),
    "a value of the wrong type": (
        "serving: {provider: triton, uri: 5}",
        "6:29 schema-type serving.uri is 5 and has to be text",
    ),
    "a value of the wrong form": (
        "serving: {provider: triton, uri: here}",
        '6:29 schema-value serving.uri is "here" and has to be local, or a URL as in https://mlflow.example.com',
    ),
}


@pytest.mark.parametrize(("text", "expected"), CASES.values(), ids=CASES)
def test_settings_that_no_provider_takes_are_found_where_they_are(text: str, expected: str) -> None:
    checked = judged(with_change(good_repository(), PRODUCTION, SERVING, text))
    assert [line for line in said(checked) if line.startswith(PRODUCTION)] == [f"{PRODUCTION}:{expected}"]
