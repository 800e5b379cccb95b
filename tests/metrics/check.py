"""Reads what the suite `metrics` has left: with the parsers of Prometheus' own library, and with the schema in docs/.

Usage: check.py DIRECTORY SCHEMA
"""

import json
import sys
from pathlib import Path

import jsonschema
from prometheus_client.openmetrics import parser as openmetrics
from prometheus_client import parser as text


def families(name, parse, body):
    """Every sample, as name, labels and value; families that are worth their names."""
    samples = {}
    for family in parse(body):
        if not family.documentation:
            raise SystemExit(f"{name}: {family.name} is not explained")
        if family.type == "unknown":
            raise SystemExit(f"{name}: {family.name} has no type")
        if not family.samples:
            continue
        for sample in family.samples:
            labels = dict(sample.labels)
            # OpenMetrics writes a bound as a floating-point number, the older text as it likes.
            if "le" in labels:
                labels["le"] = float(labels["le"])
            series = (sample.name, tuple(sorted(labels.items())))
            if series in samples:
                raise SystemExit(f"{name}: twice: {series}")
            samples[series] = sample.value
    return samples


def main(directory, schema):
    directory = Path(directory)
    read = lambda file: (directory / file).read_text(encoding="utf-8")
    pages = {
        "metrics.txt": families("metrics.txt", text.text_string_to_metric_families, read("metrics.txt")),
        "metrics.openmetrics": families(
            "metrics.openmetrics", openmetrics.text_string_to_metric_families, read("metrics.openmetrics")
        ),
    }
    for name, samples in pages.items():
        if len(samples) < 150:
            raise SystemExit(f"{name}: only {len(samples)} samples")
    # Both forms have the same series; they were asked for one after the other, so values may differ.
    old, new = (set(samples) for samples in pages.values())
    differing = {series for series in old ^ new if not series[0].endswith("_created")}
    if differing:
        raise SystemExit(f"only one of both forms has: {sorted(differing)}")

    schema = json.loads(Path(schema).read_text(encoding="utf-8"))
    validator = jsonschema.validators.validator_for(schema)
    validator.check_schema(schema)

    def check(what, document, kind):
        # The definitions have their own `$defs`: each is judged as a document of its own.
        errors = list(validator(schema["$defs"][kind]).iter_errors(document))
        for error in errors:
            print(f"{what}: {error.json_path}: {error.message}", file=sys.stderr)
        if errors:
            raise SystemExit(f"{what} is not as docs/status.schema.json says")

    for file in ("status.json", "status.socket.json"):
        document = json.loads(read(file))
        check(file, document, "status")
        # The schema is no schema if it takes everything.
        del document["routers"][0]["state"]
        if validator(schema["$defs"]["status"]).is_valid(document):
            raise SystemExit("the schema does not ask for a router's state")
    events = [json.loads(line) for line in read("events.jsonl").splitlines()]
    if len(events) < 10:
        raise SystemExit(f"only {len(events)} events")
    for event in events:
        check(f"event {event['sequence']}", event, "event")
    print(
        f"{len(old)} series in both forms, {len(events)} events and the status are as Prometheus' library and "
        "docs/status.schema.json want them"
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
