"""A document kind is one entry in a table: whatever differs between kinds stands there, and nowhere else."""

import ast
import re
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path

import pytest

from mlplatform.core.kinds.document_kind import values_at
from mlplatform.core.naming import NAME, Identity, Kind, error_scope_of, parse_path, path_of, tenant_of

CODE = Path(__file__).parents[3] / "tools/mlplatform"
NAMES = "one/two/six"


def _example(kind: Kind) -> str:
    names = NAMES.split("/")[: len(kind.entry.placeholders)]
    if kind.entry.names != NAME:
        names[-1] = re.findall(r"as in ([^ ;]+)", kind.entry.name_words)[0]
    return path_of(kind, "/".join(names))


def _is_kind(node: ast.AST) -> bool:
    """True for `Kind.X`, and for a tuple, set or list of such."""
    if isinstance(node, ast.Tuple | ast.Set | ast.List):
        return bool(node.elts) and all(map(_is_kind, node.elts))
    return isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "Kind"


def _switches(tree: ast.AST) -> Iterator[int]:
    """Yield the lines in which code asks which kind it has, or keeps a table of kinds of its own."""
    for node in ast.walk(tree):
        match node:
            case ast.Compare(left=left, comparators=others) if any(map(_is_kind, (left, *others))):
                yield node.lineno
            case ast.MatchValue(value=value) if _is_kind(value):
                yield value.lineno
            case ast.Dict(keys=keys) if any(key is not None and _is_kind(key) for key in keys):
                yield node.lineno


def test_nothing_switches_on_a_kind() -> None:
    modules = [path for path in CODE.rglob("*.py") if path.parent.name != "kinds"]
    assert len(modules) > 100
    found = [f"{path}:{line}" for path in modules for line in _switches(ast.parse(path.read_text()))]
    assert found == []


@pytest.mark.parametrize(
    "code",
    [
        "if raw.identity.kind is Kind.MODEL: pass",
        "if kind in (Kind.MODEL, Kind.DATASET): pass",
        "match kind:\n    case Kind.MODEL: pass",
        "TABLE = {Kind.MODEL: 1}",
    ],
)
def test_a_switch_is_seen(code: str) -> None:
    assert list(_switches(ast.parse(code)))


@pytest.mark.parametrize("kind", Kind)
def test_the_path_of_a_document_says_its_kind_and_name(kind: Kind) -> None:
    identity = parse_path(_example(kind))
    assert identity is not None
    assert identity.kind is kind
    assert path_of(kind, identity.name) == _example(kind)
    assert Kind(kind.value) is kind


@pytest.mark.parametrize(("one", "other"), list(combinations(Kind, 2)))
def test_no_path_is_of_two_kinds(one: Kind, other: Kind) -> None:
    assert not other.entry.pattern.fullmatch(_example(one))
    assert not one.entry.pattern.fullmatch(_example(other))


@pytest.mark.parametrize("kind", Kind)
def test_a_document_belongs_to_the_tenant_that_its_path_names(kind: Kind) -> None:
    identity = parse_path(_example(kind))
    assert identity is not None
    assert tenant_of(_example(kind)) == (identity.tenant or "")
    assert (identity.tenant is not None) == kind.entry.is_of_tenant


@pytest.mark.parametrize("kind", Kind)
def test_what_an_error_stops_can_be_told_from_the_path(kind: Kind) -> None:
    place = error_scope_of(_example(kind))
    assert place is not None
    assert place.stops == kind.entry.stops
    assert place.stops != "tenant" or place.tenant
    assert place.stops != "environment" or place.environment


@pytest.mark.parametrize("kind", Kind)
def test_the_schema_of_the_body_is_named_for_the_kind(kind: Kind) -> None:
    field = kind.entry.body.model_fields["schema_"]
    assert re.search(rf"\b{kind.value}/v1\b", str(field.annotation))


@pytest.mark.parametrize("kind", Kind)
def test_references_name_kinds_that_there_are(kind: Kind) -> None:
    assert {reference.kind for reference in kind.entry.refers_to} <= set(Kind)


def test_a_deployment_refers_to_what_its_path_names() -> None:
    deployment = Identity(Kind.DEPLOYMENT, "production/reading/recommender")
    assert dict(deployment.parents()) == {
        Kind.ENVIRONMENT: "production",
        Kind.TENANT: "reading",
        Kind.MODEL: "reading/recommender",
    }


@pytest.mark.parametrize("data", [{}, {"data": None}, {"data": []}, {"data": {"datasets": "a"}}])
def test_a_reference_in_another_shape_names_nothing(data: dict[str, object]) -> None:
    assert list(values_at(data, "data.datasets[]")) == []


def test_a_reference_says_where_it_stands() -> None:
    data = {"data": {"datasets": ["a/b", "c/d"]}, "gates": {"production": {}}, "promotesFrom": "x"}
    assert list(values_at(data, "data.datasets[]")) == [
        (("data", "datasets", 0), "a/b"),
        (("data", "datasets", 1), "c/d"),
    ]
    assert list(values_at(data, "gates{}")) == [(("gates", "production"), "production")]
    assert list(values_at(data, "promotesFrom")) == [(("promotesFrom",), "x")]


def test_a_kind_that_the_table_does_not_have_is_refused() -> None:
    with pytest.raises(ValueError, match="gizmo"):
        Kind("gizmo")
