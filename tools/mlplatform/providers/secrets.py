"""Find secrets in texts, by the patterns of detect-secrets and some of our own; also in what base64 hides."""

import base64
import binascii
import hashlib
import importlib
import math
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

# Of detect-secrets, those whose secrets have a form of their own. Its patterns by entropy alone, and for what also
# digests look like, would be false alarms.
_PLUGINS = {
    "aws": ("AWSKeyDetector", "an AWS key"),
    "basic_auth": ("BasicAuthDetector", "a password in a URL"),
    "discord": ("DiscordBotTokenDetector", "a Discord token"),
    "github_token": ("GitHubTokenDetector", "a GitHub token"),
    "jwt": ("JwtTokenDetector", "a JSON Web Token"),
    "npm": ("NpmDetector", "an npm token"),
    "sendgrid": ("SendGridDetector", "a SendGrid key"),
    "slack": ("SlackDetector", "a Slack token"),
    "square_oauth": ("SquareOAuthDetector", "a Square secret"),
    "stripe": ("StripeDetector", "a Stripe key"),
}
_OWN = (
    (r"\bgithub_pat_[A-Za-z0-9_]{40,}", "a GitHub token"),
    (r"\bgl(?:pat|dt|rt|ptt|cbt|soat)-[A-Za-z0-9_.-]{20,}", "a GitLab token"),
    (r"\bAIza[A-Za-z0-9_-]{35}\b", "a Google key"),
    (r"\bya29\.[A-Za-z0-9_-]{30,}", "a Google token"),
    (r"\bhf_[A-Za-z]{34}\b", "a Hugging Face token"),
    (r"\bsk-(?:ant-|proj-|svcacct-)?[A-Za-z0-9_-]{32,}", "an API key"),
    (r"\bdapi[0-9a-f]{32}\b", "a Databricks token"),
    (r"\bpypi-AgEI[A-Za-z0-9_-]{50,}", "a PyPI token"),
    (r"\b(?:dop|doo|dor)_v1_[0-9a-f]{64}\b", "a DigitalOcean token"),
    (r"\bhv[sbr]\.[A-Za-z0-9_-]{24,}", "a Vault token"),
    (r"AccountKey=([A-Za-z0-9+/]{86}==)", "an Azure storage key"),
    (
        r"-----BEGIN (?:[A-Z0-9]+ ){0,3}PRIVATE KEY(?: BLOCK)?-----"
        r"(?:[\s\"'>,+]|\\[nr])*(?:(?:Proc-Type|DEK-Info|Version|Comment)[^\n\\]*(?:[\s\"',]|\\[nr])*)*"
        r"([A-Za-z0-9+/=]{32})",
        "a private key",
    ),
)
# What is called a password or key, and is text that nobody would type as an example.
_NAMED = re.compile(
    r"(?i)(?:password|passwd|pwd|secret|api[_-]?key|access[_-]?key|account[_-]?key|auth[_-]?token|access[_-]?token|"
    r"client[_-]?secret|private[_-]?key)[a-z0-9_]{0,20}\\?[\"']?[ \t]{0,4}(?:=|:|=>)[ \t]{0,4}"
    r"(?:\\?[\"']([^\s\"'\\<>{}$]{12,200})\\?[\"']|([A-Za-z0-9+/_=.~!@#%^&*-]{16,200})(?=\s|$))"
)
_EXAMPLE = re.compile(
    r"(?i)example|placeholder|change[_-]?me|your[_-]|xxxx|\*\*\*|redacted|<[a-z]|\$\{|\{\{|\$\(|%\(|dummy|12345678|abcdefgh"
)
_PLAIN_PASSWORDS = re.compile(r"(?i)(?:pass(?:word)?|pwd|secret|token|user(?:name)?|pw|x+|\.+|[A-Z_]+|\$\w+)")
_DIGEST = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-fA-F]{32,128}")
_BASE64 = re.compile(r"(?<![A-Za-z0-9+/=_-])[A-Za-z0-9+/_-]{24,}={0,2}")
_FEWEST_CHARACTERS, _ENTROPY = 8, 3.5  # different characters, and bits for each
_LONGEST_HIDDEN = 64 << 10
_HIDDEN_START = 96


