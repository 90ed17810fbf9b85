# SPDX-License-Identifier: GPL-3.0-or-later
"""The JSON services (CVM, STS, CAM, Region): checks of a call and its
parameters, then the action. Errors have status 200, as the real ones."""

import json

import cvm_images
import import_os
import signing_tc3
from account import APPID, OWNER_UIN
from cos_xml import format_http_time
from errors import ApiError
from regions import FINANCE, REGIONS, WITHOUT_MACHINES
from wire import Response

MAX_BODY = 10 * 1024 * 1024
MAX_NAMED = 64
VERSIONS = {"cvm": "2017-03-12", "sts": "2018-08-13", "cam": "2019-01-16", "region": "2022-06-27"}
TYPE_WORDS = {str: "a string", bool: "a boolean", int: "an integer", list: "an array"}


def list_regions(call):
    if call.place.service == "region" and call.parameters["Product"] != "cvm":
        raise ApiError("InvalidParameterValue", "Only the product cvm is known here.")
    entries = [{"Region": region, "RegionName": region, "RegionState": "AVAILABLE"} for region in REGIONS
               if region not in WITHOUT_MACHINES]
    return {"TotalCount": len(entries), "RegionSet": entries}


def describe_caller(call):
    return {"Type": "CAMUser", "Arn": f"qcs::cam::uin/{OWNER_UIN}:uin/{OWNER_UIN}", "AccountId": OWNER_UIN,
            "UserId": OWNER_UIN, "PrincipalId": OWNER_UIN}


def describe_app_id(call):
    return {"Uin": OWNER_UIN, "OwnerUin": OWNER_UIN, "AppId": int(APPID)}


# (service, action): (function, {parameter: (type, is required)}, is a region needed)
ACTIONS = {
    ("cvm", "ImportImage"): (cvm_images.import_image, {
        "Architecture": (str, True), "OsType": (str, True), "OsVersion": (str, True), "ImageUrl": (str, True),
        "ImageName": (str, True), "ImageDescription": (str, False), "DryRun": (bool, False), "Force": (bool, False),
        "TagSpecification": (list, False), "LicenseType": (str, False), "BootMode": (str, False),
        "ImageFamily": (str, False), "ImportImageDataDiskList": (list, False)}, True),
    ("cvm", "DescribeImages"): (cvm_images.describe_images, {
        "ImageIds": (list, False), "Filters": (list, False), "Offset": (int, False), "Limit": (int, False),
        "InstanceType": (str, False)}, True),
    ("cvm", "DescribeImportImageOs"): (lambda call: import_os.describe(), {}, True),
    ("cvm", "DescribeImageQuota"): (lambda call: {"ImageNumQuota": call.cloud.images.quota}, {}, True),
    ("cvm", "DeleteImages"): (cvm_images.delete_images, {
        "ImageIds": (list, True), "DeleteBindedSnap": (bool, False), "DryRun": (bool, False)}, True),
    ("cvm", "DescribeRegions"): (list_regions, {}, False),
    ("region", "DescribeRegions"): (list_regions, {"Product": (str, True), "Scene": (int, False)}, False),
    ("sts", "GetCallerIdentity"): (describe_caller, {}, False),
    ("cam", "GetUserAppId"): (describe_app_id, {}, False),
}


class Call:
    """One checked call: cloud, place, region, parameters, fault."""

    def __init__(self, cloud, request, place):
        self.cloud = cloud
        self.request = request
        self.place = place
        self.region = request.headers.get("x-tc-region", "")
        self.parameters = {}

    def has_fault(self, do):
        return self.request.fault is not None and self.request.fault.do == do

    def get(self, name, default=None):
        return self.parameters.get(name, default)


def answer(cloud, request, place, entry):
    call = Call(cloud, request, place)
    try:
        content = run(call)
    except ApiError as error:
        entry["code"] = error.code
        content = {"Error": {"Code": error.code, "Message": error.message}}
    body = json.dumps({"Response": {**content, "RequestId": make_request_id(request)}}, ensure_ascii=False).encode()
    return Response(200, [("Date", format_http_time(cloud.clock.now())), ("Server", "nginx")], body,
                    "application/json")


def make_request_id(request):
    text = request.id
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))


def run(call):
    request, cloud = call.request, call.cloud
    body = read_body(request)
    signing_tc3.verify(request, call.place.service, body, cloud.account, cloud.clock.now())
    action = check_action(call)
    if call.has_fault("api-error"):
        raise ApiError(request.fault.get("code", "InternalError"), request.fault.get("message", "As told."))
    function, known, needs_region = action
    if needs_region or call.region:
        check_region(call, needs_region)
    call.parameters = check_parameters(parse_body(body), known)
    return function(call)


def read_body(request):
    if request.method != "POST" or request.path != "/" or request.params:
        raise ApiError("InvalidRequest", "Calls are POST / without a query.")
    if "content-length" not in request.headers or "transfer-encoding" in request.headers:
        raise ApiError("InvalidRequest", "Content-Length is missing.")
    body = request.body.read_all(MAX_BODY)
    if body is None:
        raise ApiError("RequestSizeLimitExceeded", "The request is longer than 10 MB.")
    kind = request.headers.get("content-type", "").split(";")[0].strip().lower()
    if kind != "application/json":
        raise ApiError("InvalidParameter", "Content-Type must be application/json.")
    return body


def check_action(call):
    name = call.request.headers.get("x-tc-action", "")
    version = call.request.headers.get("x-tc-version", "")
    if not name:
        raise ApiError("MissingParameter", "X-TC-Action is missing.")
    if not version:
        raise ApiError("MissingParameter", "X-TC-Version is missing.")
    if version != VERSIONS[call.place.service]:
        raise ApiError("NoSuchVersion", f"There is no version {version} of this service.")
    action = ACTIONS.get((call.place.service, name))
    if action is None:
        raise ApiError("InvalidAction", f"There is no action {name}.")
    return action


def check_region(call, is_needed):
    if is_needed and not call.region:
        raise ApiError("MissingParameter", "X-TC-Region is missing.")
    if call.region not in REGIONS or call.region in WITHOUT_MACHINES:
        raise ApiError("UnsupportedRegion", f"The service is not in the region {call.region}.")
    if call.place.region and call.place.region != call.region:
        raise ApiError("UnsupportedRegion", "The host name is of another region than X-TC-Region.")
    if is_needed and call.region in FINANCE and call.place.region != call.region:
        raise ApiError("UnsupportedRegion", f"{call.region} is served by its own host name only.")


def refuse_constant(name):
    raise ValueError(name)


def parse_body(body):
    try:
        parameters = json.loads(body.decode("utf-8"), parse_constant=refuse_constant)
    except (ValueError, RecursionError):
        raise ApiError("InvalidParameter", "The body is not JSON.") from None
    if not isinstance(parameters, dict) or len(parameters) > MAX_NAMED:
        raise ApiError("InvalidParameter", "The body is not a JSON object.")
    return parameters


def check_parameters(parameters, known):
    for name, value in parameters.items():
        if name not in known:
            raise ApiError("UnknownParameter", f"The parameter {name[:64]} is not known.")
        wanted = known[name][0]
        if not isinstance(value, wanted) or (wanted is int and isinstance(value, bool)):
            raise ApiError("InvalidParameter", f"The parameter {name} must be {TYPE_WORDS[wanted]}.")
    for name, (_, is_required) in known.items():
        if is_required and name not in parameters:
            raise ApiError("MissingParameter", f"The parameter {name} is missing.")
    return parameters
