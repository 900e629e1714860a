"""Losses of transformer areas, and meters that may hang elsewhere than recorded."""

from __future__ import annotations

from typing import Any

from powerlake.report.data import AreaLoss, LineLoss, Suspect, Suspects
from powerlake.report.queries import Query, records, rows, text_list

AREAS_SHOWN = 24
FLAGGED_SHOWN = 10
SUSPECTS_SHOWN = 12
WHOLE_MONTH_DAYS = 25
"""Days that a month must have been compared over to be shown; one just begun says little."""
_LOSS = "gold.line_loss"
_SUSPECTS = "gold.topology_suspects"
_AREA = (
    "transformer_id, feeder_id, supplied_kwh, loss_rate, technical_rate, unexplained_kwh, usual_rate, estimated_share, "
    "meters, is_outlier, reasons"
)


def read_line_loss(query: Query) -> LineLoss:
    """The latest month compared as a whole, else the latest at all."""
    asked = f"""
        select month from {_LOSS} group by month
        order by date_diff('day', min(from_date), max(to_date)) + 1 >= {WHOLE_MONTH_DAYS} desc, month desc limit 1
    """
    month = records(query, asked, _LOSS)[0]["month"]
    of_month = f"from {_LOSS} where month = {text_list([month])}"
    total = f"""
        select
            min(from_date) as from_date, max(to_date) as to_date,
            count(*) as areas,
            count(*) filter (is_outlier) as outliers,
            count(*) filter (unknown_meters > 0) as with_unknown_meters,
            sum(supplied_kwh) as supplied_kwh,
            sum(sold_kwh) as sold_kwh,
            sum(technical_kwh) / nullif(sum(supplied_kwh) filter (technical_kwh is not null), 0) as technical_rate,
            sum(estimated_kwh) as estimated_kwh
        {of_month}
    """
    reasons = f"""
        with told as (select unnest(reasons) as reason {of_month})
        select reason, count(*) as areas from told group by reason order by areas desc, reason
    """
    areas = f"select {_AREA} {of_month} and loss_rate is not null"
    by_rate = "order by loss_rate desc, transformer_id limit"
    return LineLoss(
        month=month,
        **records(query, total, _LOSS)[0],
        reasons=tuple((row["reason"], row["areas"]) for row in rows(query, reasons)),
        worst=tuple(map(_area, rows(query, f"{areas} {by_rate} {AREAS_SHOWN}"))),
        flagged=tuple(map(_area, rows(query, f"{areas} and is_outlier {by_rate} {FLAGGED_SHOWN}"))),
    )


def _area(row: dict[str, Any]) -> AreaLoss:
    return AreaLoss(**row | {"reasons": tuple(row["reasons"] or ())})


def read_suspects(query: Query) -> Suspects:
    """How many meters are suspect, and those with the strongest evidence."""
    total = f"""
        select
            count(*) as judged,
            count(*) filter (is_suspect) as suspects,
            min(from_date) as from_date,
            max(to_date) as to_date
        from {_SUSPECTS} having count(*) > 0
    """
    strongest = f"""
        select meter_id, feeder_id, recorded_transformer_id, likely_transformer_id, evidence, lost_share, gained_share,
            mean_kw
        from {_SUSPECTS} where is_suspect order by evidence desc, meter_id limit {SUSPECTS_SHOWN}
    """
    return Suspects(
        **records(query, total, _SUSPECTS)[0],
        strongest=tuple(Suspect(**row) for row in rows(query, strongest)),
    )
