# SPDX-License-Identifier: GPL-3.0-or-later
"""The CVM actions on images: ImportImage, DescribeImages, DeleteImages."""

import re

import import_os
from errors import ApiError
from image_url import parse_image_url

MAX_NAME = 60
MAX_DESCRIPTION = 256
MAX_FILTERS = 10
MAX_FILTER_VALUES = 5
MAX_DATA_DISKS = 20
IMAGE_ID = re.compile(r"img-[a-z0-9]{8}")
FILTERS = {"image-id": "ImageId", "image-type": "ImageType", "image-name": "ImageName", "platform": "Platform"}


def check_text(call, name, maximum):
    if len(call.get(name, "")) > maximum:
        raise ApiError("InvalidParameterValue.TooLarge", f"{name} is longer than {maximum} characters.")


def check_system(call):
    system = import_os.SUPPORTED.get(call.get("OsType"))
    if system is None:
        raise ApiError("InvalidImageOsType.Unsupported", "The OsType is not supported.")
    versions, architectures = system
    if call.get("OsVersion") not in versions:
        raise ApiError("InvalidImageOsVersion.Unsupported", "The OsVersion is not supported.")
    if call.get("Architecture") not in architectures:
        raise ApiError("InvalidParameterValue", "The Architecture is not supported for this OsType.")


def check_choices(call):
    if call.get("BootMode", "Legacy BIOS") not in ("Legacy BIOS", "UEFI"):
        raise ApiError("InvalidParameterValue.InvalidBootMode", "BootMode must be Legacy BIOS or UEFI.")
    if call.get("LicenseType", "TencentCloud") not in ("TencentCloud", "BYOL"):
        raise ApiError("InvalidParameterValue.InvalidLicenseType", "LicenseType must be TencentCloud or BYOL.")
    if not re.fullmatch(r"[A-Za-z0-9._-]{0,128}", call.get("ImageFamily", "")):
        raise ApiError("InvalidParameterValue.InvalidImageFamily", "The ImageFamily is malformed.")
    for specification in call.get("TagSpecification", []):
        check_tags(specification)


def check_tags(specification):
    if not isinstance(specification, dict) or specification.get("ResourceType") != "image":
        raise ApiError("InvalidParameterValue", "A TagSpecification needs the ResourceType image.")
    tags = specification.get("Tags", [])
    is_good = isinstance(tags, list) and len(tags) <= 50 and all(
        isinstance(tag, dict) and set(tag) == {"Key", "Value"} and all(isinstance(text, str) for text in tag.values())
        for tag in tags)
    if not is_good:
        raise ApiError("InvalidParameterValue", "A tag is a Key and a Value.")


def list_urls(call):
    """The parts of all URLs: the system disk first, then data disks."""
    texts = [call.get("ImageUrl")]
    disks = call.get("ImportImageDataDiskList", [])
    if len(disks) > MAX_DATA_DISKS:
        raise ApiError("InvalidParameterValue.TooLarge", "There are too many data disks.")
    for disk in disks:
        if not isinstance(disk, dict) or set(disk) != {"ImageUrl"} or not isinstance(disk["ImageUrl"], str):
            raise ApiError("InvalidParameter", "A data disk has an ImageUrl and nothing else.")
        texts.append(disk["ImageUrl"])
    urls = [parse_image_url(text) for text in texts]
    if None in urls:
        raise ApiError("InvalidParameter.InvalidParameterUrlError", "The ImageUrl is not the URL of a COS object.")
    return urls


def import_image(call):
    images = call.cloud.images
    if not images.count_request():
        raise ApiError("RequestLimitExceeded", "There are too many requests in a second.")
    if not call.get("ImageName"):
        raise ApiError("InvalidParameterValue", "The ImageName is empty.")
    check_text(call, "ImageName", MAX_NAME)
    check_text(call, "ImageDescription", MAX_DESCRIPTION)
    check_system(call)
    check_choices(call)
    urls = list_urls(call)
    if urls[0].key.lower().endswith(".iso") and not call.get("Force", False):
        raise ApiError("InvalidParameterValue.ISOMustImportByForce", "An ISO file has to be imported with Force.")
    if call.get("DryRun", False):
        # Whether the real service spends a signed link on a dry run is not documented; here it does.
        images.check_new(call)
        images.spend_urls(urls)
        if call.has_fault("dry-run-normal"):
            return {}
        raise ApiError("DryRunOperation", "The request would have succeeded.")
    image_id = images.start_import(call, urls)
    return {} if call.has_fault("no-image-id") else {"ImageId": image_id}


def check_ids(ids):
    for image_id in ids:
        if not isinstance(image_id, str) or not IMAGE_ID.fullmatch(image_id):
            raise ApiError("InvalidImageId.Malformed", "An image id is malformed.")


def read_filters(call):
    """[(name, values)], checked."""
    filters = call.get("Filters", [])
    if len(filters) > MAX_FILTERS:
        raise ApiError("InvalidFilterValue.LimitExceeded", "There are more than 10 filters.")
    pairs = []
    for item in filters:
        if not isinstance(item, dict) or set(item) != {"Name", "Values"} or not isinstance(item["Values"], list):
            raise ApiError("InvalidFilter", "A filter is a Name and Values.")
        name, values = item["Name"], item["Values"]
        if name not in FILTERS and not (isinstance(name, str) and name.startswith("tag")):
            raise ApiError("InvalidFilter", "The filter is not known.")
        if len(values) > MAX_FILTER_VALUES:
            raise ApiError("InvalidFilterValue.LimitExceeded", "A filter has more than 5 values.")
        if not values or not all(isinstance(value, str) for value in values):
            raise ApiError("InvalidFilter", "The values of a filter are strings.")
        pairs.append((name, values))
    return pairs


def is_match(image, name, values):
    if name == "image-name":
        return any(value in image["ImageName"] for value in values)
    if name in FILTERS:
        return image[FILTERS[name]] in values
    tags = image["Tags"]
    if name == "tag-key":
        return any(tag["Key"] in values for tag in tags)
    if name == "tag-value":
        return any(tag["Value"] in values for tag in tags)
    return any("tag:" + tag["Key"] == name and tag["Value"] in values for tag in tags)


def read_page(call):
    offset, limit = call.get("Offset", 0), call.get("Limit", 20)
    if offset < 0:
        raise ApiError("InvalidParameterValue", "Offset must not be negative.")
    if not 1 <= limit <= 100:
        raise ApiError("InvalidParameterValue.LimitExceeded", "Limit must be 1 to 100.")
    return offset, limit


def describe_images(call):
    ids, filters = call.get("ImageIds", []), read_filters(call)
    if ids and filters:
        raise ApiError("InvalidParameter.InvalidParameterCoexistImageIdsFilters",
                       "ImageIds and Filters cannot be given together.")
    check_ids(ids)
    offset, limit = read_page(call)
    found = [image for image in call.cloud.images.describe(call.region)
             if (not ids or image["ImageId"] in ids) and all(is_match(image, *pair) for pair in filters)]
    return {"TotalCount": len(found), "ImageSet": found[offset:offset + limit]}


def delete_images(call):
    ids = call.get("ImageIds")
    check_ids(ids)
    if not ids:
        raise ApiError("InvalidParameterValue", "There is no image id.")
    call.cloud.images.delete(call.region, ids, call.get("DryRun", False))
    if call.get("DryRun", False):
        raise ApiError("DryRunOperation", "The request would have succeeded.")
    return {}
