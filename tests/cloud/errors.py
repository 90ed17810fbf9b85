# SPDX-License-Identifier: GPL-3.0-or-later
"""The errors of both services as exceptions; the status follows the code."""

STATUS_OF_CODE = {}
for _status, _codes in {
        400: "BadDigest InvalidDigest EntityTooLarge EntityTooSmall EntitySizeNotMatch IncompleteBody InvalidArgument "
             "InvalidBucketName BucketNameTooLong InvalidObjectName KeyTooLong InvalidPart InvalidPartOrder "
             "InvalidRegionName InvalidURI MalformedXML MissingRequestBodyError NotSupportedStorageClass "
             "RequestTimeout TooManyBuckets UserNetworkTooSlow ExpiredToken BucketAccelerateNotEnabled "
             "ActionAccelerateNotSupported PolicyFull AttachmentFull XAmzContentSHA256Mismatch "
             "AuthorizationHeaderMalformed",
        402: "PaymentRequired",
        403: "AccessDenied InvalidAccessKeyId SignatureDoesNotMatch RequestTimeTooSkewed InvalidObjectState",
        404: "NoSuchBucket NoSuchKey NoSuchUpload NoSuchVersion",
        405: "MethodNotAllowed",
        409: "BucketAlreadyExists BucketAlreadyOwnedByYou BucketNotEmpty PathConflict UploadConflict ObjectLocked",
        411: "MissingContentLength",
        412: "PreconditionFailed",
        416: "InvalidRange",
        451: "UnavailableForLegalReasons",
        500: "InternalError",
        501: "NotImplemented",
        503: "ServiceUnavailable SlowDown KmsFreqControl"}.items():
    for _code in _codes.split():
        STATUS_OF_CODE[_code] = _status


class CosError(Exception):
    def __init__(self, code, message, status=None, headers=()):
        super().__init__(code + ": " + message)
        self.code = code
        self.message = message
        self.status = status if status is not None else STATUS_OF_CODE[code]
        self.headers = list(headers)


class ApiError(Exception):
    """Answered with status 200 and Response.Error."""

    def __init__(self, code, message):
        super().__init__(code + ": " + message)
        self.code = code
        self.message = message


class BadRequest(Exception):
    """Not HTTP as we read it: answered 400 without a body of either service, then closed."""


class ConnectionGone(Exception):
    """The client went away, or a fault says that we do: nothing can be answered."""
