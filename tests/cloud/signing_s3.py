# SPDX-License-Identifier: GPL-3.0-or-later
"""AWS Signature Version 4 in the Authorization header, as clients of S3 sign:
computing and checking it. The body counts by x-amz-content-sha256, which is
checked where the body is read."""

import calendar
import hashlib
import hmac
import re
import time
from urllib.parse import quote

from errors import CosError
from signing_cos import MAX_SKEW

ALGORITHM = "AWS4-HMAC-SHA256"
UNSIGNED = "UNSIGNED-PAYLOAD"
TOKEN = "x-amz-security-token"
AUTHORIZATION = re.compile(ALGORITHM + r" Credential=(?P<id>[A-Za-z0-9_-]{1,64})/(?P<day>[0-9]{8})/"
                           r"(?P<region>[a-z0-9-]{1,32})/s3/aws4_request, ?SignedHeaders=(?P<headers>[a-z0-9;_-]{1,2000}),"
                           r" ?Signature=(?P<signature>[0-9a-f]{64})")
# These must be signed when they are sent; so must all x-amz-*.
STRICT_HEADERS = ("host", "content-md5", "content-type", "range")
NEEDED_HEADERS = ("host", "x-amz-date", "x-amz-content-sha256")


def encode(text, safe="-_.~"):
    return quote(text.encode("utf-8"), safe=safe)


def make_canonical_request(method, path, params, headers, payload):
    """headers: pairs in order of their lower-case names."""
    query = "&".join(f"{name}={value}" for name, value in sorted((encode(name), encode(value))
                                                                 for name, value in params))
    lines = "".join(f"{name}:{' '.join(value.split())}\n" for name, value in headers)
    names = ";".join(name for name, _ in headers)
    return f"{method}\n{encode(path, '/-_.~')}\n{query}\n{lines}\n{names}\n{payload}"


def compute_signature(secret_key, moment, region, canonical_request):
    """moment: as x-amz-date has it."""
    key = ("AWS4" + secret_key).encode()
    for text in (moment[:8], region, "s3", "aws4_request"):
        key = hmac.new(key, text.encode(), hashlib.sha256).digest()
    digest = hashlib.sha256(canonical_request.encode("latin-1", "replace")).hexdigest()
    text = f"{ALGORITHM}\n{moment}\n{moment[:8]}/{region}/s3/aws4_request\n{digest}"
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


def make_authorization(secret_id, secret_key, region, method, path, params, headers):
    """For clients written in Python: headers is a dict of lower-case names, all of them are signed."""
    pairs = sorted(headers.items())
    moment = headers["x-amz-date"]
    canonical = make_canonical_request(method, path, params, pairs, headers["x-amz-content-sha256"])
    signature = compute_signature(secret_key, moment, region, canonical)
    return (f"{ALGORITHM} Credential={secret_id}/{moment[:8]}/{region}/s3/aws4_request, "
            f"SignedHeaders={';'.join(name for name, _ in pairs)}, Signature={signature}")


def check_time(moment, day, now):
    try:
        seconds = calendar.timegm(time.strptime(moment, "%Y%m%dT%H%M%SZ"))
    except ValueError:
        raise CosError("AccessDenied", "x-amz-date is malformed.") from None
    if moment[:8] != day:
        raise CosError("AuthorizationHeaderMalformed", "The credential is of another day than x-amz-date.")
    if abs(seconds - now) > MAX_SKEW:
        raise CosError("RequestTimeTooSkewed", "The difference between the request time and the server's time is "
                       "too large.")


def check_token(request, key, now):
    token = request.headers.get(TOKEN, "")
    if token != key.token:
        raise CosError("AccessDenied", "The token does not belong to the key.")
    if key.token and key.expires < now:
        raise CosError("ExpiredToken", "The token has expired.")


def check_signed(request, names):
    if names != sorted(set(names)):
        raise CosError("SignatureDoesNotMatch", "SignedHeaders must be in order and without repeats.")
    for name in names:
        if name not in request.headers:
            raise CosError("SignatureDoesNotMatch", f"A signed header is not in the request: {name}")
    for name in NEEDED_HEADERS:
        if name not in names:
            raise CosError("AccessDenied", f"A header must be signed: {name}")
    for name in request.headers:
        if (name in STRICT_HEADERS or name.startswith("x-amz-")) and name not in names:
            raise CosError("AccessDenied", f"There is a header that was not signed: {name}")


def read_payload_hash(request):
    text = request.headers["x-amz-content-sha256"]
    if text == UNSIGNED:
        return None
    if not re.fullmatch(r"[0-9a-f]{64}", text):
        raise CosError("NotImplemented", "x-amz-content-sha256 must be a checksum or UNSIGNED-PAYLOAD.")
    return text


def verify(request, account, region, now):
    """The Key that signed the request; sets request.sha256. region: "" if it does not matter."""
    found = AUTHORIZATION.fullmatch(request.headers.get("authorization", ""))
    if found is None:
        raise CosError("AccessDenied", "Requests to this host are signed with AWS4-HMAC-SHA256 in the header.")
    key = account.find(found["id"])
    if key is None:
        raise CosError("InvalidAccessKeyId", "The access key does not exist.")
    names = found["headers"].split(";")
    check_signed(request, names)
    moment = request.headers["x-amz-date"]
    check_time(moment, found["day"], now)
    if region and found["region"] != region:
        raise CosError("AuthorizationHeaderMalformed", f"The region is wrong; expecting {region}.")
    request.sha256 = read_payload_hash(request)
    canonical = make_canonical_request(request.method, request.signed_path, request.params,
                                       [(name, request.headers[name]) for name in names],
                                       request.headers["x-amz-content-sha256"])
    expected = compute_signature(key.secret_key, moment, found["region"], canonical)
    if not hmac.compare_digest(expected, found["signature"]):
        raise CosError("SignatureDoesNotMatch", "The signature is not the one that was computed for this request.")
    check_token(request, key, now)
    return key
