"""The fragments that several cases of the corpus share, and the YAML that cases and fragments are written in."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

Fragments = Mapping[str, Any]


def read_fragments(path: Path) -> Fragments:
    """Read the fragments; none may use another, so that a case is one look-up away from what it stands for."""
    fragments: Fragments = read_yaml(path)
    nested = sorted(uses_in(list(fragments.values())))
    assert not nested, f"{path.name}: a fragment uses {nested}: write out what it stands for"
    return fragments


def fill_in(value: Any, fragments: Fragments) -> Any:
    """Put the fragment in place of each {use: NAME}; in a list, the items of a fragment that is a list."""
    if isinstance(value, list):
        return [item for element in value for item in _items(element, fragments)]
    if not isinstance(value, dict):
        return value
    if "use" not in value:
        return {key: fill_in(element, fragments) for key, element in value.items()}
    name = value["use"]
    assert len(value) == 1, f"`use: {name}` stands alone, without {sorted(value.keys() - {'use'})}"
    assert name in fragments, f"no fragment is called {name}: add it to fragments.yaml"
    return fragments[name]


def _items(element: Any, fragments: Fragments) -> list[Any]:
    filled = fill_in(element, fragments)
    return filled if isinstance(element, dict) and isinstance(filled, list) else [filled]


def uses_in(value: Any) -> Iterator[str]:
    """Name the fragments that a value uses, once for each use."""
    if isinstance(value, dict) and "use" in value:
        yield value["use"]
    elif isinstance(value, dict | list):
        for element in value.values() if isinstance(value, dict) else value:
            yield from uses_in(element)


def read_yaml(path: Path) -> Any:
    """Read a file by libyaml, which is quick; by Python where libyaml refuses an escape of half a character."""
    try:
        return _read(path, _QuickLoader)
    except yaml.YAMLError:
        return _read(path, _PlainLoader)


class _QuickLoader(yaml.CSafeLoader):
    pass


class _PlainLoader(yaml.SafeLoader):
    pass


def _read(path: Path, loader: type[_QuickLoader | _PlainLoader]) -> Any:
    with path.open("rb") as file:
        return loader(file).get_single_data()


def _mapping(loader: Any, node: yaml.MappingNode) -> dict[Any, Any]:
    """Refuse a key that stands twice: two cases between which `- name:` was lost would become one."""
    pairs = loader.construct_pairs(node, deep=True)
    keys = [key for key, _ in pairs]
    twice = sorted({str(key) for key in keys if keys.count(key) > 1})
    assert not twice, f"{twice} stands twice in the mapping that begins{node.start_mark}"
    return dict(pairs)


for _loader in (_QuickLoader, _PlainLoader):
    _loader.add_constructor("tag:yaml.org,2002:map", _mapping)
