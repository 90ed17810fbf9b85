/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What is taken for the address of a proxy, and what is made of the answers of
 * the desktop.
 */
#include "model/cloud/proxy.h"

#include <string.h>

#include "model/base/errors.h"

#define URL "https://bucket-1250000000.cos.ap-guangzhou.myqcloud.com/secret-name?partNumber=1"

static void test_good (void)
{
  static const char *const good[][2] = {
    { "http://proxy.example:3128", "http://proxy.example:3128" },
    { "http://proxy.example:3128/", "http://proxy.example:3128" },
    { "HTTP://10.0.0.1:80", "http://10.0.0.1:80" },
    { "proxy.example:3128", "http://proxy.example:3128" },
    { "  10.0.0.1:8080\n", "http://10.0.0.1:8080" },
    { "[::1]:3128", "http://[::1]:3128" },
    { "https://proxy.example:443", "https://proxy.example:443" },
    { "socks5://127.0.0.1:1080", "socks5://127.0.0.1:1080" },
    { "socks5h://[2001:db8::1]:1080", "socks5h://[2001:db8::1]:1080" },
  };
  g_autoptr (EmbarkProxy) proxy = embark_proxy_new ();

  for (gsize i = 0; i < G_N_ELEMENTS (good); i++)
    {
      g_auto (EmbarkProxyChoice) choice = { 0 };
      g_autoptr (GError) error = NULL;

      embark_proxy_set (proxy, EMBARK_PROXY_MANUAL, good[i][0], &error);
      g_assert_no_error (error);
      g_assert_true (embark_proxy_choose (proxy, URL, &choice, NULL, &error));
      g_assert_cmpstr (choice.uri, ==, good[i][1]);
      g_assert_null (choice.user);
    }
}

static void test_bad (void)
{
  static const char *const bad[] = {
    "",
    "proxy.example",
    "http://proxy.example",
    "http://:3128",
    "http://proxy.example:0",
    "http://proxy.example:65536",
    "http://proxy.example:3128/path",
    "http://proxy.example:3128?a=b",
    "http://proxy.example:3128#a",
    "ftp://proxy.example:3128",
    "socks4://proxy.example:1080",
    "file:///etc/passwd",
    "http://pro xy.example:3128",
    "https://proxy.example",
    "two words:3128",
    "proxy.example:99999",
    "user@proxy.example:3128",
    "user:topsecret@proxy.example:3128",
    "http://user@proxy.example:3128",
    "http://user:topsecret@proxy.example:3128",
    "http//user:topsecret@proxy.example:3128",
  };
  g_autoptr (EmbarkProxy) proxy = embark_proxy_new ();
  g_auto (EmbarkProxyChoice) choice = { 0 };

  g_assert_true (embark_proxy_set (proxy, EMBARK_PROXY_MANUAL, "http://before.example:1", NULL));
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_false (embark_proxy_set (proxy, EMBARK_PROXY_MANUAL, bad[i], &error));
      g_assert_error (error, EMBARK_ERROR, EMBARK_ERROR_BAD_NAME);
      g_assert_null (strstr (error->message, "topsecret"));
    }
  g_assert_true (embark_proxy_choose (proxy, URL, &choice, NULL, NULL));
  g_assert_cmpstr (choice.uri, ==, "http://before.example:1");
}

static void test_modes (void)
{
  g_autoptr (EmbarkProxy) proxy = embark_proxy_new ();
  g_auto (EmbarkProxyChoice) none = { 0 }, manual = { 0 }, without = { 0 };

  embark_proxy_set_password (proxy, "user", "a password");
  g_assert_true (embark_proxy_set (proxy, EMBARK_PROXY_NONE, NULL, NULL));
  g_assert_true (embark_proxy_choose (proxy, URL, &none, NULL, NULL));
  g_assert_cmpstr (none.uri, ==, "");
  g_assert_null (none.user);
  g_assert_true (embark_proxy_set (proxy, EMBARK_PROXY_MANUAL, "http://proxy.example:1", NULL));
  g_assert_true (embark_proxy_choose (proxy, URL, &manual, NULL, NULL));
  g_assert_cmpstr (embark_credentials_get_id (manual.user), ==, "user");
  g_assert_cmpstr (embark_credentials_get_key (manual.user), ==, "a password");
  embark_proxy_set_password (proxy, NULL, NULL);
  g_assert_true (embark_proxy_choose (proxy, URL, &without, NULL, NULL));
  g_assert_null (without.user);
}

static void test_desktop (void)
{
  static const struct
  {
    const char *uris[3], *picked;
  } cases[] = {
    { { "direct://", NULL }, "" },
    { { "http://proxy.example:8080", "direct://", NULL }, "http://proxy.example:8080" },
    { { "socks://proxy.example:1080", NULL }, "socks5h://proxy.example:1080" },
    { { "socks5://proxy.example:1080", NULL }, "socks5h://proxy.example:1080" },
    { { "socks4a://proxy.example:1080", NULL }, "socks4a://proxy.example:1080" },
    { { "gopher://proxy.example:70", "https://proxy.example:443", NULL }, "https://proxy.example:443" },
    { { "gopher://proxy.example:70", NULL }, NULL },
    { { NULL }, NULL },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *picked = embark_proxy_pick (cases[i].uris);

      g_assert_cmpstr (picked, ==, cases[i].picked);
    }
  g_assert_null (embark_proxy_pick (NULL));
}

static void test_describe (void)
{
  g_autofree char *plain = embark_proxy_describe ("http://proxy.example:3128");
  g_autofree char *secret = embark_proxy_describe ("http://user:topsecret@proxy.example:3128");

  g_assert_cmpstr (plain, ==, "proxy.example:3128");
  g_assert_cmpstr (secret, ==, "proxy.example:3128");
}

int main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/proxy/good", test_good);
  g_test_add_func ("/proxy/bad", test_bad);
  g_test_add_func ("/proxy/modes", test_modes);
  g_test_add_func ("/proxy/desktop", test_desktop);
  g_test_add_func ("/proxy/describe", test_describe);
  return g_test_run ();
}
