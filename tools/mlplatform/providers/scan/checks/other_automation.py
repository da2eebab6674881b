"""CKV_MLP_25 and 26: nothing runs on other machines, or on everybody's, that is not judged here."""

import re
from collections.abc import Iterator

from mlplatform.core.finding import Finding
from mlplatform.providers.scan.checks.downloads import runs_download
from mlplatform.providers.scan.checks.own import own_finding
from mlplatform.providers.scan.checks.workflow import text
from mlplatform.providers.scan.tree import Node

COMMIT = re.compile(r"[0-9a-f]{40}")
OURS = ("local", "meta")
EXACT = re.compile(r"[\w.\[\],-]+(?:==|@)[\w.+-]+|\./?")
HOOK_MANAGERS = frozenset(("Husky", "Lefthook", "Overcommit", "prek", "git", "Yorkie"))
SYSTEMS = tuple(
    (re.compile(rf"(?:^|/)(?:{pattern})$", re.IGNORECASE), system)
    for pattern, system in (
        (r"\.gitlab-ci[^/]*\.ya?ml|\.gitlab/ci/.+", "GitLab CI"),
        (
            r"\.?azure-pipelines?[^/]*\.ya?ml|\.azure(?:-pipelines|-devops)/.+|\.vsts-ci\.ya?ml",
            "Azure Pipelines",
        ),
        (r"Jenkinsfile[^/]*|[^/]+\.jenkinsfile|jenkins/.+\.groovy", "Jenkins"),
        (r"\.circleci/.+", "CircleCI"),
        (r"\.travis\.ya?ml", "Travis CI"),
        (r"bitbucket-pipelines[^/]*\.ya?ml", "Bitbucket Pipelines"),
        (r"\.drone(?:\.[^/]+)?\.(?:ya?ml|star|jsonnet)", "Drone"),
        (r"\.woodpecker(?:/.+|\.ya?ml)", "Woodpecker CI"),
        (r"\.?appveyor\.ya?ml", "AppVeyor"),
        (r"\.buildkite/.+|buildkite\.ya?ml", "Buildkite"),
        (r"cloudbuild[^/]*\.(?:ya?ml|json)", "Google Cloud Build"),
        (r"buildspec[^/]*\.ya?ml|appspec\.ya?ml", "AWS CodeBuild"),
        (r"\.teamcity/.+", "TeamCity"),
        (r"\.semaphore/.+", "Semaphore"),
        (r"\.cirrus(?:\.ya?ml|\.star)", "Cirrus CI"),
        (r"wercker\.ya?ml", "Wercker"),
        (r"codefresh[^/]*\.ya?ml|\.codefresh/.+", "Codefresh"),
        (r"\.tekton/.+", "Tekton"),
        (r"\.(?:gitea|forgejo)/workflows/.+", "Gitea or Forgejo Actions"),
        (r"screwdriver\.ya?ml", "Screwdriver"),
        (r"\.harness/.+", "Harness"),
        (r"\.builds?(?:/.+)?\.ya?ml", "builds.sr.ht"),
        (r"bamboo-specs/.+", "Bamboo"),
        (r"bitrise\.ya?ml|codemagic\.ya?ml", "a build service for apps"),
        (r"\.?zuul\.(?:d/.+|ya?ml)", "Zuul"),
        (
            r"\.(?:shippable|hound|scrutinizer|codeship[^/]*|nevercode)\.ya?ml|codeship-[^/]+\.ya?ml",
            "a build service",
        ),
        (
            r"\.concourse/.+|concourse\.ya?ml|\.gocd\.ya?ml|[^/]+\.gocd\.ya?ml|\.werft/.+|\.prow\.ya?ml",
            "a build service",
        ),
        (r"\.gitpod\.ya?ml|\.devcontainer(?:/.+|\.json)|\.?devfile\.ya?ml", "a workspace in the cloud"),
        (r"\.vscode/(?:tasks|launch)\.json|\.idea/runConfigurations/.+|\.run/.+\.run\.xml", "an editor"),
        (r"\.envrc", "direnv"),
        (r"\.husky/.+|\.huskyrc[^/]*", "Husky"),
        (r"\.?lefthook(?:-local)?\.(?:ya?ml|toml|json)", "Lefthook"),
        (r"\.overcommit\.ya?ml|\.git-hooks/.+", "Overcommit"),
        (r"\.?prek\.toml", "prek"),
        (r"\.githooks?/.+|\.hooks/.+", "git"),
    )
)


def system_of(path: str) -> str:
    """The program that would run what a file says, by the file's path; empty for GitHub, pre-commit and no program."""
    return next((system for pattern, system in SYSTEMS if pattern.search(path)), "")


def other_system(path: str, system: str) -> Finding:
    """The finding that another program than GitHub or pre-commit would run what a file says."""
    message = f"{system} would run it, and nothing here judges that"
    if system in HOOK_MANAGERS:
        return own_finding("CKV_MLP_26", path, (1, 1), message)
    return own_finding("CKV_MLP_25", path, (1, 1), message)


def judge_hooks(path: str, root: Node) -> Iterator[Finding]:
    """Yield the hooks of .pre-commit-config.yaml that are code which nobody can review, or run downloads."""
    repos = root.get("repos")
    for repo in (repos.items or ()) if repos else ():
        source, revision = repo.get("repo"), repo.get("rev")
        if source is not None and text(source) not in OURS and not COMMIT.fullmatch(text(revision)):
            at = (revision or source).at
            message = f"{text(source)[:60]} at {text(revision)[:40] or 'no revision'}, which is no commit"
            yield own_finding("CKV_MLP_26", path, at, message)
        hooks = repo.get("hooks")
        for hook in (hooks.items or ()) if hooks else ():
            yield from _hook(path, hook)


def _hook(path: str, hook: Node) -> Iterator[Finding]:
    packages = hook.get("additional_dependencies")
    for package in packages.list() if packages else ():
        if not EXACT.fullmatch(text(package)):
            message = f"the package {text(package)[:60]} is of no exact version"
            yield own_finding("CKV_MLP_26", path, package.at, message)
    for key in ("entry", "args"):
        words = hook.get(key)
        if words is not None and (what := runs_download(" ".join(text(word) for word in words.list()))):
            yield own_finding("CKV_MLP_21", path, words.at, what[:80])
