"""Pictures and clips of the 3D view for a report: time and place burnt in, kept in the person's picture folder."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
from PySide6.QtCore import QObject, QStandardPaths, Qt, QTimer, Signal
from PySide6.QtGui import QImage

from data_sources.pictures import CLIP_FPS, WIDEST_CLIP_PX, Clip, PictureError, file_name, words_of, write_picture
from panels.desk import Desk
from panels.scene_frame import SceneFrame

LONGEST_CLIP_S = 12


class PictureExport(QObject):
    """Saves what the scene shows. `said` is emitted with a sentence for the person."""

    said = Signal(str)
    _written = Signal(str)

    def __init__(self, desk: Desk, frame: SceneFrame, folder: Path | None = None) -> None:
        super().__init__(frame)
        self._desk, self._frame = desk, frame
        self._folder = folder
        self._clip: Clip | None = None
        self._timer = QTimer(self, interval=round(1000 / CLIP_FPS))
        self._timer.timeout.connect(self._take_frame)
        self._written.connect(self.said)
        self.writer: threading.Thread | None = None

    @property
    def filming(self) -> bool:
        """A clip is being taken."""
        return self._clip is not None

    def save_picture(self) -> Path | None:
        """Saves a PNG; where, or None when it could not be."""
        now = self._desk.now()
        file = self._file(now, ".png")
        if file is None:
            return None
        try:
            write_picture(self._pixels(None), self._words(now), file)
        except PictureError as error:
            self.said.emit(str(error))
            return None
        self.said.emit(self.tr("Picture saved: %1").replace("%1", str(file)))
        return file

    def toggle_clip(self) -> None:
        """Begins a clip; the same again ends and saves it, as does its longest time."""
        if self._clip is None:
            self._clip = Clip()
            self._timer.start()
            self.said.emit(self.tr("Filming … the same key ends it, %1 s at most").replace("%1", str(LONGEST_CLIP_S)))
            return
        self._timer.stop()
        clip, self._clip = self._clip, None
        file = self._file(self._desk.now(), ".webp") if len(clip) else None
        if file is not None:
            self.writer = threading.Thread(target=self._write, args=(clip, file), name="clip-writer")
            self.writer.start()

    def finish(self) -> None:
        """The window closes: gives up a clip that is being taken and waits for one that is being written."""
        self._timer.stop()
        self._clip = None
        if self.writer is not None:
            self.writer.join()

    def _write(self, clip: Clip, file: Path) -> None:
        """In a thread of its own: encoding takes seconds."""
        try:
            clip.write(file)
        except PictureError as error:
            self._written.emit(str(error))
        else:
            self._written.emit(self.tr("Clip saved: %1").replace("%1", str(file)))

    def _take_frame(self) -> None:
        if self._clip is None:
            return
        self._clip.add(self._pixels(WIDEST_CLIP_PX), self._words(self._desk.now()))
        if len(self._clip) >= LONGEST_CLIP_S * CLIP_FPS:
            self.toggle_clip()

    def _words(self, now: int) -> tuple[str, str]:
        layout = self._desk.index.layout
        return words_of(self._frame.breadcrumb.words(), now, layout.time_zone, layout.surveyed)

    def _file(self, now: int, suffix: str) -> Path | None:
        folder = self._folder
        if folder is None:
            pictures = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.PicturesLocation)
            folder = Path(pictures or Path.home()) / "jiangyin-twin"
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            self.said.emit(self.tr("The folder %1 cannot be made: %2").replace("%1", str(folder))
                           .replace("%2", str(error.strerror)))
            return None
        selection = self._desk.layers.selection.current
        place = selection.id if selection is not None else self._desk.index.layout.code
        return folder / file_name(place, now, self._desk.index.layout.time_zone, suffix)

    def _pixels(self, widest: int | None) -> np.ndarray:
        """The scene with its overlays, (H, W, 3) uint8."""
        picture = self._frame.grab()
        if widest is not None and picture.width() > widest:
            picture = picture.scaledToWidth(widest, Qt.TransformationMode.SmoothTransformation)
        image = picture.toImage().convertToFormat(QImage.Format.Format_RGB888)
        rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
        return rows[:, : image.width() * 3].reshape(image.height(), image.width(), 3).copy()
