"""How far the Spark work under way has come, looked at from beside it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from powerlake.lake.store import Lake
from powerlake.pipeline.progress import Listener

LOOK_EVERY_S = 0.5


@contextmanager
def watched(lake: Lake, listener: Listener) -> Iterator[Listener]:
    """Tells the listener of finished and known Spark tasks twice a second, once there is a session. Starts none."""
    done = threading.Event()

    def look() -> None:
        while not done.wait(LOOK_EVERY_S):
            if "session" in vars(lake):
                _tell(lake, listener)

    watcher = threading.Thread(target=look, name="watch", daemon=True)
    watcher.start()
    try:
        yield listener
    finally:
        done.set()
        watcher.join()


def _tell(lake: Lake, listener: Listener) -> None:
    tracker = lake.session.sparkContext.statusTracker()
    stages = [tracker.getStageInfo(stage) for stage in tracker.getActiveStageIds()]
    total = sum(stage.numTasks for stage in stages if stage)
    if total:
        listener.progressed(sum(stage.numCompletedTasks for stage in stages if stage), total)
