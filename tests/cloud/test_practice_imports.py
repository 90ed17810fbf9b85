# SPDX-License-Identifier: GPL-3.0-or-later
"""The practice cloud's CVM, STS and CAM: calls, their errors, and what becomes
of images that are imported."""

import json
import os
import struct
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from client import BUCKET, REGION, Client, Server, make_host

GIB = 1 << 30
IMPORT = {"Architecture": "x86_64", "OsType": "Debian", "OsVersion": "12", "ImageName": "image"}


def make_disk(path, size=64 << 20, kind=0x83, first=2048, count=2048, signature=b"\x55\xaa"):
    """A raw disk with one MBR partition and something in it."""
    with open(path, "wb") as file:
        file.truncate(size)
        file.seek(446)
        file.write(struct.pack("<B3xB3xII", 0x80, kind, first, count))
        file.seek(510)
        file.write(signature)
        file.seek(1 << 20)
        file.write(os.urandom(300000))
    return path


def run_qemu_img(*arguments):
    subprocess.run(["qemu-img", *arguments], check=True, stdout=subprocess.DEVNULL)


class CloudTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.temporary = tempfile.TemporaryDirectory()
        cls.folder = cls.temporary.name
        cls.server = Server(os.path.join(cls.folder, "cloud"), "--bucket", f"{BUCKET}@{REGION}")
        cls.disk = make_disk(os.path.join(cls.folder, "disk.raw"))

    @classmethod
    def tearDownClass(cls):
        cls.server.stop()
        cls.temporary.cleanup()

    def setUp(self):
        self.client = Client(self.server)
        self.server.command("clear")
        self.server.command("set", importSeconds=0, imageQuota=500, importsPerSecond=1000)
        self.name = self.id().rpartition(".")[2]

    def expect(self, code, response):
        self.assertEqual(response.get("Error", {}).get("Code"), code, response)
        self.assertTrue(response["RequestId"])
        return response

    def call(self, action, **parameters):
        return self.client.api(action, parameters)

    def put(self, path, key=None, host=None):
        """Uploads a file and gives its presigned URL."""
        key = key or self.name
        with open(path, "rb") as file:
            data = file.read()
        answer = self.client.cos("PUT", "/" + key, body=data, host=host)
        self.assertEqual(answer.status, 200)
        return self.client.presign("/" + key, host=host)

    def import_url(self, url, name=None, **more):
        """(state, code in the message centre) of an import."""
        name = name or self.name
        response = self.call("ImportImage", **{**IMPORT, "ImageName": name, "ImageUrl": url, **more})
        self.expect(None, response)
        self.assertTrue(self.server.command("hurry"))
        image = self.call("DescribeImages", ImageIds=[response["ImageId"]])["ImageSet"][0]
        message = [message for message in self.server.command("messages") if message["imageId"] == image["ImageId"]]
        self.assertEqual(len(message), 1)
        self.assertNotIn("InvalidUrl", json.dumps(image))
        return image["ImageState"], message[0]["code"]

    def import_file(self, path, **more):
        return self.import_url(self.put(path), **more)


