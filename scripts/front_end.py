"""Fetch the front-end files by npm and copy the few that pages load to static/vendor.

    python scripts/front_end.py              # copy; fetches first when node_modules is not there
    python scripts/front_end.py --install    # fetch anew, then copy

Nothing of it is committed: package-lock.json records digests and no addresses.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MODULES = ROOT / "node_modules"
VENDOR = ROOT / "src" / "forbear_server" / "ui" / "static" / "vendor"
FILES = {
    "@tabler/core/dist/css/tabler.min.css": "tabler.min.css",
    "echarts/dist/echarts.min.js": "echarts.min.js",
    "axe-core/axe.min.js": "axe.min.js",
}
ICONS = [
    "alert-circle",
    "alert-triangle",
    "arrow-left",
    "arrow-right",
    "arrows-exchange",
    "ban",
    "calendar",
    "chart-bar",
    "check",
    "chevron-down",
    "chevron-left",
    "chevron-right",
    "circle-check",
    "clipboard-list",
    "clock",
    "database",
    "database-import",
    "device-floppy",
    "download",
    "eye",
    "file-import",
    "file-text",
    "filter",
    "hand-stop",
    "home",
    "info-circle",
    "keyboard",
    "language",
    "leaf",
    "list-check",
    "lock",
    "logout",
    "menu-2",
    "message-circle",
    "mail",
    "microphone",
    "phone-off",
    "send",
    "brand-wechat",
    "message",
    "moon",
    "moon-stars",
    "phone",
    "player-pause",
    "player-play",
    "player-skip-forward",
    "report",
    "rotate-clockwise",
    "scale",
    "search",
    "settings",
    "shield-check",
    "star",
    "sun",
    "table",
    "upload",
    "user",
    "user-check",
    "users",
    "x",
    "history",
    "zzz",
    "receipt",
    "cash",
    "calculator",
    "timeline",
    "circle-x",
    "help",
    "adjustments-horizontal",
]


def install() -> None:
    npm = shutil.which("npm")
    if npm is None:
        sys.exit("npm is not installed: the pages need Tabler, ECharts and icons from it.")
    subprocess.run([npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=ROOT, check=True)


def copy() -> None:
    VENDOR.mkdir(parents=True, exist_ok=True)
    for source, target in FILES.items():
        text = (MODULES / source).read_text(encoding="utf-8")
        text = re.sub(r"(/\*|//)# sourceMappingURL=\S+( ?\*/)?", "", text)
        (VENDOR / target).write_text(text, encoding="utf-8")
    (VENDOR / "icons.svg").write_text(sprite(), encoding="utf-8")


def sprite() -> str:
    """One file of symbols; a page shows an icon with <use href="icons.svg#name">."""
    symbols = []
    for name in sorted(set(ICONS)):
        svg = (MODULES / "@tabler/icons/icons/outline" / f"{name}.svg").read_text(encoding="utf-8")
        body = re.search(r"<svg[^>]*>(.*)</svg>", svg, re.S)
        if body is None:
            sys.exit(f"{name}.svg has no drawing")
        drawing = re.sub(r"\s+", " ", body.group(1)).strip()
        symbols.append(
            f'<symbol id="{name}" viewBox="0 0 24 24" fill="none" stroke="currentColor" '
            f'stroke-width="2" stroke-linecap="round" stroke-linejoin="round">{drawing}</symbol>'
        )
    return '<svg xmlns="http://www.w3.org/2000/svg">' + "".join(symbols) + "</svg>\n"


if __name__ == "__main__":
    if "--install" in sys.argv[1:] or not MODULES.exists():
        install()
    copy()
    sys.stdout.write(f"{len(FILES)} files and {len(set(ICONS))} icons copied to {VENDOR.name}/\n")
