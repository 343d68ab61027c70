"""How long the desk takes from the start of its process to the first picture with containers, beside a bare plotter.

`import_s`: until everything is imported; `window_s`: until the window is made; `first_picture_s`: until a frame with
the containers of the port was drawn, the simulated port's own start included. The peer `pyvista_first_picture_s` is a
process that imports pyvista and draws as many boxes with glyph(), without data, window or panels. Medians of `--runs`.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks import report

ROOT = Path(__file__).resolve().parents[1]
MARKS = {"imported": "import_s", "window": "window_s", "first_picture": "first_picture_s"}
TIMEOUT_S = 60.0
_PEER = """
import time, numpy, pyvista
rng = numpy.random.default_rng(1)
points = pyvista.PolyData(rng.uniform(0, 3000, (20000, 3)))
points["scale"] = numpy.ones(20000)
boxes = points.glyph(geom=pyvista.Cube(x_length=12.2, y_length=2.4, z_length=2.6), scale=False, orient=False)
plotter = pyvista.Plotter(off_screen=True, window_size=(1920, 1080))
plotter.add_mesh(boxes)
plotter.show(auto_close=False)
print(time.monotonic(), flush=True)
"""


def desk_start() -> dict[str, float]:
    """Seconds from the start of the desk's process to each mark."""
    with tempfile.TemporaryDirectory() as folder:
        marks = Path(folder) / "marks"
        environment = {**os.environ, "JIANGYIN_START_MARKS": str(marks)}
        began = time.monotonic()
        desk = subprocess.Popen([sys.executable, str(ROOT / "main.py"), "desk"], env=environment, cwd=ROOT)
        found: dict[str, float] = {}
        try:
            while "first_picture_s" not in found and time.monotonic() - began < TIMEOUT_S:
                time.sleep(0.05)
                if desk.poll() is not None:
                    break
                lines = marks.read_text(encoding="utf-8").split("\n") if marks.exists() else []
                found = {MARKS[line.split()[0]]: float(line.split()[1]) - began for line in lines if line.strip()}
        finally:
            desk.terminate()
            desk.wait(20)
        if "first_picture_s" not in found:
            raise SystemExit("startup: the desk showed no containers; is there a display (xvfb-run helps)?")
        return found


def peer_start() -> float:
    """Seconds until the bare plotter has drawn."""
    began = time.monotonic()
    done = subprocess.run([sys.executable, "-c", _PEER], capture_output=True, text=True, check=True, timeout=TIMEOUT_S)
    return float(done.stdout.split()[-1]) - began


def main() -> None:
    """Runs the benchmark."""
    parser = report.parser("startup", "Time from the start of the process to the first picture with containers.")
    parser.add_argument("--runs", type=int, default=3, help="starts of each (default 3)")
    options = parser.parse_args()
    facts = report.machine()
    runs = [(desk_start(), peer_start()) for _ in range(options.runs)]
    figures = {name: report.percentile([ours[name] for ours, _ in runs], 0.5) for name in MARKS.values()}
    figures["pyvista_first_picture_s"] = report.percentile([peer for _, peer in runs], 0.5)
    figures["runs"] = options.runs
    report.show("startup", facts, figures, as_json=options.json)


if __name__ == "__main__":
    main()