class Calls(CloudTest):
    def test_identity(self):
        answer = self.client.api("GetCallerIdentity", {}, service="sts", version="2018-08-13", region="")
        self.assertEqual((answer["Type"], answer["AccountId"]), ("CAMUser", "100000000001"))
        answer = self.client.api("GetUserAppId", {}, service="cam", version="2019-01-16", region="")
        self.assertEqual(answer["AppId"], 1250000000)
        answer = self.client.api("DescribeRegions", {"Product": "cvm"}, service="region", version="2022-06-27")
        self.assertIn(REGION, [entry["Region"] for entry in answer["RegionSet"]])

    def test_import_os(self):
        answer = self.call("DescribeImportImageOs")
        self.assertIn("Other Linux", answer["ImportImageOsListSupported"]["Linux"])
        versions = {entry["OsName"]: entry["OsVersions"] for entry in answer["ImportImageOsVersionSet"]}
        self.assertEqual(versions["Windows Server 2012"], ["9"])
        self.assertEqual(versions["Other Linux"], ["8"])
        self.assertEqual(self.call("DescribeImageQuota")["ImageNumQuota"], 500)

    def test_common_errors(self):
        api = self.client.api
        self.expect("InvalidAction", api("DescribeMoon", {}))
        self.expect("NoSuchVersion", api("DescribeImages", {}, version="2000-01-01"))
        self.expect("MissingParameter", api("DescribeImages", {}, region=""))
        self.expect("UnsupportedRegion", api("DescribeImages", {}, region="mars-north"))
        self.expect("UnsupportedRegion", api("DescribeImages", {}, region="ap-shanghai-fsi"))
        self.expect("UnsupportedRegion", api("DescribeImages", {}, host="cvm.ap-tokyo.tencentcloudapi.com"))
        self.expect(None, api("DescribeImages", {}, region="ap-shanghai-fsi",
                              host="cvm.ap-shanghai-fsi.tencentcloudapi.com"))
        self.expect("UnknownParameter", api("DescribeImages", {"Moon": 1}))
        self.expect("InvalidParameter", api("DescribeImages", {"Limit": "1"}))
        self.expect("InvalidParameter", api("DescribeImages", {}, body=b"[1]"))
        self.expect("InvalidParameter", api("DescribeImages", {}, body=b"{"))
        self.expect("InvalidParameter", api("DescribeImages", {}, body=b'{"Limit":' + b"[" * 100000))
        self.expect("AuthFailure.SignatureFailure", api("DescribeImages", {}, headers={"host": "cvm.intl."
                                                                                       "tencentcloudapi.com"}))

    def test_keys(self):
        self.expect("AuthFailure.SignatureFailure", Client(self.server, secret_key="x").api("DescribeImages", {}))
        self.expect("AuthFailure.SecretIdNotFound", Client(self.server, "AKIDx").api("DescribeImages", {}))
        self.expect("AuthFailure.TokenFailure", Client(self.server, token="x").api("DescribeImages", {}))
        self.client.offset = 400
        self.expect("AuthFailure.SignatureExpire", self.client.api("DescribeImages", {}))

    def test_describe_images(self):
        self.import_file(self.disk, name="web-01")
        self.import_url(self.put(self.disk, "second"), name="web-01-b", TagSpecification=[
            {"ResourceType": "image", "Tags": [{"Key": "by", "Value": "embark"}]}])
        by_name = lambda *names: [{"Name": "image-type", "Values": ["PRIVATE_IMAGE"]},
                                  {"Name": "image-name", "Values": list(names)}]
        names = [image["ImageName"] for image in self.call("DescribeImages", Filters=by_name("web-01"))["ImageSet"]]
        self.assertEqual(names, ["web-01-b", "web-01"])
        tagged = self.call("DescribeImages", Filters=[{"Name": "tag:by", "Values": ["embark"]}])
        self.assertEqual(tagged["TotalCount"], 1)
        page = self.call("DescribeImages", Offset=1, Limit=1)
        self.assertEqual((len(page["ImageSet"]), page["TotalCount"] >= 5), (1, True))
        self.expect("InvalidParameter.InvalidParameterCoexistImageIdsFilters",
                    self.call("DescribeImages", ImageIds=["img-aaaaaaaa"], Filters=by_name("x")))
        self.expect("InvalidImageId.Malformed", self.call("DescribeImages", ImageIds=["moon"]))
        self.expect("InvalidFilter", self.call("DescribeImages", Filters=[{"Name": "moon", "Values": ["x"]}]))
        self.expect("InvalidFilterValue.LimitExceeded", self.call("DescribeImages", Filters=by_name(*"abcdef")))
        self.expect("InvalidParameterValue.LimitExceeded", self.call("DescribeImages", Limit=101))
        elsewhere = self.client.api("DescribeImages", {"Filters": by_name("web")}, region="ap-tokyo")
        self.assertEqual(elsewhere["TotalCount"], 0)

    def test_delete_images(self):
        self.server.command("set", importSeconds=3600)
        started = self.call("ImportImage", **{**IMPORT, "ImageName": "gone", "ImageUrl": self.put(self.disk)})
        image_id = started["ImageId"]
        state = self.call("DescribeImages", ImageIds=[image_id])["ImageSet"][0]
        self.assertEqual((state["ImageState"], state["CreatedTime"]), ("IMPORTING", None))
        self.expect("InvalidImageId.IncorrectState", self.call("DeleteImages", ImageIds=[image_id]))
        self.server.command("hurry")
        self.expect("DryRunOperation", self.call("DeleteImages", ImageIds=[image_id], DryRun=True))
        self.expect(None, self.call("DeleteImages", ImageIds=[image_id]))
        self.expect("InvalidImageId.NotFound", self.call("DeleteImages", ImageIds=[image_id]))


