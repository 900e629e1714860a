"""Public data sets in the contract's form: each covers a part of what a utility's departments deliver."""

from __future__ import annotations

from pathlib import Path

from powerlake.errors import ConfigurationError
from powerlake.landing.adapters.aemo_price_demand import AEMO_PRICE_DEMAND
from powerlake.landing.adapters.azure_pdm import AZURE_PDM
from powerlake.landing.adapters.ett import ETT
from powerlake.landing.adapters.lcl_london import LCL_LONDON
from powerlake.landing.adapters.model import Adapter
from powerlake.landing.adapters.sgsc_households import SGSC_HOUSEHOLDS
from powerlake.landing.adapters.uci_credit_default import UCI_CREDIT_DEFAULT
from powerlake.landing.adapters.write import Adapted, write_adapted
from powerlake.landing.adapters.zhejiang_daily_weather import ZHEJIANG_DAILY_WEATHER

ADAPTERS: dict[str, Adapter] = {
    adapter.name: adapter
    for adapter in (
        SGSC_HOUSEHOLDS,
        LCL_LONDON,
        ZHEJIANG_DAILY_WEATHER,
        AEMO_PRICE_DEMAND,
        ETT,
        UCI_CREDIT_DEFAULT,
        AZURE_PDM,
    )
}


def adapt(name: str, source: Path, out: Path) -> Adapted:
    """Write the public data set `name`, which lies in `source`, below `out`: see `write_adapted`.

    Raises ConfigurationError for a name that none has.
    """
    if name not in ADAPTERS:
        raise ConfigurationError(f"there is no adapter {name}", remedy=f"use one of: {', '.join(ADAPTERS)}")
    return write_adapted(ADAPTERS[name], source, out)
