"""The reference of `cargo bench -p analysis-svc --bench patterns`: the same alerts and conditions, searched by pysubgroup.

    python benches/pysubgroup_search.py FILE ROWS FEATURES VALUES

FILE has one byte an alert for each feature, one feature after the other, and then one byte an alert for the pump. Prints the
seconds that the search took, without reading and without laying the selectors out.
"""

import sys
import time

import numpy as np
import pandas as pd
import pysubgroup as ps


def main():
    path, rows, features, values = sys.argv[1], *map(int, sys.argv[2:5])
    cells = np.fromfile(path, dtype=np.int8).reshape(features + 1, rows)
    data = pd.DataFrame({f"f{feature}": cells[feature] for feature in range(features)})
    data["pump"] = cells[features].astype(bool)
    selectors = [ps.EqualitySelector(f"f{feature}", value) for feature in range(features) for value in range(values)]
    task = ps.SubgroupDiscoveryTask(
        data, ps.BinaryTarget("pump", True), selectors, result_set_size=5, depth=3, qf=ps.WRAccQF()
    )
    begun = time.perf_counter()
    found = ps.Apriori().execute(task)
    took = time.perf_counter() - begun
    best = found.to_dataframe().iloc[0]
    print(f"{took:.3f} {best['subgroup']}")


main()
