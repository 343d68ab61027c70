"""The 3D scene under load, beside two usual ways to draw the same boxes, in one run.

    python -m benchmarks.scene --json [--containers 20000] [--movers 500] [--seals 1000] [--size 1920x1080]

Our scene is drawn whole (port, sea, sky, names, boxes, vehicles, seals) at full size while the camera goes round the
port and vehicles drive: in the desk's own viewport (`frame_ms_...`; needs a display, xvfb-run will do) and without
a display (`offscreen_...`). The peers draw the same boxes, vehicles and seals and nothing else. A frame ends when the
last pixel is there (glFinish). All take turns pose by pose, so a busy machine burdens them alike; `..._low` is the
lower quartile, which other programs disturb least, and `..._cpu_ms_median` what all threads of this process worked for
a frame, which they hardly disturb at all: on N idle cores a frame takes at least an Nth of it.

`close_up_frame_ms_median`: one block fills the picture, all others are off it. `tick_ms_p95`: what the GUI thread
spends on a tick with `--tick-movers` fixes and `--moves` container moves (layers and scene, without drawing),
`tick_cpu_ms_...`: the same without waiting for a core;
`pyvista_tick_ms`: the same by glyph(). `settle_ticks`: ticks until all of it is in the picture. `pick_wrong`: pixels
out of `--picks` where our answer is not the nearest of all boxes. `memory_mb`: what the full scene needs above the
empty one. `build_ms`: from filled tables to a scene with nothing pending.
"""

from __future__ import annotations

import argparse
import gc
import os
import platform
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import psutil
from vtkmodules.vtkRenderingCore import vtkRenderWindow

from benchmarks import report
from benchmarks.scene_world import World
from layers.boxes import join
from layers.selection import Selection
from scene.camera import Pose
from scene.driver import float_depth
from scene.picking import ray_boxes
from scene.quality import QUALITIES, SOFTWARE
from scene.scene import Scene

PATIENCE_S = 120.0



class Windowed:
    """Our scene in the desk's viewport."""

    def __init__(self, scene: Scene, size: tuple[int, int]) -> None:
        from PySide6.QtGui import QSurfaceFormat
        from PySide6.QtWidgets import QApplication

        from scene.canvas import surface_format
        from scene.viewport import Viewport

        self._application = QApplication.instance()
        if self._application is None:
            QSurfaceFormat.setDefaultFormat(surface_format())
            self._application = QApplication(["benchmark"])
        self.scene = scene
        self._view = Viewport(scene)
        self._view.resize(*size)
        self._view.show()
        end = time.monotonic() + 10.0
        while not self._view.frames and time.monotonic() < end:
            self._application.processEvents()
        if not self._view.frames:
            raise SystemExit("scene: the window draws nothing")

    def frame(self, pose: Pose) -> None:
        """One whole frame."""
        self.scene.camera.move_to(pose, at_once=True)
        drawn = self._view.frames
        self._view.request_render()
        while self._view.frames == drawn:
            self._application.processEvents()
        self._view.finish()

    def close(self) -> None:
        """Frees the window."""
        self._view.finalise()
        self._view.close()


class Offscreen:
    """Our scene without a display."""

    def __init__(self, scene: Scene, size: tuple[int, int]) -> None:
        self.scene = scene
        # Not by `scene.offscreen`: that prefers EGL, and one thread cannot change between EGL and the window's GLX.
        self.window = vtkRenderWindow()
        self.window.SetOffScreenRendering(True)
        self.window.SetMultiSamples(scene.quality.samples)
        self.window.SetFrameBlitModeToNoBlit()
        self.window.SetSize(*size)
        self.window.AddRenderer(scene.renderer)
        scene.camera.set_size(*size)

    def frame(self, pose: Pose) -> None:
        """One whole frame."""
        self.scene.camera.move_to(pose, at_once=True)
        self.scene.look()
        self.window.Render()
        float_depth(self.window)
        self.window.WaitForCompletion()
        self.window.ReleaseCurrent()

    def close(self) -> None:
        """Frees the window."""
        self.scene.renderer.ReleaseGraphicsResources(self.window)
        self.window.RemoveRenderer(self.scene.renderer)
        self.window.Finalize()
        self.scene.close()


def poses(count: int, home: Pose) -> list[Pose]:
    """Once round the port, nearer and further, higher and lower."""
    turn = np.linspace(0.0, 2.0 * np.pi, count, endpoint=False)
    return [
        replace(home, azimuth_deg=home.azimuth_deg + float(np.degrees(t)), elevation_deg=float(27 - 7 * np.cos(2 * t)),
                distance_m=home.distance_m * float(1.0 + 0.35 * np.sin(3 * t)))
        for t in turn
    ]


