"""Payloads on disk, and what a folder holds to the last byte and nanosecond."""

from collections.abc import Mapping
from pathlib import Path

from mlplatform.core.payload import MANIFEST_NAME, PAYLOAD_FOLDER, ArtifactRef, digest_of, manifest
from mlplatform.providers.artifacts.file import FileStore

FILES = {"model.onnx": b"weights", "labels/names.txt": b"a\nb\n"}


def write_payload(
    folder: Path, files: Mapping[str, bytes] = FILES, *, with_manifest: bool = True
) -> ArtifactRef:
    """Files under `folder`/model, referred to by the digest that they have now."""
    for name, content in files.items():
        path = folder / PAYLOAD_FOLDER / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    entries = FileStore().entries(folder.as_uri())
    if with_manifest:
        (folder / MANIFEST_NAME).write_bytes(manifest(entries))
    return ArtifactRef(folder.as_uri(), digest_of(entries))


def files_below(folder: Path) -> dict[str, bytes]:
    """The content of each file below a folder."""
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def snapshot(folder: Path) -> dict[str, tuple[int, int, bytes]]:
    """Every file and folder with its inode, time of change and bytes: equal only when nothing was written."""
    found = {}
    for path in (folder, *folder.rglob("*")):
        known = path.lstat()
        found[str(path)] = (known.st_ino, known.st_mtime_ns, path.read_bytes() if path.is_file() else b"")
    return found


def onnx_model(factor: float) -> bytes:
    """An ONNX model that multiplies X (FP32 [-1, 2]) by a factor into Y."""
    import onnx
    from onnx import TensorProto, helper

    kind, shape = TensorProto.FLOAT, [None, 2]
    graph = helper.make_graph(
        [helper.make_node("Mul", ["X", "factor"], ["Y"])],
        "model",
        [helper.make_tensor_value_info("X", kind, shape)],
        [helper.make_tensor_value_info("Y", kind, shape)],
        [helper.make_tensor("factor", kind, [1], [factor])],
    )
    made: onnx.ModelProto = helper.make_model(
        graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8
    )
    return bytes(made.SerializeToString(deterministic=True))
