"""A department's bronze into silver by workers, behind the suite."""

from datetime import UTC, datetime
from pathlib import Path

from powerlake.lake.store import Lake
from powerlake.pipeline.context import JobContext
from powerlake.project import Project
from powerlake.settings import load_settings
from powerlake.shards.feed_conforming import conform_department
from powerlake.shards.feed_intake import take_in
from powerlake.tables import TABLES

USAGE = "usage_id,customer_id,used_at,channel\nu1,c1,2024-02-29 23:30,weixin\nu1,c1,2024-02-29 23:30,weixin\n"


def test_workers_type_and_settle_and_a_second_run_finds_nothing(lake: Lake, repository: Path) -> None:
    file = lake.landing / "service" / "channel_usage" / "a.csv"
    file.parent.mkdir(parents=True)
    file.write_text(USAGE)
    settings = load_settings(Project(repository)).model_copy(update={"home": lake.home})
    ctx = JobContext(lake, settings, "run-1", started_at=datetime(2024, 3, 2, tzinfo=UTC))
    take_in(ctx, "service")
    counts = conform_department(ctx, "service").counts
    assert {name: counts[f"rows_{name}"] for name in ("received", "published", "duplicates")} == {
        "received": 2,
        "published": 1,
        "duplicates": 1,
    }
    (visit,) = lake.read(TABLES["silver.channel_usage"]).select("usage_id", "channel", "month", "edits").collect()
    assert tuple(visit) == ("u1", "wechat", "2024-02", ["alias:channel"])
    assert not list((lake.state / "conforming").iterdir())
    assert conform_department(ctx, "service").outcome == "unchanged"