def settle(scene: Scene, now_ms: int) -> int:
    """Sync until nothing is pending; returns how often."""
    end, count = time.monotonic() + PATIENCE_S, 0
    scene.sync(now_ms)
    while scene.pending and time.monotonic() < end:
        count += 1
        if not scene.sync(now_ms):
            time.sleep(0.005)
    return count


def timed(work: Callable[[], Any]) -> float:
    """Milliseconds."""
    start = time.perf_counter()
    work()
    return (time.perf_counter() - start) * 1000.0


def worked(work: Callable[[], Any], clock: Callable[[], float]) -> tuple[float, float]:
    """Milliseconds that passed, and those that `clock` (of a thread or the process) counted."""
    before = clock()
    passed = timed(work)
    return passed, (clock() - before) * 1000.0


def rss_mb() -> float:
    """Memory of this process, megabytes (10^6 bytes)."""
    gc.collect()
    return float(psutil.Process().memory_info().rss) / 1e6


def frame_figures(name: str, times: list[float]) -> dict[str, float]:
    """Median, 95th percentile and lower quartile of frames."""
    return {f"{name}_ms_median": report.percentile(times, 0.5), f"{name}_ms_p95": report.percentile(times, 0.95),
            f"{name}_ms_low": report.percentile(times, 0.25)}


