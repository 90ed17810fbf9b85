# SPDX-License-Identifier: GPL-3.0-or-later
"""The practice cloud's COS over real connections: operations, every error it
knows, faults."""

import base64
import hashlib
import http.client
import os
import subprocess
import sys
import tempfile
import time
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import crc64
import faults
from client import BUCKET, REGION, Client, Server, make_host, make_target

MIB = 1 << 20


class CloudTest(unittest.TestCase):
    """One server for a class; each test uses keys of its own name."""

    @classmethod
    def setUpClass(cls):
        cls.temporary = tempfile.TemporaryDirectory()
        cls.server = Server(cls.temporary.name, "--bucket", f"{BUCKET}@{REGION}")

    @classmethod
    def tearDownClass(cls):
        cls.server.stop()
        cls.temporary.cleanup()

    def setUp(self):
        self.client = Client(self.server)
        self.server.command("clear")

    def expect(self, answer, status, code=None):
        self.assertEqual((answer.status, answer.code if answer.body else None), (status, code))
        self.assertTrue(answer.headers["x-cos-request-id"])
        if code is not None:
            self.assertEqual(answer.xml.findtext("RequestId"), answer.headers["x-cos-request-id"])
            self.assertTrue(answer.headers["x-cos-trace-id"])
        return answer

    def start_upload(self, key):
        return self.client.cos("POST", "/" + key, [("uploads", "")]).xml.findtext("UploadId")

    def put_part(self, key, upload_id, number, data, **more):
        return self.client.cos("PUT", "/" + key, [("partNumber", str(number)), ("uploadId", upload_id)], data, **more)

    def complete(self, key, upload_id, parts):
        inner = "".join(f"<Part><PartNumber>{number}</PartNumber><ETag>{etag}</ETag></Part>"
                        for number, etag in parts)
        return self.client.cos("POST", "/" + key, [("uploadId", upload_id)],
                               f"<CompleteMultipartUpload>{inner}</CompleteMultipartUpload>".encode())


class Service(CloudTest):
    def test_get_service_and_pages(self):
        for name in ("page-a", "page-b", "page-c"):
            self.expect(self.client.cos("PUT", "/", host=make_host(name + "-1250000000", "ap-chengdu")), 200)
        host = "cos.ap-chengdu.myqcloud.com"
        names = [name.text for name in self.client.cos("GET", "/", host=host).xml.iter("Name")]
        self.assertEqual(names, ["page-a-1250000000", "page-b-1250000000", "page-c-1250000000"])
        page = self.client.cos("GET", "/", [("max-keys", "2")], host=host).xml
        self.assertEqual(page.findtext("IsTruncated"), "true")
        rest = self.client.cos("GET", "/", [("marker", page.findtext("NextMarker"))], host=host).xml
        self.assertEqual([name.text for name in rest.iter("Name")], ["page-c-1250000000"])
        everywhere = self.client.cos("GET", "/", [("region", "ap-chengdu")], host="service.cos.myqcloud.com").xml
        self.assertEqual(everywhere.findtext("Buckets/Bucket/Location"), "ap-chengdu")
        self.expect(self.client.cos("GET", "/" + BUCKET, host=host), 400, "InvalidURI")

    def test_buckets(self):
        host = make_host("made-1250000000")
        self.expect(self.client.cos("HEAD", "/", host=host), 404)
        self.expect(self.client.cos("PUT", "/", host=host, headers=[("x-cos-acl", "nobody")]), 400, "InvalidArgument")
        self.expect(self.client.cos("PUT", "/", host=host, headers=[("x-cos-acl", "private")]), 200)
        self.expect(self.client.cos("PUT", "/", host=host), 409, "BucketAlreadyOwnedByYou")
        self.expect(self.client.cos("PUT", "/", host=make_host("made-1250000000", "ap-tokyo")), 409,
                    "BucketAlreadyExists")
        answer = self.expect(self.client.cos("HEAD", "/", host=host), 200)
        self.assertEqual(answer.headers["x-cos-bucket-region"], REGION)
        self.expect(self.client.cos("PUT", "/a", body=b"x", host=host), 200)
        self.expect(self.client.cos("DELETE", "/", host=host), 409, "BucketNotEmpty")
        self.expect(self.client.cos("DELETE", "/a", host=host), 204)
        self.expect(self.client.cos("DELETE", "/", host=host), 204)
        self.expect(self.client.cos("GET", "/", host=host), 404, "NoSuchBucket")

    def test_bucket_names(self):
        for name in ("-a-1250000000", "abc", "abc-1250000001", "-1250000000"):
            with self.subTest(name):
                self.expect(self.client.cos("PUT", "/", host=make_host(name)), 400, "InvalidBucketName")
        longest = "123456789012345678901-1250000000"
        self.assertEqual(len(make_host(longest, "ap-beijing")), 60)
        self.expect(self.client.cos("PUT", "/", host=make_host(longest, "ap-beijing")), 200)
        self.expect(self.client.cos("PUT", "/", host=make_host("x" + longest, "ap-beijing")), 400,
                    "BucketNameTooLong")

    def test_places(self):
        self.expect(self.client.cos("GET", "/a", host=f"{BUCKET}.cos.accelerate.myqcloud.com"), 400,
                    "BucketAccelerateNotEnabled")
        self.expect(self.client.cos("GET", "/a", host=make_host(region="ap-tokyo")), 404, "NoSuchBucket")
        self.expect(self.client.cos("GET", "/", [("policy", "")]), 501, "NotImplemented")
        self.expect(self.client.cos("POST", "/a"), 405, "MethodNotAllowed")
        backup = f"{BUCKET}.cos.{REGION}.tencentcos.cn"
        self.expect(self.client.cos("HEAD", "/", host=backup), 200)


