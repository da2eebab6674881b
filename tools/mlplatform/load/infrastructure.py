"""The files that a scanner of infrastructure judges, and the policies of the repository that it judges by."""

from collections.abc import Callable, Mapping

from mlplatform.core.finding import Finding
from mlplatform.core.source import Source
from mlplatform.load.read_files import contents, texts

_MAX_BYTES = 1024 * 1024
_POLICIES = "policies/checkov/"


def infrastructure(
    source: Source, is_infrastructure: Callable[[str], bool]
) -> tuple[Mapping[str, bytes], list[Finding]]:
    """The bytes of every file that the scanner judges, by path, and the findings of those that cannot be read."""
    files = [file for file in source.files(("",)) if is_infrastructure(file.path)]
    return contents(source, files, _MAX_BYTES)


def scanner_policies(source: Source) -> tuple[Mapping[str, str], list[Finding]]:
    """The texts of policies/checkov/*.yaml by path."""
    files = [file for file in source.files((_POLICIES,)) if file.path.endswith(".yaml")]
    return texts(source, files, _MAX_BYTES)