class Parameters(CloudTest):
    def attempt(self, code, url=None, **changes):
        parameters = {**IMPORT, "ImageName": self.name, "ImageUrl": url or self.client.presign("/none"), **changes}
        self.expect(code, self.call("ImportImage", **{k: v for k, v in parameters.items() if v is not None}))

    def test_missing_and_unknown(self):
        for name in ("Architecture", "OsType", "OsVersion", "ImageName"):
            self.attempt("MissingParameter", **{name: None})
        self.attempt("UnknownParameter", ClientToken="x")

    def test_values(self):
        self.attempt("InvalidImageOsType.Unsupported", OsType="Haiku")
        self.attempt("InvalidImageOsType.Unsupported", OsType="Redhat", OsVersion="7")
        self.attempt("InvalidImageOsVersion.Unsupported", OsVersion="99")
        self.attempt("InvalidParameterValue", Architecture="riscv64")
        self.attempt("InvalidParameterValue.InvalidBootMode", BootMode="BIOS")
        self.attempt("InvalidParameterValue.InvalidLicenseType", LicenseType="Free")
        self.attempt("InvalidParameterValue.InvalidImageFamily", ImageFamily="a b")
        self.attempt("InvalidParameterValue.TooLarge", ImageName="镜" * 61)
        self.attempt("InvalidParameterValue.TooLarge", ImageDescription="x" * 257)
        self.attempt("InvalidParameterValue.ISOMustImportByForce", self.client.presign("/a.iso"))

    def test_urls(self):
        for url in ("https://example.org/a", "ftp://" + make_host() + "/a", "https://" + make_host(),
                    "https://" + make_host() + "/", f"https://{BUCKET}.cos.accelerate.myqcloud.com/a",
                    f"https://{BUCKET}.cos.{REGION}.tencentcos.cn/a", "file:///etc/passwd", "https://"
                    + make_host() + "/a%zz"):
            with self.subTest(url):
                self.attempt("InvalidParameter.InvalidParameterUrlError", url)

    def test_duplicate_and_quota(self):
        self.assertEqual(self.import_file(self.disk), ("NORMAL", ""))
        self.attempt("InvalidImageName.Duplicate")
        self.server.command("set", imageQuota=1)
        self.attempt("ImageQuotaLimitExceeded", ImageName="another")

    def test_too_many_requests(self):
        self.server.command("set", importsPerSecond=0)
        self.attempt("RequestLimitExceeded")

    def test_dry_run(self):
        self.attempt("DryRunOperation", DryRun=True)
        names = [image["ImageName"] for image in self.server.command("images")]
        self.assertNotIn(self.name, names)

    def test_faults(self):
        self.server.command("faults", faults=[{"match": {"op": "ImportImage"}, "do": "api-error",
                                               "code": "RegionAbilityLimit.UnsupportedToImportImage"}])
        self.attempt("RegionAbilityLimit.UnsupportedToImportImage")
        self.server.command("faults", faults=[{"match": {"op": "ImportImage"}, "do": "no-image-id"}])
        parameters = {**IMPORT, "ImageName": "no-id", "ImageUrl": self.put(self.disk)}
        self.assertNotIn("ImageId", self.expect(None, self.call("ImportImage", **parameters)))
        self.server.command("faults", faults=[{"match": {"op": "ImportImage"}, "do": "import-fails",
                                               "code": "VirtioNotInstall"}])
        self.assertEqual(self.import_url(self.put(self.disk), name="told"), ("IMPORTFAILED", "VirtioNotInstall"))


    def test_late_and_vanishing_images(self):
        self.server.command("faults", faults=[{"match": {"op": "ImportImage"}, "do": "image-late", "seconds": 3600}])
        parameters = {**IMPORT, "ImageName": "late", "ImageUrl": self.put(self.disk)}
        image_id = self.expect(None, self.call("ImportImage", **parameters))["ImageId"]
        self.assertEqual(self.call("DescribeImages", ImageIds=[image_id])["TotalCount"], 0)
        self.attempt("InvalidImageName.Duplicate", ImageName="late")
        self.server.command("faults", faults=[{"match": {"op": "ImportImage"}, "do": "image-vanishes"}])
        parameters = {**IMPORT, "ImageName": "gone", "ImageUrl": self.client.presign("/none")}
        image_id = self.expect(None, self.call("ImportImage", **parameters))["ImageId"]
        self.assertTrue(self.server.command("hurry"))
        self.assertEqual(self.call("DescribeImages", ImageIds=[image_id])["TotalCount"], 0)


