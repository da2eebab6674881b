"""Rules about paths: every file that looks like a document or a policy is one, or is a finding."""

from functools import partial

from mlplatform.core.finding import Severity
from mlplatform.core.rule import Rule

_rule = partial(Rule, severity=Severity.ERROR, soc2=("CC8.1",), where="tools/mlplatform/load/")

RULES = (
    _rule(
        "path-case-clash",
        "Paths differ in more than upper and lower case",
        "Many file systems keep only one of two such files, so a reviewer may not see the file that is checked.",
        fix="keep one of them",
        passes="models/clinic/tumour.yaml",
        fails="models/clinic/tumour.yaml and models/clinic/Tumour.yaml",
    ),
    _rule(
        "path-special",
        "Documents are plain files",
        "A review of the commit does not show what is in a submodule, a device or a pipe.",
        fix="put a plain file there",
        passes="tenants/clinic/tenant.yaml as a file",
        fails="tenants/clinic as a submodule",
    ),
    _rule(
        "path-symlink",
        "No symbolic links",
        "The target of a link can change without a commit, or be outside the repository.",
        fix="put the file itself there",
        passes="models/clinic/tumour.yaml as a file",
        fails="models/clinic/tumour.yaml -> ../../elsewhere.yaml",
    ),
    _rule(
        "path-unknown",
        "Every file that looks like a document or a policy is read",
        "A document or a policy with another suffix, in another folder or under a name that is not allowed would be "
        "ignored, while its author thinks that it counts. Data that no data set names would not be checked.",
        fix="rename it as the finding says, or remove it",
        passes="models/clinic/tumour.yaml, policies/rego/names.rego",
        fails="models/clinic/tumour.yml, policies/rego/names.rego.txt, policies/waiver/x.yaml",
    ),
    _rule(
        "path-unreadable",
        "Every document can be read",
        "A file that cannot be read must not count as absent.",
        fix="check the file's permissions",
        passes="a file with mode 644",
        fails="a file with mode 000",
    ),
)