class Signed(CloudTest):
    def test_refusals(self):
        wrong = Client(self.server, secret_key="wrong")
        self.expect(wrong.cos("GET", "/a"), 403, "SignatureDoesNotMatch")
        self.expect(Client(self.server, secret_id="AKIDnobody").cos("GET", "/a"), 403, "InvalidAccessKeyId")
        self.expect(self.client.send("GET", make_host(), "/a", {"host": make_host()}), 403, "AccessDenied")
        self.client.offset = 1000
        self.expect(self.client.cos("GET", "/a"), 403, "RequestTimeTooSkewed")
        self.client.offset = -1000
        answer = self.expect(self.client.cos("GET", "/a"), 403, "AccessDenied")
        self.assertEqual(answer.xml.findtext("Message"), "Request has expired")
        self.client.offset = 0
        answer = self.client.cos("PUT", "/a", body=b"x", unsigned=[("x-cos-acl", "public-read")])
        self.expect(answer, 403, "AccessDenied")

    def test_temporary_key(self):
        self.server.command("add-key", key="AKIDtemporary:secret:the-token:1000")
        self.expect(Client(self.server, "AKIDtemporary", "secret", "the-token").cos("HEAD", "/"), 200)
        self.expect(Client(self.server, "AKIDtemporary", "secret").cos("GET", "/"), 403, "AccessDenied")
        self.server.command("add-key", key="AKIDold:secret:the-token:-1")
        self.expect(Client(self.server, "AKIDold", "secret", "the-token").cos("GET", "/"), 400, "ExpiredToken")

    def test_presigned(self):
        self.client.cos("PUT", "/镜像/a b+c~d(1).bin", body=b"hello")
        host, _, target = self.client.presign("/镜像/a b+c~d(1).bin")[8:].partition("/")
        answer = self.client.send("GET", host, "/" + target, {"host": host})
        self.assertEqual((answer.status, answer.body), (200, b"hello"))
        answer = self.client.send("GET", host, "/" + target.replace("a%20b", "a%20c"), {"host": host})
        self.expect(answer, 403, "SignatureDoesNotMatch")
        host, _, target = self.client.presign("/x", seconds=-100)[8:].partition("/")
        self.expect(self.client.send("GET", host, "/" + target, {"host": host}), 403, "AccessDenied")

    def test_public_read(self):
        self.client.cos("PUT", "/open", body=b"hello")
        self.expect(self.client.cos("PUT", "/open", [("acl", "")], headers=[("x-cos-acl", "public-read")]), 200)
        self.assertEqual(self.client.send("GET", make_host(), "/open", {"host": make_host()}).body, b"hello")
        self.expect(self.client.cos("PUT", "/open", [("acl", "")], headers=[("x-cos-acl", "private")]), 200)
        self.expect(self.client.send("GET", make_host(), "/open", {"host": make_host()}), 403, "AccessDenied")
        self.expect(self.client.cos("PUT", "/none", [("acl", "")], headers=[("x-cos-acl", "private")]), 404,
                    "NoSuchKey")

    def test_nothing_secret_is_logged(self):
        self.client.cos("HEAD", "/")
        host, _, target = self.client.presign("/x")[8:].partition("/")
        self.client.send("GET", host, "/" + target, {"host": host})
        with open(os.path.join(self.server.folder, "requests.jsonl"), encoding="utf-8") as file:
            text = file.read()
        self.assertIn("HeadBucket", text)
        self.assertNotIn("q-signature", text)
        self.assertNotIn(self.client.secret_key, text)


