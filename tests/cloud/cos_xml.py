# SPDX-License-Identifier: GPL-3.0-or-later
"""The XML of COS: written from nested lists, read without entities and within
bounds."""

import re
import time
from xml.etree import ElementTree
from xml.sax.saxutils import escape

from errors import CosError

DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'
MAX_DEPTH = 8
# Not allowed in XML, not even escaped.
UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def write_xml(name, children):
    """children: text, or a list of (name, children) pairs."""
    return (DECLARATION + write_element(name, children)).encode()


def write_element(name, children):
    if isinstance(children, (list, tuple)):
        inner = "".join(write_element(child, content) for child, content in children)
    else:
        inner = escape(UNPRINTABLE.sub(lambda match: "%%%02X" % ord(match[0]), str(children)), {'"': "&quot;"})
    return f"<{name}>{inner}</{name}>"


def write_error(error, resource, request_id, trace_id):
    return write_xml("Error", [("Code", error.code), ("Message", error.message), ("Resource", resource),
                               ("RequestId", request_id), ("TraceId", trace_id)])


def read_xml(data, root_name, namespace=""):
    """The root element, without the namespace; no DOCTYPE, entities or depth beyond what COS itself has."""
    if b"<!" in data:
        raise CosError("MalformedXML", "The XML you provided has a declaration that is not allowed.")
    parser = ElementTree.XMLPullParser(("start", "end"))
    depth = 0
    root = None
    try:
        parser.feed(data)
        parser.close()
        for event, element in parser.read_events():
            depth += 1 if event == "start" else -1
            if event == "start":
                element.tag = element.tag.removeprefix(namespace)
            root = element if root is None else root
            if depth > MAX_DEPTH:
                raise CosError("MalformedXML", "The XML you provided is too deep.")
    except ElementTree.ParseError:
        raise CosError("MalformedXML", "The XML you provided was not well-formed.") from None
    if root is None or root.tag != root_name:
        raise CosError("MalformedXML", f"The XML you provided is not a {root_name}.")
    return root


def format_time(seconds):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))


def format_http_time(seconds):
    return time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(seconds))
