"""Lines of JSON to a Parquet file: `python -m cli.parquet ROWS OUT`, in .venv-parquet."""

import json
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq


def main() -> None:
    """Convert the file that the first argument names."""
    source, target = map(Path, sys.argv[1:])
    rows = [json.loads(line) for line in source.read_text("utf-8").splitlines()]
    pq.write_table(pa.Table.from_pylist(rows), target, compression="zstd")


if __name__ == "__main__":
    main()
