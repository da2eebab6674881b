"""CKV_MLP_21: what is downloaded is not run unseen."""

import re
from itertools import islice

FETCH = r"\b(?:curl|wget|aria2c|lwp-request|Invoke-WebRequest|Invoke-RestMethod|iwr|irm)\b"
DOWNLOAD = re.compile(rf"{FETCH}|\bbase64\b", re.IGNORECASE)
_BEFORE = (
    r"(?:(?:sudo|doas|env|exec|nohup|nice|time|busybox|command|-\w+|\w+=\S{0,99})\s+){0,9}"
    r"(?:/(?:usr/)?(?:local/)?s?bin/)?"
)
# How far a command is looked for behind another.
_FAR = r"[^\n;]{0,400}"
_NEAR = r"[^\n;&|]{0,400}?"
_PIPE = r"(?<!\|)\|&?(?!\|)\s*"
SHELL = rf"{_BEFORE}(?:(?:ba|z|da|k|a|c|tc|fi)?sh|pwsh|powershell)\b(?!\s+(?:-\w+\s+)*-\w*c\b)"
# An interpreter that is given no program of its own reads what comes.
INTERPRETER = rf"{_BEFORE}(?:python[\d.]*|node|perl|ruby|php|lua|Rscript)\s*(?:-\s*)?(?=$|[;&|)\n\"'])"
RUNS = rf"(?:{SHELL}|{INTERPRETER}|\b(?:source|\.)\s+/dev/stdin|\b(?:iex|Invoke-Expression)\b)"
TAKES_CODE = (
    r"(?:\beval\b|\bsh\s+(?:-\w+\s+)*-\w*c|\biex\b|\bInvoke-Expression\b"
    r"|(?:python[\d.]*|node|perl|ruby)\s+-[ceE])"
)
PIPED = tuple(
    re.compile(pattern, re.IGNORECASE | re.MULTILINE)
    for pattern in (
        rf"{FETCH}{_FAR}{_PIPE}{RUNS}",
        rf"\bbase64\b[^\n;|]*?(?:-d|--decode)\b{_FAR}{_PIPE}{RUNS}",
        rf"(?:{SHELL}|\bsource\b|(?:^|[\s;&|])\.)\s+(?:-\w+\s+)*<\(\s*{FETCH}",
        rf"{TAKES_CODE}\s*[\"']?\s*(?:\$\(|`|\(|&\s*\()\s*{FETCH}",
        rf"(?:^|[;&|]\s*|\bRUN\s+)[\"']?(?:\$\(|`)\s*{FETCH}",
    )
)
# A file that was downloaded, by how its name is given.
TO = r"(?:\s--output[=\s]\s*|\s-\w*o\s*|\s-OutFile\s+|\s-O\s+|\s--output-document[=\s]\s*|>\s*)"
SAVED = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        FETCH + _NEAR + TO + r"[\"']?(?P<name>[\w./${}~-]+)",
        FETCH + _NEAR + r"https?://[^\s\"']{0,400}/(?P<name>[\w.-]+)",
    )
)
PROGRAM = r"(?:\b(?:ba|z|da|k)?sh|\bpython[\d.]*|\bnode|\bperl|\bruby|\bsource|(?:^|[\s;&|])\.)"
VERIFIES = re.compile(
    r"\bsha\d+sum\b|\bshasum\b|\bb2sum\b|--checksum|\bgpgv?\b|\bcosign\b|\bminisign\b|\bopenssl\s+dgst\b"
    r"|\bslsa-verifier\b|Get-FileHash"
)


LINE = 2000  # signs; what is written in longer ones with a download in it is not meant to be read
FILES = 50


def runs_download(script: str) -> str:
    """Return the first place of a script that runs what it downloads without a look at it; empty when there is none."""
    plain = re.sub(r"(?m)^[ \t]*#.*$", "", script.replace("\\\n", " "))
    lines = [line for line in re.sub(r"\|[ \t]*\n", "| ", plain).split("\n") if DOWNLOAD.search(line)]
    for line in lines:
        if len(line) > LINE:
            return f"a download in a line of {len(line)} characters"
        for pattern in PIPED:
            if match := pattern.search(line):
                return " ".join(match[0].split())
    return "" if VERIFIES.search(plain) else _runs_saved(plain, lines)


def _runs_saved(script: str, lines: list[str]) -> str:
    """Return where a script runs a file that it has saved; lines after that many files are not followed."""
    names = {
        saved["name"].removeprefix("./")
        for line in lines[:FILES]
        for pattern in SAVED
        for saved in islice(pattern.finditer(line), FILES)
    }
    for name in sorted(names)[:FILES]:
        runs = rf"{PROGRAM}[ \t]+(?:-\w+[ \t]+){{0,9}}[\"']?(?:\./)?{re.escape(name)}(?![\w.-])"
        if match := re.compile(runs, re.MULTILINE).search(script):
            return " ".join(match[0].split())
    return ""
