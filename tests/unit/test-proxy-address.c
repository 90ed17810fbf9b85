/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What users may type as the address of a proxy.
 */
#include "gui/proxy-address.h"
#include "model/base/errors.h"

static void test_accepted (void)
{
  static const struct
  {
    const char *typed;
    const char *address;
  } cases[] = {
    { "proxy.example.com:3128", "http://proxy.example.com:3128" },
    { "  http://proxy.example.com:3128/ ", "http://proxy.example.com:3128" },
    { "https://proxy.example.com", "https://proxy.example.com" },
    { "socks5://localhost:1080", "socks5://localhost:1080" },
    { "10.0.0.1:8080", "http://10.0.0.1:8080" },
    { "http://[::1]:3128", "http://[::1]:3128" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *address = embark_proxy_address_normalize (cases[i].typed, &error);

      g_assert_no_error (error);
      g_assert_cmpstr (address, ==, cases[i].address);
    }
}

static void test_refused (void)
{
  static const char *const cases[] = {
    "",
    "http://",
    "ftp://proxy.example.com",
    "proxy.example.com:99999",
    "two words:3128",
    "http://proxy.example.com/path",
    "http://proxy.example.com?query",
    "http://proxy.example.com#part",
  };
  g_autofree char *long_host = g_strnfill (400, 'a');
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_assert_null (embark_proxy_address_normalize (cases[i], &error));
      g_assert_error (error, EMBARK_ERROR, EMBARK_ERROR_BAD_NAME);
      g_assert_nonnull (strstr (error->message, "proxy.example.com:3128"));
      g_clear_error (&error);
    }
  g_assert_null (embark_proxy_address_normalize (long_host, &error));
  g_assert_error (error, EMBARK_ERROR, EMBARK_ERROR_BAD_NAME);
}

static void test_secrets_are_refused (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (embark_proxy_address_normalize ("http://user:hunter2@proxy.example.com:3128", &error));
  g_assert_error (error, EMBARK_ERROR, EMBARK_ERROR_BAD_NAME);
  g_assert_null (strstr (error->message, "hunter2"));
  g_clear_error (&error);
  g_assert_null (embark_proxy_address_normalize ("user@proxy.example.com:3128", &error));
  g_assert_error (error, EMBARK_ERROR, EMBARK_ERROR_BAD_NAME);
}

int main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/proxy-address/accepted", test_accepted);
  g_test_add_func ("/proxy-address/refused", test_refused);
  g_test_add_func ("/proxy-address/secrets", test_secrets_are_refused);
  return g_test_run ();
}
