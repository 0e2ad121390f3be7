"""The process of a family group conference as data and pure functions: no Flask, no SQL, no clock."""
