# SPDX-License-Identifier: GPL-3.0-or-later
"""The practice cloud as clients of S3 see it: signatures against the published
examples, what is refused, and a real client where there is one."""

import calendar
import hashlib
import os
import shutil
import subprocess
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import signing_s3
from account import Account, Key
from client import BUCKET, REGION, Client, make_host
from errors import CosError
from test_practice_cloud import MIB, CloudTest
from wire import parse_head

EMPTY = hashlib.sha256().hexdigest()
# "Signature Calculations for the Authorization Header: Transferring Payload in a Single Chunk", Amazon S3 API Reference.
ID, SECRET = "AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
MOMENT = "20130524T000000Z"
NOW = calendar.timegm((2013, 5, 24, 0, 0, 0))
PUBLISHED = (
    ("GET /test.txt", {"range": "bytes=0-9", "x-amz-content-sha256": EMPTY},
     "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"),
    ("PUT /test%24file.text", {
        "date": "Fri, 24 May 2013 00:00:00 GMT", "x-amz-storage-class": "REDUCED_REDUNDANCY",
        "x-amz-content-sha256": "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072"},
     "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd"),
    ("GET /?lifecycle", {"x-amz-content-sha256": EMPTY},
     "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"),
    ("GET /?max-keys=2&prefix=J", {"x-amz-content-sha256": EMPTY},
     "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"),
)


def make_request(line, headers, signature):
    """As it came over the wire."""
    headers = {"host": "examplebucket.s3.amazonaws.com", "x-amz-date": MOMENT, **headers}
    headers["authorization"] = (f"AWS4-HMAC-SHA256 Credential={ID}/20130524/us-east-1/s3/aws4_request,"
                                f"SignedHeaders={';'.join(sorted(headers))},Signature={signature}")
    lines = "".join(f"\r\n{name}: {value}" for name, value in headers.items())
    request = parse_head(f"{line} HTTP/1.1{lines}".encode())
    request.decode()
    request.signed_path = request.path
    return request


def make_account(secret=SECRET, token="", expires=NOW + 1):
    account = Account()
    account.add(Key(ID, secret, token, expires))
    return account


class Published(unittest.TestCase):
    def expect(self, code, request, now=NOW, account=None, region=""):
        with self.assertRaises(CosError) as caught:
            signing_s3.verify(request, account or make_account(), region, now)
        self.assertEqual(caught.exception.code, code)

    def test_examples(self):
        for line, headers, signature in PUBLISHED:
            with self.subTest(line):
                request = make_request(line, headers, signature)
                self.assertEqual(signing_s3.verify(request, make_account(), "us-east-1", NOW).secret_id, ID)
                self.assertEqual(request.sha256, headers["x-amz-content-sha256"])

    def test_anything_else_is_refused(self):
        for line, headers, signature in PUBLISHED:
            with self.subTest(line):
                make = lambda **more: make_request(line, {**headers, **more}, signature)
                self.expect("SignatureDoesNotMatch", make(), account=make_account("another"))
                self.expect("SignatureDoesNotMatch", make(host="other.s3.amazonaws.com"))
                self.expect("SignatureDoesNotMatch", make(**{"x-amz-content-sha256": "0" * 64}))
                self.expect("SignatureDoesNotMatch", make_request(line + "x", headers, signature))
                self.expect("InvalidAccessKeyId", make(), account=Account())
                self.expect("RequestTimeTooSkewed", make(), now=NOW + 901)
                self.expect("RequestTimeTooSkewed", make(), now=NOW - 901)
                self.expect("AuthorizationHeaderMalformed", make(), region="ap-tokyo")
                self.expect("AuthorizationHeaderMalformed", make(**{"x-amz-date": "20130525T000000Z"}), now=NOW + 86400)
                self.expect("AccessDenied", make(), account=make_account(token="needed"))

    def test_what_must_be_signed(self):
        line, headers, signature = PUBLISHED[0]
        for name, value in (("x-amz-acl", "private"), ("content-type", "a/b"), ("content-md5", "x")):
            request = make_request(line, headers, signature)
            request.headers[name] = value
            self.expect("AccessDenied", request)
        for name in ("host", "x-amz-date", "x-amz-content-sha256"):
            request = make_request(line, headers, signature)
            text = request.headers["authorization"]
            request.headers["authorization"] = text.replace(name + ";", "").replace(";" + name, "")
            self.expect("AccessDenied", request)
        request = make_request(line, headers, signature)
        request.headers["authorization"] = request.headers["authorization"].replace("host;range", "range;host")
        self.expect("SignatureDoesNotMatch", request)

    def test_tokens(self):
        line, headers, _ = PUBLISHED[0]
        headers = {**headers, "host": "examplebucket.s3.amazonaws.com", "x-amz-date": MOMENT,
                   "x-amz-security-token": "the-token"}
        signed = signing_s3.make_authorization(ID, SECRET, "us-east-1", "GET", "/test.txt", [], headers)
        request = make_request(line, headers, signed[-64:])
        self.assertTrue(signing_s3.verify(request, make_account(token="the-token"), "us-east-1", NOW))
        self.expect("AccessDenied", request)
        self.expect("ExpiredToken", request, account=make_account(token="the-token", expires=NOW - 1))