class Objects(CloudTest):
    def test_put_get_head_delete(self):
        body = b"[Object Part]"
        digest = base64.b64encode(hashlib.md5(body).digest()).decode()
        headers = [("content-md5", digest), ("content-type", "text/x-a"), ("x-cos-meta-vm-name", "web 01 (prod)")]
        answer = self.expect(self.client.cos("PUT", "/o", body=body, headers=headers), 200)
        self.assertEqual(answer.headers["etag"], '"108f528eb63b65e734f27ae331f5ffaa"')
        self.assertEqual(answer.headers["x-cos-hash-crc64ecma"], "4510578591875220731")
        answer = self.expect(self.client.cos("HEAD", "/o"), 200)
        self.assertEqual(answer.headers["content-length"], "13")
        self.assertEqual(answer.headers["x-cos-meta-vm-name"], "web 01 (prod)")
        self.assertEqual(self.client.cos("GET", "/o").body, body)
        self.expect(self.client.cos("HEAD", "/o", headers=[("if-match", '"x"')]), 412)
        self.expect(self.client.cos("GET", "/o", headers=[("if-none-match", answer.headers["etag"])]), 304)
        self.expect(self.client.cos("DELETE", "/o"), 204)
        self.expect(self.client.cos("DELETE", "/o"), 204)
        self.expect(self.client.cos("GET", "/o"), 404, "NoSuchKey")
        self.expect(self.client.cos("HEAD", "/o"), 404)

    def test_ranges(self):
        self.client.cos("PUT", "/r", body=b"0123456789")
        for text, status, body in (("bytes=0-0", 206, b"0"), ("bytes=4-", 206, b"456789"), ("bytes=-3", 206, b"789"),
                                   ("bytes=8-100", 206, b"89"), ("lines=1-2", 200, b"0123456789")):
            with self.subTest(text):
                answer = self.client.cos("GET", "/r", headers=[("range", text)])
                self.assertEqual((answer.status, answer.body), (status, body))
        self.expect(self.client.cos("GET", "/r", headers=[("range", "bytes=10-")]), 416, "InvalidRange")

    def test_bad_digests_and_lengths(self):
        self.expect(self.client.cos("PUT", "/d", body=b"x", headers=[("content-md5", "no")]), 400, "InvalidDigest")
        wrong = base64.b64encode(hashlib.md5(b"y").digest()).decode()
        self.expect(self.client.cos("PUT", "/d", body=b"x", headers=[("content-md5", wrong)]), 400, "BadDigest")
        self.expect(self.client.cos("GET", "/d"), 404, "NoSuchKey")
        host = make_host()
        signed = self.client.sign("PUT", host, "/d", [], [("host", host)])
        answer = self.client.send("PUT", host, "/d", {"host": host, "authorization": signed})
        self.expect(answer, 411, "MissingContentLength")
        headers = [("host", host), ("content-length", str(5 * 1024 * MIB + 1)), ("expect", "100-continue")]
        signed = self.client.sign("PUT", host, "/d", [], headers[:2])
        answer = self.client.send("PUT", host, "/d", {**dict(headers), "authorization": signed})
        self.expect(answer, 400, "EntityTooLarge")

    def test_keys(self):
        self.expect(self.client.cos("PUT", "/" + "k" * 851, body=b"x"), 400, "KeyTooLong")
        self.expect(self.client.cos("PUT", "/" + "k" * 850, body=b"x"), 200)
        for key in ("//a", "/\\a", "/a\x19", "/..", "/./."):
            self.expect(self.client.cos("PUT", key, body=b"x"), 400, "InvalidObjectName")
        for key in ("/../../../escape", "/.hidden", "/a/../b", "/镜像/a b+c~d(1)!*'=&?#%.qcow2", "/~tilde"):
            with self.subTest(key):
                self.expect(self.client.cos("PUT", key, body=key.encode()), 200)
                self.assertEqual(self.client.cos("GET", key).body, key.encode())
        folder = os.path.join(self.server.folder, "buckets", REGION, BUCKET, "objects")
        for entry in self.server.command("objects"):
            self.assertEqual(os.path.dirname(entry["path"]), folder)

    def test_targets(self):
        host = make_host()
        for target in ("/%zz", "/%ff", "/a?b=%zz", "/a?prefix=a+b"):
            self.expect(self.client.send("GET", host, target, {"host": host}), 400, "InvalidURI")
        self.expect(self.client.send("GET", host, "/a?x=1&x=2", {"host": host}), 400, "InvalidArgument")
        self.assertEqual(self.client.send("GET", host, "nonsense", {"host": host}).status, 400)
        self.assertEqual(self.client.send("GET", host, "/", {"host": host, "x-long": "x" * 40000}).status, 400)

    def test_list_objects(self):
        for key in ("l/a", "l/b/1", "l/b/2", "l/c d"):
            self.client.cos("PUT", "/" + key, body=b"x")
        listed = self.client.cos("GET", "/", [("prefix", "l/"), ("delimiter", "/"), ("encoding-type", "url")]).xml
        self.assertEqual([key.text for key in listed.iter("Key")], ["l%2Fa", "l%2Fc%20d"])
        self.assertEqual(listed.findtext("CommonPrefixes/Prefix"), "l%2Fb%2F")
        page = self.client.cos("GET", "/", [("prefix", "l/"), ("max-keys", "3")]).xml
        self.assertEqual((page.findtext("IsTruncated"), page.findtext("NextMarker")), ("true", "l/b/2"))
        self.expect(self.client.cos("GET", "/", [("max-keys", "many")]), 400, "InvalidArgument")

    def test_object_headers(self):
        for name, value, code in (("x-cos-storage-class", "FLOPPY", "NotSupportedStorageClass"),
                                  ("x-cos-traffic-limit", "1", "InvalidArgument"),
                                  ("x-cos-meta-big", "x" * 2049, "InvalidArgument"),
                                  ("x-cos-acl", "nobody", "InvalidArgument")):
            with self.subTest(name):
                self.expect(self.client.cos("PUT", "/h", body=b"x", headers=[(name, value)]), 400, code)


