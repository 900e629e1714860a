"""The contests by name. Each takes the site and gives one contest."""

from collections.abc import Callable

from benchlib.contest import Contest
from benchlib.site import Site
from benchlib.works import cosine, daily, histogram, increment, ingest, kmeans, quality_gate, regressions

WORKS: dict[str, Callable[[Site], Contest]] = {
    "daily_sums": daily.sums,
    "daily_features": daily.features,
    "histogram": histogram.contest,
    "three_line": regressions.three_line,
    "par": regressions.par,
    "cosine": cosine.contest,
    "kmeans": kmeans.contest,
    "ingest_wide_csv": ingest.wide_csv,
    "ingest_long_csv": ingest.long_csv,
    "ingest_parquet": ingest.parquet,
    "increment": increment.contest,
    "quality_gate": quality_gate.contest,
}
