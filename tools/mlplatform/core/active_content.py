"""Find text that another program would act on: a workflow, a shell, a browser, a spreadsheet."""

import re

_MAYBE = re.compile(r"[`$<\]{]")
_ACTIVE = (
    (re.compile(r"\{\{|\$\{"), "an expression that a workflow or a template would fill in"),
    (re.compile(r"\$\(|`"), "a command that a shell would run"),
    (re.compile(r"\]\("), "a link or an image of Markdown"),
    (re.compile(r"<[A-Za-z/!?][^<>]*>"), "HTML"),
)
# As people write them: the name of something as code, and a link to a page.
_PROSE = re.compile(
    r"`[A-Za-z0-9_.-]{1,60}`"
    r"|(?<!!)\[[A-Za-z0-9 ,.:'-]{1,100}\]\(https://[A-Za-z0-9.-]{1,200}(?:/[A-Za-z0-9._~/#%-]{0,300})?\)"
)
_FORMULA = re.compile(r"=|@[A-Za-z.]+\(|[+-](?![0-9 ().-]*$)")  # not a telephone number such as +1 555 0100


def find_active_content(text: str) -> str | None:
    """Name the first thing in a text that another program would act on; None when there is nothing."""
    if _MAYBE.search(text):
        rest = _PROSE.sub(" ", text)
        for pattern, description in _ACTIVE:
            if pattern.search(rest):
                return description
    return "a formula of a spreadsheet, or an option of a command" if _FORMULA.match(text) else None