class Multipart(CloudTest):
    def test_whole_way(self):
        data = os.urandom(3 * MIB + 12345)
        answer = self.client.upload("whole/disk.bin", data)
        self.assertEqual(answer.status, 200)
        self.assertEqual(answer.body[:1], b" ")
        self.assertTrue(answer.xml.findtext("ETag").endswith('-4"'))
        self.assertEqual(answer.headers["x-cos-hash-crc64ecma"], str(crc64.compute(data)))
        self.assertEqual(self.client.cos("GET", "/whole/disk.bin").body, data)
        self.assertEqual([u for u in self.server.command("uploads") if u["key"] == "whole/disk.bin"], [])

    def test_parts_are_listed_and_replaced(self):
        upload_id = self.start_upload("parts")
        for number in (3, 1, 2, 1):
            self.expect(self.put_part("parts", upload_id, number, b"part %d" % number), 200)
        listed = self.client.cos("GET", "/parts", [("uploadId", upload_id), ("max-parts", "2")]).xml
        self.assertEqual([part.text for part in listed.iter("PartNumber")], ["1", "2"])
        self.assertEqual(listed.findtext("NextPartNumberMarker"), "2")
        self.assertEqual(listed.findtext("Part/ETag"), '"' + hashlib.md5(b"part 1").hexdigest() + '"')
        rest = self.client.cos("GET", "/parts", [("uploadId", upload_id), ("part-number-marker", "2")]).xml
        self.assertEqual((rest.findtext("Part/PartNumber"), rest.findtext("IsTruncated")), ("3", "false"))
        self.expect(self.client.cos("DELETE", "/parts", [("uploadId", upload_id)]), 204)
        self.expect(self.client.cos("DELETE", "/parts", [("uploadId", upload_id)]), 404, "NoSuchUpload")

    def test_refusals(self):
        upload_id = self.start_upload("refused")
        for number in ("0", "10001", "x", "-1"):
            self.expect(self.put_part("refused", upload_id, number, b"x"), 400, "InvalidArgument")
        self.expect(self.put_part("refused", "nonsense", 1, b"x"), 404, "NoSuchUpload")
        self.expect(self.put_part("other", upload_id, 1, b"x"), 404, "NoSuchUpload")
        self.expect(self.put_part("refused", upload_id, 1, b""), 400, "MissingRequestBodyError")
        etags = {n: self.put_part("refused", upload_id, n, b"small").headers["etag"] for n in (1, 2, 4)}
        complete = lambda *numbers: self.complete("refused", upload_id, [(n, etags.get(n, '"0"')) for n in numbers])
        self.expect(complete(1, 2), 400, "EntityTooSmall")
        self.expect(complete(2, 1), 400, "InvalidPartOrder")
        self.expect(complete(1, 1), 400, "InvalidPartOrder")
        self.expect(complete(1, 2, 4), 400, "InvalidPart")
        self.expect(complete(2), 400, "InvalidPart")
        self.expect(complete(1, 2, 3), 400, "InvalidPart")
        self.expect(self.complete("refused", upload_id, [(1, '"' + "0" * 32 + '"')]), 400, "InvalidPart")
        self.expect(self.complete("refused", upload_id, []), 400, "MalformedXML")
        self.assertEqual(complete(1).status, 200)
        self.expect(complete(1), 404, "NoSuchUpload")

    def test_bad_xml(self):
        upload_id = self.start_upload("xml")
        bomb = b'<!DOCTYPE a [<!ENTITY b "c">]><CompleteMultipartUpload>&b;</CompleteMultipartUpload>'
        deep = b"<CompleteMultipartUpload>" + b"<a>" * 100000 + b"</a>" * 100000 + b"</CompleteMultipartUpload>"
        bodies = (bomb, deep, b"<Other/>", b"not xml",
                  b"<CompleteMultipartUpload><Part/></CompleteMultipartUpload>")
        for body in bodies:
            answer = self.client.cos("POST", "/xml", [("uploadId", upload_id)], body)
            self.expect(answer, 400, "MalformedXML")
        self.expect(self.client.cos("POST", "/xml", [("uploadId", upload_id)]), 400, "MissingRequestBodyError")

    def test_list_uploads(self):
        ids = [self.start_upload(key) for key in ("u/a", "u/a", "u/b/c")]
        listed = self.client.cos("GET", "/", [("uploads", ""), ("prefix", "u/"), ("delimiter", "/")]).xml
        self.assertEqual([u.text for u in listed.iter("UploadId")], sorted(ids[:2]))
        self.assertEqual(listed.findtext("CommonPrefixes/Prefix"), "u/b/")
        page = self.client.cos("GET", "/", [("uploads", ""), ("prefix", "u/"), ("max-uploads", "1")]).xml
        self.assertEqual(page.findtext("IsTruncated"), "true")
        rest = self.client.cos("GET", "/", [("uploads", ""), ("prefix", "u/"), ("key-marker", "u/a"),
                                            ("upload-id-marker", page.findtext("NextUploadIdMarker"))]).xml
        self.assertEqual([u.text for u in rest.iter("UploadId")], [max(ids[:2]), ids[2]])

    def test_restart_keeps_everything(self):
        with tempfile.TemporaryDirectory() as folder:
            for round_number in (1, 2):
                server = Server(folder, "--bucket", f"{BUCKET}@{REGION}")
                self.client = Client(server)
                if round_number == 1:
                    upload_id = self.start_upload("again")
                    etag = self.put_part("again", upload_id, 1, b"kept").headers["etag"]
                    self.client.cos("PUT", "/kept", body=b"kept")
                else:
                    self.assertEqual(self.client.cos("GET", "/kept").body, b"kept")
                    self.assertEqual(self.complete("again", upload_id, [(1, etag)]).status, 200)
                server.stop()


