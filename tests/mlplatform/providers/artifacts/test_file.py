"""Payloads on local disks: hashed as they are, copied as they were registered, or refused by the file's name."""

import os
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

from mlplatform.core.payload import MANIFEST_NAME, ArtifactRef, digest_of, manifest
from mlplatform.providers.artifacts import store_for
from mlplatform.providers.artifacts.file import FileStore
from mlplatform.providers.artifacts.interface import ArtifactError
from tests.support.payloads import FILES, files_below, snapshot, write_payload

STORE = FileStore()


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "sour ce #1"
    write_payload(folder)
    return folder


@pytest.fixture
def ref(source: Path) -> ArtifactRef:
    return ArtifactRef(source.as_uri(), digest_of(STORE.entries(source.as_uri())))


def test_the_entries_are_the_files_below_model_and_nothing_beside_it(source: Path) -> None:
    (source / "MLmodel").write_text("MLflow's own")
    found = {entry.path: entry.size for entry in STORE.entries(source.as_uri())}
    assert found == {path: len(content) for path, content in FILES.items()}


def test_the_digest_does_not_depend_on_the_order_in_which_files_were_made(tmp_path: Path) -> None:
    forwards = write_payload(tmp_path / "one", FILES)
    backwards = write_payload(tmp_path / "two", dict(reversed(FILES.items())))
    assert forwards.digest == backwards.digest


def test_the_digest_changes_with_a_name_or_a_byte(tmp_path: Path) -> None:
    variants = [
        {"a": b"1"},
        {"a": b"2"},
        {"b": b"1"},
        {"a": b"1", "b": b""},
        {"x/a": b"1"},
    ]
    digests = [write_payload(tmp_path / str(n), files).digest for n, files in enumerate(variants)]
    assert len(set(digests)) == len(variants)


def test_a_payload_is_copied_with_exactly_its_files(ref: ArtifactRef, tmp_path: Path) -> None:
    into = tmp_path / "copies" / "here"
    entries = STORE.fetch(ref, into)
    assert files_below(into) == FILES
    assert entries == STORE.entries(ref.uri)


def test_a_payload_is_copied_into_an_empty_folder(ref: ArtifactRef, tmp_path: Path) -> None:
    (tmp_path / "into").mkdir()
    STORE.fetch(ref, tmp_path / "into")
    assert files_below(tmp_path / "into") == FILES


def test_a_folder_that_is_not_empty_is_left_as_it_is(ref: ArtifactRef, tmp_path: Path) -> None:
    into = tmp_path / "into"
    into.mkdir()
    (into / "mine").write_text("precious")
    with pytest.raises(ArtifactError, match="not empty"):
        STORE.fetch(ref, into)
    assert files_below(into) == {"mine": b"precious"}


def test_copying_writes_nothing_into_the_source(ref: ArtifactRef, source: Path, tmp_path: Path) -> None:
    before = snapshot(source)
    STORE.fetch(ref, tmp_path / "into")
    assert snapshot(source) == before


def _change(source: Path) -> None:
    (source / "model/model.onnx").write_bytes(b"weightZ")


def _add(source: Path) -> None:
    (source / "model/labels/extra.txt").write_bytes(b"")


def _remove(source: Path) -> None:
    (source / "model/labels/names.txt").unlink()


DAMAGE = {
    "model.onnx was changed": _change,
    "labels/extra.txt was added": _add,
    "labels/names.txt is missing": _remove,
}


@pytest.mark.parametrize("says", DAMAGE)
def test_a_payload_that_is_not_what_was_registered_is_refused_by_the_name_of_the_file(
    says: str, ref: ArtifactRef, source: Path, tmp_path: Path
) -> None:
    DAMAGE[says](source)
    into = tmp_path / "into"
    with pytest.raises(ArtifactError, match=says):
        STORE.fetch(ref, into)
    assert not into.exists()
    with pytest.raises(ArtifactError, match=says):
        STORE.verify(ref)


def test_every_bad_file_is_named(ref: ArtifactRef, source: Path, tmp_path: Path) -> None:
    for damage in DAMAGE.values():
        damage(source)
    with pytest.raises(ArtifactError) as refused:
        STORE.fetch(ref, tmp_path / "into")
    assert all(says in refused.value.message for says in DAMAGE)


def test_a_manifest_that_was_changed_along_with_the_payload_convinces_nobody(
    ref: ArtifactRef, source: Path, tmp_path: Path
) -> None:
    _change(source)
    (source / MANIFEST_NAME).write_bytes(manifest(STORE.entries(ref.uri)))
    with pytest.raises(ArtifactError, match="damaged or of another artifact"):
        STORE.fetch(ref, tmp_path / "into")
    assert not (tmp_path / "into").exists()


