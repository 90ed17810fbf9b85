# SPDX-License-Identifier: GPL-3.0-or-later
"""The practice cloud's signatures and checksums against known values."""

import hashlib
import json
import os
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import crc64
import signing_cos
import signing_tc3
from account import Account, Key
from errors import ApiError, CosError
from wire import parse_head

with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "vectors.json"), encoding="utf-8") as _file:
    VECTORS = json.load(_file)
NOW = 1700000100


def make_account(key=VECTORS["key"]["secret"], token=""):
    account = Account()
    account.add(Key(VECTORS["key"]["id"], key, token, NOW + 1000))
    return account


def make_request(case, **changes):
    """The request of a vector as it came over the wire."""
    headers = {**case["headers"], **changes}
    if "presigned" not in case:
        headers["authorization"] = (
            f"q-sign-algorithm=sha1&q-ak={VECTORS['key']['id']}&q-sign-time={case['times']}"
            f"&q-key-time={case['times']}&q-header-list={case['headerList']}&q-url-param-list={case['paramList']}"
            f"&q-signature={case['signature']}")
        if case["token"]:
            headers["x-cos-security-token"] = case["token"]
    lines = "".join(f"\r\n{name}: {value}" for name, value in headers.items())
    request = parse_head(f"{case['line']} HTTP/1.1{lines}".encode())
    request.decode()
    return request


class CosVectors(unittest.TestCase):
    def test_all_are_accepted(self):
        self.assertEqual(len(VECTORS["cos"]), 20)
        for case in VECTORS["cos"]:
            with self.subTest(case["name"]):
                request = make_request(case)
                self.assertEqual(request.path, case["path"])
                key = signing_cos.verify(request, make_account(token=case["token"]), NOW)
                self.assertEqual(key.secret_id, VECTORS["key"]["id"])

    def test_steps(self):
        for case in VECTORS["cos"]:
            with self.subTest(case["name"]):
                request = make_request(case)
                params = [pair for pair in request.params if pair[0].lower() in case["paramList"].split(";")]
                text = signing_cos.make_http_string(request.method, request.path, params, case["headers"].items())
                self.assertEqual(hashlib.sha1(text.encode()).hexdigest(), case["hash"])
                secret = VECTORS["key"]["secret"]
                self.assertEqual(signing_cos.make_sign_key(secret, case["times"]), case["signKey"])
                self.assertEqual(signing_cos.compute_signature(secret, case["times"], text), case["signature"])

    def expect(self, code, case, now=NOW, account=None, request=None):
        with self.assertRaises(CosError) as caught:
            signing_cos.verify(request or make_request(case), account or make_account(token=case["token"]), now)
        self.assertEqual(caught.exception.code, code)
        return caught.exception

    def test_another_key_is_refused(self):
        for case in VECTORS["cos"]:
            with self.subTest(case["name"]):
                self.expect("SignatureDoesNotMatch", case, account=make_account("another", case["token"]))

    def test_another_host_is_refused(self):
        for case in VECTORS["cos"]:
            with self.subTest(case["name"]):
                self.expect("SignatureDoesNotMatch", case,
                            request=make_request(case, host="other-1250000000.cos.ap-guangzhou.myqcloud.com"))

    def test_another_method_is_refused(self):
        for case in VECTORS["cos"]:
            with self.subTest(case["name"]):
                request = make_request(case)
                request.method = "OPTIONS"
                self.expect("SignatureDoesNotMatch", case, request=request)

    def test_times(self):
        case = VECTORS["cos"][0]
        error = self.expect("AccessDenied", case, now=1700000901)
        self.assertEqual(error.message, "Request has expired")
        self.expect("RequestTimeTooSkewed", case, now=1700000000 - 901)
        late = make_request(case, date="Tue, 14 Nov 2023 22:40:00 GMT")
        self.expect("RequestTimeTooSkewed", case, request=late)
        good = make_request(case, date="Tue, 14 Nov 2023 22:20:00 GMT")
        self.assertIsNotNone(signing_cos.verify(good, make_account(), NOW))

    def test_strict(self):
        case = VECTORS["cos"][0]
        for name, value in (("x-cos-acl", "private"), ("content-type", "a/b"), ("range", "bytes=0-1"),
                            ("content-md5", "x"), ("content-length", "0")):
            with self.subTest(name):
                request = make_request(case, **{name: value})
                self.assertIn("Strict", self.expect("AccessDenied", case, request=request).message)
                self.assertIsNotNone(signing_cos.verify(request, make_account(), NOW, is_strict=False))
        request = make_request(case)
        request.params.append(("acl", ""))
        self.assertIn("param", self.expect("AccessDenied", case, request=request).message)
        self.assertIsNotNone(signing_cos.verify(make_request(case, **{"user-agent": "x"}), make_account(), NOW))

    def test_host_must_be_signed(self):
        account = make_account()
        authorization = signing_cos.make_authorization(VECTORS["key"]["id"], VECTORS["key"]["secret"],
                                                       "1700000000;1700000900", "GET", "/", [], [])
        request = parse_head(f"GET / HTTP/1.1\r\nhost: a\r\nauthorization: {authorization}".encode())
        request.decode()
        with self.assertRaises(CosError) as caught:
            signing_cos.verify(request, account, NOW, is_strict=False)
        self.assertEqual(caught.exception.code, "AccessDenied")

    def test_tokens(self):
        case = next(case for case in VECTORS["cos"] if case["name"] == "put-object-token")
        self.expect("AccessDenied", case, account=make_account())
        self.expect("AccessDenied", case, account=make_account(token="other"))
        account = make_account(token=case["token"])
        account.keys[VECTORS["key"]["id"]].expires = NOW - 1
        self.expect("ExpiredToken", case, account=account)

    def test_unknown_id_and_malformed(self):
        case = VECTORS["cos"][0]
        self.expect("InvalidAccessKeyId", case, account=Account())
        for text in ("", "q-ak=1", "AWS4-HMAC-SHA256 x", make_request(case).headers["authorization"] + "&q-ak=2"):
            request = make_request(case)
            request.headers["authorization"] = text
            self.expect("AccessDenied", case, request=request)