class FaultsTest(CloudTest):
    def set(self, do, op="*", **more):
        match = {"op": op, **more.pop("match", {})}
        self.server.command("faults", faults=[{"match": match, "do": do, **more}])

    def test_status(self):
        upload_id = self.start_upload("f")
        self.set("status", "UploadPart", status=503, code="SlowDown", match={"part": 3, "every": 2, "times": 1})
        self.expect(self.put_part("f", upload_id, 2, b"x"), 200)
        self.expect(self.put_part("f", upload_id, 3, b"x"), 503, "SlowDown")
        self.expect(self.put_part("f", upload_id, 3, b"x"), 200)
        self.expect(self.put_part("f", upload_id, 3, b"x"), 200)
        self.assertEqual(self.server.command("show-faults")[0]["fired"], 1)

    def test_status_from_a_box_on_the_way(self):
        self.set("status", "HeadBucket", status=502, code="Bad", noRequestId=True)
        answer = self.client.cos("HEAD", "/")
        self.assertEqual(answer.status, 502)
        self.assertNotIn("x-cos-request-id", answer.headers)

    def test_checksums(self):
        good = str(crc64.compute(b"hello"))
        self.set("wrong-crc", "PutObject")
        self.assertNotEqual(self.client.cos("PUT", "/c", body=b"hello").headers["x-cos-hash-crc64ecma"], good)
        self.set("no-crc", "PutObject")
        self.assertNotIn("x-cos-hash-crc64ecma", self.client.cos("PUT", "/c", body=b"hello").headers)
        self.set("flip-byte", "PutObject", at=1)
        digest = base64.b64encode(hashlib.md5(b"hello").digest()).decode()
        self.assertNotEqual(self.client.cos("PUT", "/c", body=b"hello").headers["x-cos-hash-crc64ecma"], good)
        self.expect(self.client.cos("PUT", "/c", body=b"hello", headers=[("content-md5", digest)]), 400, "BadDigest")
        self.set("rot", "PutObject", at=1)
        self.assertEqual(self.client.cos("PUT", "/c", body=b"hello").headers["x-cos-hash-crc64ecma"], good)
        self.server.command("clear")
        self.assertEqual(self.client.cos("GET", "/c").body, b"hdllo")

    def test_broken_connections(self):
        broken = (OSError, http.client.HTTPException)
        self.set("reset", "PutObject", after=100000)
        with self.assertRaises(broken):
            self.client.cos("PUT", "/broken", body=bytes(20 * MIB))
        self.set("lost-answer", "PutObject")
        with self.assertRaises(broken):
            self.client.cos("PUT", "/lost", body=b"done all the same")
        self.set("cut-answer", "GetBucket")
        with self.assertRaises(broken):
            self.client.cos("GET", "/")
        self.server.command("clear")
        self.expect(self.client.cos("GET", "/broken"), 404, "NoSuchKey")
        self.assertEqual(self.client.cos("GET", "/lost").body, b"done all the same")

    def test_complete(self):
        upload_id = self.start_upload("late")
        etag = self.put_part("late", upload_id, 1, b"x").headers["etag"]
        self.set("error-in-200", "CompleteMultipartUpload", code="InternalError")
        answer = self.complete("late", upload_id, [(1, etag)])
        self.assertEqual((answer.status, answer.xml.tag, answer.code), (200, "Error", "InternalError"))
        self.set("lost-answer", "CompleteMultipartUpload")
        with self.assertRaises((OSError, http.client.HTTPException)):
            self.complete("late", upload_id, [(1, etag)])
        self.server.command("clear")
        self.expect(self.complete("late", upload_id, [(1, etag)]), 404, "NoSuchUpload")
        self.expect(self.client.cos("HEAD", "/late"), 200)

    def test_clock(self):
        self.server.command("set", clockOffset=3600)
        answer = self.expect(self.client.cos("GET", "/"), 403, "AccessDenied")
        self.client.offset = http_date(answer.headers["date"]) - time.time()
        self.expect(self.client.cos("GET", "/"), 200)

    def test_a_stall_ends_with_the_fault(self):
        self.set("stall", "HeadBucket", seconds=0.01)
        self.expect(self.client.cos("HEAD", "/"), 200)

    def test_a_stall_that_begins_when_its_fault_is_gone(self):
        list_ = faults.Faults()
        list_.replace([{"do": "stall"}])
        fault = list_.pick({})
        list_.replace([{"do": "reset"}])
        self.assertTrue(fault.wait(20))
        self.assertFalse(list_.pick({}).wait(0))

    def test_slowness(self):
        self.set("slow", "PutObject", bytesPerSecond=200000)
        self.expect(self.client.cos("PUT", "/slow", body=bytes(50000)), 200)
        self.set("slow-complete", "CompleteMultipartUpload", seconds=1)
        upload_id = self.start_upload("slow")
        etag = self.put_part("slow", upload_id, 1, b"x").headers["etag"]
        self.assertEqual(self.complete("slow", upload_id, [(1, etag)]).body[:2], b"  ")

    def test_garbage_and_one_key(self):
        self.server.command("add-key", key="AKIDother:secret:token:1000")
        self.set("garbage", match={"secretId": "AKIDother"})
        answer = Client(self.server, "AKIDother", "secret", "token").cos("GET", "/")
        self.assertEqual((answer.status, answer.headers["content-type"]), (200, "text/html"))
        self.expect(self.client.cos("GET", "/"), 200)

    def test_bad_faults_are_refused(self):
        for fault in ({"do": "explode"}, {"do": "reset", "match": {"moon": "full"}}, {"do": "reset", "status": 1}):
            with self.assertRaises(RuntimeError):
                self.server.command("faults", faults=[fault])
        with self.assertRaises(RuntimeError):
            self.server.command("nonsense")


