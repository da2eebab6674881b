"""Rules about references: what a document refers to exists, and the document may refer to it."""

from functools import partial

from mlplatform.core.finding import Severity
from mlplatform.core.naming import Kind, kinds_referred_to
from mlplatform.core.rule import Rule

_rule = partial(
    Rule, severity=Severity.ERROR, soc2=("CC8.1", "PI1.2"), where="tools/mlplatform/check/references.py"
)

_RULES = (
    _rule(
        "link-platform",
        "The repository has a platform.yaml",
        "It names the platform team and the paths that only it may change.",
        fix="add it, or restore it",
        passes="platform.yaml",
        fails="a repository without platform.yaml",
    ),
    _rule(
        "link-tenant",
        "The tenant exists",
        "Data and models of an undeclared tenant have no owner.",
        fix="add tenants/<tenant>/tenant.yaml, or correct the name",
        passes="sharedWith: [postal], and tenants/postal/tenant.yaml",
        fails="sharedWith: [postel]",
    ),
    _rule(
        "link-dataset",
        "The data set exists",
        "A model is as sensitive as the data it reads, and undeclared data has no classification.",
        fix="add tenants/<tenant>/datasets/<name>.yaml, or correct the name",
        passes="data: {datasets: [clinic/biopsies]}",
        fails="data: {datasets: [clinic/biopsy]}",
    ),
    _rule(
        "link-model",
        "The model exists",
        "A deployment without a model has no gates, no signature and no data sets.",
        fix="add models/<tenant>/<model>.yaml, or remove the deployment",
        passes="environments/production/clinic/tumour.yaml and models/clinic/tumour.yaml",
        fails="environments/production/clinic/tumor.yaml and models/clinic/tumour.yaml",
    ),
    _rule(
        "link-environment",
        "The environment exists",
        "A quota or a gate for an environment that does not exist has no effect.",
        fix="correct the name, or add environments/<env>/environment.yaml",
        passes="gates: {production: {auc: {min: 0.95}}}",
        fails="gates: {prod: {auc: {min: 0.95}}}",
    ),
    _rule(
        "link-owner",
        "The owner is one of the tenant's people",
        "The owner is responsible for the data set or model, so it must be somebody of the tenant.",
        fix="name an owner or member of the tenant",
        passes="owner: ada, with owners: [ada, grace, mary] in tenant.yaml",
        fails="owner: mallory",
        soc2=("CC1.3", "CC6.1"),
    ),
    _rule(
        "link-data",
        "Data in this repository exists, is the tenant's own, and has the declared digest",
        "With another digest, a model would be trained on other data than was reviewed.",
        fix="restore the file, or update the digest if the data was meant to change",
        passes="location: examples/data/clinic/biopsies.csv, with the sha256 of that file as digest",
        fails="location: examples/data/postal/digits.csv in a data set of clinic",
    ),
    _rule(
        "link-training",
        "The training script exists, and is the tenant's own",
        "Whoever changes the script changes the model, so the tenant must review changes of it.",
        fix="name a script examples/training/<tenant>_….py that is committed",
        passes="training: {script: examples/training/clinic_tumour.py} in a model of clinic",
        fails="training: {script: examples/training/postal_digits.py} in a model of clinic",
    ),
    _rule(
        "link-validation",
        "The held-out sample has the columns that the model takes, and its target",
        "`platform validate` sends these columns through the model; with missing or surplus columns it cannot.",
        fix="name as many columns of the data set as the signature takes, and another one as its target",
        passes="validation: {dataset: clinic/held-out, target: outcome, inputs: [age, bmi], task: regression}",
        fails="target: outcom, which the data set has no column for",
    ),
    _rule(
        "link-order",
        "Environments form one chain of promotions from first to last",
        "A circular chain, or one that starts in the middle, would let versions skip an environment.",
        fix="give an environment a higher order than the one it promotes from",
        passes="order: 3 and promotesFrom: integration, which has order: 2",
        fails="order: 2 and promotesFrom: integration, which has order: 2",
    ),
    _rule(
        "link-registry",
        "Each environment has a registry or a prefix of its own",
        "Otherwise a version of development could be mistaken for one of production.",
        fix="give each environment a registry or a prefix of its own",
        passes='registry: {provider: mlflow, uri: "https://mlflow.example.com", prefix: prod.}',
        fails="the same uri and prefix in integration and production",
        soc2=("CC6.1", "CC8.1"),
    ),
    _rule(
        "link-origin",
        "A deployment names the environment that it was promoted from, and data of its model",
        "Lineage says what a version was trained on and where it ran before, so it must be true of this model.",
        fix="write from as `platform promote` does",
        passes="from: {environment: integration} in production, which promotes from integration",
        fails="from: {environment: development} in production",
    ),
)


def _of_kind(kind: Kind) -> Rule:
    path = kind.entry.path.replace("{", "<").replace("}", ">")
    return _rule(
        f"link-{kind.value}",
        f"The {kind.entry.words} is there",
        "What refers to a document that nobody declared rests on nothing.",
        fix=f"add {path}, or correct the name",
        passes=f"the name of a {kind.entry.words}, and {path}",
        fails=f"the name of a {kind.entry.words} that has no document",
    )


# Kinds whose rule nobody has written by hand.
_OTHERS = tuple(
    _of_kind(kind) for kind in kinds_referred_to() if f"link-{kind.value}" not in {rule.id for rule in _RULES}
)
OF_OTHER_KINDS = tuple(rule.id for rule in _OTHERS)
RULES = (*_RULES, *_OTHERS)