class Tc3Vectors(unittest.TestCase):
    def make(self, case):
        values = {"content-type": case["type"], "host": case["host"], "x-tc-action": case["action"]}
        secret = case.get("secret", VECTORS["key"]["secret"])
        signed = [(name, values[name]) for name in case["signedHeaders"].split(";")]
        authorization = signing_tc3.make_authorization(VECTORS["key"]["id"], secret, case["service"], case["time"],
                                                       signed, case["body"].encode())
        values.update({"authorization": authorization, "x-tc-timestamp": str(case["time"])})
        lines = "".join(f"\r\n{name}: {value}" for name, value in values.items())
        return parse_head(f"POST / HTTP/1.1{lines}".encode()), signed, make_account(secret)

    def test_all(self):
        self.assertEqual(len(VECTORS["tc3"]), 15)
        for case in VECTORS["tc3"]:
            with self.subTest(case["name"]):
                request, signed, account = self.make(case)
                body = case["body"].encode()
                canonical = signing_tc3.make_canonical_request(signed, body)
                self.assertEqual(signing_tc3.hash_hex(canonical.encode()), case["canonicalHash"])
                self.assertTrue(request.headers["authorization"].endswith("Signature=" + case["signature"]))
                key = signing_tc3.verify(request, case["service"], body, account, case["time"] + 299)
                self.assertIsNotNone(key)

    def expect(self, code, case, change=None, body=None, now=0, service=""):
        request, _, account = self.make(case)
        if change:
            change(request, account)
        with self.assertRaises(ApiError) as caught:
            signing_tc3.verify(request, service or case["service"], case["body"].encode() if body is None else body,
                               account, case["time"] + now)
        self.assertEqual(caught.exception.code, code)

    def test_refusals(self):
        case = VECTORS["tc3"][1]
        self.expect("AuthFailure.SignatureFailure", case, body=b"{ }")
        self.expect("AuthFailure.SignatureExpire", case, now=301)
        self.expect("AuthFailure.SignatureExpire", case, now=-301)
        self.expect("AuthFailure.SignatureFailure", case, service="sts")
        self.expect("AuthFailure.SecretIdNotFound", case, lambda request, account: account.keys.clear())
        self.expect("AuthFailure.SignatureFailure", case,
                    lambda request, account: request.headers.update({"x-tc-action": "DeleteImages"}))
        self.expect("AuthFailure.InvalidAuthorization", case,
                    lambda request, account: request.headers.update({"authorization": "TC3-HMAC-SHA256 x"}))
        self.expect("AuthFailure.TokenFailure", case,
                    lambda request, account: request.headers.update({"x-tc-token": "x"}))
        self.expect("MissingParameter", case, lambda request, account: request.headers.pop("authorization"))


class Checksums(unittest.TestCase):
    def test_known_values(self):
        for text, value in VECTORS["crc64"].items():
            self.assertEqual(crc64.compute(text.encode()), value)
            self.assertEqual(crc64.update_by_table(0, text.encode()), value)

    def test_library_and_table_agree(self):
        data = bytes(number * 7 % 251 for number in range(10000))
        for length in (0, 1, 7, 8, 63, 64, 65, 1000, 10000):
            self.assertEqual(crc64.compute(data[:length]), crc64.update_by_table(0, data[:length]))

    def test_combine(self):
        data = bytes(number * 13 % 251 for number in range(70000))
        for cut in (0, 1, 4096, 65536, 70000):
            joined = crc64.combine(crc64.compute(data[:cut]), crc64.compute(data[cut:]), len(data) - cut)
            self.assertEqual(joined, crc64.compute(data))


if __name__ == "__main__":
    unittest.main()
