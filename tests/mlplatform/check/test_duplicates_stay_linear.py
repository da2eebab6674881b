"""Many documents of one data set cost as much each as few: what policies are given grows with their number alone."""

import pytest

from mlplatform.check.cross_document_facts import gather_facts
from mlplatform.check.document_index import build_index
from mlplatform.check.schema import bodies
from mlplatform.core.document import RawDocument
from mlplatform.core.loaded_source import LoadedSource
from mlplatform.core.naming import parse_path
from mlplatform.strict_yaml.parser import parse
from tests.support.zoo import dataset

DIGEST = "sha256:" + "c" * 64


def loaded(texts: dict[str, str]) -> LoadedSource:
    raws: dict[str, RawDocument] = {}
    for path, text in texts.items():
        parsed, identity = parse(path, text.encode()), parse_path(path)
        assert parsed.data is not None
        assert identity is not None
        raws[path] = RawDocument(path, identity, parsed.data, parsed.positions)
    return LoadedSource(None, raws, (), {}, {}, {})


def duplicates(texts: dict[str, str]) -> dict[str, tuple[str, ...]]:
    source = loaded(texts)
    valid, refused = bodies(source.raws)
    assert refused == []
    return dict(gather_facts(build_index(source, valid), {}).duplicates)


def copies(count: int, text: str) -> dict[str, str]:
    return {
        f"tenants/ant/datasets/copy{n:03}.yaml": text.replace("LOCATION", f"s3://bucket-{n}/x/")
        for n in range(count)
    }


@pytest.mark.parametrize("count", [10, 100])
def test_of_documents_that_say_the_same_of_the_same_data_one_stands_for_all(count: int) -> None:
    found = duplicates(copies(count, dataset("ada", "LOCATION", DIGEST, [])))
    assert len(found) == count
    assert {len(others) for others in found.values()} == {1}
    assert all(name not in others for name, others in found.items())


def test_each_that_says_something_else_is_there_too() -> None:
    texts = copies(5, dataset("ada", "LOCATION", DIGEST, []))
    other = "tenants/ant/datasets/other.yaml"
    texts[other] = dataset("ada", "s3://others/x/", DIGEST, []).replace("public", "internal")
    assert "ant/other" in duplicates(texts)["ant/copy003"]
