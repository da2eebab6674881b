"""The constraints on values in words, so that nobody has to read a regular expression."""

from typing import Any

from mlplatform.core.kinds import base as types
from mlplatform.core.kinds.dataset import Location
from mlplatform.core.kinds.git_host import ApiUrl, GitHubLogin, RelativePath
from mlplatform.core.kinds.model import TensorName
from mlplatform.core.kinds.tenant import AccountId
from mlplatform.core.kinds.waiver import WaivedPath
from mlplatform.core.naming import NAME_WORDS

TIME = "a time as in 2026-08-15T00:00:00Z"
DAY = "a day as in 2026-08-15"
ZONE = "the time needs a zone"
TYPES = {
    "string_type": "text",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "bool_type": "true or false",
    "list_type": "a list",
    "dict_type": "a mapping",
    "model_type": "a mapping",
    "model_attributes_type": "a mapping",
    "datetime_type": TIME,
    "date_type": DAY,
}
BOUNDS = {
    "greater_than_equal": "at least {ge}",
    "greater_than": "more than {gt}",
    "less_than_equal": "at most {le}",
    "less_than": "less than {lt}",
    "string_too_long": "at most {max_length} characters long",
    "finite_number": "a finite number",
}


def _pattern(alias: Any) -> str:
    return str(alias.__metadata__[0].pattern)


# By alias where there is one; a test holds that no pattern of a document is missing here.
PATTERNS = {
    _pattern(types.Name): NAME_WORDS,
    _pattern(types.QualifiedName): "a tenant and a name, as in reading/events",
    _pattern(types.Login): "a login of the Git host, as in ada, ada_acme or ada.lovelace",
    _pattern(types.BotLogin): "the login of a bot, as in release-bot or renovate[bot]",
    _pattern(types.Digest): "sha256: and 64 hex digits",
    _pattern(types.Version): "a semantic version, as in 1.4.0",
    _pattern(types.GitCommit): "40 hex digits of a git commit",
    _pattern(types.RuleId): "the id of a rule, as `platform explain` lists them",
    _pattern(Location): "a bucket path, as in s3://reading-events/v3/, or examples/data/<tenant>/<name>.csv",
    _pattern(types.Uri): "local, or a URL as in https://mlflow.example.com",
    _pattern(GitHubLogin): "a login on GitHub",
    _pattern(ApiUrl): "a URL as in https://api.github.com",
    _pattern(RelativePath): "the path of a file in the repository, as in allowed_signers",
    _pattern(TensorName): "the name of a tensor, as in X, input.1 or x:0, without blanks, quotes and braces",
    _pattern(types.Label): "visible text on one line, without blanks at its ends",
    _pattern(AccountId): '12 digits in quotes, as in "111111111111"',
    _pattern(WaivedPath): "the path of one file, without wildcards",
    r"^[a-z]{2}(-[a-z]+)+-[0-9]$": "a region, as in us-east-1",
    r"^[^@\s]+@[^@\s]+\.[^@\s]+$": "an e-mail address",
    r"^[A-Za-z0-9._-]+/[A-Za-z0-9._-]+$": "an owner and a repository, as in acme/reading-models",
    r"^([a-z0-9-]+\.)?$": "empty, or a-z, 0-9 and - with a dot at the end, as in prod.",
    r"^examples/training/([a-z0-9_-]+/)?[a-z0-9_-]+\.py$": "a script, as in examples/training/reading_recommender.py",
}
