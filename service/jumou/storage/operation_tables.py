"""The tables of a plan in operation: actual values and decisions on proposals. Rows are only ever added."""

from typing import Final

from jumou.storage.tables import record_table

actuals: Final = record_table("actuals")
adjustments: Final = record_table("adjustments")
