/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Answers of the cloud as somebody hostile would write them, and what the
 * error answers of COS and CVM mean.
 */
#include <string.h>

#include "model/base/errors.h"
#include "model/cloud/cos-error.h"
#include "model/cloud/cos-xml.h"
#include "model/cloud/cvm-call.h"

static EmbarkCosXml *parse_text (const char *text)
{
  g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));

  return embark_cos_xml_parse (bytes);
}

static void test_xml_good (void)
{
  g_autoptr (EmbarkCosXml) document =
      parse_text ("   \n <?xml version='1.0' encoding='utf-8' ?>\n<R><A> x &amp; y </A><B><![CDATA[<z>]]></B><A>2</A>"
                  "<N>18446744073709551615</N><E/></R>");
  xmlNode *root = embark_cos_xml_get_root (document, "R");
  xmlNode *first = embark_cos_xml_find (root, "A");
  g_autofree char *a = embark_cos_xml_get_text (root, "A");
  g_autofree char *b = embark_cos_xml_get_text (root, "B");
  g_autofree char *e = embark_cos_xml_get_text (root, "E");
  guint64 number = 7;

  g_assert_nonnull (root);
  g_assert_cmpstr (a, ==, "x & y");
  g_assert_cmpstr (b, ==, "<z>");
  g_assert_cmpstr (e, ==, "");
  g_assert_null (embark_cos_xml_get_text (root, "missing"));
  g_assert_true (embark_cos_xml_get_uint (root, "N", &number));
  g_assert_cmpuint (number, ==, G_MAXUINT64);
  g_assert_false (embark_cos_xml_get_uint (root, "A", &number));
  g_assert_nonnull (embark_cos_xml_next (first, "A"));
  g_assert_null (embark_cos_xml_get_root (document, "Other"));
}

static void test_xml_hostile (void)
{
  static const char *const texts[] = {
    "",
    "   ",
    "not xml",
    "<R><A></R>",
    "<R>cut off",
    "<!DOCTYPE R [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;'><!ENTITY c "
    "'&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;'><!ENTITY d '&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;'>]><R><A>&d;</A></R>",
    "<!DOCTYPE R [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><R><A>&x;</A></R>",
    "<!DOCTYPE R SYSTEM 'http://127.0.0.1:9/evil.dtd'><R/>",
    "<?xml version='1.0'?><!-- --><!DOCTYPE R><R/>",
    "<R><A>&undeclared;</A></R>",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_test_message ("text %" G_GSIZE_FORMAT, i);
      g_assert_null (parse_text (texts[i]));
    }
}

/* The same document type where a search for its ASCII form finds nothing. */
static void test_xml_hidden_doctype (void)
{
  static const char text[] = "<!DOCTYPE R [<!ENTITY a 'b'>]><R><A>&a;</A></R>";
  gsize length = 0;
  g_autofree char *wide = g_convert (text, -1, "UTF-16", "UTF-8", NULL, &length, NULL);
  g_autoptr (GBytes) bytes = g_bytes_new (wide, length);

  g_assert_cmpuint (length, >, 80);
  g_assert_null (embark_cos_xml_parse (bytes));
}

static void test_xml_deep (void)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < 100000; i++)
    g_string_append (text, "<a>");
  for (guint i = 0; i < 100000; i++)
    g_string_append (text, "</a>");
  g_assert_null (parse_text (text->str));
}

static void test_xml_large (void)
{
  g_autofree char *filler = g_strnfill (5 * 1024 * 1024, 'x');
  g_autofree char *too_large = g_strconcat ("<R>", filler, "</R>", NULL);
  g_autofree char *long_text = g_strnfill (100000, 'y');
  g_autofree char *long_element = g_strconcat ("<R><A>", long_text, "</A></R>", NULL);
  g_autoptr (EmbarkCosXml) document = parse_text (long_element);
  g_autofree char *text = embark_cos_xml_get_text (embark_cos_xml_get_root (document, "R"), "A");

  g_assert_null (parse_text (too_large));
  g_assert_cmpuint (strlen (text), ==, 4096);
}

