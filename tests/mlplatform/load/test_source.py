import os
from collections.abc import Callable
from pathlib import Path

import pytest

from mlplatform.core.errors import Refusal
from mlplatform.core.source import FileType, Source, SourceFile
from mlplatform.load.load import load
from mlplatform.load.source import Commit, WorkingTree
from tests.support.scratch import Scratch

MODEL = "models/clinic/tumour.yaml"
STOLEN = "schema: model/v1\nowner: stolen\n"


def types(source: Source, *under: str) -> dict[str, FileType]:
    return {file.path: file.type for file in source.files(under)}


def working_tree(repo: Scratch) -> Source:
    return WorkingTree(repo.root)


def head(repo: Scratch) -> Source:
    repo.run("add", "--all")
    repo.run("commit", "--quiet", "--allow-empty", "--message", "everything")
    return Commit(repo.git, "HEAD")


both = pytest.mark.parametrize("source", [working_tree, head])


@both
def test_files_come_sorted_and_only_from_below_the_paths(
    repo: Scratch, source: Callable[[Scratch], Source]
) -> None:
    repo.write("models-old/clinic/tumour.yaml", "")
    assert source(repo).files(("models/", "README.md")) == [
        SourceFile("README.md", FileType.FILE, 11),
        SourceFile("models/clinic/progression.yaml", FileType.FILE, 17),
        SourceFile(MODEL, FileType.FILE, 17),
    ]


@both
def test_a_symlink_is_listed_as_one_and_never_read(
    repo: Scratch, source: Callable[[Scratch], Source], tmp_path: Path
) -> None:
    (tmp_path / "secret.yaml").write_text(STOLEN)
    (repo.root / MODEL).unlink()
    (repo.root / MODEL).symlink_to(tmp_path / "secret.yaml")
    made = source(repo)
    assert types(made, "models/")[MODEL] is FileType.SYMLINK
    assert made.read([MODEL]) == {}


@both
def test_what_lies_behind_a_symlinked_folder_is_never_read(
    repo: Scratch, source: Callable[[Scratch], Source], tmp_path: Path
) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "tumour.yaml").write_text(STOLEN)
    for file in (repo.root / "models/clinic").iterdir():
        file.unlink()
    (repo.root / "models/clinic").rmdir()
    (repo.root / "models/clinic").symlink_to(outside, target_is_directory=True)
    made = source(repo)
    assert set(types(made, "models/").values()) == {FileType.SYMLINK}
    assert made.read([MODEL, "models/clinic"]) == {}


@both
def test_another_repository_inside_this_one_is_no_file(
    repo: Scratch, source: Callable[[Scratch], Source]
) -> None:
    inner = repo.root / "tenants/other"
    inner.mkdir()
    repo.run("init", "--quiet", str(inner))
    repo.run(
        "-C",
        str(inner),
        "-c",
        "user.name=x",
        "-c",
        "user.email=x@y.z",
        "commit",
        "-q",
        "--allow-empty",
        "-mx",
    )
    (inner / "tenant.yaml").write_text(STOLEN)
    made = source(repo)
    assert types(made, "tenants/") == {
        "tenants/clinic/tenant.yaml": FileType.FILE,
        "tenants/other": FileType.OTHER,
    }
    assert made.read(["tenants/other"]) == {}


@both
def test_odd_names_are_listed_and_read(repo: Scratch, source: Callable[[Scratch], Source]) -> None:
    odd = [
        "models/a b",
        "models/a\nb",
        "models/\u00e9\U0001f600",
        'models/"q"',
        "models/-x",
        os.fsdecode(b"models/\xff"),
    ]
    for path in odd:
        Path(repo.root, path).write_bytes(path.encode(errors="surrogateescape"))
    made = source(repo)
    assert set(odd) < set(types(made, "models"))
    assert made.read(odd) == {path: path.encode(errors="surrogateescape") for path in odd}


