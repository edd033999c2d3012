"""What is opened as a video, what is refused and in which words; no file leads to another."""

import io
import os
import socket
import threading
import time
from contextlib import contextmanager
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from core.errors import UserError
from core.inference.live import container
from core.inference.live.container import MAX_FRAME_PIXELS, open_video, video_stream
from tests.conftest import encode
from tests.unit.live.films import film, squares

SDP = "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video {port} RTP/AVP 96\n"
SDP += "a=rtpmap:96 H264/90000\n"
FFCONCAT = "ffconcat version 1.0\nfile {path}\n"
HLS = "#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\n{path}\n#EXT-X-ENDLIST\n"
DASH = '<?xml version="1.0"?>\n<MPD type="static"><Period><BaseURL>{path}</BaseURL></Period></MPD>'
TEXTS = {
    "SDP": SDP.encode(),
    "ffconcat": FFCONCAT.encode(),
    "HLS": HLS.encode(),
    "DASH": DASH.encode(),
    "playlist with umlauts": "Mädchen.mp4\r\n".encode("latin-1"),
    "with a byte order mark": "\ufeffffconcat version 1.0\n".encode(),
    "UTF-16": "ffconcat version 1.0\nfile a.mp4\n".encode("utf-16"),
    "subtitles": b"[Script Info]\nScriptType: v4.00+\n",
    "metadata": b";FFMETADATA1\ntitle=x\n",
    "long": b"http://127.0.0.1:9/a.mp4\n" * 100_000,
}


def _refusal(data: bytes) -> str:
    with pytest.raises(UserError) as refused, open_video(io.BytesIO(data)) as opened:
        video_stream(opened)
    return str(refused.value)


@contextmanager
def _untouched(path: Path):
    """A pipe that must not be opened: whoever did so would let the writer through."""
    os.mkfifo(path)
    touched = threading.Event()

    def wait() -> None:
        with path.open("wb"):
            touched.set()

    writer = threading.Thread(target=wait, daemon=True)
    writer.start()
    yield
    seen = touched.is_set()
    reader = os.open(path, os.O_RDONLY | os.O_NONBLOCK)  # lets the writer go, however late it comes
    writer.join(10)
    os.close(reader)
    assert not seen


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_a_text_is_refused_before_ffmpeg_sees_it(monkeypatch, text):
    asked = []
    monkeypatch.setattr(container.av, "open", lambda *a, **k: asked.append(a))
    assert "is a text, not a video" in _refusal(text)
    assert not asked


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_list_of_files_that_is_not_plainly_text_opens_none_of_them(tmp_path, monkeypatch):
    """A zero byte takes it past the look for texts: FFmpeg's own whitelist holds it up."""
    monkeypatch.chdir(tmp_path)  # FFmpeg looks for relative names only
    with _untouched(Path("other.mp4")):
        assert "not a video" in _refusal(FFCONCAT.format(path="other.mp4").encode() + b"\0")


def test_a_stream_description_that_is_not_plainly_text_opens_no_port():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    data, said = SDP.format(port=port).encode() + b"\0", []
    opening = threading.Thread(target=lambda: said.append(_refusal(data)), daemon=True)
    opening.start()
    while opening.is_alive():  # an open port is taken, and FFmpeg waits for seconds at it
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.bind(("127.0.0.1", port))
        time.sleep(0.005)
    assert "not a video" in said[0]


def test_ffmpeg_is_told_neither_a_name_nor_a_way_to_other_files(tmp_path, monkeypatch):
    path = tmp_path / "clip.mp4"
    path.write_bytes(film(squares(3)))
    given, real = {}, av.open

    def spy(file, **options):
        given.update(options, name=getattr(file, "name", None))
        return real(file, **options)

    monkeypatch.setattr(container.av, "open", spy)
    with open_video(path):
        pass
    assert given["name"] is None
    assert given["container_options"]["protocol_whitelist"] == "none"
    with pytest.raises(PermissionError):
        given["io_open"]("other.mp4", 0, {})


