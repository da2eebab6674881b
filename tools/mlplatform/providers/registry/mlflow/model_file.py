"""The MLmodel file, with which `mlflow.pyfunc.load_model("models:/name@champion")` works on what we registered."""

from collections.abc import Sequence
from pathlib import Path

from mlplatform.core.payload import MANIFEST_NAME, PAYLOAD_FOLDER, ManifestEntry
from mlplatform.providers.artifacts.durable import write_durably
from mlplatform.providers.registry.mlflow.calls import mlflow_calls

MODEL_FILE = "MLmodel"


def write_model_file(folder: Path, entries: Sequence[ManifestEntry]) -> None:
    """Write `folder`/MLmodel where the payload has one ONNX file; other payloads are files to MLflow, no model."""
    if name := onnx_file(entries):
        # MLflow looks for MLmodel in the folder of the ONNX file that it loads, and ours must stay out of the payload.
        # Beside it lies what it refers to: ONNX Runtime reads no weights from outside the folder of the model.
        for beside in dict.fromkeys(path.split("/")[0] for path in files_beside(name, entries)):
            (folder / beside).symlink_to(Path(PAYLOAD_FOLDER) / beside)
        write_durably(folder / MODEL_FILE, model_file(name))


def files_beside(onnx: str, entries: Sequence[ManifestEntry]) -> list[str]:
    """The paths of a payload's files that lie beside `MLmodel` too: the ONNX file and what it may refer to."""
    ours = (MODEL_FILE, MANIFEST_NAME, PAYLOAD_FOLDER)
    return [onnx, *(entry.path for entry in entries if entry.path.split("/")[0] not in (*ours, onnx))]


def onnx_file(entries: Sequence[ManifestEntry]) -> str | None:
    """The one ONNX file of a payload that is a model to MLflow."""
    names = [entry.path for entry in entries if entry.path.endswith(".onnx") and "/" not in entry.path]
    return names[0] if len(names) == 1 and not names[0].startswith(".") else None


def model_file(onnx: str) -> bytes:
    """Return the text of MLmodel for a folder with this ONNX file, and with the payload that it is from."""
    with mlflow_calls("describing the model"):
        from mlflow.models import Model

        described = Model(model_uuid=None)
        described.add_flavor("onnx", data=f"{PAYLOAD_FOLDER}/{onnx}")
        described.add_flavor("python_function", loader_module="mlflow.onnx", data=onnx)
        return bytes(described.to_yaml().encode())
