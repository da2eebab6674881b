"""The smallest good documents of each kind, of three tenants that may refer to each other."""

TENANTS = ("ant", "bee", "cow")
ENVIRONMENTS = ("dev", "prod")
DIGESTS = ("sha256:" + "a" * 64, "sha256:" + "b" * 64)
DATA_FILES = tuple(f"examples/data/{tenant}/some.csv" for tenant in TENANTS)
LOCATIONS = ("s3://one-bucket/x/", "s3://one-bucket/x/y/", *DATA_FILES)
SCRIPTS = tuple(f"examples/training/{tenant}_train.py" for tenant in TENANTS)
DATASETS = tuple(f"{tenant}/{name}" for tenant in TENANTS for name in ("events", "events-2"))
MODELS = tuple(f"{tenant}/{name}" for tenant in TENANTS for name in ("guess", "guess-2"))
Files = dict[str, str]


def tenant(owner: str, clearance: str) -> str:
    return (
        f"schema: tenant/v1\ndescription: A team\nowners: [{owner}, grace, mary]\n"
        "contact: {email: team@example.com, oncall: team}\ncostCenter: ONE\n"
        f"clearance: {clearance}\nquotas: {{prod: {{gpu: 0, cpu: 4, memoryGiB: 4, endpoints: 4}}}}\n"
        "budget: {monthlyUSD: 100}\n"
    )


def dataset(owner: str, location: str, digest: str, shared: list[str]) -> str:
    return (
        f"schema: dataset/v1\nowner: {owner}\nlocation: {location}\nregion: us-east-1\nformat: csv\n"
        f"digest: {digest}\nclassification: public\n"
        "columns: {word: {type: string, classification: public}}\n"
        f"sharedWith: [{', '.join(shared)}]\n"
    )


def model(owner: str, names: list[str], script: str) -> str:
    return (
        f"schema: model/v1\nowner: {owner}\ndescription: It guesses\ntype: batch\nformat: onnx\n"
        "signature: {inputs: [{name: X, type: FP32, shape: [1]}], outputs: [{name: y, type: FP32, shape: [1]}]}\n"
        f"data: {{datasets: [{', '.join(names)}]}}\ntraining: {{script: {script}}}\n"
    )


def deployment(version: str, source: str, names: list[str]) -> str:
    data = ", ".join(f'{name}: "{DIGESTS[0]}"' for name in names)
    return (
        f"schema: deployment/v1\nversion: {version}\ndigest: {DIGESTS[0]}\n"
        f"from: {{{source}data: {{{data}}}}}\nserving: {{instances: 1, cpu: 1, memoryGiB: 1, gpu: {{count: 0}}}}\n"
        "rollout: {strategy: all}\n"
    )


def environment(order: int, source: str) -> str:
    return (
        f"schema: environment/v1\norder: {order}\n{source}approvals: {{required: 1, from: [owners]}}\n"
        "registry: {provider: mlflow, uri: local}\nserving: {provider: triton}\n"
        "blastRadius: {maxChangedPercent: 30, minResources: 10}\n"
    )


def waiver(path: str, rule: str) -> str:
    return (
        f"schema: waiver/v1\nrule: {rule}\npath: {path}\nreason: It is repaired in the next sprint\n"
        "owner: ada\nexpires: 2026-12-01\n"
    )


# The paths of the documents that there may be, each with its kind.
PLACES = {
    **{f"tenants/{t}/tenant.yaml": "tenant" for t in TENANTS},
    **{f"tenants/{d.replace('/', '/datasets/')}.yaml": "dataset" for d in DATASETS},
    **{f"models/{m}.yaml": "model" for m in MODELS},
    **{f"environments/{e}/{m}.yaml": "deployment" for e in ENVIRONMENTS for m in MODELS},
    **{f"policies/waivers/one-{number}.yaml": "waiver" for number in range(2)},
    **dict.fromkeys(DATA_FILES, "data"),
    **dict.fromkeys(SCRIPTS, "script"),
}


def good() -> Files:
    """Two environments; of each tenant a data set, a model that reads it, and a deployment in the first."""
    found = {
        "platform.yaml": "schema: platform/v1\nteam: [margaret, ada]\nownedPaths: [policies/]\n",
        "environments/dev/environment.yaml": environment(1, ""),
        "environments/prod/environment.yaml": environment(2, "promotesFrom: dev\n"),
    }
    for name in TENANTS:
        digest = "sha256:" + name.encode().hex().rjust(64, "0")
        found |= {
            f"tenants/{name}/tenant.yaml": tenant("ada", "public"),
            f"tenants/{name}/datasets/events.yaml": dataset("ada", f"s3://{name}-data/x/", digest, []),
            f"models/{name}/guess.yaml": model(
                "ada", [f"{name}/events"], f"examples/training/{name}_train.py"
            ),
            f"environments/dev/{name}/guess.yaml": deployment("1.0.0", "", [f"{name}/events"]),
            f"examples/training/{name}_train.py": "print()\n",
        }
    return found