@pytest.mark.parametrize(
    "name", ["Meeting:part2.mov", "a%03d.mp4", "concat:a.mp4|b.mp4", "-i.mp4", "pipe:0", "é ü.mp4"]
)
def test_any_file_name_will_do(tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    Path(name).write_bytes(film(squares(3)))
    with open_video(Path(name)) as opened:
        assert (video_stream(opened).width, video_stream(opened).height) == (640, 360)


@pytest.mark.parametrize(
    "kind", ["JPEG", "PNG", "GIF", "WEBP", "BMP", "TIFF", "JPEG2000", "PPM", "AVIF", "HEIF"]
)
def test_a_picture_is_called_one(portrait, kind):
    words = _refusal(encode(portrait[::4, ::4], kind))
    assert "is a picture, not a video" in words and "Photo page" in words


@pytest.mark.parametrize("kind", ["TIFF", "MPO", "HEIF"])
def test_pictures_of_several_pages_are_no_videos(portrait, kind):
    page = Image.fromarray(portrait[::4, ::4])
    data = encode(page, kind, save_all=True, append_images=[page.rotate(90)])
    assert "is a picture, not a video" in _refusal(data)


@pytest.mark.parametrize("kind", ["GIF", "PNG", "AVIF"])
def test_animations_are_videos(portrait, kind):
    pages = [Image.fromarray(np.roll(portrait[::4, ::4], 9 * i, 1)) for i in range(5)]
    data = encode(pages[0], kind, save_all=True, append_images=pages[1:], duration=100)
    with open_video(io.BytesIO(data)) as opened:
        stream = video_stream(opened)
        assert len(list(opened.decode(stream))) == 5


def test_a_picture_of_too_many_pixels_is_still_a_picture():
    assert "is a picture, not a video" in _refusal(encode(np.zeros((9000, 9000), np.uint8)))


def test_an_animation_that_cannot_be_played_says_what_to_do(portrait):
    pages = [Image.fromarray(portrait[::4, ::4]).rotate(90 * i) for i in range(3)]
    words = _refusal(encode(pages[0], "WEBP", save_all=True, append_images=pages[1:]))
    assert "WebP animation" in words and "MP4" in words


def _sound(kind: str, codec: str, cover: bytes | None = None) -> bytes:
    buffer = io.BytesIO()
    with av.open(buffer, "w", format=kind) as written:
        stream = written.add_stream(codec, rate=44100)
        picture = None
        if cover is not None:
            with av.open(io.BytesIO(cover)) as source:
                picture = written.add_stream_from_template(source.streams.video[0])
                picture.disposition = av.stream.Disposition.attached_pic
                packet = next(source.demux(video=0))
                packet.stream = picture
                written.mux(packet)
        layout = stream.codec_context.format.name
        kinds = {"s16": np.int16, "s32": np.int32, "flt": np.float32}
        wave = np.zeros((2, 44100), kinds[layout.rstrip("p")])
        wave = wave if layout.endswith("p") else wave.reshape(1, -1)
        frame = av.AudioFrame.from_ndarray(wave, format=layout, layout="stereo")
        frame.sample_rate = 44100
        for part in (frame, None):
            written.mux(stream.encode(part))
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("kind", "codec"),
    [
        ("mp3", "libmp3lame"),
        ("wav", "pcm_s16le"),
        ("flac", "flac"),
        ("adts", "aac"),
        ("ipod", "aac"),
    ],
)
def test_a_sound_file_has_no_video(kind, codec):
    assert "no video in it" in _refusal(_sound(kind, codec))


def test_a_cover_picture_is_no_video(portrait):
    data = _sound("flac", "flac", cover=encode(portrait[::4, ::4], "JPEG"))
    with av.open(io.BytesIO(data)) as opened:
        assert len(opened.streams.video) == 1
    assert "no video in it" in _refusal(data)


def test_an_empty_file_and_noise():
    assert "is empty" in _refusal(b"")
    assert "not a video this app can read" in _refusal(np.random.default_rng(0).bytes(100_000))


def test_a_file_that_may_not_be_read(tmp_path):
    with pytest.raises(UserError, match="cannot be read"), open_video(tmp_path):
        pass


def _two_streams(kind: str, default: int) -> bytes:
    """The first stream is small and short, the second large; one of them is marked default."""
    buffer, sizes = io.BytesIO(), ((180, 320), (360, 640))
    with av.open(buffer, "w", format=kind) as written:
        streams = []
        for number, (height, width) in enumerate(sizes):
            stream = written.add_stream("mpeg4", rate=20)
            stream.height, stream.width, stream.pix_fmt = height, width, "yuv420p"
            stream.disposition = av.stream.Disposition(int(number == default))
            streams.append(stream)
        for stream, size, count in zip(streams, sizes, (10, 30), strict=True):
            for pixels in squares(count, size=size, side=60):
                written.mux(stream.encode(av.VideoFrame.from_ndarray(pixels, format="rgb24")))
            written.mux(stream.encode(None))
    return buffer.getvalue()


@pytest.mark.parametrize("kind", ["mp4", "matroska"])
@pytest.mark.parametrize("default", [0, 1])
def test_the_default_stream_is_shown_wherever_it_stands(kind, default):
    with open_video(io.BytesIO(_two_streams(kind, default))) as opened:
        assert video_stream(opened).index == default


def test_frames_beyond_the_limit_are_refused_before_they_are_decoded():
    data = bytearray(film(squares(1), "avi", "rawvideo", pix_fmt="bgr24"))
    side = int(MAX_FRAME_PIXELS**0.5) + 2
    at = data.index(b"strf") + 12  # width and height in BITMAPINFOHEADER
    data[at : at + 8] = side.to_bytes(4, "little") * 2
    assert "frames are too large (more than 67 million pixels)" in _refusal(bytes(data))


def test_opening_ends_however_slowly_a_file_comes(monkeypatch):
    monkeypatch.setattr(container, "OPEN_LIMIT_S", 0.3)

    class Slow(io.BytesIO):
        reads = 0

        def read(self, size=-1):
            self.reads += 1
            time.sleep(0.05)
            return super().read(min(size, 4096))

    noise = np.random.default_rng(0).integers(0, 255, (40, 240, 320, 3), dtype=np.uint8)
    slow = Slow(film(noise, "mpegts"))
    with pytest.raises(UserError, match="could not be opened within"), open_video(slow):
        pass
    assert slow.reads < 40
