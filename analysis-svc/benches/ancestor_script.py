"""The reference of `cargo bench -p analysis-svc --bench correlate`: the same columns, answered as a plain script answers them
that has a dict per alert, and walks through all of them for every feature.

    python benches/ancestor_script.py FILE ROWS KINDS

FILE, ROWS and KINDS as in polars_group_bys.py. For a feature to group by: how many alerts have each value, and their rates of pumps and
of rugs; for a number: its means among pumps, among rugs and among the others, and the rates by decile. No
intervals, no tests. Prints the seconds of one run, without reading.
"""

import struct
import sys
import time


def read(path, rows, kinds):
    """A dict per alert; None where a value is unknown."""
    names = ["pump", "rug"] + [f"f{number}" for number in range(len(kinds) - 2)]
    alerts = [{} for _ in range(rows)]
    with open(path, "rb") as file:
        for name in names:
            values = struct.unpack(f"<{rows}d", file.read(8 * rows))
            for alert, value in zip(alerts, values):
                alert[name] = None if value != value else value
    return names[2:], alerts


def rate(alerts, outcome):
    known = [alert for alert in alerts if alert.get(outcome) is not None]
    return sum(1 for alert in known if alert[outcome] == 1.0) / len(known) if known else 0.0


def by_value(alerts, feature):
    groups = {}
    for alert in alerts:
        value = alert.get(feature)
        if value is not None:
            groups.setdefault(value, []).append(alert)
    return {value: (len(group), rate(group, "pump"), rate(group, "rug")) for value, group in groups.items()}


def mean(values):
    return sum(values) / len(values) if values else 0.0


def by_number(alerts, feature):
    known = [alert for alert in alerts if alert.get(feature) is not None]
    means = {
        "pumps": mean([alert[feature] for alert in known if alert.get("pump") == 1.0]),
        "rugs": mean([alert[feature] for alert in known if alert.get("rug") == 1.0]),
        "others": mean([alert[feature] for alert in known if alert.get("pump") == 0.0]),
    }
    ordered = sorted(known, key=lambda alert: alert[feature])
    deciles = []
    for decile in range(10):
        part = ordered[len(ordered) * decile // 10 : len(ordered) * (decile + 1) // 10]
        if part:
            deciles.append((part[0][feature], len(part), rate(part, "pump"), rate(part, "rug")))
    return means, deciles


def main():
    path, rows, kinds = sys.argv[1], int(sys.argv[2]), sys.argv[3]
    features, alerts = read(path, rows, kinds)
    begun = time.perf_counter()
    report = {"pump": rate(alerts, "pump"), "rug": rate(alerts, "rug")}
    for feature, kind in zip(features, kinds[2:]):
        report[feature] = by_value(alerts, feature) if kind == "g" else by_number(alerts, feature)
    print(time.perf_counter() - begun)


main()
