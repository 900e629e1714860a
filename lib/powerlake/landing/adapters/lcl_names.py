"""What the tables of Low Carbon London share: tariff codes, prices, region and clock."""

ZONE = "Europe/London"
REGION = "GB-ENG"
FLAT, DYNAMIC = "lcl_flat", "lcl_dtou"
GBP_PER_KWH = {"low": 0.0399, "normal": 0.1176, "high": 0.6720}
"""The dynamic tariff of 2013 by level announced."""
FLAT_GBP_PER_KWH = 0.14228
CNY_PER_GBP = 9.7
"""Of 2013, rounded: prices of this set stand for their proportions."""
TRIAL_FROM, DYNAMIC_FROM, DYNAMIC_TO = "2011-11-01", "2013-01-01", "2013-12-31"
"""The first month with readings, and the year of the dynamic tariff."""