def frames(world: World, options: argparse.Namespace, ours: Offscreen, made: Callable[[], Scene]) -> dict[str, float]:
    """All ways of drawing, pose by pose."""
    scene = ours.scene
    ways: dict[str, Any] = {"offscreen_frame": ours}
    if platform.system() != "Linux" or os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"):
        other = made()
        settle(other, world.harbour.now)
        ways["frame"] = Windowed(other, options.size)
    if not options.no_peers:
        from benchmarks import scene_peers as peers

        columns = peers.Columns(world.harbour.layers)
        ways["glyph_mapper_frame"] = peers.GlyphMapper(columns, options.size)
        ways["pyvista_frame"] = peers.Pyvista(columns, options.size)
    way = poses(options.frames, scene.camera.pose)
    slow = max(1, options.frames // options.peer_frames)
    times: dict[str, list[float]] = {name: [] for name in ways}
    cpu: dict[str, list[float]] = {name: [] for name in ways}
    for number, pose in enumerate([way[-1], *way]):
        changed = world.tick(moves=1)
        world.harbour.step(**changed)
        for name, thing in ways.items():
            if isinstance(thing, (Offscreen, Windowed)):
                thing.scene.sync(world.harbour.now)
            elif number > 1 and number % slow:
                continue
            took, used = worked(lambda thing=thing, pose=pose: thing.frame(pose), time.process_time)
            if number:
                times[name].append(took)
                cpu[name].append(used)
    found: dict[str, float] = {}
    for name, values in times.items():
        found |= frame_figures(name, values)
        found[f"{name}_cpu_ms_median"] = report.percentile(cpu[name], 0.5)
    found.setdefault("frame_ms_median", float("nan"))
    block = world.layout.blocks[len(world.layout.blocks) // 2]
    x, y = np.mean(block.outline, axis=0)
    near = Pose((float(x), float(y), 4.0), 222.0, 25.0, 235.0)
    view = ways.get("frame", ours)
    close_up = [replace(near, azimuth_deg=near.azimuth_deg + a) for a in np.linspace(0.0, 90.0, options.frames)]
    found |= frame_figures("close_up_frame", [timed(lambda p=p: view.frame(p)) for p in close_up][1:])
    if "pyvista_frame" in ways:
        shift = np.full((options.moves, 3), 1.0)
        found["pyvista_tick_ms"] = timed(lambda: ways["pyvista_frame"].move(shift))
    for name, thing in ways.items():
        if name != "offscreen_frame":
            thing.close()
    scene.camera.move_to(replace(near, distance_m=330.0), at_once=True)
    return found


def ticks(world: World, options: argparse.Namespace, ours: Offscreen) -> dict[str, float]:
    """Ticks with many fixes and moves, as one heartbeat of the GUI thread works them off."""
    scene, times, cpu, settled = ours.scene, [], [], []
    for _ in range(options.ticks):
        changed = world.tick(movers=options.tick_movers, moves=options.moves)

        def beat(changed: Any = changed) -> None:
            world.harbour.step(**changed)
            scene.sync(world.harbour.now)

        took, used = worked(beat, time.thread_time)
        times.append(took)
        cpu.append(used)
        settled.append(settle(scene, world.harbour.now))
        ours.frame(scene.camera.pose)
    return {"tick_ms_median": report.percentile(times, 0.5), "tick_ms_p95": report.percentile(times, 0.95),
            "tick_ms_low": report.percentile(times, 0.25), "tick_cpu_ms_median": report.percentile(cpu, 0.5),
            "tick_cpu_ms_p95": report.percentile(cpu, 0.95), "settle_ticks": max(settled)}


def picks(world: World, options: argparse.Namespace, scene: Scene) -> dict[str, float]:
    """Random pixels, each checked against all boxes of the yard, one by one."""
    layers = world.harbour.layers
    for other in (layers.vehicles, layers.seals, layers.cranes):
        other.set_visible(False)  # the truth below knows boxes only
    boxes = join([layers.containers.block(b).boxes for b in range(len(layers.containers.blocks))])
    base, size = boxes.base.astype(np.float64), boxes.size.astype(np.float64)
    number = world.harbour.containers.number
    dice = np.random.default_rng(3)
    width, height = options.size
    times, cpu, wrong, met = [], [], 0, 0
    for x, y in zip(dice.uniform(0, width, options.picks), dice.uniform(0, height, options.picks), strict=True):
        eye, direction = scene.camera.ray(x, y)
        answers: list[Selection | None] = []
        took, used = worked(lambda x=x, y=y, answers=answers: answers.append(scene.pick(x, y)), time.thread_time)
        found = answers[0]
        times.append(took)
        cpu.append(used)
        distance = ray_boxes(eye, direction, base, size, boxes.bearing_deg)
        nearest = float(distance.min())
        if np.isfinite(nearest):
            same = np.flatnonzero(distance <= nearest + 1e-6)
            right = {Selection("container", str(number[boxes.rows[at]])) for at in same}
            ok = found in right or (found is not None and found.kind in ("building", "gate"))
            met += 1
        else:
            ok = found is None or found.kind != "container"
        wrong += not ok
    return {"pick_ms_median": report.percentile(times, 0.5), "pick_ms_p95": report.percentile(times, 0.95),
            "pick_cpu_ms_p95": report.percentile(cpu, 0.95), "pick_wrong": wrong, "pick_boxes_met": met}


def measure(options: argparse.Namespace) -> dict[str, float]:
    """All figures."""
    movers = max(options.movers, options.tick_movers)
    world = World(options.containers, movers, options.seals)

    def made() -> Scene:
        return Scene(world.index, world.harbour.layers, QUALITIES[options.quality])

    def full() -> Scene:
        scene = made()
        settle(scene, world.harbour.now)
        return scene

    scene = full()
    ours = Offscreen(scene, options.size)
    ours.frame(scene.camera.pose)
    before = rss_mb()
    world.fill()
    build_ms = timed(lambda: settle(scene, world.harbour.now))
    ours.frame(scene.camera.pose)
    found = {"build_ms": build_ms, "memory_mb": rss_mb() - before}
    found |= ticks(world, options, ours)
    world.keep(options.movers)
    settle(scene, world.harbour.now)
    found |= frames(world, options, ours, made)
    found |= picks(world, options, scene)
    ours.close()
    return found


def main() -> None:
    """Runs the benchmark."""
    parser = report.parser("scene", "The 3D scene under load, beside pyvista glyph() and vtkGlyph3DMapper.")
    parser.add_argument("--containers", type=int, default=20_000)
    parser.add_argument("--movers", type=int, default=500, help="vehicles while frames are measured")
    parser.add_argument("--seals", type=int, default=1_000)
    parser.add_argument("--size", type=_size, default=(1920, 1080), help="WxH pixels (default 1920x1080)")
    parser.add_argument("--quality", choices=sorted(QUALITIES), default=SOFTWARE.name)
    parser.add_argument("--tick-movers", type=int, default=2_000)
    parser.add_argument("--moves", type=int, default=100, help="container moves a tick")
    parser.add_argument("--frames", type=int, default=60)
    parser.add_argument("--peer-frames", type=int, default=15)
    parser.add_argument("--ticks", type=int, default=40)
    parser.add_argument("--picks", type=int, default=1_000)
    parser.add_argument("--no-peers", action="store_true", help="ours alone, for work on it")
    options = parser.parse_args()
    facts = report.machine()
    found = measure(options)
    counts = {"containers": options.containers, "movers": options.movers, "seals": options.seals,
              "width_px": options.size[0], "height_px": options.size[1]}
    report.show("scene", facts, {**counts, **found}, as_json=options.json)


def _size(text: str) -> tuple[int, int]:
    try:
        width, height = (int(part) for part in text.lower().split("x"))
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not WxH, as 1920x1080") from None
    return width, height


if __name__ == "__main__":
    main()
