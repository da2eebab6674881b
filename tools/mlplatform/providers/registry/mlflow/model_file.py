"""The MLmodel file, with which `mlflow.pyfunc.load_model("models:/name@champion")` works on what we registered."""

from collections.abc import Sequence
from pathlib import Path

from mlplatform.core.payload import PAYLOAD_FOLDER, Entry
from mlplatform.providers.artifacts.durable import write_durably
from mlplatform.providers.registry.mlflow.calls import mlflow_calls


def write_model_file(folder: Path, entries: Sequence[Entry]) -> None:
    """Write `folder`/MLmodel where the payload has one ONNX file; other payloads are files to MLflow, no model."""
    found = [entry.path for entry in entries if entry.path.endswith(".onnx") and "/" not in entry.path]
    if len(found) != 1 or found[0].startswith("."):
        return
    # MLflow looks for MLmodel in the folder of the ONNX file that it loads, and ours must stay out of the payload.
    (folder / found[0]).symlink_to(Path(PAYLOAD_FOLDER) / found[0])
    with mlflow_calls("describing the model"):
        from mlflow.models import Model

        described = Model(model_uuid=None)
        described.add_flavor("onnx", data=f"{PAYLOAD_FOLDER}/{found[0]}")
        described.add_flavor("python_function", loader_module="mlflow.onnx", data=found[0])
        write_durably(folder / "MLmodel", described.to_yaml().encode())
