"""How like two sets of household curves are: distributions side by side, and whether a classifier tells them apart.

Curves are (customers, days, 48) kWh with NaN where missing. All measures are free of scale. Rows of the classifier are
customer-months, its features the project's own daily measures over the month and autocorrelations.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.stats import ks_2samp
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import GroupKFold, cross_val_predict
from threadpoolctl import threadpool_limits

from powerlake.loadcurve.day_measures import day_measures

POINTS = 48
LAGS = {"half_hour": 1, "hour": 2, "day": 48, "week": 336}
MIN_DAYS = 20
"""Complete days that a customer-month must have."""
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
FOLDS = 5
TREES = 100

Doubles = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Dates = npt.NDArray[np.datetime64]


@dataclass(frozen=True)
class Curves:
    """Curves of households and their dates (days,)."""

    kwh: Doubles
    dates: Dates

    @property
    def is_weekend(self) -> npt.NDArray[np.bool_]:
        return np.asarray((self.dates.astype("datetime64[D]").astype(np.int64) + 3) % 7 >= 5)

    @property
    def month(self) -> Ints:
        """(days,) months from the first date's."""
        month = self.dates.astype("datetime64[M]").astype(np.int64)
        return np.asarray(month - month.min())


@dataclass(frozen=True)
class Shapes:
    """Customer-months: features (rows, len(names)), and each row's customer (rows,)."""

    features: Doubles
    names: tuple[str, ...]
    customer: Ints

    def where(self, rows: npt.NDArray[np.bool_]) -> Shapes:
        """The same of these rows."""
        return Shapes(self.features[rows], self.names, self.customer[rows])


def distributions(curves: Curves) -> dict[str, Doubles]:
    """What is compared, by name: values of days or of customers, NaN left out."""
    kwh = curves.kwh
    day_mean, mean = kwh.mean(axis=2), np.nanmean(kwh, axis=(1, 2))
    peak = kwh.max(axis=2)
    profile = np.nanmean(kwh, axis=1) / mean[:, None]
    flat = kwh.reshape(len(kwh), -1)
    weekend = np.nanmean(day_mean[:, curves.is_weekend], axis=1) / np.nanmean(day_mean[:, ~curves.is_weekend], axis=1)
    found = {
        "load_factor_of_days": day_mean / np.where(peak > 0, peak, np.nan),
        "energy_of_days_to_customers_mean": day_mean / mean[:, None],
        "zero_share_of_customers": np.round(np.nanmean(np.where(np.isnan(kwh), np.nan, kwh == 0), axis=(1, 2)), 3),
        **{f"autocorrelation_{name}": _autocorrelation(flat, lag) for name, lag in LAGS.items()},
        "persistence_of_daily_energy": _autocorrelation(day_mean, 1),
        "distance_of_profile_to_mean_profile": np.sqrt(np.square(profile - profile.mean(axis=0)).mean(axis=1)),
        "weekend_to_weekday": weekend,
        "largest_to_mean": np.nanquantile(flat, 0.999, axis=1) / mean,
    }
    return {name: values[~np.isnan(values)] for name, values in found.items()}


def side_by_side(simulated: Curves, real: Curves) -> dict[str, dict[str, Any]]:
    """Name of a distribution → quantiles of both, and their Kolmogorov–Smirnov distance (0 alike, 1 apart)."""
    ours, theirs = distributions(simulated), distributions(real)
    return {
        name: {
            "simulated": np.quantile(ours[name], QUANTILES).tolist(),
            "real": np.quantile(theirs[name], QUANTILES).tolist(),
            "ks": float(ks_2samp(ours[name], theirs[name]).statistic),
        }
        for name in ours
    }


