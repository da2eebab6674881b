"""Look for personal data in what people write: the sentences of incidents, and the comments beside them."""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import partial

from mlplatform.core.finding import Finding
from mlplatform.core.naming import Identity, printable
from mlplatform.core.rule import declare_rule
from mlplatform.core.source import FileType, Source, SourceFile
from mlplatform.load.identifiers import find_phones
from mlplatform.load.pii import CARD, EMAIL, IBAN, PHONE, SSN, ScanBudget, detect, simple
from mlplatform.strict_yaml.characters import MAX_BYTES

_rule = partial(declare_rule, __name__, soc2=("C1.1", "P4.1"))
DOCUMENT_PERSONAL_DATA = _rule(
    "document-personal-data",
    "An incident holds no personal data",
    "Git keeps what was once merged, and everybody who may read the repository reads it. Say how many people were "
    "harmed and not who, and keep what is about a person where it can be deleted. Addresses of offices are allowed.",
    fix="take it out, and the commit that brought it; name the record in the system that holds it",
    passes="cause: The scores of 14 patients were wrong",
    fails="cause: The score of jane.roe@example.com was wrong",
)

_WORDS = {
    EMAIL: "an e-mail address of a person",
    CARD: "the number of a payment card",
    SSN: "a social security number",
    IBAN: "the number of a bank account",
    PHONE: "a telephone number",
}
_IN_LINES = frozenset({CARD, SSN, IBAN})
_IN_WORDS = frozenset({EMAIL})
_HASH = re.compile(r"\b(?=[0-9a-f]*[a-f])[0-9a-f]{7,64}\b")
_AROUND = ".,;:!?()[]{}<>\"'`"


def personal_data_findings(
    source: Source, files: Sequence[SourceFile], identities: Mapping[str, Identity]
) -> Iterator[Finding]:
    """Yield a finding for each line of a document with free text that holds personal data; no value is in it."""
    paths = [
        file.path
        for file in files
        if (identity := identities.get(file.path))
        and identity.kind.entry.has_free_text
        and file.type is FileType.FILE
        and file.size <= MAX_BYTES
    ]
    for path, data in source.read(paths).items() if paths else ():
        lines = [_HASH.sub("", simple(line)) for line in data.decode(errors="replace").splitlines()]
        for number, look in sorted(_found(lines)):
            message = f"this line holds what looks like {_WORDS[look]}"
            rule, at = DOCUMENT_PERSONAL_DATA, (number + 1, 1)
            yield rule.error(printable(path), message, fix=rule.fix, at=at)


def _found(lines: Sequence[str]) -> set[tuple[int, str]]:
    found = set(detect(lines, _IN_LINES, ScanBudget()))
    for number, line in enumerate(lines):
        words = [word.strip(_AROUND) for word in line.split()]
        found.update((number, look) for _, look in detect(words, _IN_WORDS, ScanBudget()))
        found.update((number, PHONE) for _ in find_phones(line))
    return found
