"""Every file that somebody could take for a document or a policy is one, or is a finding."""

from functools import partial

from mlplatform.core.finding import Severity
from mlplatform.core.rule import Rule

_rule = partial(Rule, severity=Severity.ERROR, soc2=("CC8.1",), where="tools/mlplatform/load/")

RULES = (
    _rule(
        "path-case-clash",
        "Paths differ in more than upper and lower case",
        "Many file systems keep only one of two such files, so what a reviewer has on disk is not what is judged.",
        fix="keep one of them",
        passes="models/clinic/tumour.yaml",
        fails="models/clinic/tumour.yaml and models/clinic/Tumour.yaml",
    ),
    _rule(
        "path-special",
        "Documents are plain files",
        "A submodule, a device or a pipe is not what a review of the commit shows.",
        fix="put a plain file there",
        passes="tenants/clinic/tenant.yaml as a file",
        fails="tenants/clinic as a submodule",
    ),
    _rule(
        "path-symlink",
        "No symbolic links",
        "What a link leads to can change without the reviewed commit, or lie outside the repository.",
        fix="put the file itself there",
        passes="models/clinic/tumour.yaml as a file",
        fails="models/clinic/tumour.yaml -> ../../elsewhere.yaml",
    ),
    _rule(
        "path-unknown",
        "No file that looks like a document or a policy and is not read",
        "A document under another suffix, in another folder or in a name that is not allowed would be passed over, and "
        "so would a policy: its author would think that it counts. Data of a tenant that no data set names is looked "
        "at by nobody.",
        fix="give it the name that the finding says, or remove it",
        passes="models/clinic/tumour.yaml, policies/rego/names.rego",
        fails="models/clinic/tumour.yml, policies/rego/names.rego.txt, policies/waiver/x.yaml",
    ),
    _rule(
        "path-unreadable",
        "Every document can be read",
        "What cannot be read must not count as absent.",
        fix="look at the file's permissions",
        passes="a file with mode 644",
        fails="a file with mode 000",
    ),
)
