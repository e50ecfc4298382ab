"""Files with the rows of tables, CSV or Parquet, as the rows that a database is filled with."""