@dataclass(frozen=True, slots=True)
class Secret:
    """A secret in a text: what it is, in words, where it begins, and the digest that names it and does not tell it."""

    kind: str
    offset: int
    digest: str


def find_secrets(text: str) -> list[Secret]:
    """Return the secrets in a text, each once."""
    found: dict[str, Secret] = {}
    for kind, value, offset in _all(text):
        digest = "sha256:" + hashlib.sha256(value.encode(errors="surrogatepass")).hexdigest()[:12]
        found.setdefault(digest, Secret(kind, offset, digest))
    return sorted(found.values(), key=lambda secret: secret.offset)


def _all(text: str) -> Iterator[tuple[str, str, int]]:
    yield from _plain(text)
    for match in _BASE64.finditer(text):
        if hidden := _decoded(match[0]):
            yield from ((f"{kind} in base64", value, match.start()) for kind, value, _ in _plain(hidden))


def _plain(text: str) -> Iterator[tuple[str, str, int]]:
    """Yield what a text holds as it stands: in words, the secret, and where."""
    for pattern, kind in _patterns():
        for match in pattern.finditer(text):
            value = next(filter(None, match.groups()), match[0]) if match.lastindex else match[0]
            if kind == "a password in a URL" and _is_example_url(text, match, value):
                continue
            if len(value) < _FEWEST_CHARACTERS and pattern.groups and match[0] != value:
                value = match[0]
            if not _is_harmless(value if kind != "a password in a URL" else match[0]):
                yield kind, value, match.start()
    for match in _NAMED.finditer(text):
        value = match[1] or match[2]
        if not _is_harmless(value) and _is_random(value):
            yield "a password or key", value, match.start(1 if match[1] else 2)


@cache
def _patterns() -> tuple[tuple[re.Pattern[str], str], ...]:
    own = tuple((re.compile(pattern), kind) for pattern, kind in _OWN)
    theirs = []
    for module, (name, kind) in _PLUGINS.items():
        plugin = getattr(importlib.import_module(f"detect_secrets.plugins.{module}"), name)
        theirs += [(pattern, kind) for pattern in plugin.denylist]
    return (*theirs, *own)


def _is_harmless(value: str) -> bool:
    """True for an example, a digest or an identifier."""
    return _EXAMPLE.search(value) is not None or _DIGEST.fullmatch(value) is not None


def _is_example_url(text: str, match: re.Match[str], password: str) -> bool:
    line = text[match.end() : match.end() + 60].split("\n", 1)[0].lower()
    is_local = line.startswith(("localhost", "127.", "[::1]", "example.", "host")) or ".example" in line[:40]
    return is_local or "example." in line[:40] or _PLAIN_PASSWORDS.fullmatch(password) is not None


def _is_random(value: str) -> bool:
    """True for text of letters and digits without order: no path, no name, no sentence."""
    has_both = re.search(r"[A-Za-z]", value) is not None and re.search(r"[0-9]", value) is not None
    if not has_both or "://" in value or value.count("/") > 3 or re.search(r"[(\[]", value):
        return False
    return bool(len(set(value)) >= _FEWEST_CHARACTERS and _entropy(value) >= _ENTROPY)


def _entropy(value: str) -> float:
    counts = Counter(value)
    return -sum(count / len(value) * math.log2(count / len(value)) for count in counts.values())


def _decoded(word: str) -> str:
    """Return the text that a word of base64 stands for; empty when it stands for none."""
    start = _bytes_of(word[:_HIDDEN_START])
    if not start or not _is_text(start):
        return ""
    whole = _bytes_of(word[:_LONGEST_HIDDEN])
    return whole.decode("ascii", errors="replace") if whole else ""


def _bytes_of(word: str) -> bytes:
    word = word.rstrip("=").replace("-", "+").replace("_", "/")
    try:
        return base64.b64decode(word[: len(word) - (len(word) % 4 == 1)] + "=" * (-len(word) % 4 % 3))
    except (binascii.Error, ValueError):
        return b""


def _is_text(data: bytes) -> bool:
    return all(byte in (9, 10, 13) or 32 <= byte < 127 for byte in data)
