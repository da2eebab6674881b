"""Names that every file system and every program can hold: Windows and macOS are stricter than git."""

import re
import unicodedata
from functools import lru_cache

MAX_PART = 200  # bytes; most file systems take 255, encrypted ones less
MAX_PATH = 240  # characters below the repository's folder; Windows takes 260 with it
_RESERVED = re.compile(
    r"(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9¹²³])(?:\s*(?:\..*)?)", re.IGNORECASE
)
_ORDINARY = re.compile(r"[A-Za-z0-9_-](?:[A-Za-z0-9_.-]{0,98}[A-Za-z0-9_-])?")
_FORBIDDEN = re.compile(r'[<>:"|?*\\\x00-\x1f\x7f]')
# Other spellings of .git, which NTFS and HFS+ take for the same folder.
_GIT = re.compile(r"(?:\.git|git~\d+)[\s.]*", re.IGNORECASE)


def name_problem(path: str) -> str:
    """Return why some file system, or a reader, cannot hold the name of a file; empty when every one can."""
    if len(path) > MAX_PATH:
        return f"the path has {len(path)} characters, and Windows holds no more than {MAX_PATH} of them"
    return next((problem for part in path.split("/") if (problem := _part_problem(part))), "")


@lru_cache(maxsize=100_000)
def _part_problem(part: str) -> str:
    return "" if _ORDINARY.fullmatch(part) and not _RESERVED.fullmatch(part) else _odd_part_problem(part)


def folded(path: str) -> str:
    """Return what two paths have in common that differ only in case, or in how their letters are composed."""
    return path.lower() if path.isascii() else unicodedata.normalize("NFC", path.casefold())


def _odd_part_problem(part: str) -> str:
    if not _is_text(part):
        return "the name is not UTF-8, and other machines spell it otherwise"
    if len(part.encode()) > MAX_PART:
        return f"a name in the path has {len(part.encode())} bytes, and file systems hold {MAX_PART}"
    if match := _FORBIDDEN.search(part):
        sign = match[0] if match[0].isprintable() else f"U+{ord(match[0]):04X}"
        return f"a name in the path holds {sign}, which Windows cannot hold"
    if part != part.rstrip(" .") or part != part.lstrip():
        return "a name in the path begins with a space or ends with a space or a dot, which Windows drops"
    if _RESERVED.fullmatch(part):
        return f"{part} is the name of a device on Windows"
    if not part.isprintable():
        return "a name in the path holds characters that nobody sees"
    if _GIT.fullmatch(part):
        return f"{part} is git's own folder on other file systems"
    if unicodedata.normalize("NFC", part) != part:
        return "a name in the path has letters composed of several characters, which macOS stores as one"
    return ""


def _is_text(part: str) -> bool:
    try:
        part.encode()
    except UnicodeEncodeError:
        return False
    return True
