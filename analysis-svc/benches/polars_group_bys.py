"""The reference of `cargo bench -p analysis-svc --bench correlate`: the same columns, grouped by polars.

    python benches/polars_group_bys.py FILE ROWS KINDS

FILE has eight bytes a row (a little-endian float) for each column, one column after the other; KINDS a letter for each: `l` for
the two outcomes, `g` for a column to group by as it is, `n` for one to group by decile. Prints the seconds that the group-bys
and deciles took, the shorter of two runs, without reading.
"""

import sys
import time

import numpy as np
import polars as pl


def main():
    path, rows, kinds = sys.argv[1], int(sys.argv[2]), sys.argv[3]
    cells = np.fromfile(path, dtype="<f8").reshape(len(kinds), rows)
    names = ["pump", "rug"] + [f"f{number}" for number in range(len(kinds) - 2)]
    data = pl.DataFrame({name: cells[number] for number, name in enumerate(names)}).fill_nan(None)
    groups = [name for name, kind in zip(names, kinds) if kind == "g"]
    numbers = [name for name, kind in zip(names, kinds) if kind == "n"]

    def answer():
        counts = [pl.len(), pl.col("pump").mean(), pl.col("rug").mean()]
        for name in groups:
            data.group_by(name).agg(counts)
        for name in numbers:
            decile = pl.col(name).qcut(10, allow_duplicates=True).to_physical().alias("decile")
            data.select(decile, "pump", "rug").group_by("decile").agg(counts)

    seconds = []
    for _ in range(2):
        begun = time.perf_counter()
        answer()
        seconds.append(time.perf_counter() - begun)
    print(min(seconds))


main()
