"""What makes many short tests cheap: one thread each, and no search for garbage among what all of them import."""

import gc
import os

os.environ.setdefault("OMP_NUM_THREADS", "1")  # small work waits for its threads; pytest-xdist's workers inherit it
gc.disable()


def pytest_collection_finish() -> None:
    """Modules stay, so that the collector need not walk over them again and again."""
    gc.freeze()
    gc.enable()
