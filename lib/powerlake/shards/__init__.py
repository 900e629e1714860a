"""What a worker does with its part of a bulk table: read files, run a kernel, stage files.

A shard is one month of one meter bucket, the unit in which bulk tables are written. A task is a small picklable
description; its function reads and writes only what the task names, so Spark may run it anywhere and again. The
bulk tables are written by no other way.
"""