static const struct
{
  guint status;
  const char *body;
  const char *key;
  EmbarkError code;
} refusals[] = {
  { 403, "<Error><Code>InvalidAccessKeyId</Code></Error>", "k", EMBARK_ERROR_KEYS_REFUSED },
  { 403, "<Error><Code>SignatureDoesNotMatch</Code></Error>", "k", EMBARK_ERROR_KEYS_REFUSED },
  { 400, "<Error><Code>ExpiredToken</Code></Error>", "k", EMBARK_ERROR_KEYS_EXPIRED },
  { 403, "<Error><Code>AccessDenied</Code><Message>Access Denied.</Message></Error>", "k", EMBARK_ERROR_PERMISSION },
  { 403, "<Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>", "k", EMBARK_ERROR_CLOCK },
  { 403, "<Error><Code>RequestTimeTooSkewed</Code></Error>", "k", EMBARK_ERROR_CLOCK },
  { 404, "<Error><Code>NoSuchBucket</Code></Error>", "k", EMBARK_ERROR_NO_BUCKET },
  { 404, "<Error><Code>NoSuchKey</Code></Error>", "k", EMBARK_ERROR_NOT_FOUND },
  { 404, "<Error><Code>NoSuchUpload</Code></Error>", "k", EMBARK_ERROR_NO_UPLOAD },
  { 400, "<Error><Code>InvalidBucketName</Code></Error>", NULL, EMBARK_ERROR_BAD_NAME },
  { 409, "<Error><Code>BucketAlreadyExists</Code></Error>", NULL, EMBARK_ERROR_NAME_TAKEN },
  { 400, "<Error><Code>BadDigest</Code></Error>", "k", EMBARK_ERROR_CHECKSUM },
  { 400, "<Error><Code>EntityTooSmall</Code></Error>", "k", EMBARK_ERROR_CLOUD },
  { 451, "<Error><Code>UnavailableForLegalReasons</Code></Error>", "k", EMBARK_ERROR_CLOUD },
  { 500, "<Error><Code>InternalError</Code></Error>", "k", EMBARK_ERROR_NETWORK },
  { 503, "<Error><Code>SlowDown</Code></Error>", "k", EMBARK_ERROR_NETWORK },
  { 400, "<Error><Code>RequestTimeout</Code></Error>", "k", EMBARK_ERROR_NETWORK },
  { 400, "<Error><Code>UserNetworkTooSlow</Code></Error>", "k", EMBARK_ERROR_NETWORK },
  { 502, "<html>Bad gateway", "k", EMBARK_ERROR_NETWORK },
  { 403, "", "k", EMBARK_ERROR_PERMISSION },
  { 404, "", "k", EMBARK_ERROR_NOT_FOUND },
  { 404, "", NULL, EMBARK_ERROR_NO_BUCKET },
  { 200, "  <Error><Code>InternalError</Code></Error>", "k", EMBARK_ERROR_NETWORK },
  { 200, "<Error><Code>EntityTooSmall</Code></Error>", "k", EMBARK_ERROR_CLOUD },
};

static EmbarkHttpResponse *make_response (guint status, const char *body)
{
  EmbarkHttpResponse *response = g_new0 (EmbarkHttpResponse, 1);

  response->status = status;
  response->headers = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  response->body = g_bytes_new (body, strlen (body));
  g_hash_table_insert (response->headers, g_strdup ("x-cos-request-id"), g_strdup ("REQUEST-7"));
  return response;
}

static void test_cos_refusals (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (refusals); i++)
    {
      g_autoptr (EmbarkHttpResponse) response = make_response (refusals[i].status, refusals[i].body);
      g_autoptr (EmbarkCosError) refusal = embark_cos_error_read (response);
      g_autoptr (GError) error = NULL;

      g_test_message ("%u %s", refusals[i].status, refusals[i].body);
      g_assert_nonnull (refusal);
      embark_cos_error_set (&error, refusal, "images-1250000000", "ap-guangzhou", refusals[i].key);
      g_assert_error (error, EMBARK_ERROR, (int) refusals[i].code);
      g_assert_nonnull (strstr (error->message, "images-1250000000"));
      g_assert_nonnull (strstr (error->message, "REQUEST-7"));
    }
}

