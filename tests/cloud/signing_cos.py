# SPDX-License-Identifier: GPL-3.0-or-later
"""The COS signature (q-sign-algorithm=sha1): computing and checking it, from
the Authorization header or the query of a presigned URL."""

import hashlib
import hmac
import re
from email.utils import parsedate_to_datetime
from urllib.parse import quote

from errors import CosError

FIELDS = ("q-sign-algorithm", "q-ak", "q-sign-time", "q-key-time", "q-header-list", "q-url-param-list", "q-signature")
TOKEN = "x-cos-security-token"
# In strict mode these must be signed when they are sent; so must all x-cos-*, except the token (the official
# SDK adds it after signing).
STRICT_HEADERS = ("content-length", "content-md5", "content-type", "range", "host")
MAX_SKEW = 15 * 60


def encode(text):
    """Headers reach us as Latin-1, everything else as text: both end as the bytes that were sent."""
    return quote(text if isinstance(text, bytes) else text.encode("utf-8"), safe="")


def join_pairs(pairs):
    encoded = sorted((encode(name).lower(), encode(value)) for name, value in pairs)
    return "&".join(name + "=" + value for name, value in encoded)


def make_http_string(method, path, params, headers):
    return f"{method.lower()}\n{path}\n{join_pairs(params)}\n{join_pairs(headers)}\n"


def make_sign_key(secret_key, key_time):
    return hmac.new(secret_key.encode(), key_time.encode(), hashlib.sha1).hexdigest()


def make_string_to_sign(key_time, http_string):
    return f"sha1\n{key_time}\n{hashlib.sha1(http_string.encode()).hexdigest()}\n"


def compute_signature(secret_key, key_time, http_string):
    sign_key = make_sign_key(secret_key, key_time)
    return hmac.new(sign_key.encode(), make_string_to_sign(key_time, http_string).encode(), hashlib.sha1).hexdigest()


def make_authorization(secret_id, secret_key, key_time, method, path, params, headers):
    """For clients written in Python: params and headers are lists of pairs, all of them are signed."""
    signature = compute_signature(secret_key, key_time, make_http_string(method, path, params, headers))
    header_list = ";".join(sorted(encode(name).lower() for name, _ in headers))
    param_list = ";".join(sorted(encode(name).lower() for name, _ in params))
    return (f"q-sign-algorithm=sha1&q-ak={secret_id}&q-sign-time={key_time}&q-key-time={key_time}"
            f"&q-header-list={header_list}&q-url-param-list={param_list}&q-signature={signature}")


def parse_fields(text):
    fields = {}
    for item in text.split("&"):
        name, separator, value = item.partition("=")
        if not separator or name not in FIELDS or name in fields:
            raise CosError("AccessDenied", "The Authorization header is malformed.")
        fields[name] = value
    return fields


def find_fields(request):
    """The seven fields from wherever they are; None for an anonymous request."""
    in_query = {name: value for name, value in request.params if name in FIELDS}
    header = request.headers.get("authorization")
    if header is not None and in_query:
        raise CosError("InvalidArgument", "Only one way of signing may be used in a request.")
    if header is None and not in_query:
        return None
    fields = parse_fields(header) if header is not None else in_query
    if set(fields) != set(FIELDS) or fields["q-sign-algorithm"] != "sha1":
        raise CosError("AccessDenied", "The signature is malformed: a field is missing or not known.")
    return fields


def split_list(text, what):
    names = text.split(";") if text else []
    if names != sorted(set(names)) or text != text.lower():
        raise CosError("SignatureDoesNotMatch", f"The {what} must be lower case, in order and without repeats.")
    return names


def check_times(request, fields, now):
    times = []
    for name in ("q-sign-time", "q-key-time"):
        if not re.fullmatch(r"[0-9]{1,12};[0-9]{1,12}", fields[name]):
            raise CosError("AccessDenied", f"{name} is malformed.")
        times.append([int(part) for part in fields[name].split(";")])
    start = max(time[0] for time in times)
    end = min(time[1] for time in times)
    date = request.headers.get("date")
    if start - now > MAX_SKEW or (date and abs(parse_date(date) - now) > MAX_SKEW):
        raise CosError("RequestTimeTooSkewed", "The difference between the request time and the server's time is "
                       "too large.")
    if end < now or start >= end:
        raise CosError("AccessDenied", "Request has expired")


def parse_date(text):
    try:
        return parsedate_to_datetime(text).timestamp()
    except (TypeError, ValueError):
        raise CosError("AccessDenied", "The Date header is malformed.") from None


def check_token(request, key, now):
    token = request.headers.get(TOKEN)
    if token is None:
        token = next((value for name, value in request.params if name == TOKEN), "")
    if not key.token:
        if token:
            raise CosError("AccessDenied", "A permanent key has no token.")
        return
    if token != key.token:
        raise CosError("AccessDenied", "The token does not belong to the temporary key.")
    if key.expires < now:
        raise CosError("ExpiredToken", "The token has expired.")


def pick_signed(names, pairs, what):
    known = {}
    for name, value in pairs:
        known[encode(name).lower()] = (name, value)
    missing = [name for name in names if name not in known]
    if missing:
        raise CosError("SignatureDoesNotMatch", f"A {what} in the list is not in the request: {missing[0]}")
    return [known[name] for name in names]


def check_strict(request, headers, params):
    for name in request.headers:
        is_listed = name in STRICT_HEADERS or name.startswith("x-cos-")
        if is_listed and name not in headers and name != TOKEN:
            raise CosError("AccessDenied", f"Strict signature missing header that must be signed: {name}")
    for name, _ in request.params:
        if name not in FIELDS and name != TOKEN and encode(name).lower() not in params:
            raise CosError("AccessDenied", f"Strict signature missing param that must be signed: {name}")


def verify(request, account, now, is_strict=True):
    """The Key that signed the request, or None if nobody did. request: method, path (decoded), params, headers."""
    fields = find_fields(request)
    if fields is None:
        return None
    key = account.find(fields["q-ak"])
    if key is None:
        raise CosError("InvalidAccessKeyId", "The SecretId does not exist.")
    check_times(request, fields, now)
    header_names = split_list(fields["q-header-list"], "q-header-list")
    param_names = split_list(fields["q-url-param-list"], "q-url-param-list")
    raw_headers = [(name, value.encode("latin-1")) for name, value in request.headers.items()]
    headers = pick_signed(header_names, raw_headers, "header")
    params = pick_signed(param_names, [pair for pair in request.params if pair[0] not in FIELDS], "parameter")
    http_string = make_http_string(request.method, request.path, params, headers)
    expected = compute_signature(key.secret_key, fields["q-key-time"], http_string)
    if not hmac.compare_digest(expected.encode(), fields["q-signature"].encode("utf-8", "replace")):
        raise CosError("SignatureDoesNotMatch", "The signature is not the one that was computed for this request.")
    check_token(request, key, now)
    if "host" not in header_names:
        raise CosError("AccessDenied", "Strict signature missing header that must be signed: host")
    if is_strict:
        check_strict(request, header_names, param_names)
    return key
