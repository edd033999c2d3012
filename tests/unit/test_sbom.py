"""The bill of materials names all that is installed and shipped, with checksums."""

import re

from core.artifacts import load_registry
from tools.sbom import LOCKS, bill


def test_every_package_of_the_lock_is_in_it_with_its_hashes():
    lock = "".join(lock.read_text() for lock in LOCKS)
    listed = [each for each in bill()["components"] if each["type"] == "library"]
    pinned = re.findall(r"^([\w.-]+)==([\w.+]+)", lock, re.MULTILINE)
    assert [(each["name"], each["version"]) for each in listed] == pinned
    assert all(each["purl"] == f"pkg:pypi/{each['name']}@{each['version']}" for each in listed)
    hashes = [each["externalReferences"][0]["hashes"] for each in listed]
    assert all(hashes) and sum(map(len, hashes)) == lock.count("--hash=sha256:")
    assert sum(bool(each.get("licenses")) for each in listed) > len(listed) / 2


def test_every_shipped_model_is_in_it_with_its_hash():
    listed = {each["name"]: each for each in bill()["components"] if each["type"] != "library"}
    known = load_registry()
    assert {"classifier_weights", "second_head", "generator_constants"} <= set(listed)
    for name, each in listed.items():
        assert each["hashes"] == [{"alg": "SHA-256", "content": known[name].sha256}]


def test_it_is_the_same_for_the_same_files():
    assert bill() == bill()