def month_shapes(curves: Curves) -> Shapes:
    """The customer-months with MIN_DAYS complete days."""
    customers, days, _ = curves.kwh.shape
    months = int(curves.month.max()) + 1
    group = (np.arange(customers)[:, None] * months + curves.month).ravel()
    daily = _daily(curves.kwh.reshape(-1, POINTS))
    complete = ~np.isnan(np.stack(list(daily.values()))).any(axis=0)
    count = np.bincount(group[complete], minlength=customers * months)
    features: dict[str, Doubles] = {}
    for name, values in daily.items():
        features[name], features[f"{name}_sd"] = _mean_and_sd(values[complete], group[complete], customers * months)
    month_mean = features.pop("mean")
    for name in ("mean_sd", "base", "base_sd", "peak", "peak_sd", "rise", "rise_sd", "fall", "fall_sd"):
        features[name] = features[name] / np.where(month_mean > 0, month_mean, np.nan)
    features |= _month_autocorrelations(curves.kwh, group.reshape(customers, days), customers * months)
    features["weekend"] = _weekend(daily["mean"], np.tile(curves.is_weekend, customers), group, month_mean)
    kept = (count >= MIN_DAYS) & (month_mean > 0)
    table = np.stack(list(features.values()), axis=1)[kept]
    return Shapes(table, tuple(features), np.flatnonzero(kept) // months)


def tell_apart(first: Shapes, second: Shapes, seed: int) -> tuple[Doubles, Ints, Ints]:
    """Out-of-fold probability to be of `first`, whether it is, and the customer, (rows,) each; folds over customers."""
    is_first = np.repeat([1, 0], [len(first.customer), len(second.customer)])
    customer = np.concatenate([first.customer, second.customer + first.customer.max() + 1])
    model = HistGradientBoostingClassifier(max_iter=TREES, random_state=seed)
    folds = GroupKFold(FOLDS, shuffle=True, random_state=seed)
    features = np.concatenate([first.features, second.features])
    with threadpool_limits(1, user_api="openmp"):  # threads that wait for a busy processor cost twenty times the work
        found = cross_val_predict(model, features, is_first, groups=customer, cv=folds, method="predict_proba")
    return found[:, 1], is_first, customer


def auc_of(probability: Doubles, is_first: Ints, weight: Doubles | None = None) -> float:
    """Area under the curve: 0.5 when the two cannot be told apart."""
    return float(roc_auc_score(is_first, probability, sample_weight=weight))


def _daily(kwh: Doubles) -> dict[str, Doubles]:
    """Measures of days (days,), NaN on days with a gap; shares of a day without use are NaN too."""
    found = day_measures(np.asarray(kwh, np.float32), np.arange(POINTS) * 24 // POINTS)
    whole = np.where(found.known == POINTS, 1.0, np.nan)
    energy, peak = np.where(found.energy > 0, found.energy, 1), np.where(found.peak > 0, found.peak, 1)
    return {
        "mean": whole * found.energy / POINTS,
        "load_factor": whole * energy / POINTS / peak,
        "base": whole * found.base,
        "peak": whole * found.peak,
        "rise": whole * found.rise,
        "fall": whole * found.fall,
        "night": whole * found.night / energy,
        "evening": whole * found.evening / energy,
        "zeros": whole * found.zeros / POINTS,
        "peak_point": whole * found.peak_point,
    }


def _mean_and_sd(values: Doubles, group: Ints, groups: int) -> tuple[Doubles, Doubles]:
    count = np.maximum(np.bincount(group, minlength=groups), 1)
    mean = np.bincount(group, values, groups) / count
    variance = np.bincount(group, np.square(values - mean[group]), groups) / count
    return mean, np.sqrt(variance)


def _month_autocorrelations(kwh: Doubles, group: Ints, groups: int) -> dict[str, Doubles]:
    """Of the half-hours of each month, pairs with the later one counted in the earlier one's month."""
    flat = kwh.reshape(len(kwh), -1)
    of_point = np.repeat(group, POINTS, axis=1)
    found = {}
    for name, lag in LAGS.items():
        earlier, later, at = flat[:, :-lag], flat[:, lag:], of_point[:, :-lag]
        known = ~np.isnan(earlier + later)
        found[f"autocorrelation_{name}"] = _correlation(earlier[known], later[known], at[known], groups)
    return found


def _correlation(first: Doubles, second: Doubles, group: Ints, groups: int) -> Doubles:
    """(groups,) Pearson's correlation of pairs; NaN where one of them does not vary."""
    count = np.maximum(np.bincount(group, minlength=groups), 1)
    ours = first - (np.bincount(group, first, groups) / count)[group]
    theirs = second - (np.bincount(group, second, groups) / count)[group]
    both = np.bincount(group, ours * theirs, groups)
    size = np.sqrt(np.bincount(group, ours**2, groups) * np.bincount(group, theirs**2, groups))
    return np.asarray(both / np.where(size > 0, size, np.nan))


def _autocorrelation(series: Doubles, lag: int) -> Doubles:
    """(customers,) over the pairs that are known."""
    earlier, later = series[:, :-lag], series[:, lag:]
    known = ~np.isnan(earlier + later)
    group = np.broadcast_to(np.arange(len(series))[:, None], known.shape)[known]
    return _correlation(earlier[known], later[known], group, len(series))


def _weekend(day_mean: Doubles, is_weekend: npt.NDArray[np.bool_], group: Ints, month_mean: Doubles) -> Doubles:
    """(groups,) mean of weekend days to that of all."""
    known = is_weekend & ~np.isnan(day_mean)
    count = np.bincount(group[known], minlength=len(month_mean))
    total = np.bincount(group[known], day_mean[known], len(month_mean))
    return np.asarray(total / np.where(count > 0, count, np.nan) / np.where(month_mean > 0, month_mean, np.nan))