def http_date(text):
    return time.mktime(time.strptime(text, "%a, %d %b %Y %H:%M:%S GMT")) - time.timezone


class Connections(CloudTest):
    def test_kept_alive_after_errors(self):
        connection = self.client.connect(make_host())
        for _ in range(3):
            target = make_target("/a", [("uploadId", "none"), ("partNumber", "1")])
            connection.request("PUT", target, body=bytes(MIB), headers={"Host": make_host()})
            response = connection.getresponse()
            self.assertEqual(response.status, 403)
            response.read()
            self.assertEqual(response.getheader("connection"), "keep-alive")
        connection.close()

    def test_refused_before_the_body(self):
        host = make_host()
        headers = {"Host": host, "Content-Length": "1000", "Expect": "100-continue"}
        connection = self.client.connect(host)
        connection.putrequest("PUT", "/a", skip_host=True, skip_accept_encoding=True)
        for name, value in headers.items():
            connection.putheader(name, value)
        connection.endheaders()
        response = connection.getresponse()
        self.assertEqual((response.status, response.getheader("connection")), (403, "close"))
        connection.close()

    def test_chunked_is_refused(self):
        host = make_host()
        signed = self.client.sign("PUT", host, "/a", [], [("host", host)])
        headers = {"host": host, "transfer-encoding": "chunked", "authorization": signed}
        self.expect(self.client.send("PUT", host, "/a", headers, b"1\r\nx\r\n0\r\n\r\n"), 411, "MissingContentLength")

    def test_ends_with_its_parent(self):
        script = ("import subprocess, sys\n"
                  "child = subprocess.Popen(sys.argv[1:], stdout=subprocess.PIPE)\n"
                  "print(child.stdout.readline().decode())\n")
        with tempfile.TemporaryDirectory() as folder:
            started = subprocess.Popen([sys.executable, "-c", script, sys.executable,
                                        os.path.join(os.path.dirname(os.path.abspath(__file__)), "server.py"), "--dir",
                                        folder], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            # The server holds the error pipe: its end is the server's end.
            output, _ = started.communicate(timeout=60)
            self.assertIn(b'"port"', output)

    def test_certificate_and_hosts(self):
        for host in ("service.cos.myqcloud.com", make_host(), f"{BUCKET}.cos.eu-frankfurt.tencentcos.cn",
                     "cvm.tencentcloudapi.com", "cvm.ap-shanghai-fsi.tencentcloudapi.com", "sts.tencentcloudapi.com"):
            self.client.connect(host).close()
        with self.assertRaises(OSError):
            self.client.connect("example.org")
        answer = self.client.send("GET", make_host(), "/", {"host": "example.org"})
        self.assertEqual(answer.status, 421)


if __name__ == "__main__":
    unittest.main()
