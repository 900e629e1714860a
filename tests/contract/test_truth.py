"""The planted truth of the synthetic utility is for evaluation alone: nothing that reads data names its folder."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
LIBRARY = ROOT / "lib" / "powerlake"
SOURCES = sorted(
    path
    for folder in (LIBRARY, ROOT / "jobs", ROOT / "scripts")
    for path in folder.rglob("*")
    if path.suffix in {"", ".py"} and path.is_file()
)
NAMES_TRUTH = re.compile(r"""["'/]truth["'/]""")
WRITERS = (LIBRARY / "simulate", LIBRARY / "landing" / "adapters")
EVALUATION = LIBRARY / "models" / "suites"


def may_name_it(path: Path) -> bool:
    """The simulator and the adapters write it; `models/evaluate_*` and the suites compare with it."""
    if any(folder in path.parents for folder in (*WRITERS, EVALUATION)):
        return True
    return path.parent == LIBRARY / "models" and path.name.startswith("evaluate_")


def test_the_search_finds_those_who_may() -> None:
    assert any(NAMES_TRUTH.search(path.read_text(encoding="utf-8")) for path in SOURCES if may_name_it(path))


def test_nothing_but_evaluation_reads_the_truth() -> None:
    others = [path for path in SOURCES if not may_name_it(path)]
    assert len(others) > 100
    found = [path for path in others if NAMES_TRUTH.search(path.read_text(encoding="utf-8"))]
    assert [path.relative_to(ROOT).as_posix() for path in found] == []


def test_no_writer_reads_what_it_wrote() -> None:
    """The simulator gives its truth to files alone; nothing in it opens one."""
    for path in (LIBRARY / "simulate").glob("*.py"):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"read_table|read_parquet|ParquetFile", text), path.name