static void test_cos_success (void)
{
  g_autoptr (EmbarkHttpResponse) empty = make_response (204, "");
  g_autoptr (EmbarkHttpResponse) document = make_response (200, "<ListPartsResult/>");
  g_autoptr (EmbarkHttpResponse) cut = make_response (200, "   ");

  g_assert_null (embark_cos_error_read (empty));
  g_assert_null (embark_cos_error_read (document));
  g_assert_null (embark_cos_error_read (cut));
}

/* What the cloud says is shown to the user and goes to the log: no line breaks, no controls, no novel. */
static void test_cos_error_is_tame (void)
{
  g_autofree char *filler = g_strnfill (5000, 'x');
  g_autofree char *body = g_strconcat ("<Error><Code>Weird\n\tCode\xc2\x9b", filler, "</Code><Message>a&#10;b", filler,
                                       "</Message><RequestId>i&#10;d", filler, "</RequestId></Error>", NULL);
  g_autoptr (EmbarkHttpResponse) response = make_response (400, body);
  g_autoptr (EmbarkCosError) refusal = embark_cos_error_read (response);
  g_autoptr (GError) error = NULL;

  embark_cos_error_set (&error, refusal, "images-1250000000", "ap-guangzhou", "k");
  g_assert_error (error, EMBARK_ERROR, EMBARK_ERROR_CLOUD);
  g_assert_cmpuint (strlen (error->message), <, 800);
  g_assert_null (strpbrk (error->message, "\n\t\r"));
  g_assert_null (strstr (error->message, "\xc2\x9b"));
  g_assert_true (g_utf8_validate (error->message, -1, NULL));
}

static JsonNode *parse_json (const char *text)
{
  g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));

  return embark_cvm_parse (bytes);
}

static void test_json (void)
{
  static const char *const bad[] = { "", "{", "[]", "3", "null", "\"x\"", "{\"a\":\xff}", "{} trailing", "<html>" };
  g_autoptr (JsonNode) node =
      parse_json ("{\"s\":\"x\",\"n\":3,\"neg\":-3,\"a\":[{},1,\"t\",null],\"o\":{},\"z\":null}");
  g_autoptr (JsonNode) brackets = parse_json ("{\"s\":\"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\\\"[[[[{{{{\"}");
  g_autofree char *open = g_strnfill (100000, '[');
  g_autofree char *deep = g_strconcat ("{\"a\":", open, NULL);
  g_auto (GStrv) strings = NULL;
  JsonObject *object;

  g_assert_nonnull (node);
  g_assert_nonnull (brackets);
  object = json_node_get_object (node);
  g_assert_cmpstr (embark_cvm_get_string (object, "s"), ==, "x");
  g_assert_null (embark_cvm_get_string (object, "n"));
  g_assert_null (embark_cvm_get_string (object, "z"));
  g_assert_null (embark_cvm_get_string (NULL, "s"));
  g_assert_cmpuint (embark_cvm_get_uint (object, "n"), ==, 3);
  g_assert_cmpuint (embark_cvm_get_uint (object, "neg"), ==, 0);
  g_assert_cmpuint (embark_cvm_get_uint (object, "s"), ==, 0);
  g_assert_null (embark_cvm_get_array (object, "o"));
  g_assert_null (embark_cvm_get_object (object, "a"));
  g_assert_nonnull (embark_cvm_get_element (embark_cvm_get_array (object, "a"), 0));
  g_assert_null (embark_cvm_get_element (embark_cvm_get_array (object, "a"), 1));
  strings = embark_cvm_dup_strings (embark_cvm_get_array (object, "a"));
  g_assert_cmpuint (g_strv_length (strings), ==, 1);
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    g_assert_null (parse_json (bad[i]));
  g_assert_null (parse_json (deep));
}

