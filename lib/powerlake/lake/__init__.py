"""The lake: the only Spark session and the only Delta reads and writes.

`session` makes the session, `store` knows where a table is and what version it has, `bulk` spreads work over the
workers, `staging` writes files no reader can see yet, `publication` makes them visible all at once.
"""
