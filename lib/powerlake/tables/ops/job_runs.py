"""ops.job_runs: what every job did."""

from powerlake.tables.model import Column, Table
from powerlake.tables.parts import RUN_ID
from powerlake.tables.types import DATE, DOUBLE, INT, LONG, STRING, TIMESTAMP, map_of

JOB_RUNS = Table(
    "ops.job_runs",
    grain="one row per run, job and time it was started: a resumed run starts a failed job again",
    key=("run_id", "job", "started_at"),
    owner="platform",
    comment="What every job read, wrote and counted, and how it ended: enough to explain and re-make any gold row",
    columns=(
        RUN_ID,
        Column("pipeline", STRING, "Pipeline the run executed; null for a job run alone"),
        Column("job", STRING, "Job, named for the table it writes", nullable=False),
        Column(
            "outcome",
            STRING,
            "done, unchanged (its inputs were as before), left_out (an input is missing), failed, "
            "or not_run (it waits for one that failed)",
            nullable=False,
        ),
        Column("attempts", INT, "Times it was tried", unit="1", nullable=False),
        Column("started_at", TIMESTAMP, "Start", nullable=False),
        Column("seconds", DOUBLE, "Duration, retries included", unit="s", nullable=False),
        Column("start_date", DATE, "First local date of the window, where one was given"),
        Column("end_date", DATE, "Last local date of the window, where one was given"),
        Column("code_version", STRING, "powerlake version and a digest of its source", nullable=False),
        Column("conf_digest", STRING, "Digest of the configuration in force", nullable=False),
        Column("read_versions", map_of(STRING, LONG), "Delta version of every table read"),
        Column("written_versions", map_of(STRING, LONG), "Delta version of every table written"),
        Column("model_versions", map_of(STRING, STRING), "Version of every registered model used"),
        Column(
            "counts", map_of(STRING, LONG), "received, published, quarantined, duplicates, … as the job counted them"
        ),
        Column(
            "warnings", map_of(STRING, STRING), "Expectations of severity warn that did not hold, and what was found"
        ),
        Column("error", STRING, "Why it failed, one line"),
    ),
)