def test_without_a_manifest_the_refusal_says_that_it_cannot_name_the_file(
    ref: ArtifactRef, source: Path, tmp_path: Path
) -> None:
    _change(source)
    (source / MANIFEST_NAME).unlink()
    with pytest.raises(ArtifactError, match=r"no payload\.manifest"):
        STORE.fetch(ref, tmp_path / "into")


def test_a_whole_payload_needs_no_manifest(ref: ArtifactRef, source: Path, tmp_path: Path) -> None:
    (source / MANIFEST_NAME).unlink()
    STORE.fetch(ref, tmp_path / "into")
    assert files_below(tmp_path / "into") == FILES


def _nothing(source: Path) -> None:
    _remove(source)
    (source / "model/model.onnx").unlink()


def _no_folder(source: Path) -> None:
    (source / "model").rename(source / "elsewhere")


def _linked_folder(source: Path) -> None:
    _no_folder(source)
    (source / "model").symlink_to("elsewhere")


def _linked_file(source: Path) -> None:
    (source / "model/secret").symlink_to("/etc/hostname")


def _linked_subfolder(source: Path) -> None:
    (source / "model/sub").symlink_to("/etc")


def _pipe(source: Path) -> None:
    os.mkfifo(source / "model/pipe")


def _named(name: str | bytes) -> Callable[[Path], None]:
    def make(source: Path) -> None:
        (source / "model" / os.fsdecode(name)).write_bytes(b"")

    return make


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (_nothing, "holds no files"),
        (_no_folder, "no such file"),
        (_linked_folder, "is not a folder"),
        (_linked_file, "secret is a symbolic link"),
        (_linked_subfolder, "sub is a symbolic link"),
        (_pipe, "pipe is a special file"),
        (_named("a\nb"), r"a\\nb"),
        (_named("a\x1b[31mb"), r"a\\x1b"),
        (_named("gpj\u202e.onnx"), r"gpj\\u202e"),
        (_named("a\u200bb"), r"a\\u200bb"),
        (_named("a\u2028b"), r"a\\u2028b"),
        (_named(b"a\xffb"), r"a\\udcffb"),
    ],
)
def test_what_is_no_plain_payload_is_refused(
    spoil: Callable[[Path], None], says: str, ref: ArtifactRef, source: Path, tmp_path: Path
) -> None:
    spoil(source)
    with pytest.raises(ArtifactError, match=says):
        STORE.entries(ref.uri)
    with pytest.raises(ArtifactError, match=says):
        STORE.fetch(ref, tmp_path / "into")
    assert not (tmp_path / "into").exists()


@pytest.mark.parametrize("name", ["ä ö.txt", "weights#1?.bin", "%20", "模型.onnx", "-rf", "a\\b"])
def test_an_unusual_but_readable_name_is_a_name(name: str, tmp_path: Path) -> None:
    STORE.fetch(write_payload(tmp_path / "source", {name: b"x"}), tmp_path / "into")
    assert files_below(tmp_path / "into") == {name: b"x"}


@pytest.mark.parametrize(
    "uri",
    [
        "https://example.com/a",
        "/a/b",
        "file:a/b",
        "file://host/a",
        "file:///a?b",
        "file:///a#b",
        "file:///a/../b",
        "file:///a/%2e%2e/b",
        "file:///a%00b",
    ],
)
def test_a_uri_that_is_no_folder_here_is_refused(uri: str) -> None:
    with pytest.raises(ArtifactError, match=r"URI|absolute path"):
        STORE.entries(uri)


@pytest.mark.parametrize("uri", ["s3://bucket/key", "models:/m-1", "/a/b"])
def test_a_scheme_without_a_store_is_refused(uri: str) -> None:
    with pytest.raises(ArtifactError, match="no artifact store"):
        store_for(uri)


def test_a_disk_that_is_full_is_a_refusal_and_leaves_nothing(tmp_path: Path) -> None:
    ref = write_payload(tmp_path / "source", {"a.bin": b"a" * 10, "large.bin": b"b" * 4096})
    into = tmp_path / "into"
    program = f"""
        import resource
        from pathlib import Path
        from mlplatform.core.payload import ArtifactRef
        from mlplatform.providers.artifacts.file import FileStore
        from mlplatform.providers.artifacts.interface import ArtifactError

        resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))  # as good as a full disk, and needs no mount
        try:
            FileStore().fetch(ArtifactRef({ref.uri!r}, {ref.digest!r}), Path({str(into)!r}))
        except ArtifactError as refused:
            print(refused)
    """
    command = [sys.executable, "-c", textwrap.dedent(program)]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert f"{into}: file too large" in done.stdout
    assert not into.exists()
