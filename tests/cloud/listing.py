# SPDX-License-Identifier: GPL-3.0-or-later
"""What all listings of COS have in common: page sizes, encoding, delimiters."""

import re
from urllib.parse import quote

from errors import CosError


def read_count(request, name, default, maximum):
    text = request.get(name)
    if text is None or text == "":
        return default
    if not re.fullmatch(r"[0-9]{1,9}", text):
        raise CosError("InvalidArgument", f"{name} is not a number.")
    return min(int(text), maximum)


def make_encoder(request):
    kind = request.get("encoding-type")
    if kind not in (None, "", "url"):
        raise CosError("InvalidArgument", "encoding-type can only be url.")
    return (lambda text: quote(text, safe="")) if kind == "url" else (lambda text: text)


def split_by_delimiter(keys, prefix, delimiter):
    """In order: ("key", key) or ("prefix", common prefix), each once."""
    entries = []
    for key in keys:
        cut = key.find(delimiter, len(prefix)) if delimiter else -1
        entry = ("key", key) if cut < 0 else ("prefix", key[:cut + len(delimiter)])
        if not entries or entries[-1] != entry:
            entries.append(entry)
    return entries
