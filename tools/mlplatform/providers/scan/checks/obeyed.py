"""CKV_MLP_22: no value that others write gets into a variable which a program obeys without being told to."""

import re
from collections.abc import Callable, Iterable, Iterator

from mlplatform.core.finding import Finding
from mlplatform.providers.scan.checks.own import own_finding
from mlplatform.providers.scan.checks.workflow import expressions
from mlplatform.providers.scan.tree import Node

OBEYED = re.compile(
    r"BASH_ENV|BASHOPTS|SHELLOPTS|ENV|PS[0-4]|PROMPT_COMMAND|IFS|CDPATH|GLOBIGNORE|PATH|SHELL|HOME|ZDOTDIR|TMPDIR|XDG_\w+"
    r"|LD_\w+|DYLD_\w+|GCONV_PATH|LOCPATH|NLSPATH|HOSTALIASES"
    r"|(?:GNU)?MAKE(?:FLAGS|FILES|OVERRIDES)|MFLAGS|CC|CXX|CPP|LD|AR|(?:C|CXX|CPP|LD)FLAGS|CMAKE_\w+|RUSTFLAGS|CARGO_\w+|RUSTC\w*"
    r"|NODE_(?:OPTIONS|PATH|EXTRA_CA_CERTS|TLS_REJECT_UNAUTHORIZED)|NPM_CONFIG_\w+|YARN_\w+|PNPM_\w+|COREPACK_\w+|BUN_\w+"
    r"|PYTHON(?!_)\w+|PYTEST_ADDOPTS|PYTEST_PLUGINS|PIP_\w+|UV_\w+|POETRY_\w+|CONDA_\w+|VIRTUAL_ENV|JUPYTER_\w+"
    r"|GIT_(?!(?:AUTHOR|COMMITTER)_(?:NAME|EMAIL|DATE)$|BRANCH|COMMIT|SHA|REF|TAG|HASH|REV|VERSION|MESSAGE|TITLE|USER|TOKEN)\w+"
    r"|GH_(?:HOST|PAGER|BROWSER|EDITOR|CONFIG_DIR|PATH)|SSH_\w+|RSYNC_RSH|CVS_RSH"
    r"|PERL5?(?:OPT|LIB|DB)|PERL_\w+|RUBY(?:OPT|LIB)|BUNDLE_\w+|GEM_\w+|PHPRC|PHP_INI_SCAN_DIR|LUA_(?:INIT|PATH|CPATH)\w*"
    r"|(?:_|JDK_)?JAVA_(?:TOOL_)?OPTIONS|JAVA_OPTS|CLASSPATH|(?:MAVEN|GRADLE|SBT|ANT)_(?:OPTS|ARGS)|GO(?:FLAGS|ENV|PROXY|PATH|ROOT|TOOLCHAIN|NOSUMDB|PRIVATE|INSECURE)"
    r"|DOTNET_STARTUP_HOOKS|(?:COR|CORECLR)_\w+|PSMODULEPATH|COMSPEC|R_(?:PROFILE|ENVIRON|LIBS)\w*|JULIA_\w+"
    r"|(?:MAN|LESS|GIT_)?PAGER|LESS|LESSOPEN|LESSCLOSE|EDITOR|VISUAL|BROWSER|TERMINFO|TERMCAP"
    r"|(?:HTTPS?|ALL|NO|FTP)_PROXY|CURL_HOME|CURL_CA_BUNDLE|WGETRC|SSL_CERT_(?:FILE|DIR)|REQUESTS_CA_BUNDLE|OPENSSL_\w+|NETRC"
    r"|DOCKER_(?:HOST|CONFIG|CONTEXT|CERT_PATH|TLS_VERIFY)|KUBECONFIG|KUBE_EDITOR|HELM_\w+|ANSIBLE_\w+"
    r"|TF_(?!VAR_)\w+|TERRAGRUNT_\w+|AWS_(?:CONFIG_FILE|SHARED_CREDENTIALS_FILE|PROFILE|ENDPOINT_URL\w*|CA_BUNDLE)"
    r"|MLFLOW_(?:TRACKING|REGISTRY)_URI|OPA_URL",
    re.IGNORECASE,
)


def obeyed(path: str, holders: Iterable[Node], is_trusted: Callable[[str], bool]) -> Iterator[Finding]:
    """Yield each variable of an `env` that programs obey and whose value is not trusted."""
    for holder in holders:
        env = holder.get("env")
        for name, value in env.values() if env else ():
            untrusted = [expression for expression, _ in expressions(value) if not is_trusted(expression)]
            if untrusted and OBEYED.fullmatch(name):
                message = f"{name[:40]} is set to ${{{{ {untrusted[0][:60]} }}}}"
                yield own_finding("CKV_MLP_22", path, value.at, message)
