"""Importing the library changes nothing about its process; the app and the command line do."""

import ast
import os
import platform
import subprocess
import sys

import pytest

from core.config import ROOT
from core.process import HEAPS, prepare_process

CODE = [*(ROOT / "core").rglob("*.py"), *(ROOT / "ui").rglob("*.py")]
CHANGES = ("os.environ.", "os.environ[", "os.putenv", "sys.modules.", "sys.modules[")


def _at_import(tree: ast.Module) -> list[ast.AST]:
    """All that runs when a module is imported: everything outside functions."""
    found, left = [], [tree]
    while left:
        node = left.pop()
        if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            found.append(node)
            left.extend(ast.iter_child_nodes(node))
    return found


@pytest.mark.parametrize("file", CODE, ids=lambda file: str(file.relative_to(ROOT)))
def test_no_module_changes_its_process_when_it_is_imported(file):
    words = [ast.unparse(node) for node in _at_import(ast.parse(file.read_text())) if
             isinstance(node, (ast.Call, ast.Assign, ast.Delete))]  # fmt: skip
    assert not [each for each in words if each.startswith(CHANGES)]


def test_importing_the_library_is_light():
    code = (
        "import os, sys\n"
        "before = dict(os.environ)\n"
        "import core\n"
        "assert core.__version__ and dict(os.environ) == before\n"
        "heavy = {'numpy', 'cv2', 'openvino', 'pandas', 'tensorflow', 'pylibsrtp'}\n"
        "assert not heavy & set(sys.modules) and 'openvino_telemetry' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, timeout=60)


def test_a_prepared_process_keeps_what_its_owner_set(monkeypatch):
    monkeypatch.setenv("TF_NUM_INTEROP_THREADS", "4")
    monkeypatch.delenv("TF_CPP_MIN_LOG_LEVEL", raising=False)
    prepare_process()
    assert os.environ["TF_NUM_INTEROP_THREADS"] == "4"
    assert os.environ["TF_CPP_MIN_LOG_LEVEL"] == "3"
    assert sys.modules["openvino_telemetry"] is None


@pytest.mark.parametrize("fails", [False, True], ids=["loads", "fails"])
def test_what_tensorflow_prints_while_it_loads_is_left_out_but_nothing_else(tmp_path, fails):
    chatter = "I0000 00:00:1796002005.46 3 port.cc:153] oneDNN custom operations are on.\\n"
    (tmp_path / "tensorflow.py").write_text(
        f"import os\nos.write(2, b'{chatter}a real error\\n')\n" + "raise OSError(1)\n" * fails
    )
    code = "from core.process import prepare_process\nprepare_process()\nimport tensorflow\n"
    code += "import os; os.write(2, b'later\\n')"
    env = {**os.environ, "PYTHONPATH": f"{tmp_path}{os.pathsep}{ROOT}"}
    env.pop("TF_CPP_MIN_LOG_LEVEL", None)
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=env,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    lines = done.stderr.splitlines()
    assert lines[0] == "a real error" and "oneDNN" not in done.stderr
    assert lines[-1] == ("OSError: 1" if fails else "later")


FREES = """
import threading, time
from core.process import return_freed_memory

def resident_mb():
    with open("/proc/self/status") as file:
        return next(int(line.split()[1]) // 1024 for line in file if line.startswith("VmRSS"))

kept = []
def work():
    freed = [bytearray(50_000) for _ in range(1000)]
    kept.extend(bytearray(2_000) for _ in range(20))  # at the end, as a session's last words
    del freed

for _ in range(2):
    threads = [threading.Thread(target=work) for _ in range(4)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
before = resident_mb()
return_freed_memory(0.1)
return_freed_memory(0.1)
own = [thread.name for thread in threading.enumerate()].count("return-memory")
time.sleep(1)
print(before, resident_mb(), own)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="another C library keeps nothing")
def test_what_threads_have_freed_goes_back_to_the_system():
    done = subprocess.run([sys.executable, "-c", FREES], cwd=ROOT, capture_output=True, text=True)
    before_mb, after_mb, threads = map(int, done.stdout.split())
    assert before_mb - after_mb > 50, (before_mb, after_mb)
    assert threads == 1


HEAPS_OF_THREADS = """
import ctypes, sys, tempfile, threading
from core.process import return_freed_memory

if sys.argv[1] == "shared":
    return_freed_memory(3600)
libc = ctypes.CDLL(None)
libc.fopen.restype = ctypes.c_void_p
libc.malloc.restype = ctypes.c_void_p
together = threading.Barrier(13)

def take():
    together.wait()
    libc.malloc(100)
    together.wait()

threads = [threading.Thread(target=take) for _ in range(12)]
for thread in threads:
    thread.start()
together.wait(), together.wait()
with tempfile.NamedTemporaryFile("r") as file:
    told = ctypes.c_void_p(libc.fopen(file.name.encode(), b"w"))
    libc.malloc_info(0, told), libc.fclose(told)
    print(file.read().count("<heap nr="))
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="another C library has other heaps")
def test_threads_share_a_few_heaps():
    def heaps(how: str) -> int:
        words = [sys.executable, "-c", HEAPS_OF_THREADS, how]
        return int(subprocess.run(words, cwd=ROOT, check=True, capture_output=True).stdout)

    assert heaps("shared") <= HEAPS < heaps("as usual")
