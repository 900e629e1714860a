"""Work orders and inspections of assets: what crews were sent to do, and what they saw."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from powerlake.simulate.equipment import Names
from powerlake.simulate.faults import RANDOM, ROUTINE, SUSPICION, History
from powerlake.simulate.hazards import Assets
from powerlake.simulate.outages import Outages
from powerlake.simulate.rows import at_second, ids, instants, rounded
from powerlake.simulate.utility import Bools, Dates, Floats, Ints, Utility

COMPONENTS = {
    "transformer": ("bushing", "winding", "contact", "tap_changer", "tank"),
    "switchgear": ("insulation", "arc_chamber", "contact", "mechanism", "control"),
    "feeder": ("insulator", "arrester", "joint", "pole", "conductor"),
}
"""Part worked on, by DEFECTS, and last without a defect."""
MISNAMED_SHARE = 0.25
"""Orders that name another part."""
COST_CNY = {"preventive": 900.0, "corrective": 6500.0, "replacement": 48_000.0}
"""Medians; chosen."""
FINDINGS = ("corrosion", "hot_spot", "hot_spot", "wear")
"""What a found defect looks like, by DEFECTS."""
FALSE_FINDINGS = ("wear", "corrosion", "leak", "vegetation")
FALSE_FINDING_PER_HEALTH = 0.012
"""Findings without a defect, by each point of health."""
SCORE_NOISE = 1.2
NOTES = {"nothing": "未见异常", "hot_spot": "红外测温偏高", "wear": "部件磨损", "corrosion": "锈蚀", "leak": "渗油"}
SELECTED = {ROUTINE: "routine", RANDOM: "random", SUSPICION: "suspicion"}

_TEXT = {"preventive": "定期检修", "corrective": "消缺", "replacement": "更换设备"}


def work_orders(utility: Utility, group: int, assets: Assets, history: History, outages: Outages) -> pa.Table:
    """Feed assets/work_orders: of failures, of defects put right in time, of maintenance and of replacements."""
    rng = utility.rng("work orders", group)
    failures = np.flatnonzero(~outages.is_planned)
    parts = [
        _orders(
            assets, "corrective", True, outages.asset[failures], outages.started[failures], outages.ended[failures]
        ),
        _daytime(utility, rng, assets, "corrective", history.remedied),
        _daytime(utility, rng, assets, "preventive", history.maintained),
        _daytime(utility, rng, assets, "replacement", history.replaced),
    ]
    kind, is_failure, asset, opened, closed = (np.concatenate(column) for column in zip(*parts, strict=True))
    order = np.lexsort((asset, opened))
    kind, asset, opened = kind[order], asset[order], opened[order]
    day = np.clip((opened.astype("datetime64[D]") - utility.dates[0]).astype(np.int64), 0, utility.days - 1)
    price = np.array([COST_CNY[name] for name in kind]) * rng.lognormal(0, 0.5, len(kind))
    return pa.table(
        {
            "work_order_id": ids(rng, "W", group, len(kind)),
            "asset_kind": assets.kind[asset],
            "asset_id": assets.asset_id[asset],
            "work_kind": kind,
            "opened_at": instants(opened),
            "closed_at": instants(closed[order], missing=closed[order] >= utility.dates[-1] + 1),
            "component": _components(rng, assets.kind[asset], history.defect[asset, day]),
            "is_failure": is_failure[order],
            "cost_cny": rounded(price, 2),
            "description": pa.array([_TEXT[name] for name in kind], pa.string()),
        }
    )


def inspections(utility: Utility, group: int, assets: Assets, history: History) -> pa.Table:
    """Feed assets/inspections of the assets; inspections of meters are made elsewhere."""
    rng = utility.rng("inspections", group)
    day, asset = np.nonzero(history.inspected.T)
    size = len(day)
    health, defect = history.health[asset, day], history.defect[asset, day]
    found = _findings(rng, health, defect, history.found[asset, day])
    score = 0.75 * health + 3.5 * history.severity[asset, day] + rng.normal(0, SCORE_NOISE, size)
    return pa.table(
        {
            "inspection_id": ids(rng, "N", group, size),
            "asset_kind": assets.kind[asset],
            "asset_id": assets.asset_id[asset],
            "inspected_at": instants(at_second(utility, rng, day, rng.integers(8, 17, size))),
            "selected_by": pa.array([SELECTED[why] for why in history.inspected[asset, day]], pa.string()),
            "finding_code": found,
            "score": rounded(np.clip(score, 0, 10), 1),
            "note": pa.array([NOTES.get(name, "") for name in found], pa.string()),
        }
    )


Parts = tuple[Names, Bools, Ints, Dates, Dates]


def _orders(assets: Assets, kind: str, is_failure: bool, asset: Ints, opened: Dates, closed: Dates) -> Parts:
    size = len(asset)
    return np.full(size, kind, "U16"), np.full(size, is_failure), asset, opened, closed


def _daytime(utility: Utility, rng: np.random.Generator, assets: Assets, kind: str, happened: Bools) -> Parts:
    """Orders for what happened (a, days), opened in working hours and done within days."""
    asset, day = np.nonzero(happened)
    opened = at_second(utility, rng, day, rng.integers(8, 17, len(day)))
    lasts = (rng.gamma(2.0, 9.0, len(day)) * 3600).astype("timedelta64[s]")
    return _orders(assets, kind, False, asset, opened, opened + lasts)


def _components(rng: np.random.Generator, kind: Names, defect: Ints) -> pa.Array:
    other = rng.integers(0, 5, len(kind))
    place = np.where(rng.random(len(kind)) < MISNAMED_SHARE, other, defect)
    return pa.array([COMPONENTS[name][which] for name, which in zip(kind, place, strict=True)], pa.string())


def _findings(rng: np.random.Generator, health: Floats, defect: Ints, is_found: Bools) -> Names:
    size = len(health)
    is_false = rng.random(size) < FALSE_FINDING_PER_HEALTH * health
    other = np.asarray(FALSE_FINDINGS)[rng.integers(0, len(FALSE_FINDINGS), size)]
    return np.where(is_found, np.asarray(FINDINGS)[defect], np.where(is_false, other, "nothing"))
