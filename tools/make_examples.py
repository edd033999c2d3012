"""Make the example pictures of the app: faces that no one has, by MobileStyleGAN.

    python -m tools.make_examples

Needs the package random-face of requirements-data.lock. Writes artifacts/examples and the registry.
"""

import cv2
import numpy as np
from PIL import Image

from core.artifacts import register
from core.config import ARTIFACTS_DIR
from core.generators.mobilestylegan import MobileStyleGan
from core.imaging import encode

# Seeds from a range the training data never used (its MobileStyleGAN faces have seeds < 10,000).
PORTRAITS = {"Portrait A": 910_001, "Portrait B": 910_004, "Portrait C": 910_007}
GROUP = [910_010, 910_012, 910_013, 910_015]
PSI = 0.6


def main() -> None:
    generator = MobileStyleGan()
    for title, seed in PORTRAITS.items():
        _save(title, f"seed{seed}", generator.generate(seed, PSI), f"seed {seed}, psi {PSI}")
    faces = [generator.generate(seed, PSI) for seed in GROUP]
    _save("Group of four", "group", _group(faces), f"seeds {', '.join(map(str, GROUP))}, psi {PSI}")


def _group(faces: list[np.ndarray]) -> np.ndarray:
    """Four faces of different sizes on one plain wall."""
    canvas = np.full((760, 1200, 3), (214, 218, 222), np.uint8)
    places = [(40, 40, 420), (480, 20, 330), (830, 60, 320), (500, 400, 300)]
    for face, (x, y, side) in zip(faces, places, strict=True):
        canvas[y : y + side, x : x + side] = cv2.resize(
            face, (side, side), interpolation=cv2.INTER_AREA
        )
    return canvas


def _save(title: str, name: str, pixels: np.ndarray, made_from: str) -> None:
    image = Image.fromarray(pixels)
    image.thumbnail((1200, 760) if name == "group" else (512, 512), Image.Resampling.LANCZOS)
    (ARTIFACTS_DIR / "examples").mkdir(parents=True, exist_ok=True)
    file = f"examples/generated_{name}.jpg"
    (ARTIFACTS_DIR / file).write_bytes(encode(image, "JPEG", quality=92))
    register(
        f"example_{name}",
        file,
        kind="example",
        data=f"Generated: MobileStyleGAN (FFHQ), {made_from}",
        metrics={"title": title},
    )


if __name__ == "__main__":
    main()
