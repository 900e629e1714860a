"""The plan: what would run, and why, from what is there now."""

import pytest

from powerlake.pipeline.plan import planned
from powerlake.pipeline.runner import selected


@pytest.fixture
def actions(pipeline_of, fake_engine):
    """The action and reason of each job, with these tables empty and these jobs current."""

    def _actions(*, empty=(), current=(), force=False, **changes) -> dict[str, tuple[str, str]]:
        engine = fake_engine()
        engine.empty, engine.current = set(empty), set(current)
        steps = planned(selected(pipeline_of(**changes)), engine, force=force)
        assert engine.executed == []
        return {step.job.job: (step.action, step.reason) for step in steps}

    return _actions


def test_a_table_that_an_earlier_job_will_write_is_not_missing(actions) -> None:
    found = actions(empty=["bronze.load_curves_raw", "silver.load_curves"])
    assert set(found.values()) == {("run", "it has not run yet")}


def test_a_current_job_after_one_that_runs_depends_on_it(actions) -> None:
    found = actions(current=["silver.curves", "gold.features"])
    assert found["silver.curves"] == ("depends", "runs if bronze.raw changes what it reads")
    assert found["gold.features"] == ("depends", "runs if silver.curves changes what it reads")


def test_where_nothing_changed_nothing_runs(actions) -> None:
    everything = ["bronze.raw", "silver.curves", "gold.features", "ml.segments", "report.page"]
    assert set(actions(current=everything).values()) == {("unchanged", "as in run 7")}
    assert set(actions(current=everything, force=True).values()) == {("run", "forced")}


def test_a_needed_input_that_is_empty_blocks_what_needs_it(actions) -> None:
    found = actions(empty=["landing:metering/load_curves"])
    assert found["bronze.raw"] == ("blocked", "nothing in landing:metering/load_curves")
    assert found["gold.features"] == ("blocked", "needs silver.curves")
    assert found["report.page"][0] == "run"


def test_an_optional_job_without_input_is_left_out(actions) -> None:
    found = actions(empty=["landing:metering/load_curves"], bronze__raw={"optional": True})
    assert found["bronze.raw"] == ("left_out", "nothing in landing:metering/load_curves")
    assert found["silver.curves"][0] == "run"


def test_what_a_job_left_out_would_have_written_leaves_out_what_needs_it(actions) -> None:
    empty = ["landing:metering/load_curves", "bronze.load_curves_raw"]
    found = actions(empty=empty, bronze__raw={"optional": True})
    assert found["silver.curves"] == ("left_out", "nothing in bronze.load_curves_raw")


def test_a_job_that_reads_what_is_there_waits_for_what_will_be(actions) -> None:
    features = {"reads": (), "reads_if_there": ("silver.load_curves", "silver.meters")}
    empty = ["silver.load_curves", "silver.meters"]
    assert actions(empty=empty, gold__features=features)["gold.features"][0] == "run"
    found = actions(empty=[*empty, "bronze.load_curves_raw", "landing:metering/load_curves"],
                    bronze__raw={"optional": True}, gold__features=features)  # fmt: skip
    assert found["gold.features"] == ("left_out", "nothing in silver.load_curves, silver.meters")
