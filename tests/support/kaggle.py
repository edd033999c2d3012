"""A server that speaks Kaggle's API, on this machine."""

import base64
import hashlib
import io
import json
import time
import zipfile
from collections.abc import Callable
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pandas as pd

from core.dataset.sources.kaggle import INNER
from tests.conftest import encode, texture

EACH = {"train": 14, "valid": 6, "test": 6}  # faces a class on the server


class Kaggle(ThreadingHTTPServer):
    """Kaggle's two endpoints, and faults to order."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.files = dict(files_of_kaggle())
        self.refusal = 0  # HTTP status to refuse with
        self.cut: set[str] = set()  # sent half the first time
        self.wrong: dict[str, bytes] = {}  # sent instead
        self.asked: list[str] = []
        self.ranges: list[str] = []
        self.pause_s = 0.0  # before each answer

    def handle_error(self, request, client_address):
        """A client that was killed in the middle is no fault."""


class _Handler(BaseHTTPRequestHandler):
    def log_message(self, *words):
        pass

    def do_POST(self):
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.server.refusal:
            self._send(b"{}", self.server.refusal)
            return
        name = asked.get("fileName") or "archive.zip"
        self.server.asked.append(name)
        if name not in self.server.files:
            self._send(b"{}", 404)
            return
        self.send_response(302)
        self.send_header("Location", f"/files/{name}")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def do_GET(self):
        time.sleep(self.server.pause_s)
        name = self.path.removeprefix("/files/")
        data = self.server.files[name]
        digest = base64.b64encode(hashlib.md5(data).digest()).decode()
        data = self.server.wrong.get(name, data)
        asked = self.headers.get("Range")
        if asked:
            self.server.ranges.append(name)
            data = data[int(asked.removeprefix("bytes=").rstrip("-")) :]
        self._send(data, 206 if asked else 200, digest, cut=name in self.server.cut)
        self.server.cut.discard(name)

    def _send(self, data: bytes, status: int, digest: str = "", cut: bool = False):
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        if digest:
            self.send_header("Accept-Ranges", "bytes")
            self.send_header("X-Goog-Hash", f"md5={digest}")
        self.end_headers()
        self.wfile.write(data[: len(data) // 2] if cut else data)
        if cut:
            self.close_connection = True


def pointed_at(port: int, put: Callable[[object, str, object], object] = setattr) -> None:
    """Let kagglehub ask this server: `put` sets an attribute."""
    from kagglesdk import kaggle_http_client

    place = f"http://127.0.0.1:{port}"
    put(kaggle_http_client, "get_endpoint", lambda environment: place)


@cache
def files_of_kaggle() -> dict[str, bytes]:
    files, archive = {}, io.BytesIO()
    with zipfile.ZipFile(archive, "w") as packed:
        for split, count in EACH.items():
            rows = []
            for label in ("real", "fake"):
                for number in range(count):
                    path = f"{split}/{label}/{label[0]}{number}.jpg"
                    files[f"{INNER}/{path}"] = encode(texture(label, number, 32), "JPEG")
                    packed.writestr(f"{INNER}/{path}", files[f"{INNER}/{path}"])
                    rows.append({"id": number, "label_str": label, "path": path})
            files[f"{split}.csv"] = pd.DataFrame(rows).to_csv().encode()
    return {**files, "archive.zip": archive.getvalue()}
