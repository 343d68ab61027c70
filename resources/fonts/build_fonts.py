"""Makes the program's font files from Noto Sans CJK (SC faces). Run by hand, with fontTools:

    python -m resources.fonts.build_fonts NotoSansCJK-Regular.ttc NotoSansCJK-Bold.ttc

Kept: all of GB 2312, Latin, Greek, Cyrillic, punctuation, arrows, mathematical, box and geometric symbols.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTCollection

FOLDER = Path(__file__).parent
BLOCKS = ((0x20, 0x17F), (0x370, 0x45F), (0x2000, 0x27BF), (0x2900, 0x297F), (0x2B00, 0x2B5F), (0x3000, 0x303F),
          (0xFF00, 0xFFEE))
NAMES = "堃喆镕瑄珺玥昇垚淼彧祎翀晞烨叡珮晳皓囍鍾榤峯"  # beyond GB 2312, frequent in given names


def characters() -> set[int]:
    """Code points that stay in the font."""
    kept = {ord(c) for c in NAMES}
    for low, high in BLOCKS:
        kept.update(range(low, high + 1))
    for lead in range(0xA1, 0xF8):
        for trail in range(0xA1, 0xFF):
            kept.update(ord(c) for c in bytes([lead, trail]).decode("gb2312", errors="ignore"))
    return kept


def make(source: Path, weight: str) -> None:
    """One file; named Noto Sans SC, so that it never hides a complete Noto Sans CJK of the system."""
    font = next(f for f in TTCollection(str(source)).fonts if f["name"].getDebugName(1) == "Noto Sans CJK SC")
    options = Options()
    options.layout_features = ["kern", "liga", "locl", "tnum", "lnum", "ccmp", "mark"]
    options.hinting = False
    options.desubroutinize = True
    options.name_IDs = ["*"]
    options.drop_tables += ["vhea", "vmtx", "VORG"]
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=characters())
    subsetter.subset(font)
    postscript = f"NotoSansSC-{weight}"
    for record in font["name"].names:
        renamed = {1: "Noto Sans SC", 4: f"Noto Sans SC {weight}", 6: postscript, 16: "Noto Sans SC"}.get(record.nameID)
        if renamed:
            record.string = renamed
    top = font["CFF "].cff
    top.fontNames = [postscript]
    top[0].FamilyName, top[0].FullName = "Noto Sans SC", f"Noto Sans SC {weight}"
    font.save(FOLDER / f"{postscript}.otf")


def main() -> None:
    """Makes both weights."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("regular", type=Path)
    arguments.add_argument("bold", type=Path)
    given = arguments.parse_args()
    make(given.regular, "Regular")
    make(given.bold, "Bold")


if __name__ == "__main__":
    main()
