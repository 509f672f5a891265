"""Finds a Chromium for the browser tests, or installs one: `python -m tests.browser.chromium`."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
PRIVATE = ROOT / "var" / "browser"
NPM_PACKAGE = "@sparticuz/chromium@147.0.0"  # later ones want a newer Node to install
NONE_HERE = (
    "No Chromium here. Set CHROMIUM_PATH, install the package `chromium`, or run `make browser`, which tries to."
)
FONTS = """<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>{fonts}</dir><dir>/usr/share/fonts</dir><cachedir>{cache}</cachedir></fontconfig>
"""


@dataclass
class Found:
    """A browser that can be started: its program, and what it needs to run."""

    path: str
    arguments: list[str] = field(default_factory=list)
    environment: dict[str, str] = field(default_factory=dict)


def find() -> Found | None:
    """The first Chromium there is: named, the system's, Playwright's own, the one in var/browser."""
    for path in (
        os.environ.get("CHROMIUM_PATH"),
        "/usr/bin/chromium",
        "/usr/bin/chromium-browser",
        *_playwrights_own(),
    ):
        if path and os.access(path, os.X_OK):
            return Found(path)
    return _private()


def _playwrights_own() -> list[str]:
    caches = [Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH") or Path.home() / ".cache" / "ms-playwright")]
    return [
        str(path) for cache in caches for path in sorted(cache.glob("chromium-*/chrome-linux*/chrome"), reverse=True)
    ]


def _private() -> Found | None:
    program = PRIVATE / "chromium"
    if not program.exists():
        return None
    libraries = [str(path) for path in (PRIVATE / "al2023" / "lib", PRIVATE / "swiftshader", PRIVATE) if path.exists()]
    environment = {
        "LD_LIBRARY_PATH": ":".join(libraries),
        "FONTCONFIG_FILE": str(PRIVATE / "fonts.conf"),
        "VK_ICD_FILENAMES": str(PRIVATE / "swiftshader" / "vk_swiftshader_icd.json"),
    }
    return Found(str(program), ["--headless", "--disable-gpu"], environment)


def install() -> Found | None:
    """Installs a Chromium where that is possible, and says what it does."""
    if os.getuid() == 0 and shutil.which("apt-get"):
        print("Installing the package chromium …", flush=True)
        command = "apt-get install -y --no-install-recommends chromium fonts-noto-color-emoji"
        subprocess.run(f"{command} || (apt-get update && {command})", shell=True, stdout=subprocess.DEVNULL)
        if found := find():
            return found
    if npm := shutil.which("npm"):
        print("Installing a Chromium from npm into var/browser …", flush=True)
        _from_npm(npm)
    return find()


def _from_npm(npm: str) -> None:
    PRIVATE.mkdir(parents=True, exist_ok=True)
    command = [
        npm,
        "install",
        "--prefix",
        str(PRIVATE / "npm"),
        "--no-audit",
        "--no-fund",
        "--ignore-scripts",
        NPM_PACKAGE,
    ]
    if subprocess.run(command).returncode:
        return
    packed = PRIVATE / "npm" / "node_modules" / "@sparticuz" / "chromium" / "bin"
    for archive in sorted(packed.glob("*.br")):
        _unpack(archive)
    _write_fonts_file()


def _unpack(archive: Path) -> None:
    import brotli

    plain = brotli.decompress(archive.read_bytes())
    target = PRIVATE / archive.name.removesuffix(".br")
    target.write_bytes(plain)
    if target.suffix != ".tar":
        target.chmod(0o755)
        return
    folder = PRIVATE if target.stem in ("fonts", "swiftshader") and _has_folder(target) else PRIVATE / target.stem
    with tarfile.open(target) as tar:
        tar.extractall(folder, **({"filter": "data"} if hasattr(tarfile, "data_filter") else {}))
    target.unlink()


def _has_folder(path: Path) -> bool:
    with tarfile.open(path) as tar:
        return any(name.split("/")[0] == path.stem for name in tar.getnames())


def _write_fonts_file() -> None:
    # The one in the package points at the paths of another system, and form controls then crash the page.
    cache = PRIVATE / "font-cache"
    cache.mkdir(exist_ok=True)
    (PRIVATE / "fonts.conf").write_text(FONTS.format(fonts=PRIVATE / "fonts", cache=cache))


if __name__ == "__main__":
    here = find() or install()
    print(here.path if here else NONE_HERE)
    sys.exit(0 if here else 1)
