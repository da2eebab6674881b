"""What a script names is read from its text: modules, files and data sets, in Python and in notebooks."""

import json

import pytest

from mlplatform.core.scripts import is_script, mentions, names_in, users_of

HELPER = "examples/training/clinic_loading.py"
USER = "examples/training/clinic_tumour.py"


@pytest.mark.parametrize(
    "text",
    [
        "import clinic_loading\n",
        "import os, clinic_loading as loading\n",
        "from clinic_loading import rows\n",
        "def main():\n    from clinic_loading import rows\n",
        'loading = importlib.import_module("clinic_loading")\n',
        "exec(open('examples/training/clinic_loading.py').read())\n",
        "runpy.run_path(HERE / 'clinic_loading.py')\n",
        json.dumps({"cells": [{"source": ["import numpy\n", "from clinic_loading import rows\n"]}]}),
    ],
)
def test_a_script_uses_what_it_imports_or_names_as_a_file(text: str) -> None:
    assert users_of([HELPER], {USER: text}) == {HELPER, USER}


@pytest.mark.parametrize(
    "text",
    [
        '"""Clinic loading and clinic_loading are words."""\n',
        "# see clinic_loading\n",
        "import clinic_loading_too\n",
    ],
)
def test_a_word_in_a_text_is_no_use(text: str) -> None:
    assert users_of([HELPER], {USER: text}) == {HELPER}


def test_what_uses_a_user_is_one_too() -> None:
    texts = {
        "examples/training/clinic_between.py": "import clinic_loading\n",
        USER: "import clinic_between\n",
    }
    assert users_of([HELPER], texts) == {HELPER, *texts}


def test_a_file_in_a_folder_of_a_tenant_is_used_by_that_tenant() -> None:
    texts = {
        "examples/training/clinic/train.py": "import util\n",
        "examples/training/postal/train.py": "import util\n",
    }
    assert users_of(["examples/training/clinic/util.py"], texts) == {
        "examples/training/clinic/util.py",
        "examples/training/clinic/train.py",
    }


@pytest.mark.parametrize(
    "text",
    [
        'read("clinic/biopsies", target="diagnosis")',
        "DATASET = 'clinic/biopsies'",
        'open("examples/data/clinic/biopsies.csv")',
        'open(__file__.rsplit("/", 2)[0] + "/data/clinic/biopsies.csv")',
        json.dumps({"source": ['read("clinic/biopsies")\n']}),
    ],
)
def test_a_script_names_data_by_its_name_or_its_file(text: str) -> None:
    assert mentions(text).data == {"clinic/biopsies"}
    assert mentions(text).folders == set()


def test_a_script_names_the_folder_of_a_tenant() -> None:
    assert mentions('glob("examples/data/clinic/*.csv")').folders == {"clinic"}


def test_prose_names_no_data() -> None:
    assert mentions("# unlike clinic/biopsies, and not 1/2 or and/or\n").data == set()


def test_a_readme_is_no_script() -> None:
    assert [
        is_script(path)
        for path in (USER, "notebooks/clinic/x.ipynb", "examples/training/README.md", "docs/x.py")
    ] == [
        True,
        True,
        False,
        False,
    ]


def test_names_are_without_folders_and_with_their_suffix() -> None:
    assert {"rows.json", "numpy"} <= names_in('import numpy\nopen("data/rows.json")\n')
