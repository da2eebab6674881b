"""Read documents before and after a change, each once."""

from collections.abc import Callable, Iterable, Mapping, Set

from mlplatform.core.dataset_overlap import OverlapKey
from mlplatform.core.source import Source
from mlplatform.load.raw_fields import Data
from mlplatform.strict_yaml.parser import parse


class BothSides:
    """The documents before and after the change, each parsed once."""

    def __init__(self, base: Source, head: Source, changed: Set[str]) -> None:
        self._base, self._head, self._changed = base, head, changed
        self._bytes: dict[frozenset[str], Mapping[str, bytes]] = {}
        self._data: dict[str, tuple[Data, ...]] = {}

    def parse(self, paths: Iterable[str]) -> None:
        new = [path for path in paths if path not in self._data]
        before = self._base.read(new)
        after = self._head.read([path for path in new if path in self._changed])
        for path in new:
            texts = (side[path] for side in (before, after) if path in side)
            self._data[path] = tuple(data for text in texts if (data := parse(path, text).data) is not None)

    def values_of(self, path: str, values: Callable[[Data], Iterable[str]]) -> set[str]:
        """Return some values of a parsed document, before and after the change."""
        return {text for data in self._data[path] for text in values(data)}

    def keys_of(self, path: str, keys: Callable[[Data], Iterable[OverlapKey]]) -> set[OverlapKey]:
        """Return the keys that a parsed data set provides or matches."""
        return {key for data in self._data[path] for key in keys(data)}

    def with_any(
        self, paths: Iterable[str], texts: Set[str], is_candidate: Callable[[bytes], bool] = bool
    ) -> list[str]:
        """Parse and return the documents that may contain one of the texts and whose bytes pass `is_candidate`."""
        group = frozenset(paths)
        if group not in self._bytes:
            self._bytes[group] = self._base.read(list(group))
        encoded = [text.encode(errors="surrogatepass") for text in texts if text]
        candidates = [
            path
            for path, data in self._bytes[group].items()
            if b"\\" in data or (any(text in data for text in encoded) and is_candidate(data))
        ]
        self.parse(candidates)
        return candidates
