"""The text of .github/CODEOWNERS, by which GitHub asks people for their review."""

import re
from collections.abc import Iterable, Iterator, Mapping

from mlplatform.core.kinds import Environment, Platform, Tenant
from mlplatform.core.kinds.git_host import GitHubSettings
from mlplatform.core.naming import Kind, path_of

_Line = tuple[str, tuple[str, ...]]  # a pattern and whom GitHub asks

CODEOWNERS = ".github/CODEOWNERS"
OTHER_CODEOWNERS = ("CODEOWNERS", "docs/CODEOWNERS")  # GitHub reads the first that it finds of the three
CODEOWNERS_SOURCES = (Kind.PLATFORM, Kind.TENANT, Kind.ENVIRONMENT)

_INCIDENTS = f"/{Kind.INCIDENT.entry.root}"
_HEAD = """\
# Written by `make docs` from platform.yaml, tenants/ and environments/: edit those.
# GitHub asks whom the last line that matches a path names; `platform check` says who must approve.
"""
_GITHUB_PATTERN = re.compile(r"[\w.@+,=~*-][\w./@+,=~*-]*")


class UnwritableCodeowners(ValueError):
    """What the documents say cannot be written as CODEOWNERS; the message names it."""


def is_reviewed_on_github(platform: Platform) -> bool:
    """True when pull requests are reviewed on GitHub, which reads CODEOWNERS."""
    return isinstance(platform.gitHost, GitHubSettings)


def codeowners(
    platform: Platform, tenants: Mapping[str, Tenant], environments: Mapping[str, Environment]
) -> str:
    """Return the text for these documents; UnwritableCodeowners when GitHub understands no such pattern.

    What the platform owns comes after the tenants, except for the files at the root: as in the check, it is the
    platform's wherever it lies.
    """
    team = _eligible(platform, platform.team)
    owned = list(dict.fromkeys(map(_pattern, platform.ownedPaths)))
    at_root = [pattern for pattern in owned if pattern.count("/") == 1 and "*" in pattern]
    sections = [
        _section("The platform team: files at the root", ((pattern, team) for pattern in at_root)),
        *(
            _section(name, _lines_of_tenant(platform, name, tenants[name], environments))
            for name in sorted(tenants)
        ),
        _section(
            "The platform team",
            ((pattern, team) for pattern in owned if pattern not in (*at_root, _INCIDENTS)),
        ),
        _section(
            "Incidents: the platform team or an owner of a tenant that it harmed, which the verdict asks for",
            ((pattern, ()) for pattern in owned if pattern == _INCIDENTS),
        ),
        _section("This file follows from documents that others approve.", [(f"/{CODEOWNERS}", ())]),
    ]
    return "\n".join([_HEAD, *filter(None, sections)])


def _lines_of_tenant(
    platform: Platform, name: str, tenant: Tenant, environments: Mapping[str, Environment]
) -> Iterator[_Line]:
    """Yield the paths of a tenant with those who may approve them; where nobody must, with nobody."""
    owners = _eligible(platform, tenant.owners)
    folders = dict.fromkeys(kind.entry.folder for kind in Kind if "{tenant}" in kind.entry.folder)
    for folder in folders:
        path = "/".join(folder[: folder.index("{tenant}")])
        if "{environment}" not in folder:
            yield f"/{path}/{name}/", owners
            continue
        for environment in sorted(environments):
            place = path.replace("{environment}", environment)
            approvals = environments[environment].approvals
            groups = {"owners": tenant.owners, "members": tenant.members, "platform": platform.team}
            people = [login for group in approvals.from_ for login in groups[group]]
            yield f"/{place}/{name}/", _eligible(platform, people) if approvals.required else ()
    for path in (
        f"examples/data/{name}/",
        f"examples/training/{name}/",
        f"examples/training/{name}_*",
        f"notebooks/{name}/",
    ):
        yield f"/{path}", owners
    yield f"/{path_of(Kind.TENANT, name)}", _eligible(platform, [*tenant.owners, *platform.team])


def _section(title: str, lines: Iterable[_Line]) -> str:
    texts = [" ".join([pattern, *people]) for pattern, people in dict.fromkeys(lines)]
    return "\n".join([f"# {title}", *texts, ""]) if texts else ""


def _eligible(platform: Platform, logins: Iterable[str]) -> tuple[str, ...]:
    """Return those who may approve as GitHub writes them, each once: bots may not."""
    bots = {bot.casefold() for bot in platform.bots}
    settings = platform.gitHost
    known = settings.people if isinstance(settings, GitHubSettings) else {}
    on_github = {name.casefold(): person.login for name, person in known.items()}
    people = [login for login in logins if login.casefold() not in bots]
    return tuple(dict.fromkeys(f"@{on_github.get(login.casefold(), login)}" for login in people))


def _pattern(owned: str) -> str:
    """Return a path of ownedPaths as GitHub writes it; in both, one `*` stays within one step."""
    pattern = re.sub(r"\*+", "*", owned)
    if not _GITHUB_PATTERN.fullmatch(pattern):
        raise UnwritableCodeowners(f"GitHub understands no such path as {owned!r} of ownedPaths")
    return f"/{pattern}"
