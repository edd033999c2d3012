"""Constants and paths that more than one room of the house needs."""

from pathlib import Path

from platformdirs import user_cache_path

ROOT = Path(__file__).resolve().parent.parent
ARTIFACTS_DIR = ROOT / "artifacts"
RUNS_DIR = ROOT / "runs"
CACHE_DIR = user_cache_path("real-vs-fake-faces")  # of the user

IMAGE_SIZE = 128  # side of the square the networks see, in pixels
LATENT_DIM = 128
CLASS_NAMES = ("fake", "real")  # index 0 = fake, 1 = real: Kaggle's folder order
FAKE, REAL = 0, 1
SPLITS = ("train", "valid", "test")
HARDEST_PAIR = "ffhq / stylegan"  # the two sources that share one pipeline to the byte
IMAGE_FORMATS = "JPEG, PNG, WebP, GIF, BMP, TIFF, HEIC, AVIF, JPEG 2000 or PPM"
IMAGE_SUFFIXES = frozenset(  # of the files that the decoder reads
    {
        *(".jpg", ".jpeg", ".jpe", ".jfif", ".mpo", ".png", ".apng", ".webp", ".gif", ".bmp"),
        *(".tif", ".tiff", ".dng", ".heic", ".heif", ".hif", ".avif", ".avifs"),
        *(".jp2", ".j2k", ".j2c", ".jpc", ".jpf", ".jpx", ".ppm", ".pgm", ".pbm", ".pnm"),
    }
)
TABLE_SUFFIXES = (".parquet", ".csv", ".jsonl")  # of what `classify --out` writes

# Stands in the metadata of every face that a generator of this app has painted.
GENERATED_MARK = "Real vs Fake Faces: a generated face, no photograph"

MAX_FILE_BYTES = 20 * 1024 * 1024
MAX_VIDEO_BYTES = 300 * 1024 * 1024
MAX_PIXELS = 64_000_000  # the largest common phone photos have 50 million
MIN_FACE_PX = 64  # below this the traces of a generator are gone
DETECTORS = ("blazeface", "haar")  # of faces; the first is the default
DEFAULT_DETECTOR = DETECTORS[0]
NETWORKS = ("both", "cnn", "second")  # a verdict can stand on; the first is the default
DEFAULT_NETWORK = NETWORKS[0]
BAR_AFTER_S = 0.5  # of a progress bar: what is done or fails sooner has none
STRATEGIES = ("none", "mirrored", "multiworker")  # to share out a training; the first is plain
