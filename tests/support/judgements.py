"""Judgements whose every value is a given text, and texts that try to be more than text."""

from collections.abc import Callable
from datetime import date
from typing import TypeVar

from hypothesis import example, given
from hypothesis import strategies as st

from mlplatform.core.check_result import CheckResult, DeploymentChange, Waived
from mlplatform.core.finding import Finding, error, warning
from tests.support.values import repository

NASTY = (
    "a | b || c",
    "`code` ``` \n```\n~~~",
    "x\n::error file=a::b",
    "::stop-commands::x",
    "##[error]x",
    "###[add-path]/tmp",
    "%0A::error::x",
    "]]> <!-- --> <![CDATA[",
    '<script>alert(1)</script><img src=x onerror="y">',
    "@team and @acme/platform, see #12, GH-3, acme/a#4",
    "https://evil.example www.evil.example http://evil.example mallory@evil.example mailto:m@e.org",
    "[words](https://evil.example) ![i](x) [ref]: https://evil.example <https://evil.example>",
    ":white_check_mark: :+1: [x] $`x`$ $$x$$ ~~no~~ **b** __b__ *i* _i_",
    "\n# heading\n- item\n1. item\n> quote\n---\n| a |\n| - |\n",
    "\x00\x1b[2J\x08\x7f\x85\u2028\u202e\u200b\ufeff\ufffe\U000e0001",
    "&#64;team &lt;b&gt; &amp; \\",
    "<b>bold</b></td></table><br/></code></pre>",
    " ",
    "{0} {{1}} %SRCROOT% ../../x //host/x C:\\x a:b",
    "\udcff\udc80",
)
_Test = TypeVar("_Test", bound=Callable[..., None])
# As hostile as can be, alone and among anything else.
ANY_TEXT = st.one_of(
    st.text(min_size=1, max_size=60),
    st.lists(st.one_of(st.sampled_from(NASTY), st.text(max_size=8)), min_size=1, max_size=4)
    .map("".join)
    .filter(bool),
    st.text(alphabet="`|\\[]()<>!@#:/*_~&;$-+.=\n 1aw", min_size=1, max_size=40),
)


def judgement(said: str) -> CheckResult:
    """One of everything that a report tells, each saying only this."""
    wrong = error(said, said, said, fix=said, at=(3, 5))
    return CheckResult(
        repository({}),
        (wrong, warning(said, said, said, fix=said)),
        7,
        ("semver-order",),
        (),
        waived=(Waived(wrong, said, said, said, date(2026, 12, 1)),),
        proposed=(error(said, said, f"{said}2", fix=said, at=(4, 1)),),
        missing_approvals=(error("approvals-quorum", said, said),),
        changes=(_change(said),),
    )


def _change(said: str) -> DeploymentChange:
    before = {"version": said, "metrics": {f"m{said}": 0.91}, "serving": {f"s{said}": said}}
    after = {
        "version": f"{said}2",
        "metrics": {f"m{said}": 0.93},
        "serving": {f"s{said}": f"{said}2"},
        f"k{said}": said,
    }
    return DeploymentChange(said, said, "changed", False, before, after)


def checked(*findings: Finding) -> CheckResult:
    """A judgement of these findings alone."""
    return CheckResult(repository({}), findings, 7, ("semver-order", "pii-consent"), ("promotion-order",))


def obeyed(log: str) -> list[str]:
    """The lines that GitHub's runner takes as commands: `::` at the start of a line, `##[` anywhere in it."""
    lines = log.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return [line for line in lines if line.lstrip().startswith("::") or "##[" in line]


def any_text(test: _Test) -> _Test:
    """Runs a test of `said` with each nasty text, and with many more made of such and of anything else."""
    made = given(said=ANY_TEXT)(test)
    for text in NASTY:
        made = example(said=text)(made)
    return made  # type: ignore[return-value]
