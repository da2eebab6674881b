"""The given files as text that every parser reads alike, and skip comments made harmless."""

import re

from mlplatform.core.finding import Finding, error

FILE_BYTES = 1 << 20
TREE_BYTES = 32 << 20
FILES = 5000

# Wider than Checkov's own patterns, which differ by framework: any case, any spacing, any prefix it ever had.
SKIP = re.compile(
    r"(?:checkov|bridgecrew|cortex)(?:\.io\s*/\s*|\s*[:=]\s*)(skip)|pragma\s*:?\s*((?:allow|white)list)",
    re.IGNORECASE,
)
# C0 and C1 controls, line separators that parsers disagree about, bidi marks, byte order marks.
ODD = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufffe\uffff]"
)
PATH = re.compile(r"[^\x00-\x1f\x7f\\]{1,1000}")
FIX = "say in policies/waivers/ why, with an owner and an expiry, and delete the comment"


def read(path: str, data: bytes) -> tuple[str | None, list[Finding]]:
    """A file's text with skip comments made harmless (same length), and what is wrong with it; None: unreadable."""
    if problem := _path_problem(path):
        return None, [failed(path, problem, "rename it")]
    if len(data) > FILE_BYTES:
        return None, [failed(path, f"the file is larger than {FILE_BYTES >> 20} MiB", "split it")]
    try:
        text = data.decode("utf-8").replace("\r\n", "\n")
    except UnicodeDecodeError as why:
        return None, [failed(path, f"the file is not UTF-8 (byte {why.start})", "save it as UTF-8")]
    if odd := ODD.search(text):
        message = f"the character U+{ord(odd[0]):04X}, which programs read in different ways"
        return None, [failed(path, message, "delete it", at=place(text, odd.start()))]
    return _harmless(path, text)


def failed(path: str, message: str, fix: str, *, at: tuple[int, int] = (1, 1)) -> Finding:
    """The finding that a file, or part of it, was not judged."""
    return error("checkov-failed", path, f"not judged: {message}", fix=fix, at=at)


def skipped(path: str, what: str, at: tuple[int, int] = (1, 1)) -> Finding:
    """The finding that a file asks for a check to be left out."""
    return error("checkov-skip", path, f"a comment that turns a check off: {what}", fix=FIX, at=at)


def place(text: str, offset: int) -> tuple[int, int]:
    """Line and column of an offset, from 1."""
    start = text.rfind("\n", 0, offset) + 1
    return text.count("\n", 0, offset) + 1, offset - start + 1


def _path_problem(path: str) -> str:
    parts = path.split("/")
    if not PATH.fullmatch(path) or not path.isprintable():
        return "its path holds characters that cannot be printed"
    if any(part in ("", ".", "..") or len(part.encode()) > 200 for part in parts):
        return "its path is not a plain path inside the repository"
    return ""


def _harmless(path: str, text: str) -> tuple[str, list[Finding]]:
    findings = []
    for match in SKIP.finditer(text):
        line = text[match.start() :].partition("\n")[0].strip()[:80]
        findings.append(skipped(path, line, place(text, match.start())))
    return SKIP.sub(_masked, text), findings


def _masked(match: re.Match[str]) -> str:
    start, end = match.span(1) if match[1] else match.span(2)
    start, end = start - match.start(), end - match.start()
    return match[0][:start] + "x" * (end - start) + match[0][end:]
