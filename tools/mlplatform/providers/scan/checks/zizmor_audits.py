"""The audits of zizmor that we ask, each as a rule of ours, and those that we do not ask, with the reason."""

from functools import partial

from mlplatform.core.finding import Severity
from mlplatform.core.rule import Rule

# What zizmor asks of everybody (persona regular), and of its stricter personas only these.
BESIDES = frozenset(("unpinned-images",))
NOT_ASKED = {
    "dangerous-triggers": "what such a workflow may do is a list of ours: CKV_MLP_12",
    "self-repository": "`./` is the commit that is checked out, which is what we review",
}

_rule = partial(
    Rule,
    severity=Severity.ERROR,
    soc2=("CC7.1", "CC8.1"),
    is_waivable=True,
    where="tools/mlplatform/providers/scan/checks/zizmor_audits.py",
)
_DOCS = "More: https://docs.zizmor.sh/audits/#{}"


def _audit(
    name: str, title: str, why: str, fix: str, passes: str, fails: str, severity: Severity = Severity.ERROR
) -> tuple[str, Rule]:
    description = f"{why} {_DOCS.format(name)}."
    rule = _rule(f"zizmor-{name}", title, description, fix=fix, passes=passes, fails=fails, severity=severity)
    return name, rule


ZIZMOR_FAILED = _rule(
    "zizmor-failed",
    "zizmor judges every workflow and action",
    "A file that zizmor cannot read, a run that ends early, and an audit that none of our rules is about are no pass.",
    fix="do what the finding says",
    passes="uses: acme/build@ and the 40 digits of a commit",
    fails="uses: acme/build",
    is_waivable=False,
)
AUDITS: dict[str, Rule] = dict(
    (
        _audit(
            "adhoc-packages",
            "Packages are installed from a lock file",
            "A package that a script names without a lock is another one tomorrow.",
            "install from requirements with hashes, or from a lock file",
            "run: pip install --require-hashes -r requirements/ci.txt",
            "run: pip install acme",
            Severity.WARNING,
        ),
        _audit(
            "archived-uses",
            "No action that nobody maintains",
            "Nobody repairs an action whose repository is archived.",
            "use one that is maintained, or a script of ours",
            "uses: actions/checkout@…",
            "uses: actions/create-release@…",
            Severity.WARNING,
        ),
        _audit(
            "artipacked",
            "The token is not kept where later steps and artifacts can take it",
            "actions/checkout writes its token into .git/config. Where the token writes, or the job has a secret, "
            "every later step and everybody who downloads an artifact with .git in it has it too.",
            "say `with: {persist-credentials: false}`",
            "uses: actions/checkout@… with persist-credentials: false",
            "permissions: {contents: write}, and actions/checkout without persist-credentials: false",
            Severity.WARNING,
        ),
        _audit(
            "bot-conditions",
            "No condition trusts the name of an actor",
            "github.actor is whoever did the last thing to a pull request, and need not be its author.",
            "ask github.event.pull_request.user.login",
            "if: github.event.pull_request.user.login == 'dependabot[bot]'",
            "if: github.actor == 'dependabot[bot]'",
        ),
        _audit(
            "cache-poisoning",
            "What is released is not built from a cache",
            "A pull request can write what a cache holds, and a release would be made of it.",
            "turn the cache off in workflows that release",
            "actions/setup-node without cache in a workflow on tags",
            "actions/setup-node with cache: npm in a workflow on tags",
        ),
        _audit(
            "excessive-permissions",
            "A workflow says what its token may do",
            "Where nothing is said the repository's default holds, which may be everything.",
            "say `permissions: {}` for the workflow, and for each job what it needs",
            "permissions: {contents: read}",
            "a workflow without permissions",
        ),
        _audit(
            "forbidden-uses",
            "No action that is forbidden here",
            "The configuration of zizmor forbids it.",
            "use another action",
            "uses: actions/checkout@…",
            "uses: of an action that the configuration forbids",
        ),
        _audit(
            "github-app",
            "A token of a GitHub App is for few repositories and few rights",
            "The token of an App can do all that the App may, in every repository that it is installed in.",
            "say repositories and permissions where the token is made",
            "actions/create-github-app-token@… with permission-contents: read",
            "actions/create-github-app-token@… without permission-…",
        ),
        _audit(
            "github-env",
            "Nothing that others write reaches GITHUB_ENV or GITHUB_PATH",
            "A line that others write there sets any variable of later steps, LD_PRELOAD and PATH among them.",
            "hand values on by GITHUB_OUTPUT, and read them from `env:`",
            'run: echo "kind=feature" >> "$GITHUB_OUTPUT"',
            'on: pull_request_target, and run: echo "T=$TITLE" >> "$GITHUB_ENV"',
        ),
        _audit(
            "hardcoded-container-credentials",
            "No password of a container registry in a workflow",
            "Everybody who can read the repository has it, and its history keeps it.",
            "take it from a secret, and change the password",
            "credentials: {password: ${{ secrets.REGISTRY }}}",
            "credentials: {password: hunter2}",
        ),
        _audit(
            "insecure-commands",
            "Commands on standard output set no variables",
            "With ACTIONS_ALLOW_UNSECURE_COMMANDS, whatever is printed can set variables of later steps.",
            "delete ACTIONS_ALLOW_UNSECURE_COMMANDS",
            'run: echo "a=b" >> "$GITHUB_OUTPUT"',
            "env: {ACTIONS_ALLOW_UNSECURE_COMMANDS: true}",
        ),
        _audit(
            "insecure-url-scheme",
            "Downloads are encrypted",
            "Without TLS, whoever is on the way changes what is downloaded.",
            "use https",
            "https://example.com/tool",
            "http://example.com/tool",
        ),
        _audit(
            "misfeature",
            "No feature of GitHub Actions that surprises",
            "Some features do something else than they seem to, as pip-install of setup-python does.",
            "do what zizmor says",
            "run: pip install --require-hashes -r requirements/ci.txt",
            "actions/setup-python@… with pip-install: acme",
            Severity.WARNING,
        ),
        _audit(
            "obfuscation",
            "Expressions and paths say plainly what they are",
            "An expression or a path in other words than needed hides from reviewers, and from checks, what it does.",
            "write it plainly",
            "uses: actions/checkout@…",
            "uses: actions/./checkout@…",
        ),
        _audit(
            "overprovisioned-secrets",
            "A job gets single secrets, never all of them",
            "Whatever runs in the job has every secret of the repository.",
            "name the secret that is needed",
            "env: {KEY: ${{ secrets.DEPLOY_KEY }}}",
            "env: {ALL: ${{ toJSON(secrets) }}}",
        ),
        _audit(
            "secrets-inherit",
            "A called workflow gets the secrets that it needs, by name",
            "With `secrets: inherit` it gets every secret of the repository.",
            "name the secrets",
            "secrets: {KEY: ${{ secrets.DEPLOY_KEY }}}",
            "secrets: inherit",
        ),
        _audit(
            "superfluous-actions",
            "No action for what the runner has",
            "Code of others is run for what a program of the runner does.",
            "use the program",
            "run: gh release create",
            "uses: softprops/action-gh-release@…",
            Severity.WARNING,
        ),
        _audit(
            "template-injection",
            "No expression that others write inside a script",
            "GitHub puts the value of ${{ }} into the script before a shell reads it: a pull request's title, a branch "
            "name or a value of a document is then a command.",
            'hand the value over in `env:` and use "$NAME" in the script',
            'env: {TITLE: "${{ github.event.pull_request.title }}"} and run: echo "$TITLE"',
            'run: echo "${{ github.event.pull_request.title }}"',
        ),
        _audit(
            "typosquat-uses",
            "No action that is called almost like a known one",
            "Somebody may have registered the name for those who mistype the other.",
            "correct the name",
            "uses: actions/checkout@…",
            "uses: action/checkout@…",
        ),
        _audit(
            "unpinned-images",
            "Images are pinned to a digest",
            "A tag of an image can be moved to other code after the review.",
            "use image@sha256: and the 64 digits",
            "container: alpine@sha256:…",
            "container: alpine:3",
        ),
        _audit(
            "unpinned-tools",
            "Tools that an action installs have a version",
            "Without a version the action installs another one tomorrow.",
            "name the version",
            "astral-sh/setup-uv@… with version: 0.9.0",
            "astral-sh/setup-uv@…",
            Severity.WARNING,
        ),
        _audit(
            "unpinned-uses",
            "Actions are pinned to a commit",
            "A tag or branch of somebody else's repository can be moved to other code after the review.",
            "use owner/action@ and the 40 digits of the commit, with the version as a comment",
            "uses: actions/checkout@08c6903cd8c0fde910a37f88322edcfb5dd907a8 # v5.0.0",
            "uses: actions/checkout@v5",
        ),
        _audit(
            "unredacted-secrets",
            "A part of a secret is not taken out of it",
            "GitHub hides a whole secret in logs, not what fromJSON() takes out of it.",
            "make a secret of each part",
            "env: {KEY: ${{ secrets.DEPLOY_KEY }}}",
            "env: {KEY: ${{ fromJSON(secrets.ALL).key }}}",
        ),
        _audit(
            "unsound-condition",
            "A condition is what it seems to be",
            "A condition with text around its ${{ }} always holds.",
            "write it without ${{ }}, or with nothing around it",
            "if: github.ref == 'refs/heads/main'",
            "if: ${{ github.ref == 'refs/heads/main' }} (with a line break behind it)",
        ),
        _audit(
            "unsound-contains",
            "A condition compares with a list, not with a text",
            "contains() of a text holds for every part of it, so that a branch called `main-x` may pass for `main`.",
            "say contains(fromJSON('[…]'), …), or compare with ==",
            "if: contains(fromJSON('[\"refs/heads/main\"]'), github.ref)",
            "if: contains('refs/heads/main refs/heads/develop', github.ref)",
        ),
        _audit(
            "unsound-ternary",
            "`a && b || c` has a b that holds",
            "Where b is empty or false the expression is c, whatever a is.",
            "turn the condition round",
            "${{ github.event_name != 'push' && 'all' || '' }}",
            "${{ github.event_name == 'push' && '' || 'all' }}",
        ),
        _audit(
            "use-trusted-publishing",
            "Packages are published without a password",
            "A token of the registry lives long and can be copied; an OIDC token lives for minutes.",
            "publish with OIDC",
            "pypa/gh-action-pypi-publish@… without password",
            "pypa/gh-action-pypi-publish@… with password",
            Severity.WARNING,
        ),
    )
)
ZIZMOR = (ZIZMOR_FAILED, *AUDITS.values())
