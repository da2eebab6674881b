"""The route file is taken whole or refused whole, with a reason."""

import copy
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlgateway.routes import MAX_BYTES, Address, Route, RoutesError, RouteTable, parse, parse_address
from tests.mlgateway.running import DIGEST, MODEL, UPSTREAM_MODEL, route, table

unhurried = settings(deadline=None)
GOOD = table("127.0.0.1:8123", 7)

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=8,
)
LABELS = st.lists(st.text("abz019", min_size=1, max_size=3), min_size=1, max_size=3).map("-".join)
NAMES = st.lists(LABELS, min_size=2, max_size=3).map(".".join)
NUMBERS = st.integers(0, 10**6)
SUFFIXES = st.sampled_from(["", "-rc.1", "-0a.b-c", "+b7", "-alpha.10+2026.11"])
VERSIONS = st.builds("{}.{}.{}{}".format, NUMBERS, NUMBERS, NUMBERS, SUFFIXES)
DIGESTS = st.binary(min_size=32, max_size=32).map(lambda raw: f"sha256:{raw.hex()}")
ROUTES = st.builds(Route, VERSIONS, DIGESTS, NAMES, st.just(100))
TABLES = st.builds(
    RouteTable,
    st.integers(min_value=0, max_value=2**63),
    st.builds(Address, st.just("127.0.0.1"), st.integers(1, 65535)),
    st.dictionaries(NAMES, st.tuples(ROUTES), max_size=5),
)


def written(found: RouteTable) -> bytes:
    """The table as the control plane writes it."""
    models = {
        name: route(one.version, one.upstream_model, one.digest) for name, (one,) in found.models.items()
    }
    return json.dumps(table(str(found.upstream), found.generation, models)).encode()


def changed(path: str, value: Any) -> dict[str, Any]:
    """The good file with the value at a dotted path replaced, or taken out when it is ...."""
    content: Any = copy.deepcopy(GOOD)
    *parents, last = [int(part) if part.isdigit() else part for part in path.split("/")]
    inner = content
    for parent in parents:
        inner = inner[parent]
    if value is ...:
        del inner[last]
    else:
        inner[last] = value
    result: dict[str, Any] = content
    return result


def read_or_reason(content: Any) -> RouteTable | str:
    try:
        return parse(json.dumps(content).encode())
    except RoutesError as refused:
        return str(refused)


@unhurried
@given(TABLES)
def test_every_table_that_is_written_is_read_back_the_same(found: RouteTable) -> None:
    assert parse(written(found)) == found


@unhurried
@given(st.binary(max_size=200) | JSON.map(lambda value: json.dumps(value).encode()))
def test_whatever_the_bytes_are_they_are_refused_with_a_sentence_of_plain_text(content: bytes) -> None:
    with pytest.raises(RoutesError) as refused:
        parse(content)
    assert str(refused.value).encode("ascii")


@unhurried
@given(st.data())
def test_a_good_file_with_any_one_value_replaced_is_either_read_or_refused(data: st.DataObject) -> None:
    paths = ["schema", "generation", "upstream", "models", f"models/{MODEL}", f"models/{MODEL}/routes"]
    paths += [f"models/{MODEL}/routes/0"] + [f"models/{MODEL}/routes/0/{key}" for key in route()]
    content = changed(data.draw(st.sampled_from(paths)), data.draw(JSON))
    read = read_or_reason(content)
    if isinstance(read, str):
        assert read.encode("ascii")
    else:
        assert all(len(routes) == 1 and routes[0].weight == 100 for routes in read.models.values())


@unhurried
@given(st.integers(min_value=0, max_value=len(json.dumps(GOOD)) - 1))
def test_no_beginning_of_a_good_file_is_taken(length: int) -> None:
    with pytest.raises(RoutesError):
        parse(json.dumps(GOOD).encode()[:length])


def test_a_model_is_answered_by_its_one_route_and_an_unknown_model_by_none() -> None:
    read = parse(json.dumps(GOOD).encode())
    assert read.pick(MODEL) == Route("1.4.0", DIGEST, UPSTREAM_MODEL, 100)
    assert read.pick("clinic.other") is None


ROUTE = f"models/{MODEL}/routes/0"


