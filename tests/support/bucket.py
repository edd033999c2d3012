"""A bucket on this machine that speaks as much of S3 as listing and reading take."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import escape

NAME = "pictures"


@contextmanager
def bucket(files: dict[str, bytes]) -> Iterator[str]:
    """Serve files, by their keys; gives what a URI of the bucket ends in."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_HEAD(self) -> None:
            self._answer(body=False)

        def do_GET(self) -> None:
            self._answer(body=True)

        def _answer(self, body: bool) -> None:
            asked = urlsplit(self.path)
            key = unquote(asked.path).removeprefix(f"/{NAME}").removeprefix("/")
            if not key:
                self._send(200, _listing(files, parse_qs(asked.query)), body, "application/xml")
            elif key in files:
                self._send(206 if "Range" in self.headers else 200, files[key], body)
            else:
                self._send(404, b"", body)

        def _send(self, code: int, data: bytes, body: bool, kind: str = "image/png") -> None:
            size = len(data)
            if code == 206:
                first, _, last = self.headers["Range"].removeprefix("bytes=").partition("-")
                data = data[int(first) : int(last or size - 1) + 1]
            self.send_response(code)
            if code == 206:
                self.send_header(
                    "Content-Range", f"bytes {first}-{int(first) + len(data) - 1}/{size}"
                )
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(data)))
            self.send_header("Last-Modified", "Sun, 29 Nov 2026 00:00:00 GMT")
            self.end_headers()
            if body:
                self.wfile.write(data)

        def log_message(self, *_) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        host = f"127.0.0.1:{server.server_address[1]}"
        yield f"?endpoint_override={host}&scheme=http&region=us-east-1"
    finally:
        server.shutdown()
        server.server_close()


def _listing(files: dict[str, bytes], asked: dict[str, list[str]]) -> bytes:
    """The answer of ListObjectsV2: files below a prefix, folders where there is a delimiter."""
    prefix, delimiter = (asked.get(name, [""])[0] for name in ("prefix", "delimiter"))
    found, folders = [], set()
    for key, data in sorted(files.items()):
        rest = key.removeprefix(prefix)
        if not key.startswith(prefix):
            continue
        if delimiter and delimiter in rest:
            folders.add(prefix + rest.partition(delimiter)[0] + delimiter)
        else:
            found.append(
                f"<Contents><Key>{escape(key)}</Key><Size>{len(data)}</Size>"
                "<LastModified>2026-11-29T00:00:00.000Z</LastModified></Contents>"
            )
    found += [f"<CommonPrefixes><Prefix>{escape(f)}</Prefix></CommonPrefixes>" for f in folders]
    return (
        '<?xml version="1.0" encoding="UTF-8"?><ListBucketResult>'
        f"<Name>{NAME}</Name><Prefix>{escape(prefix)}</Prefix><KeyCount>{len(found)}</KeyCount>"
        f"<IsTruncated>false</IsTruncated>{''.join(found)}</ListBucketResult>"
    ).encode()
