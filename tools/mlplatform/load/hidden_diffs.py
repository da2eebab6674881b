""".gitattributes that keep a change from its reviewers, or make a checkout hold something else than the commit."""

import re
from collections.abc import Iterator, Mapping, Sequence

from mlplatform.core.finding import Finding
from mlplatform.core.naming import printable
from mlplatform.core.rule import declare_rule
from mlplatform.core.source import SourceFile

FILE_HIDDEN_DIFF = declare_rule(
    __name__,
    "file-hidden-diff",
    "Reviewers see every change",
    "A Git host shows no difference of a file that .gitattributes calls binary, generated or vendored. Filters, "
    "encodings and merge drivers make a checkout, or a merge, hold something else than what was reviewed. Files that "
    "are pictures, models or archives anyway may be binary, and kept by Git LFS.",
    fix="take the attribute away; what may be said is text, eol, whitespace, diff=LANGUAGE and linguist-language",
    passes="*.csv text eol=lf, *.png binary",
    fails="*.py binary, examples/** linguist-generated",
    soc2=("CC8.1",),
)
ATTRIBUTES = ".gitattributes"
MAX_BYTES = 64 * 1024
_BINARY = re.compile(
    r"\.(?:png|jpe?g|gif|ico|webp|pdf|woff2?|ttf|otf|onnx|pb|pt|pth|safetensors|bin|npz|npy|parquet|feather|arrow|zip|gz|tgz"
    r"|xz|7z|whl|jar|mp4|mov|wav|xlsx?|docx|pptx|drawio\.png)$",
    re.IGNORECASE,
)
_ALLOWED = re.compile(
    r"[!-]?text|text=auto|eol=(?:lf|crlf)|crlf=input|[!-]?whitespace|whitespace=[\w,=-]+|[!]?diff|diff=[a-z]+|[!]?merge"
    r"|linguist-language=[\w%+#.-]+|[!-]?linguist-detectable|-linguist-(?:generated|vendored|documentation)"
    r"|linguist-(?:generated|vendored|documentation)=false|export-ignore|conflict-marker-size=\d+|[!-]?delta"
)
_ALLOWED_OF_BINARY = re.compile(
    r"binary|-diff|-merge|diff=[\w-]+|filter=lfs|diff=lfs|merge=lfs|merge=binary|lockable"
)


def attribute_files(files: Sequence[SourceFile]) -> list[SourceFile]:
    """Return the .gitattributes of a repository, in whatever folder."""
    return [file for file in files if file.path.rpartition("/")[2].casefold() == ATTRIBUTES]


def hidden_diffs(texts: Mapping[str, str]) -> Iterator[Finding]:
    """Yield the attributes that hide what a change does, by the texts of .gitattributes by path."""
    for path, text in sorted(texts.items()):
        for number, line in enumerate(text.splitlines(), 1):
            for column, attribute in _refused(line):
                message = f"the attribute {attribute[:60]} hides a change, or makes of a file what nobody has reviewed"
                fix = "take the attribute away, or name only files that are pictures, models or archives"
                yield FILE_HIDDEN_DIFF.error(
                    printable(path), printable(message), fix=fix, at=(number, column)
                )


def _refused(line: str) -> Iterator[tuple[int, str]]:
    words = [(match.start() + 1, match[0]) for match in re.finditer(r'"(?:[^"\\]|\\.)*"|\S+', line)]
    if not words or words[0][1].startswith("#"):
        return
    (at, pattern), attributes = words[0], words[1:]
    if pattern.startswith("[attr]"):
        yield at, pattern
        return
    is_binary = bool(_BINARY.search(pattern.strip('"')))
    for column, attribute in attributes:
        if not (_ALLOWED.fullmatch(attribute) or (is_binary and _ALLOWED_OF_BINARY.fullmatch(attribute))):
            yield column, attribute
