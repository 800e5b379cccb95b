"""Writes the licences and the notices of everything that is linked into vrrpd beside libc, as its licences ask for.

Each text stands once, below the names of all that it belongs to. What has no text of its own fails the build.
"""

import json
import re
import subprocess
import sys
from pathlib import Path

TEXTS = re.compile(r"(licen[sc]e|copying|copyright|unlicense|notice)([-._].*)?", re.IGNORECASE)


def output(*command):
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


def crates():
    """What is linked into the program: no tests, and nothing that only runs while it is built."""
    host = re.search(r"^host: (.+)$", output("rustc", "-vV"), re.MULTILINE).group(1)
    metadata = json.loads(output("cargo", "metadata", "--locked", "--format-version=1", f"--filter-platform={host}"))
    packages = {(package["name"], package["version"]): package for package in metadata["packages"]}
    tree = output(
        "cargo", "tree", "--locked", "--package=vrrpd", "--edges=normal,no-proc-macro", f"--target={host}",
        "--prefix=none", "--no-dedupe", "--format={p}",
    )  # fmt: skip
    names = {tuple(line.split()[:2]) for line in tree.splitlines()}
    linked = [packages[name, version.removeprefix("v")] for name, version in names]
    own = set(metadata["workspace_members"])
    return sorted(
        (package for package in linked if package["id"] not in own),
        key=lambda package: (package["name"], package["version"]),
    )


def texts(directory, extra=None):
    """The texts of licences in a directory."""
    paths = [path for path in sorted(directory.iterdir()) if TEXTS.fullmatch(path.name) and path.is_file()]
    if extra and directory / extra not in paths:
        paths.append(directory / extra)
    return [path.read_text(encoding="utf-8", errors="replace").replace("\r\n", "\n").strip("\n") for path in paths]


def main():
    owners = {}
    print("/usr/sbin/vrrpd is linked with these Rust crates. Their licences and notices are below.\n")
    for package in crates():
        name = f"{package['name']} {package['version']}"
        print(f"{name}: {package['license']}, {package['repository'] or 'https://crates.io/crates/' + package['name']}")
        found = texts(Path(package["manifest_path"]).parent, package["license_file"])
        if not found:
            sys.exit(f"deploy/packages/notices.py: {name} has no text of its licence")
        for text in found:
            owners.setdefault(text, []).append(name)

    release = output("rustc", "--version").split()[1]
    print(f"the standard library of Rust {release}: MIT OR Apache-2.0, with the notices in rust-library.html")

    for text, names in owners.items():
        print(f"\n{'-' * 78}\n{', '.join(names)}:\n\n{text}")


main()
