"""Parquet files of a home's tables, as every writer of ours makes them."""

from collections.abc import Sequence
from contextlib import ExitStack

import pyarrow as pa
import pyarrow.parquet as pq

from plummer.pipelines import storage


def open_file(
    stack: ExitStack, uri: str, schema: pa.Schema, dictionary: bool | Sequence[str] = True
) -> pq.ParquetWriter:
    """A writer of a new file; whole once the stack is closed, and nothing where it is closed by an error.

    Footers hold no minima and maxima, which would be ids and names in clear; pages have checksums.

    Args:
        stack: closes file and writer.
        uri: the file.
        schema: of what is written.
        dictionary: columns with few values; all or none by a flag.
    """
    return stack.enter_context(
        pq.ParquetWriter(
            stack.enter_context(storage.writing(uri)),
            schema,
            compression="zstd",
            use_dictionary=dictionary,
            write_statistics=False,
            write_page_checksum=True,
            store_schema=False,
        )
    )
