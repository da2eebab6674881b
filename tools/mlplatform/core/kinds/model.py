"""models/<tenant>/<model>.yaml: what a model is, and what it must hold to."""

from typing import Annotated, Literal

from pydantic import Field, JsonValue, StringConstraints, model_validator

from mlplatform.core.kinds.base import (
    ColumnName,
    DocumentModel,
    Label,
    Login,
    Name,
    Percent,
    QualifiedName,
    StrictModel,
    Text,
    Version,
)

TensorType = Literal[
    "BOOL",
    "UINT8",
    "UINT16",
    "UINT32",
    "UINT64",
    "INT8",
    "INT16",
    "INT32",
    "INT64",
    "FP16",
    "FP32",
    "FP64",
    "BYTES",
]
FEWEST_ROWS = 30  # a metric over fewer rows tells what is in them
MetricName = Label
# As exporters write them: input.1, 508, x:0, StatefulPartitionedCall/dense/BiasAdd:0, onnx::Add_3.
TensorName = Annotated[
    str, StringConstraints(pattern=r"^[A-Za-z0-9_./:@#$%&*+=~^|<>(),;!?\[\]-]+$", max_length=256)
]


class Tensor(StrictModel):
    """One input or output, in the Open Inference Protocol's types; -1 is a free dimension, `[]` a single value."""

    name: TensorName
    type: TensorType
    shape: list[Annotated[int, Field(ge=-1)]] = Field(max_length=8)

    @property
    def served_shape(self) -> list[int]:
        """The shape in requests and answers: servers know no tensor without dimensions, so one value is `[1]`."""
        return self.shape or [1]


class Signature(StrictModel):
    """What goes in and what comes out."""

    inputs: list[Tensor] = Field(min_length=1, max_length=64)
    outputs: list[Tensor] = Field(min_length=1, max_length=64)


class Data(StrictModel):
    """What the model is trained on."""

    datasets: list[QualifiedName] = Field(min_length=1)
    features: list[QualifiedName] = []


class Gate(StrictModel):
    """What a metric must reach; `maxDropFromCurrent` is measured against the version that runs now."""

    min: float | None = None
    max: float | None = None
    maxDropFromCurrent: float | None = Field(default=None, ge=0)

    @model_validator(mode="after")
    def _asks_something(self) -> "Gate":
        if self.min is None and self.max is None and self.maxDropFromCurrent is None:
            raise ValueError("a gate needs min, max or maxDropFromCurrent")
        return self


class Slo(StrictModel):
    """The service level that the model's endpoint promises, so far by its latency."""

    availability: Percent | None = None
    latencyP99Ms: float = Field(gt=0)
    windowDays: int | None = Field(default=None, ge=1, le=90)


class DataDrift(StrictModel):
    """How drift of the inputs is measured, and from which value on it counts."""

    method: Literal["psi", "ks"]
    threshold: float = Field(gt=0)


class Monitoring(StrictModel):
    """What share of the requests is looked at (0 to 1), how drift is found, and how requests are logged."""

    sampleRate: float | None = Field(default=None, ge=0, le=1)
    drift: DataDrift | None = None
    requestLog: Literal["off", "masked", "full"] = "masked"


class Training(StrictModel):
    """The script in this repository that trains a version: `python <script> <version>`."""

    script: Annotated[str, StringConstraints(pattern=r"^examples/training/([a-z0-9_-]+/)?[a-z0-9_-]+\.py$")]


class Validation(StrictModel):
    """The sample that `platform validate` sends through the model: rows of a data set that no training has seen.

    `inputs` are the columns in the order in which the signature's inputs take them. `classes` is what the target says
    for class 0, 1, …; without it the target is the number of the class.
    """

    dataset: QualifiedName
    target: ColumnName
    inputs: list[ColumnName] = Field(min_length=1, max_length=4096)
    task: Literal["classification", "regression"]
    classes: list[Text] | None = Field(default=None, min_length=2, max_length=1000)
    rows: int = Field(default=1000, ge=FEWEST_ROWS, le=10_000)

    @model_validator(mode="after")
    def _is_consistent(self) -> "Validation":
        if self.classes is not None and self.task == "regression":
            raise ValueError("a regression has no classes")
        return self


class Probe(StrictModel):
    """What an apply sends to a loaded version before any traffic: a value for each input, as nested lists."""

    inputs: dict[TensorName, JsonValue] = Field(min_length=1, max_length=64)


class RevokedVersion(StrictModel):
    """A version of the model that nobody may pin or go back to any more."""

    version: Version
    reason: Text


class Model(DocumentModel):
    """A model of a tenant."""

    schema_: Literal["model/v1"] = Field(alias="schema")
    owner: Login
    description: Text
    critical: bool = False  # never taken out of an environment unless somebody confirms it by name
    type: Literal["real-time", "batch", "streaming"]
    format: Literal["onnx", "tensorrt", "pyfunc"]
    signature: Signature
    data: Data
    training: Training | None = None
    gates: dict[Name, dict[MetricName, Gate]] = {}
    slo: Slo | None = None
    monitoring: Monitoring | None = None
    validation: Validation | None = None
    probe: Probe | None = None
    revoked: list[RevokedVersion] = []

    @property
    def reads(self) -> tuple[str, ...]:
        """The data sets that it is trained on, and the one that it is validated with."""
        held_out = (self.validation.dataset,) if self.validation else ()
        return tuple(dict.fromkeys((*self.data.datasets, *held_out)))
