"""The scanner's process reaches nothing but its scratch folder and Python itself."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.repository import ROOT

START = """
import json, os, sys
from pathlib import Path
sys.path.insert(0, {tools!r})
from mlplatform.providers.scan.worker.audit_hook import confine
scratch = Path(sys.argv[1])
refused = confine(scratch)
try:
    {action}
    ended = "allowed"
except PermissionError:
    ended = "refused"
(scratch / "answer.json").write_text(json.dumps([ended, len(refused)]))
"""


def attempt(scratch: Path, action: str) -> list[object]:
    code = START.format(tools=str(ROOT / "tools"), action=action)
    subprocess.run([sys.executable, "-I", "-B", "-c", code, str(scratch)], check=True)
    answer: list[object] = json.loads((scratch / "answer.json").read_text())
    return answer


@pytest.mark.parametrize(
    "action",
    [
        "open('/etc/hostname').read()",
        "open(scratch / '..' / 'outside').read()",
        "open(scratch / 'link').read()",
        "open(sys.prefix + '/written', 'w')",
        "os.open(sys.prefix + '/written', os.O_WRONLY | os.O_CREAT)",
        "os.listdir('/etc')",
        "list(os.scandir('/'))",
        "os.remove('/nothing')",
        "(scratch / 'a').write_text(''); os.rename(scratch / 'a', scratch / '..' / 'b')",
        "__import__('sqlite3').connect('/tmp/b')",
        "__import__('socket').create_connection(('127.0.0.1', 1))",
        "__import__('socket').getaddrinfo('localhost', 1)",
        "__import__('subprocess').run(['true'])",
        "os.system('true')",
        "os.fork()",
        "os.execv('/bin/true', ['true'])",
        "os.symlink('/etc', scratch / 'more')",
    ],
)
def test_it_is_refused_and_noted(tmp_path: Path, action: str) -> None:
    (tmp_path / "outside").write_text("outside")
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    (scratch / "link").symlink_to(tmp_path / "outside")
    assert attempt(scratch, action) == ["refused", 1]


@pytest.mark.parametrize(
    "action",
    [
        "(scratch / 'a').write_text('b'); (scratch / 'a').read_text()",
        "os.mkdir(scratch / 'b'); os.rmdir(scratch / 'b')",
        "import tomllib, xml.dom.minidom",
        "list(os.scandir(scratch))",
        "open('/dev/null').read()",
    ],
)
def test_its_own_folder_and_python_are_allowed(tmp_path: Path, action: str) -> None:
    assert attempt(tmp_path, action) == ["allowed", 0]
