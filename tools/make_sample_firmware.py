"""Make the images in sample_root/firmware, octet for octet the same each time.

They hold a readable header and then noise, so that no two blocks are alike and a
wrong transfer shows in any checksum. Run it again after changing IMAGES.
"""

import hashlib
from pathlib import Path

FOLDER = Path(__file__).parent.parent / "sample_root" / "firmware"

IMAGES = {
    "bootrom.bin": 131_072,  # a multiple of 512: its last block is empty
    "fw-2.1.bin": 307_412,
    "u-boot.img": 626_904,
}
"""Octets of each image."""


def image(name: str, nbytes: int) -> bytes:
    """Return the content of an image."""
    header = f"tftptui sample image {name}, {nbytes} octets\n".encode()
    noise = hashlib.shake_128(name.encode()).digest(nbytes - len(header))
    return header + noise


def main() -> None:
    """Write all images."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, nbytes in IMAGES.items():
        (FOLDER / name).write_bytes(image(name, nbytes))
        print(f"{FOLDER / name}: {nbytes} octets")


if __name__ == "__main__":
    main()
