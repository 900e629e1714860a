"""The column types in use, by short names. They are Arrow's; Spark's derive from them."""

import pyarrow as pa

STRING = pa.string()
BOOLEAN = pa.bool_()
TINYINT = pa.int8()
SMALLINT = pa.int16()
INT = pa.int32()
LONG = pa.int64()
FLOAT = pa.float32()
DOUBLE = pa.float64()
DATE = pa.date32()
TIMESTAMP = pa.timestamp("us", tz="UTC")


def array_of(item: pa.DataType) -> pa.DataType:
    """An array whose items are `item`."""
    return pa.list_(item)


def map_of(key: pa.DataType, item: pa.DataType) -> pa.DataType:
    """A map from `key` to `item`."""
    return pa.map_(key, item)