class Links(CloudTest):
    def test_used_twice(self):
        url = self.put(self.disk)
        self.assertEqual(self.import_url(url, name="once"), ("NORMAL", ""))
        self.assertEqual(self.import_url(url, name="twice"), ("IMPORTFAILED", "InvalidUrl"))

    def test_expired(self):
        self.put(self.disk)
        self.client.offset = -7200
        url = self.client.presign("/" + self.name)
        self.client.offset = 0
        self.assertEqual(self.import_url(url), ("IMPORTFAILED", "InvalidUrl"))

    def test_not_signed(self):
        self.put(self.disk)
        url = f"https://{make_host()}/{self.name}"
        self.assertEqual(self.import_url(url, name="private"), ("IMPORTFAILED", "InvalidUrl"))
        self.client.cos("PUT", "/" + self.name, [("acl", "")], headers=[("x-cos-acl", "public-read")])
        self.assertEqual(self.import_url(url, name="public"), ("NORMAL", ""))

    def test_nothing_there(self):
        self.assertEqual(self.import_url(self.client.presign("/nothing")), ("IMPORTFAILED", "InvalidUrl"))

    def test_regions(self):
        url = self.put(self.disk)
        other = self.client.api("ImportImage", {**IMPORT, "ImageUrl": url}, region="ap-singapore")
        near = self.client.api("ImportImage", {**IMPORT, "ImageUrl": self.client.presign("/" + self.name, seconds=99)},
                               region="ap-shanghai")
        self.assertTrue(self.server.command("hurry"))
        codes = {message["imageId"]: message["code"] for message in self.server.command("messages")}
        self.assertEqual((codes[other["ImageId"]], codes[near["ImageId"]]), ("InvalidUrl", ""))

    def test_deleted_while_it_is_imported(self):
        self.server.command("set", importSeconds=3600)
        started = self.call("ImportImage", **{**IMPORT, "ImageName": self.name, "ImageUrl": self.put(self.disk)})
        self.client.cos("DELETE", "/" + self.name)
        self.assertTrue(self.server.command("hurry"))
        image = self.call("DescribeImages", ImageIds=[started["ImageId"]])["ImageSet"][0]
        self.assertEqual(image["ImageState"], "NORMAL")


