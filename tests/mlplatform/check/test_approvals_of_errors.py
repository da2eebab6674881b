"""A document with an error asks for no approval that the right one would not ask for: the error denies it anyway."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
import yaml

from mlplatform.core.change_base import ChangeBase
from tests.support.repository import base_of, good_repository, judged, second_tenant, without

FILES = {**good_repository(), **second_tenant()}
LEXICON, TENANT = "tenants/reading/datasets/lexicon.yaml", "tenants/reading/tenant.yaml"
DEPLOYMENT = "environments/production/reading/recommender.yaml"
MODEL = "models/reading/recommender.yaml"
SOME = [
    (LEXICON, "added", "an unknown key"),
    (LEXICON, "changed", "a syntax error"),
    (LEXICON, "changed", "classification of another type"),
    (LEXICON, "added", "no classification"),
    (TENANT, "changed", "budget of another type"),
    (TENANT, "changed", "an unknown key"),
    (MODEL, "changed", "no signature"),
    (DEPLOYMENT, "changed", "serving of another type"),
]
DOCUMENTS = sorted(path for path in FILES if path.endswith(".yaml") and not path.startswith("policies/"))


def right(path: str) -> dict[str, Any]:
    """A document as somebody may change it without an error."""
    document: dict[str, Any] = yaml.safe_load(FILES[path])
    changes: tuple[dict[str, Any], ...] = (
        {"description": "in other words"},
        {"owner": "mary"},
        {"serving": {"instances": 2, "cpu": 1, "memoryGiB": 1, "gpu": {"count": 0}}},
        {"blastRadius": {"maxChangedPercent": 30, "minResources": 9}},
        {"team": ["margaret", "dennis", "sally"]},
    )
    return document | next(change for change in changes if change.keys() <= document.keys())


def errors(document: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield errors by what they are, as the text of the document."""
    yield "an unknown key", text_of({**document, "typo": 1})
    for key, value in document.items():
        if key != "schema":
            yield (
                f"{key} of another type",
                text_of({**document, key: "x" if isinstance(value, int) else 12345}),
            )
            yield f"{key} that is empty", text_of({**document, key: None})
            yield f"no {key}", text_of({other: document[other] for other in document if other != key})
    yield "a syntax error", f"{text_of(document)}x: [\n"


def text_of(document: Mapping[str, Any]) -> str:
    return yaml.safe_dump(dict(document), sort_keys=False)


def base(path: str, action: str) -> ChangeBase:
    return base_of(FILES if action == "changed" else without(FILES, path))


def asked(path: str, text: str, before: ChangeBase) -> tuple[dict[tuple[str, str], int], bool]:
    """How many approvals are missing, by rule and path, and whether anything is denied."""
    checked = judged({**FILES, path: text}, base=before)
    numbers = {
        (finding.rule, finding.path): int(number[1])
        for finding in checked.missing_approvals
        if (number := re.match(r"(\d+) more approval", finding.message))
    }
    return numbers, not checked.is_clean


def more_than_the_right_one(path: str, action: str, texts: Mapping[str, str]) -> list[str]:
    """The errors that are denied and ask for more than the document without them."""
    before = base(path, action)
    expected, _ = asked(path, text_of(right(path)), before)
    more = []
    for error, text in texts.items():
        numbers, is_denied = asked(path, text, before)
        if is_denied and any(number > expected.get(what, 0) for what, number in numbers.items()):
            more.append(error)
    return more


@pytest.mark.parametrize(("path", "action", "error"), SOME)
def test_an_error_asks_for_no_approval_more(path: str, action: str, error: str) -> None:
    text = dict(errors(right(path)))[error]
    assert asked(path, text, base(path, action))[1]
    assert more_than_the_right_one(path, action, {error: text}) == []


@pytest.mark.exhaustive
@pytest.mark.parametrize("action", ["changed", "added"])
@pytest.mark.parametrize("path", DOCUMENTS)
def test_no_error_in_any_document_asks_for_an_approval_more(path: str, action: str) -> None:
    if (path, action) != ("platform.yaml", "added"):  # without it nobody approves anything
        assert more_than_the_right_one(path, action, dict(errors(right(path)))) == []


def test_a_model_that_names_broken_data_asks_for_what_is_known_of_it() -> None:
    model = FILES[MODEL].replace("reading/events, reading/lexicon", "reading/lexicon")
    files = {**FILES, MODEL: model}
    broken = FILES[LEXICON].replace("classification: public", "classification: Public", 1)
    described = model.replace("What to read next", "What one may read next")
    checked = judged({**files, MODEL: described, LEXICON: broken}, base=base_of(files))
    messages = {finding.path: finding.message for finding in checked.missing_approvals}
    assert messages[MODEL].startswith("1 more approval")
