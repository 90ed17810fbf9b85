# SPDX-License-Identifier: GPL-3.0-or-later
"""TC3-HMAC-SHA256, the signature of the cloud's JSON calls: computing and
checking it."""

import hashlib
import hmac
import re
import time

from errors import ApiError

AUTHORIZATION = re.compile(r"TC3-HMAC-SHA256 Credential=([^/,\s]+)/(\d{4}-\d\d-\d\d)/([a-z]+)/tc3_request, ?"
                           r"SignedHeaders=([a-z0-9;-]+), ?Signature=([0-9a-f]{64})")
MAX_SKEW = 5 * 60


def hash_hex(data):
    return hashlib.sha256(data).hexdigest()


def make_canonical_request(headers, body):
    """headers: pairs in the order of their names, values as sent."""
    lines = "".join(f"{name}:{value.strip().lower()}\n" for name, value in headers)
    return f"POST\n/\n\n{lines}\n{';'.join(name for name, _ in headers)}\n{hash_hex(body)}"


def make_string_to_sign(timestamp, scope, canonical):
    return f"TC3-HMAC-SHA256\n{timestamp}\n{scope}\n{hash_hex(canonical.encode())}"


def compute_signature(secret_key, date, service, string_to_sign):
    key = ("TC3" + secret_key).encode()
    for step in (date, service, "tc3_request"):
        key = hmac.new(key, step.encode(), hashlib.sha256).digest()
    return hmac.new(key, string_to_sign.encode(), hashlib.sha256).hexdigest()


def make_date(timestamp):
    return time.strftime("%Y-%m-%d", time.gmtime(timestamp))


def make_authorization(secret_id, secret_key, service, timestamp, headers, body):
    """For clients written in Python."""
    scope = f"{make_date(timestamp)}/{service}/tc3_request"
    string_to_sign = make_string_to_sign(timestamp, scope, make_canonical_request(headers, body))
    signature = compute_signature(secret_key, make_date(timestamp), service, string_to_sign)
    names = ";".join(name for name, _ in headers)
    return f"TC3-HMAC-SHA256 Credential={secret_id}/{scope}, SignedHeaders={names}, Signature={signature}"


def read_timestamp(request, now):
    text = request.headers.get("x-tc-timestamp", "")
    if not re.fullmatch(r"[0-9]{1,12}", text):
        raise ApiError("MissingParameter" if not text else "InvalidParameter", "X-TC-Timestamp is missing or wrong.")
    if abs(int(text) - now) > MAX_SKEW:
        raise ApiError("AuthFailure.SignatureExpire", "The signature has expired: the time differs by more than five "
                       "minutes.")
    return int(text)


def check_token(request, key, now):
    token = request.headers.get("x-tc-token", "")
    if token != key.token or (key.token and key.expires < now):
        raise ApiError("AuthFailure.TokenFailure", "The token is wrong or has expired.")


def list_signed_headers(request, names):
    if names != sorted(set(names)) or "content-type" not in names or "host" not in names:
        raise ApiError("AuthFailure.InvalidAuthorization", "SignedHeaders must be in order and have content-type and "
                       "host.")
    missing = [name for name in names if name not in request.headers]
    if missing:
        raise ApiError("AuthFailure.SignatureFailure", f"A signed header is not in the request: {missing[0]}")
    return [(name, request.headers[name].encode("latin-1").decode("utf-8", "replace")) for name in names]


def verify(request, service, body, account, now):
    """The Key that signed the request. request: headers."""
    authorization = request.headers.get("authorization")
    if authorization is None:
        raise ApiError("MissingParameter", "The Authorization header is missing.")
    match = AUTHORIZATION.fullmatch(authorization)
    if match is None:
        raise ApiError("AuthFailure.InvalidAuthorization", "The Authorization header is malformed.")
    secret_id, date, signed_service, names, signature = match.groups()
    timestamp = read_timestamp(request, now)
    key = account.find(secret_id)
    if key is None:
        raise ApiError("AuthFailure.SecretIdNotFound", "The SecretId does not exist.")
    if date != make_date(timestamp) or signed_service != service:
        raise ApiError("AuthFailure.SignatureFailure", "The scope has another date or service than the request.")
    headers = list_signed_headers(request, names.split(";"))
    string_to_sign = make_string_to_sign(timestamp, f"{date}/{service}/tc3_request",
                                         make_canonical_request(headers, body))
    expected = compute_signature(key.secret_key, date, service, string_to_sign)
    if not hmac.compare_digest(expected, signature):
        raise ApiError("AuthFailure.SignatureFailure", "The signature is not the one computed for this request.")
    check_token(request, key, now)
    return key