class PathStyle(CloudTest):
    PATH = f"/{BUCKET}/s3/"

    def test_put_get_head_delete(self):
        headers = {"x-amz-meta-mtime": "1.5", "content-type": "text/x-a"}
        self.expect(self.client.s3("PUT", self.PATH + "镜像 a~b", body=b"hello", headers=headers), 200)
        answer = self.expect(self.client.s3("HEAD", self.PATH + "镜像 a~b"), 200)
        self.assertEqual((answer.headers["x-amz-meta-mtime"], answer.headers["content-type"]), ("1.5", "text/x-a"))
        self.assertEqual(self.client.s3("GET", self.PATH + "镜像 a~b").body, b"hello")
        self.assertEqual(self.client.cos("GET", "/s3/镜像 a~b").body, b"hello")
        self.expect(self.client.s3("DELETE", self.PATH + "镜像 a~b"), 204)
        self.expect(self.client.s3("GET", self.PATH + "镜像 a~b"), 404, "NoSuchKey")
        self.expect(self.client.s3("GET", "/nowhere-1250000000/a"), 404, "NoSuchBucket")
        self.expect(self.client.s3("PUT", "/made-1250000000"), 501, "NotImplemented")
        self.assertIn(BUCKET, [name.text for name in self.client.s3("GET", "/").xml.iter("Name")])

    def test_refusals(self):
        path = self.PATH + "refused"
        self.expect(Client(self.server, secret_key="wrong").s3("PUT", path, body=b"x"), 403, "SignatureDoesNotMatch")
        self.expect(self.client.s3("PUT", path, body=b"x", region="ap-tokyo"), 400, "AuthorizationHeaderMalformed")
        self.expect(self.client.s3("PUT", path, body=b"x", sent=b"y"), 400, "XAmzContentSHA256Mismatch")
        self.expect(self.client.s3("GET", path, headers={"x-amz-content-sha256": "0" * 64}), 400,
                    "XAmzContentSHA256Mismatch")
        self.expect(self.client.s3("PUT", path, body=b"x", headers={"x-amz-content-sha256": "STREAMING"}), 501,
                    "NotImplemented")
        self.expect(self.client.s3("PUT", path, body=b"x", unsigned={"x-amz-acl": "public-read"}), 403, "AccessDenied")
        self.expect(self.client.s3("PUT", path, body=b"x", unsigned={"x-cos-acl": "public-read"}), 400,
                    "InvalidArgument")
        self.expect(self.client.s3("PUT", path, headers={"x-amz-copy-source": "/a/b"}), 501, "NotImplemented")
        self.client.offset = 1000
        self.expect(self.client.s3("PUT", path, body=b"x"), 403, "RequestTimeTooSkewed")
        self.assertEqual([entry for entry in self.server.command("objects") if entry["key"] == "s3/refused"], [])

    def test_nobody_gets_in_without(self):
        self.client.cos("PUT", "/s3/open", body=b"hello", headers=[("x-cos-acl", "public-read")])
        host = f"127.0.0.1:{self.client.port}"
        self.expect(self.client.send("GET", "127.0.0.1", self.PATH + "open", {"host": host}), 403, "AccessDenied")
        signed = self.client.sign("GET", host, self.PATH + "open", [], [("host", host)])
        self.expect(self.client.send("GET", "127.0.0.1", self.PATH + "open", {"host": host, "authorization": signed}),
                    403, "AccessDenied")
        headers = {"host": make_host(), "x-amz-date": MOMENT, "x-amz-content-sha256": EMPTY}
        headers["authorization"] = signing_s3.make_authorization(self.client.secret_id, self.client.secret_key, REGION,
                                                                 "GET", "/s3/open", [], headers)
        self.expect(self.client.send("GET", make_host(), "/s3/open", headers), 403, "AccessDenied")

    def test_unsigned_payload(self):
        headers = {"x-amz-content-sha256": "UNSIGNED-PAYLOAD"}
        self.expect(self.client.s3("PUT", self.PATH + "unsigned", body=b"x", headers=headers), 200)

    def test_a_real_client(self):
        rclone = shutil.which("rclone")
        if rclone is None:
            self.skipTest("rclone is not installed")
        source = os.path.join(self.temporary.name, "sent.bin")
        data = os.urandom(12 * MIB + 321)
        with open(source, "wb") as file:
            file.write(data)
        environment = {"PATH": os.environ["PATH"], "HOME": self.temporary.name, "RCLONE_CONFIG": "/dev/null",
                       "RCLONE_S3_ACCESS_KEY_ID": self.client.secret_id,
                       "RCLONE_S3_SECRET_ACCESS_KEY": self.client.secret_key}
        for cutoff, operation in (("0", "UploadPart"), ("1G", "PutObject")):
            self.server.command("clear")
            done = subprocess.run(
                [rclone, "copyto", "--retries", "1", "--s3-provider", "Other", "--s3-region", REGION,
                 "--s3-endpoint", f"https://127.0.0.1:{self.client.port}", "--s3-force-path-style",
                 "--s3-no-check-bucket", "--s3-chunk-size", "5M", "--s3-upload-cutoff", cutoff, "--ca-cert",
                 self.server.ready["ca"], source, f":s3:{BUCKET}/rclone/{operation}"],
                env=environment, capture_output=True, text=True, check=False)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertEqual(self.client.cos("GET", f"/rclone/{operation}").body, data)
            self.assertIn(operation, [entry["op"] for entry in self.server.command("requests")])
        self.assertEqual([entry for entry in self.server.command("uploads") if entry["key"].startswith("rclone")], [])


if __name__ == "__main__":
    unittest.main()
