"""What documents refer to is there, and is theirs to refer to."""

from functools import partial

from mlplatform.core.finding import Severity
from mlplatform.core.rule import Rule

_rule = partial(
    Rule, severity=Severity.ERROR, soc2=("CC8.1", "PI1.2"), where="tools/mlplatform/check/references.py"
)

RULES = (
    _rule(
        "link-platform",
        "There is a platform.yaml",
        "It names the platform team and the paths that only it may change.",
        fix="add it, or restore it",
        passes="platform.yaml",
        fails="a repository without platform.yaml",
    ),
    _rule(
        "link-tenant",
        "The tenant is there",
        "Data and models of a tenant that nobody declared belong to nobody.",
        fix="add tenants/<tenant>/tenant.yaml, or correct the name",
        passes="sharedWith: [postal], and tenants/postal/tenant.yaml",
        fails="sharedWith: [postel]",
    ),
    _rule(
        "link-dataset",
        "The data set is there",
        "A model is as sensitive as what it reads; of data that is not declared nobody knows how sensitive that is.",
        fix="add tenants/<tenant>/datasets/<name>.yaml, or correct the name",
        passes="data: {datasets: [clinic/biopsies]}",
        fails="data: {datasets: [clinic/biopsy]}",
    ),
    _rule(
        "link-feature",
        "The feature view is there",
        "What a model reads has to be declared; feature views are not yet.",
        fix="name the data sets that the model reads instead",
        passes="data: {datasets: [clinic/biopsies]}",
        fails="data: {datasets: [clinic/biopsies], features: [clinic/history]}",
    ),
    _rule(
        "link-model",
        "The model is there",
        "A deployment without its model has no gates, no signature and no data.",
        fix="add models/<tenant>/<model>.yaml, or remove the deployment",
        passes="environments/production/clinic/tumour.yaml and models/clinic/tumour.yaml",
        fails="environments/production/clinic/tumor.yaml and models/clinic/tumour.yaml",
    ),
    _rule(
        "link-environment",
        "The environment is there",
        "A quota or a gate for an environment that does not exist holds nothing.",
        fix="correct the name, or add environments/<env>/environment.yaml",
        passes="gates: {production: {auc: {min: 0.95}}}",
        fails="gates: {prod: {auc: {min: 0.95}}}",
    ),
    _rule(
        "link-owner",
        "The owner is one of the tenant's people",
        "Whoever owns a data set or model answers for it, so it cannot be somebody from elsewhere.",
        fix="name an owner or member of the tenant",
        passes="owner: ada, with owners: [ada, grace, mary] in tenant.yaml",
        fails="owner: mallory",
        soc2=("CC1.3", "CC6.1"),
    ),
    _rule(
        "link-data",
        "Data in this repository is there, is the tenant's own, and has its digest",
        "A digest that does not fit means that a model would be trained on other data than was reviewed.",
        fix="restore the file, or write its digest if the data was meant to change",
        passes="location: examples/data/clinic/biopsies.csv, with the sha256 of that file as digest",
        fails="location: examples/data/postal/digits.csv in a data set of clinic",
    ),
    _rule(
        "link-training",
        "The training script is there, and is the tenant's own",
        "Who changes the script changes the model: it has to be a file that the tenant's reviews cover.",
        fix="name a script examples/training/<tenant>_….py that is committed",
        passes="training: {script: examples/training/clinic_tumour.py} in a model of clinic",
        fails="training: {script: examples/training/postal_digits.py} in a model of clinic",
    ),
    _rule(
        "link-validation",
        "The held-out sample has the columns that the model takes, and its target",
        "`platform validate` sends these columns through the model: one that is not there, or too many, tell nothing.",
        fix="name columns of the data set, as many as the signature takes, and its target beside them",
        passes="validation: {dataset: clinic/held-out, target: outcome, inputs: [age, bmi], task: regression}",
        fails="target: outcom, which the data set has no column for",
    ),
    _rule(
        "link-order",
        "Environments form one way from first to last",
        "A promotion that could go round, or start in the middle, would skip an environment.",
        fix="give an environment a higher order than the one it promotes from",
        passes="order: 3 and promotesFrom: integration, which has order: 2",
        fails="order: 2 and promotesFrom: integration, which has order: 2",
    ),
    _rule(
        "link-registry",
        "Each environment has a registry or a prefix of its own",
        "In a shared one, a version of development could be taken for one of production.",
        fix="give each environment a registry or a prefix of its own",
        passes='registry: {provider: mlflow, uri: "https://mlflow.example.com", prefix: prod.}',
        fails="the same uri and prefix in integration and production",
        soc2=("CC6.1", "CC8.1"),
    ),
    _rule(
        "link-origin",
        "A deployment comes from where its environment promotes from, and from the model's data",
        "Lineage says what a version was trained on and where it ran before; it has to be about this model.",
        fix="write from as `platform promote` does",
        passes="from: {environment: integration} in production, which promotes from integration",
        fails="from: {environment: development} in production",
    ),
)
