"""The same archive into dicts by lxml: `peer.py FILE`. Prints as `figures-mws read` does."""

import resource
import sys
import time
from decimal import Decimal

from lxml import etree


class Documents:
    """The documents of a file that follow each other, below one element, as lxml reads no more than one."""

    def __init__(self, path):
        self.file = open(path, "rb")
        self.file.readline()
        self.before = b"<all>"
        self.after = b"</all>"

    def read(self, size):
        part, self.before = self.before, b""
        part = part or self.file.read(size)
        if not part:
            part, self.after = self.after, b""
        return part


def local(tag):
    return tag.rpartition("}")[2]


def to_dict(element):
    if not len(element):
        return element.text
    members = {}
    for child in element:
        name, value = local(child.tag), to_dict(child)
        if name in members:
            if not isinstance(members[name], list):
                members[name] = [members[name]]
            members[name].append(value)
        else:
            members[name] = value
    return members


start = time.monotonic()
orders, total = 0, Decimal(0)
for _, element in etree.iterparse(Documents(sys.argv[1]), events=("end",), tag="{*}Order"):
    order = to_dict(element)
    orders += 1
    total += Decimal(order["OrderTotal"]["Amount"])
    # Frees the memory of what was read.
    element.clear()
    parent = element.getparent()
    while element.getprevious() is not None:
        del parent[0]
print(round((time.monotonic() - start) * 1000), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, orders, total)
