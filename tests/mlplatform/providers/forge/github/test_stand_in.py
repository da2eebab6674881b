"""The stand-in notices what GitHub's own description does not allow."""

import pytest

from tests.support.github_description import description

PULLS = "/repos/acme/ml/pulls"


@pytest.mark.parametrize(
    ("method", "query", "body", "error"),
    [
        ("GET", {"state": "opened"}, None, "state: : 'opened' is not one of"),
        ("GET", {"branch": "b"}, None, "no parameter branch"),
        ("GET", {"per_page": "many"}, None, "per_page: : 'many' is not of type 'integer'"),
        ("POST", {}, {"head": "b"}, "'base' is a required property"),
        ("POST", {}, {"head": "b", "base": 3}, "base: 3 is not of type 'string'"),
        ("POST", {}, {"head": "b", "base": "main", "text": "x"}, "no property text"),
    ],
)
def test_a_request_that_github_does_not_describe_is_wrong(
    method: str, query: dict[str, str], body: dict[str, object] | None, error: str
) -> None:
    operation = description().operation(method, PULLS)
    assert operation is not None
    assert any(error in each for each in description().request_errors(operation, query, body))


def test_there_is_no_operation_that_github_does_not_describe() -> None:
    assert description().operation("DELETE", PULLS) is None
    assert description().operation("GET", "/repos/acme/ml/pull") is None


def test_an_answer_lacks_nothing_and_has_null_only_where_it_may() -> None:
    operation = description().operation("GET", f"{PULLS}/11/reviews")
    assert operation is not None
    schema = description().response_schema(operation, 200)
    assert schema is not None
    good = description().filled(schema, [{"state": "APPROVED", "user": None, "commit_id": None}])
    assert description().schema_errors(schema, good) == []
    assert description().schema_errors(schema, [{**good[0], "state": None}])
    assert description().schema_errors(schema, [{**good[0], "user": {"login": "ada"}}])
    assert description().schema_errors(schema, [{key: good[0][key] for key in good[0] if key != "id"}])