static const struct
{
  guint status;
  const char *code;
  EmbarkError error;
} cvm_codes[] = {
  { 200, "AuthFailure.SecretIdNotFound", EMBARK_ERROR_KEYS_REFUSED },
  { 200, "AuthFailure.SignatureFailure", EMBARK_ERROR_KEYS_REFUSED },
  { 200, "AuthFailure.InvalidSecretId", EMBARK_ERROR_KEYS_REFUSED },
  { 200, "AuthFailure.TokenFailure", EMBARK_ERROR_KEYS_EXPIRED },
  { 200, "AuthFailure.SignatureExpire", EMBARK_ERROR_CLOCK },
  { 200, "AuthFailure.UnauthorizedOperation", EMBARK_ERROR_PERMISSION },
  { 200, "UnauthorizedOperation", EMBARK_ERROR_PERMISSION },
  { 200, "UnauthorizedOperation.PermissionDenied", EMBARK_ERROR_PERMISSION },
  { 200, "OperationDenied.InnerUserProhibitAction", EMBARK_ERROR_PERMISSION },
  { 200, "InvalidImageName.Duplicate", EMBARK_ERROR_NAME_TAKEN },
  { 200, "InvalidImageOsType.Unsupported", EMBARK_ERROR_CLOUD },
  { 200, "ImageQuotaLimitExceeded", EMBARK_ERROR_CLOUD },
  { 200, "RequestLimitExceeded", EMBARK_ERROR_CLOUD },
  { 200, "InternalError", EMBARK_ERROR_NETWORK },
  { 200, "InternalErrorOfSomeOtherKind", EMBARK_ERROR_CLOUD },
  { 502, NULL, EMBARK_ERROR_NETWORK },
};

static void test_cvm_refusals (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (cvm_codes); i++)
    {
      g_autoptr (GError) error = NULL;

      embark_cvm_error_set (&error, cvm_codes[i].status, cvm_codes[i].code, "said\nso", "REQUEST-7", "web-01");
      g_assert_error (error, EMBARK_ERROR, (int) cvm_codes[i].error);
      g_assert_nonnull (strstr (error->message, "web-01"));
      g_assert_nonnull (strstr (error->message, "said so"));
      g_assert_nonnull (strstr (error->message, "REQUEST-7"));
      if (cvm_codes[i].code != NULL)
        g_assert_nonnull (strstr (error->message, cvm_codes[i].code));
    }
}

static void test_credentials (void)
{
  EmbarkCredentials *keys = embark_credentials_new (" id \n", "\tkey with spaces inside ", "  ");
  g_autoptr (EmbarkCredentials) other = embark_credentials_ref (keys);

  embark_credentials_unref (keys);
  g_assert_cmpstr (embark_credentials_get_id (other), ==, "id");
  g_assert_cmpstr (embark_credentials_get_key (other), ==, "key with spaces inside");
  g_assert_null (embark_credentials_get_token (other));
}

/* Whoever holds the first box finds the last one, however often keys are renewed, and no ring can be made. */
static void test_successors (void)
{
  g_autoptr (EmbarkCredentials) first = embark_credentials_new ("1", "first key", "first token");
  g_autoptr (EmbarkCredentials) second = embark_credentials_new ("2", "second key", "second token");
  g_autoptr (EmbarkCredentials) third = embark_credentials_new ("3", "third key", NULL);
  g_autoptr (EmbarkCredentials) before = embark_credentials_dup_latest (first), after = NULL, middle = NULL;

  g_assert_true (before == first);
  embark_credentials_replace (first, second);
  embark_credentials_replace (first, third);
  embark_credentials_replace (third, first);
  embark_credentials_replace (second, second);
  after = embark_credentials_dup_latest (first);
  middle = embark_credentials_dup_latest (second);
  g_assert_true (after == third && middle == third);
  g_assert_cmpstr (embark_credentials_get_id (first), ==, "1");
}

int main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cloud-answers/xml-good", test_xml_good);
  g_test_add_func ("/cloud-answers/xml-hostile", test_xml_hostile);
  g_test_add_func ("/cloud-answers/xml-hidden-doctype", test_xml_hidden_doctype);
  g_test_add_func ("/cloud-answers/xml-deep", test_xml_deep);
  g_test_add_func ("/cloud-answers/xml-large", test_xml_large);
  g_test_add_func ("/cloud-answers/cos-refusals", test_cos_refusals);
  g_test_add_func ("/cloud-answers/cos-success", test_cos_success);
  g_test_add_func ("/cloud-answers/cos-error-is-tame", test_cos_error_is_tame);
  g_test_add_func ("/cloud-answers/json", test_json);
  g_test_add_func ("/cloud-answers/cvm-refusals", test_cvm_refusals);
  g_test_add_func ("/cloud-answers/credentials", test_credentials);
  g_test_add_func ("/cloud-answers/successors", test_successors);
  return g_test_run ();
}
