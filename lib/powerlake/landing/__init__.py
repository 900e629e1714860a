"""What departments drop, read as it is: files found, recognised by header, and sorted into rows kept and refused.

This package ends where bronze begins. It gives Arrow tables in the declared schemas of bronze and quarantine; it
opens no Spark session and writes no Delta table.
"""