@pytest.mark.parametrize(
    ("path", "value", "reason"),
    [
        ("schema", "routes/v2", "schema is 'routes/v2', not 'routes/v1'"),
        ("schema", ..., "the route file lacks schema"),
        ("extra", 1, "the route file has the unknown key 'extra'"),
        ("generation", True, "generation is True, not a whole number"),
        ("generation", "7", "generation is '7', not a whole number"),
        ("generation", 7.0, "generation is 7.0, not a whole number"),
        ("generation", -1, "generation is -1, not a whole number"),
        ("upstream", "127.0.0.1", "'127.0.0.1' is not host:port"),
        ("upstream", "127.0.0.1:0", "names no port from 1 to 65535"),
        ("upstream", "127.0.0.1:65536", "names no port from 1 to 65535"),
        ("upstream", "127.0.0.1:08123", "is not host:port"),
        ("upstream", "127.0.0.1:8123\r\nx: y", "is not host:port"),
        ("upstream", "http://127.0.0.1:8123", "is not host:port"),
        ("upstream", 8123, "upstream is 8123, not a string"),
        ("models", [], "models is not an object"),
        ("models/Clinic", {"routes": [route()]}, "'Clinic' is not the name of a model"),
        ("models/..", {"routes": [route()]}, "'..' is not the name of a model"),
        ("models/a\u0131b", {"routes": [route()]}, "'a\\u0131b' is not the name of a model"),
        (f"models/{MODEL}/routes", [], "routes must be a list of exactly one route"),
        (f"models/{MODEL}/routes", [route(), route()], "routes must be a list of exactly one route"),
        (f"{ROUTE}/weight", 50, "weight is 50; the only weight is 100"),
        (f"{ROUTE}/weight", 100.0, "weight is 100.0; the only weight is 100"),
        (f"{ROUTE}/weight", ..., f"the route of {MODEL} lacks weight"),
        (f"{ROUTE}/sticky", "user", f"the route of {MODEL} has the unknown key 'sticky'"),
        (f"{ROUTE}/version", "1.4", "version '1.4' is not a semantic version"),
        (f"{ROUTE}/version", "01.4.0", "is not a semantic version"),
        (f"{ROUTE}/version", "1.4.0\n", "is not a semantic version"),
        (f"{ROUTE}/version", "1.4.٣", "is not a semantic version"),
        (f"{ROUTE}/digest", "sha256:" + "0" * 63, "is not sha256: and 64 hexadecimal digits"),
        (f"{ROUTE}/digest", "sha256:" + "A" * 64, "is not sha256: and 64 hexadecimal digits"),
        (f"{ROUTE}/upstreamModel", "../secret", "is not the name of a model"),
        (f"{ROUTE}/upstreamModel", "a/versions/2", "is not the name of a model"),
        (f"{ROUTE}/upstreamModel", "a" * 129, "is not the name of a model"),
    ],
)
def test_a_file_that_is_wrong_in_one_place_is_refused_for_that(path: str, value: Any, reason: str) -> None:
    with pytest.raises(RoutesError) as refused:
        parse(json.dumps(changed(path, value)).encode())
    assert reason in str(refused.value)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "it is not JSON"),
        (b"\xef\xbb\xbf{}", "it is not JSON"),
        (b"\xff", "it is not UTF-8"),
        (json.dumps(GOOD).encode("utf-16"), "it is not UTF-8"),
        (b"[" * 100_000, "it is not JSON"),
        (b'{"generation": ' + b"9" * 5000 + b"}", "it is not JSON"),
        (b" " * (MAX_BYTES + 1), f"it has more than {MAX_BYTES} bytes"),
        (
            json.dumps(GOOD).encode()[:-1] + b', "generation": 8}',
            "the key 'generation' stands twice in one object",
        ),
    ],
)
def test_bytes_that_are_no_unambiguous_json_are_refused(content: bytes, reason: str) -> None:
    with pytest.raises(RoutesError) as refused:
        parse(content)
    assert reason in str(refused.value)


def test_port_0_is_an_address_only_where_it_is_allowed() -> None:
    assert parse_address("127.0.0.1:0", lowest_port=0) == Address("127.0.0.1", 0)
    with pytest.raises(RoutesError):
        parse_address("127.0.0.1:0")
