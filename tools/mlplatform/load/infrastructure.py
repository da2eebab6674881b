"""Read the infrastructure files that Checkov scans, and the repository's own policies for Checkov."""

from collections.abc import Callable, Mapping

from mlplatform.core.finding import Finding
from mlplatform.core.source import Source
from mlplatform.load.read_files import contents, texts

_MAX_BYTES = 1024 * 1024
_POLICIES = "policies/checkov/"


def infrastructure(
    source: Source, is_infrastructure: Callable[[str], bool]
) -> tuple[Mapping[str, bytes], list[Finding]]:
    """Return the content of every file to scan, by path, and findings about those that cannot be read."""
    files = [file for file in source.files(("",)) if is_infrastructure(file.path)]
    return contents(source, files, _MAX_BYTES)


def scanner_policies(source: Source) -> tuple[Mapping[str, str], list[Finding]]:
    """Return the texts of policies/checkov/*.yaml by path, and findings about those that cannot be read."""
    files = [file for file in source.files((_POLICIES,)) if file.path.endswith(".yaml")]
    return texts(source, files, _MAX_BYTES)
