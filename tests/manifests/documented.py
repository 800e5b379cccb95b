"""Whether deploy/documented.yaml is the documentation's Deployment with no change but the image.

documented.txt has the Deployment of OpenShift 4.17's documentation ("Configuring IP failover") as one line for each
value: its path, and the value as JSON. Both were written from the documentation, each by itself.
"""

import json
from pathlib import Path

IMAGE = "spec.template.spec.containers.0.image"


def problems(document, base):
    """What differs. The image must be the one that the other manifests name, and no longer the documentation's."""
    documentation = (Path(__file__).parent / "documented.txt").read_text()
    wanted = dict(line.split(" = ", 1) for line in documentation.splitlines() if not line.startswith("#"))
    found = dict(flat("", document))
    differ = {path for path in wanted.keys() | found.keys() if wanted.get(path) != found.get(path)}
    said = [
        f"{path} is {found.get(path, 'absent')}, in the documentation {wanted.get(path, 'absent')}"
        for path in sorted(differ - {IMAGE})
    ]
    image = json.dumps(base["spec"]["template"]["spec"]["containers"][0]["image"])
    if found.get(IMAGE) != image:
        said.append(f"its image is {found.get(IMAGE)}, of the other manifests {image}")
    return said


def flat(path, value):
    """Each value below `value` with its path."""
    if isinstance(value, dict) and value:
        for key, inner in value.items():
            yield from flat(f"{path}.{key}" if path else key, inner)
    elif isinstance(value, list) and value:
        for index, inner in enumerate(value):
            yield from flat(f"{path}.{index}", inner)
    else:
        yield path, json.dumps(value)
