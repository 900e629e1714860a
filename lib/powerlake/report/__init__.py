"""The page: one self-contained HTML file, made from gold, silver, quarantine and ops tables.

`collect` asks a reader for small aggregates, `render` turns them into text. Neither reads a clock, so the same
tables give the same page.
"""

from powerlake.report.collect import collect
from powerlake.report.data import ReportData
from powerlake.report.render import render

__all__ = ["ReportData", "collect", "render"]
