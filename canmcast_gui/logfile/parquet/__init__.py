"""Apache Parquet: one column for each field of a frame, for DuckDB, Polars and Spark.

| column | type | |
|---|---|---|
| timestamp | timestamp, nanoseconds, UTC | |
| channel | uint8 | from 1, 0 is unknown |
| arbitration_id | uint32 | |
| extended, remote, error, fd, brs, esi, tx | bool | |
| dlc | uint8 | the code in the frame, 0..15 |
| payload | binary | |

Notes stand in the file's own metadata, as JSON under "canmcast.notes". Needs pyarrow, which is an extra.
"""
