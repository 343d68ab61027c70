"""Writes the sounds of warnings: `python -m resources.sounds.make`. The graver, the higher, the more often, the longer.

Tones of some partials with soft edges; pitches and pulses after IEC 60601-1-8's idea that three or more quick pulses
mean high, two mean medium and one means low.
"""

from __future__ import annotations

import math
import struct
import wave
from pathlib import Path

RATE_HZ = 16_000
_EDGE_S = 0.012
_PARTIALS = ((1.0, 0.6), (2.0, 0.25), (3.0, 0.1), (4.0, 0.05))

SOUNDS = {
    "critical": ((880.0, 0.11), (0.0, 0.05), (880.0, 0.11), (0.0, 0.05), (1174.7, 0.20)),
    "high": ((784.0, 0.13), (0.0, 0.06), (784.0, 0.13), (0.0, 0.06), (784.0, 0.16)),
    "medium": ((587.3, 0.15), (0.0, 0.08), (523.3, 0.18)),
    "low": ((440.0, 0.16),),
}
"""Tones of each severity: pitch in hertz (0: a rest) and length in seconds."""


def samples(tones: tuple[tuple[float, float], ...], loudness: float = 0.5) -> list[int]:
    """The samples of tones one after another, 16 bit."""
    found = []
    for pitch, length in tones:
        count = round(length * RATE_HZ)
        for n in range(count):
            at = n / RATE_HZ
            edge = min(1.0, at / _EDGE_S, (length - at) / _EDGE_S) * math.exp(-3.0 * at / length)
            tone = sum(share * math.sin(2.0 * math.pi * pitch * k * at) for k, share in _PARTIALS) if pitch else 0.0
            found.append(round(32_767 * loudness * max(0.0, edge) * tone))
    return found


def write(folder: Path) -> None:
    """Writes a file for each severity."""
    for name, tones in SOUNDS.items():
        made = samples(tones)
        with wave.open(str(folder / f"{name}.wav"), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(RATE_HZ)
            file.writeframes(struct.pack(f"<{len(made)}h", *made))


if __name__ == "__main__":
    write(Path(__file__).resolve().parent)