def test_the_working_tree_holds_what_git_tracks_or_would_add(repo: Scratch) -> None:
    repo.commit({".gitignore": "ignored*\n", "models/clinic/gone.yaml": "x"})
    (repo.root / "models/clinic/gone.yaml").unlink()
    repo.write("models/clinic/new.yaml", "new")
    repo.write("models/clinic/ignored.yaml", "ignored")
    repo.write("models/clinic/ignored-and-tracked.yaml", "tracked")
    repo.run("add", "--force", "models/clinic/ignored-and-tracked.yaml")
    assert set(types(WorkingTree(repo.root), "models/")) == {
        MODEL,
        "models/clinic/progression.yaml",
        "models/clinic/new.yaml",
        "models/clinic/ignored-and-tracked.yaml",
    }


def test_a_file_that_is_not_committed_is_in_no_commit(repo: Scratch) -> None:
    repo.write("models/clinic/new.yaml", "new")
    commit = Commit(repo.git, "HEAD")
    assert "models/clinic/new.yaml" not in types(commit, "models")
    assert commit.read(["models/clinic/new.yaml", MODEL]) == {MODEL: b"schema: model/v1\n"}
    assert commit.commit == repo.head()
    assert WorkingTree(repo.root).commit is None


def test_a_commit_that_is_not_there_is_refused(repo: Scratch) -> None:
    with pytest.raises(Refusal, match="there is no commit 'nowhere'"):
        Commit(repo.git, "nowhere")


def test_a_symlink_that_is_put_there_after_the_listing_is_not_followed(repo: Scratch, tmp_path: Path) -> None:
    source = WorkingTree(repo.root)
    source.files(("models/",))
    (tmp_path / "clinic").mkdir()
    (tmp_path / "clinic/tumour.yaml").write_text(STOLEN)
    (repo.root / "models").rename(tmp_path / "moved")
    (repo.root / "models").symlink_to(tmp_path, target_is_directory=True)
    assert source.read([MODEL]) == {}


def test_a_named_pipe_is_no_file_and_nobody_waits_for_it(repo: Scratch) -> None:
    (repo.root / MODEL).unlink()
    os.mkfifo(repo.root / MODEL)
    source = WorkingTree(repo.root)
    assert types(source, "models/")[MODEL] is FileType.OTHER
    assert source.read([MODEL]) == {}


def test_no_path_leads_out_of_the_tree(repo: Scratch, tmp_path: Path) -> None:
    (tmp_path / "secret.yaml").write_text(STOLEN)
    assert WorkingTree(repo.root).read(["../secret.yaml", "models/../../secret.yaml"]) == {}


def test_a_folder_without_git_is_read_as_it_is(tmp_path: Path) -> None:
    for path in ("platform.yaml", MODEL, "models/.hidden/x.yaml", ".venv/models/y.yaml"):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text("x")
    (tmp_path / "tenants").symlink_to(tmp_path / "models", target_is_directory=True)
    assert types(WorkingTree(tmp_path), "") == {
        "platform.yaml": FileType.FILE,
        MODEL: FileType.FILE,
        "models/.hidden/x.yaml": FileType.FILE,
        "tenants": FileType.SYMLINK,
    }


def test_a_clean_checkout_loads_as_its_commit_does(repo: Scratch) -> None:
    repo.commit(
        {
            "tenants/clinic/datasets/biopsies.yaml": "schema: dataset/v1\nlocation: examples/data/clinic/b.csv\n",
            "examples/data/clinic/b.csv": "a,b\n1,2\n",
            "policies/rego/x.rego": "package x\n",
            "policies/schemas/organisation/tenant-acme.json": "{}\n",
            "models/clinic/broken.yaml": "schema: model/v1\nowner: *x\n",
            "models/clinic/wrong.yml": "schema: model/v1\n",
        }
    )
    (repo.root / "models/clinic/linked.yaml").symlink_to("tumour.yaml")
    repo.commit({})
    tree, commit = load(WorkingTree(repo.root)), load(Commit(repo.git, "main"))
    assert (tree.commit, commit.commit) == (None, repo.head())
    assert len(tree.findings) == 3
    for part in ("raws", "findings", "policies", "schemas", "digests"):
        assert getattr(tree, part) == getattr(commit, part)
        assert getattr(tree, part)