class Decisions(CloudTest):
    def convert(self, kind, *options, source=None):
        path = os.path.join(self.folder, self.name + "." + kind)
        run_qemu_img("convert", "-f", "raw", "-O", kind, *options, source or self.disk, path)
        return path

    def expect_import(self, path, code="", **more):
        self.assertEqual(self.import_file(path, **more), ("IMPORTFAILED" if code else "NORMAL", code))

    def test_raw(self):
        self.expect_import(self.disk)

    def test_qcow2(self):
        self.expect_import(self.convert("qcow2", "-c"))
        image = next(image for image in self.server.command("images") if image["ImageName"] == self.name)
        self.assertEqual((image["ImageSize"], image["ImageSource"]), (1, "EXTERNAL_IMPORT"))
        self.assertTrue(image["CreatedTime"])

    def test_vpc(self):
        self.expect_import(self.convert("vpc", "-o", "subformat=dynamic,force_size=on"))

    def test_fixed_vpc(self):
        self.expect_import(self.convert("vpc", "-o", "subformat=fixed,force_size=on"))

    def test_differencing_vpc(self):
        path = self.convert("vpc", "-o", "subformat=dynamic,force_size=on")
        with open(path, "r+b") as file:
            for start in (0, os.path.getsize(path) - 512):
                file.seek(start + 60)
                file.write(struct.pack(">I", 4))
        self.expect_import(path, "InvalidFormatSize")

    def test_cut_off_vpc(self):
        path = self.convert("vpc", "-o", "subformat=dynamic,force_size=on")
        os.truncate(path, os.path.getsize(path) - 512)
        self.expect_import(path, "InternalError")

    def test_vmdk(self):
        self.expect_import(self.convert("vmdk"))

    def test_stream_vmdk(self):
        self.expect_import(self.convert("vmdk", "-o", "subformat=streamOptimized"))

    def test_vmdk_of_several_files(self):
        self.expect_import(self.convert("vmdk", "-o", "subformat=twoGbMaxExtentSparse"), "InvalidFormatSize")

    def test_vhdx(self):
        self.expect_import(self.convert("vhdx"), "InvalidFormatSize")

    def test_vdi(self):
        self.expect_import(self.convert("vdi"), "InvalidFormatSize")

    def test_zstd(self):
        self.expect_import(self.convert("qcow2", "-c", "-o", "compression_type=zstd"), "InvalidFormatSize")

    def test_backing_file(self):
        path = os.path.join(self.folder, "overlay.qcow2")
        run_qemu_img("create", "-q", "-f", "qcow2", "-F", "raw", "-b", self.disk, path)
        self.expect_import(path, "InvalidFormatSize")

    def test_data_file(self):
        path = os.path.join(self.folder, "with-data.qcow2")
        run_qemu_img("create", "-q", "-f", "qcow2", "-o", f"data_file={self.folder}/data.raw,data_file_raw=on", path,
                     "64M")
        self.expect_import(path, "InvalidFormatSize")

    def test_oversize(self):
        path = os.path.join(self.folder, "big.qcow2")
        run_qemu_img("create", "-q", "-f", "qcow2", path, str(500 * GIB + 512))
        self.expect_import(path, "InvalidFormatSize")

    def test_largest(self):
        path = os.path.join(self.folder, "largest.raw")
        make_disk(path, 500 * GIB)
        self.expect_import(self.convert("qcow2", source=path))

    def test_cut_off(self):
        path = self.convert("qcow2")
        os.truncate(path, os.path.getsize(path) - 200000)
        self.expect_import(path, "InternalError")

    def test_damaged(self):
        path = self.convert("qcow2")
        with open(path, "r+b") as file:
            file.seek(48)
            table = struct.unpack(">Q", file.read(8))[0]
            file.seek(table)
            file.write(bytes(8))
        self.expect_import(path, "InternalError")

    def test_no_partition_table(self):
        path = make_disk(os.path.join(self.folder, "bare.raw"), signature=b"\0\0")
        self.expect_import(self.convert("qcow2", source=path), "PartitionNotPresent")

    def test_no_partitions(self):
        self.expect_import(make_disk(os.path.join(self.folder, "none.raw"), kind=0), "PartitionNotPresent")

    def test_partition_outside(self):
        path = make_disk(os.path.join(self.folder, "outside.raw"), count=1 << 30)
        self.expect_import(path, "PartitionNotPresent")

    def test_gpt(self):
        path = make_disk(os.path.join(self.folder, "gpt.raw"), kind=0xEE, first=1, count=131071)
        with open(path, "r+b") as file:
            file.seek(512)
            file.write(b"EFI PART")
        self.expect_import(path, "PartitionNotPresent", name="gpt-bios")
        self.assertEqual(self.import_file(path, name="gpt-uefi", BootMode="UEFI"), ("NORMAL", ""))

    def test_text_and_tiny_files(self):
        for content in (b"x", b"just some text\n" * 1000):
            path = os.path.join(self.folder, "text")
            with open(path, "wb") as file:
                file.write(content)
            code = "InvalidFormatSize" if len(content) < 512 else "PartitionNotPresent"
            self.expect_import(path, code, name=f"text-{len(content)}")

    def test_archive(self):
        path = os.path.join(self.folder, "disk.gz")
        with open(path, "wb") as file:
            file.write(b"\x1f\x8b" + bytes(1000))
        self.expect_import(path, "InvalidFormatSize")

    def test_iso_by_force(self):
        path = os.path.join(self.folder, "cd.iso")
        with open(path, "wb") as file:
            file.truncate(100000)
            file.seek(32769)
            file.write(b"CD001")
        self.expect_import(path, "InvalidFormatSize", name="iso-plain")
        self.expect_import(path, name="iso-force", Force=True)


if __name__ == "__main__":
    unittest.main()
