# SPDX-License-Identifier: GPL-3.0-or-later
"""The regions of the practice cloud and what a host name means in it."""

import re
from dataclasses import dataclass

MAINLAND = ("ap-beijing-1", "ap-beijing", "ap-nanjing", "ap-shanghai", "ap-guangzhou", "ap-chengdu", "ap-chongqing")
FINANCE = ("ap-shenzhen-fsi", "ap-shanghai-fsi", "ap-beijing-fsi")
OVERSEAS = ("ap-hongkong", "ap-singapore", "ap-mumbai", "ap-jakarta", "ap-seoul", "ap-bangkok", "ap-tokyo",
            "na-siliconvalley", "na-ashburn", "na-toronto", "sa-saopaulo", "eu-frankfurt", "eu-moscow")
REGIONS = MAINLAND + FINANCE + OVERSEAS
# Sold out or closed: a bucket may still be there, machines and images are not.
WITHOUT_MACHINES = ("ap-beijing-1", "ap-mumbai", "na-toronto", "eu-moscow")
COS_SUFFIXES = ("myqcloud.com", "tencentcos.cn")
API_SERVICES = ("cvm", "sts", "cam", "region")
API_ROOTS = ("tencentcloudapi.com", "intl.tencentcloudapi.com")
# This computer itself, for clients of S3 that cannot be told to connect elsewhere.
PATH_STYLE_HOSTS = ("127.0.0.1", "localhost")

COS_HOST = re.compile(r"(?:(?P<label>[^.]+)\.)?cos\.(?P<region>[a-z0-9-]+)\.(?P<suffix>myqcloud\.com|tencentcos\.cn)")
API_HOST = re.compile(r"(?P<service>[a-z]+)(?:\.(?P<region>[a-z0-9-]+))?\.tencentcloudapi\.com")


@dataclass
class Place:
    """Where a request goes: kind is service, bucket, accelerate, api, path-style (until its path was looked at) or
    unknown."""
    kind: str
    region: str = ""
    bucket: str = ""
    service: str = ""
    is_path_style: bool = False


def find_place(host):
    if host in PATH_STYLE_HOSTS:
        return Place("path-style")
    if host in ["service.cos." + suffix for suffix in COS_SUFFIXES]:
        return Place("service")
    match = COS_HOST.fullmatch(host)
    if match:
        label, region = match["label"], match["region"]
        if label is None:
            return Place("service", region=region)
        if region == "accelerate":
            return Place("accelerate", bucket=label)
        return Place("bucket", region=region, bucket=label)
    match = API_HOST.fullmatch(host)
    if match and match["service"] in API_SERVICES:
        region = match["region"] or ""
        return Place("api", region="" if region == "intl" else region, service=match["service"])
    return Place("unknown")


def may_import(bucket_region, image_region):
    """Only buckets and images of the mainland may be in different regions, and not in the finance cloud."""
    if bucket_region == image_region:
        return True
    return bucket_region in MAINLAND and image_region in MAINLAND


def list_certificate_names():
    names = []
    for suffix in COS_SUFFIXES:
        names += ["service.cos." + suffix, "*.cos.accelerate." + suffix]
        for region in REGIONS:
            names += [f"*.cos.{region}.{suffix}", f"cos.{region}.{suffix}"]
    for root in API_ROOTS:
        names += [f"{service}.{root}" for service in API_SERVICES]
    names += [f"{service}.{region}.tencentcloudapi.com" for service in ("cvm", "sts") for region in REGIONS]
    return names
