/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/guest/driver-inf.h"

#include <string.h>

#include "model/guest/driver-inf-text.h"

static const EmbarkWindowsVersion server_2008_x86 = { 6, 0, 6002, TRUE, FALSE };
static const EmbarkWindowsVersion server_2008r2 = { 6, 1, 7601, TRUE, TRUE };
static const EmbarkWindowsVersion server_2012r2 = { 6, 3, 9600, TRUE, TRUE };
static const EmbarkWindowsVersion server_2016 = { 10, 0, 14393, TRUE, TRUE };
static const EmbarkWindowsVersion server_2022 = { 10, 0, 20348, TRUE, TRUE };
static const EmbarkWindowsVersion client_10 = { 10, 0, 19045, FALSE, TRUE };

/* As a network driver with a co-installer looks. */
static const char net_inf[] =
    "; a comment\r\n"
    "[version] \r\n"
    "Signature   = \"$Windows NT$\" ; another\r\n"
    "Class       = Net\r\n"
    "ClassGUID = {4d36e972-e325-11ce-bfc1-08002be10318}\r\n"
    "CatalogFile = NetKVM.cat\r\n"
    "CatalogFile.NTx86 = netkvm32.cat\r\n"
    "Provider=%VENDOR%\r\n"
    "DriverVer = 07/03/2023 , 62.93.104.24000\r\n"
    "[Manufacturer]\r\n"
    "%VENDOR% = NetKVM, NTamd64.6.1, NTx86.6.1\r\n"
    "[NetKVM.NTamd64.6.1]\r\n"
    "%kvmnet6.DeviceDesc% = kvmnet6.ndi, pci\\ven_1af4&dev_1000&subsys_00011af4&rev_00, \\ ; goes on\r\n"
    "   \"PCI\\VEN_1AF4&DEV_1000\"\r\n"
    "%kvmnet6.DeviceDesc% = kvmnet6.ndi, PCI\\VEN_1AF4&DEV_1041&SUBSYS_%Card%1AF4&REV_01, PCI\\VEN_1AF4&DEV_1000\r\n"
    "[NETKVM.ntX86.6.1]\r\n"
    "%kvmnet6.DeviceDesc% = kvmnet6.ndi, PCI\\VEN_1AF4&DEV_1000&REV_00, USB\\ROOT_HUB\r\n"
    "[kvmnet6.ndi]\r\n"
    "Characteristics = 0x84\r\n"
    "CopyFiles = kvmnet6.CopyFiles, @ReadMe.txt\r\n"
    "*IfType = 6\r\n"
    "[kvmnet6.CopyFiles]\r\n"
    "netkvm.sys,,,2\r\n"
    "[kvmnet6.ndi.Services]\r\n"
    "AddService = other, 0, other.Service\r\n"
    "AddService = %Service%, 0x00000002, kvmnet6.Service, kvmnet6.EventLog\r\n"
    "[other.Service]\r\n"
    "ServiceBinary = %12%\\other.sys\r\n"
    "[kvmnet6.Service]\r\n"
    "ServiceBinary = %12%\\NetKVM.sys\r\n"
    "[kvmnet6.ndi.CoInstallers]\r\n"
    "CopyFiles = kvmnet6.CoInstaller_CopyFiles\r\n"
    "[kvmnet6.CoInstaller_CopyFiles]\r\n"
    "helper.dll,netkvmco.dll\r\n"
    "[SourceDisksFiles]\r\n"
    "netkvm.sys = 1,,\r\n"
    "NetKVMco.dll = 1,,\r\n"
    "[SourceDisksFiles.x86]\r\n"
    "only32.dll = 1\r\n"
    "[Strings]\r\n"
    "VENDOR = \"Nobody; \"\"Inc.\"\"\"\r\n"
    "Service = \"netkvm\"\r\n"
    "Card = \"1100\"\r\n";

static EmbarkDriverInf *read_text (const char *text, const EmbarkWindowsVersion *windows)
{
  return embark_driver_inf_new ((const guint8 *) text, strlen (text), windows);
}

static void check_list (char **list, const char *expected)
{
  g_autofree char *joined = g_strjoinv (" ", list);

  g_assert_cmpstr (joined, ==, expected);
}

static void check_net (const EmbarkDriverInf *inf)
{
  g_assert_nonnull (inf);
  g_assert_cmpstr (inf->version, ==, "62.93.104.24000");
  g_assert_cmpuint (inf->date, ==, 20230703);
  g_assert_cmpstr (inf->class_guid, ==, "{4D36E972-E325-11CE-BFC1-08002BE10318}");
  g_assert_cmpstr (inf->catalog, ==, "netkvm.cat");
  g_assert_cmpstr (inf->service, ==, "netkvm");
  g_assert_cmpstr (inf->binary, ==, "netkvm.sys");
  check_list (inf->ids, "PCI\\VEN_1AF4&DEV_1000&SUBSYS_00011AF4&REV_00 PCI\\VEN_1AF4&DEV_1000"
                        " PCI\\VEN_1AF4&DEV_1041&SUBSYS_11001AF4&REV_01");
  check_list (inf->copied, "readme.txt netkvm.sys netkvmco.dll");
  check_list (inf->listed, "netkvm.sys netkvmco.dll");
}

static void test_net (void)
{
  g_autoptr (EmbarkDriverInf) inf = read_text (net_inf, &server_2012r2);
  g_autoptr (EmbarkDriverInf) small = NULL;
  EmbarkWindowsVersion x86 = server_2008r2;

  check_net (inf);
  x86.is_64_bit = FALSE;
  small = read_text (net_inf, &x86);
  g_assert_nonnull (small);
  check_list (small->ids, "PCI\\VEN_1AF4&DEV_1000&REV_00");
  g_assert_cmpstr (small->catalog, ==, "netkvm32.cat");
  check_list (small->listed, "netkvm.sys netkvmco.dll only32.dll");
  g_assert_null (read_text (net_inf, &server_2008_x86));
}

/* The same text in each encoding that Windows reads. */
static void test_encodings (void)
{
  gsize length = 0;
  g_autofree gunichar2 *wide = g_utf8_to_utf16 (net_inf, -1, NULL, NULL, NULL);
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  g_autofree char *marked = g_strconcat ("\xEF\xBB\xBF", net_inf, NULL);
  g_autofree char *latin = g_strconcat ("; \xE9\xFF\x80\n", net_inf, NULL);
  g_autofree char *unix_ends = g_strdup (net_inf);
  g_autoptr (EmbarkDriverInf) of_utf16 = NULL;
  g_autoptr (EmbarkDriverInf) of_utf8 = read_text (marked, &server_2012r2);
  g_autoptr (EmbarkDriverInf) of_latin = read_text (latin, &server_2012r2);
  g_autoptr (EmbarkDriverInf) of_unix = NULL;

  while (wide[length])
    length++;
  g_byte_array_append (bytes, (const guint8 *) "\xFF\xFE", 2);
  for (gsize i = 0; i < length; i++)
    {
      guint8 unit[] = { wide[i] & 0xFF, wide[i] >> 8 };
      g_byte_array_append (bytes, unit, sizeof unit);
    }
  of_utf16 = embark_driver_inf_new (bytes->data, bytes->len, &server_2012r2);
  check_net (of_utf16);
  check_net (of_utf8);
  check_net (of_latin);
  for (char *from = unix_ends, *to = unix_ends; (*to = *from); from++)
    to += *from != '\r';
  of_unix = read_text (unix_ends, &server_2012r2);
  check_net (of_unix);
}

/* The device in the section that this Windows takes from [Manufacturer]; NULL when it takes none. */
static void check_models (const char *decorations, const EmbarkWindowsVersion *windows, const char *expected)
{
  g_autoptr (GString) text = g_string_new ("[Manufacturer]\n\"A\" = M");
  g_auto (GStrv) names = g_strsplit (decorations, " ", -1);
  g_autoptr (EmbarkDriverInf) inf = NULL;

  for (guint i = 0; names[i]; i++)
    if (*names[i])
      g_string_append_printf (text, ",%s", names[i]);
  g_string_append (text, "\n[M]\n\"d\" = i, PCI\\PLAIN\n");
  for (guint i = 0; names[i]; i++)
    if (*names[i])
      g_string_append_printf (text, "[M.%s]\n\"d\" = i, PCI\\%s\n", names[i], names[i]);
  inf = read_text (text->str, windows);
  g_assert_cmpstr (inf ? inf->ids[0] : NULL, ==, expected);
}

static void test_decorations (void)
{
  check_models ("NTamd64", &server_2012r2, "PCI\\NTAMD64");
  check_models ("NTx86", &server_2012r2, NULL);
  check_models ("", &server_2012r2, NULL);
  check_models ("NT", &server_2012r2, NULL);
  check_models ("", &server_2008_x86, "PCI\\PLAIN");
  check_models ("NTamd64", &server_2008_x86, "PCI\\PLAIN");
  check_models ("NT NTx86.6.1", &server_2008_x86, "PCI\\NT");
  check_models ("NTarm64 NTia64", &server_2012r2, NULL);
  check_models ("NTamd64.6.1 NTamd64.6.2 NTamd64.6.3 NTamd64.10.0", &server_2012r2, "PCI\\NTAMD64.6.3");
  check_models ("NTamd64.10.0 NTamd64.6.1 NTamd64.6.0", &server_2012r2, "PCI\\NTAMD64.6.1");
  check_models ("NTamd64.6.4", &server_2012r2, NULL);
  check_models ("NTamd64.7", &server_2012r2, NULL);
  check_models ("NTamd64.10.0...14393", &server_2016, "PCI\\NTAMD64.10.0...14393");
  check_models ("NTamd64.10.0...16299", &server_2016, NULL);
  check_models ("NTamd64.10.0 NTamd64.10.0...17763 NTamd64.10.0...16299", &server_2022, "PCI\\NTAMD64.10.0...17763");
  check_models ("NTamd64.6.3.1", &server_2012r2, NULL);
  check_models ("NTamd64.10.0.1", &client_10, "PCI\\NTAMD64.10.0.1");
  check_models ("NTamd64.10.0 NTamd64.10.0.3", &server_2016, "PCI\\NTAMD64.10.0.3");
  check_models ("NTamd64.10.0 NTamd64.10.0.3", &client_10, "PCI\\NTAMD64.10.0");
  check_models ("NTamd64.0x6.0x3", &server_2012r2, "PCI\\NTAMD64.0X6.0X3");
  check_models ("NTamd64.six", &server_2012r2, NULL);
  check_models ("NTamd64.-1 NTamd64.4294967296 NTamd64.300.1", &server_2012r2, NULL);
}

/* Of two INFs, the one that names this Windows more exactly. */
static void test_rank (void)
{
  g_autoptr (EmbarkDriverInf) plain = read_text ("[Manufacturer]\nA=M,NTamd64\n[M.NTamd64]\nd=i,x\n", &server_2016);
  g_autoptr (EmbarkDriverInf) old =
      read_text ("[Manufacturer]\nA=M,NTamd64.6.1\n[M.NTamd64.6.1]\nd=i,x\n", &server_2016);
  g_autoptr (EmbarkDriverInf) new =
      read_text ("[Manufacturer]\nA=M,NTamd64.6.1,NTamd64.10.0\n[M.NTamd64.10.0]\nd=i,x\n", &server_2016);

  g_assert_nonnull (plain);
  g_assert_nonnull (old);
  g_assert_nonnull (new);
  g_assert_cmpuint (plain->rank, <, old->rank);
  g_assert_cmpuint (old->rank, <, new->rank);
}

/* Install sections with and without decorations, and services beside either. */
static void test_install (void)
{
  g_autoptr (EmbarkDriverInf) inf = read_text ("[Manufacturer]\nA=M,NTamd64\n"
                                               "[M.NTamd64]\nd = Balloon, PCI\\X\n"
                                               "[Balloon]\nCopyFiles = wrong\n[wrong]\nwrong.sys\n"
                                               "[BALLOON.nt]\nCopyFiles = right\n[right]\nBalloon.SYS\n"
                                               "[Balloon.NT.Services]\nAddService = BALLOON,%2%, s\n"
                                               "[s]\nServiceBinary = \"%12%\\balloon.sys\"\n",
                                               &server_2012r2);
  g_autoptr (EmbarkDriverInf) beside =
      read_text ("[Manufacturer]\nA=M,NTamd64\n[M.NTamd64]\nd = i, PCI\\X\n"
                 "[i.NTamd64]\nCopyFiles = @a.sys\n"
                 "[i.Services]\nAddService = a, 2, s\n[s]\nServiceBinary=%12%\\a.sys\n",
                 &server_2012r2);

  g_assert_nonnull (inf);
  check_list (inf->copied, "balloon.sys");
  g_assert_cmpstr (inf->service, ==, "BALLOON");
  g_assert_cmpstr (inf->binary, ==, "balloon.sys");
  g_assert_null (inf->version);
  g_assert_null (inf->class_guid);
  g_assert_null (inf->catalog);
  g_assert_nonnull (beside);
  check_list (beside->copied, "a.sys");
  g_assert_cmpstr (beside->service, ==, "a");
}

/* What could become a path, a key of the registry or a command is no name and no id. */
static void test_names (void)
{
  g_autoptr (EmbarkDriverInf) inf =
      read_text ("[Version]\nCatalogFile = ..\\x.cat\nClassGUID = {not-one}\nDriverVer = 13/45/2023,1.0;x\n"
                 "[Manufacturer]\nA=M,NTamd64\n"
                 "[M.NTamd64]\nd = i, PCI\\..\\Services, \"PCI\\A B\", PCI\\, PCI\\%no%, PCI\\A/B, PCI\\GOOD\n"
                 "[i]\nCopyFiles = l\n[l]\n..\\evil.sys\nc:evil.sys\n/etc/passwd\n.hidden\ngood.sys\nwith space.sys\n"
                 "$(id).sys\n%unknown%.sys\n\"a;b.sys\"\n\xC3\xA9.sys\nGOOD.sys\n"
                 "[i.Services]\nAddService = ..\\..\\Select, 2, s\nAddService = good, 2, s\n"
                 "[s]\nServiceBinary = %12%\\..\\\n",
                 &server_2012r2);

  g_assert_nonnull (inf);
  check_list (inf->ids, "PCI\\GOOD");
  check_list (inf->copied, "good.sys");
  g_assert_cmpstr (inf->service, ==, "good");
  g_assert_null (inf->binary);
  g_assert_null (inf->catalog);
  g_assert_null (inf->class_guid);
  g_assert_cmpuint (inf->date, ==, 0);
  g_assert_cmpstr (inf->version, ==, "1.0");
  g_assert_true (embark_driver_name_is_plain ("WdfCoInstaller01009.dll"));
  g_assert_false (embark_driver_name_is_plain (""));
  g_assert_false (embark_driver_name_is_plain ("viostor.sys."));
}

static void test_text (void)
{
  const char *source =
      "key = before any section\n[A] rest\n b = \" x;=,y \" , z ; no\n=c\n\"q\"\"q\" = 1,,3\n"
      "long = 1, \\\n  2, \\\r\n\t3\n[a]\nlast\n[strings]\nB = \"one\"\nB = two\n[Strings.0409]\nC=three\n";
  g_autoptr (EmbarkInfText) text = embark_inf_text_new ((const guint8 *) source, strlen (source));
  GPtrArray *section;
  const EmbarkInfLine *line;
  g_autofree char *field = NULL;
  g_autofree char *expanded = NULL;

  g_assert_nonnull (text);
  section = embark_inf_text_get_section (text, "a");
  g_assert_nonnull (section);
  g_assert_cmpuint (section->len, ==, 5);
  line = embark_inf_text_find (text, "A", "B");
  g_assert_nonnull (line);
  g_assert_cmpuint (line->n_fields, ==, 2);
  g_assert_cmpstr (line->fields[0], ==, " x;=,y ");
  g_assert_cmpstr (line->fields[1], ==, "z");
  line = embark_inf_text_find (text, "a", "q\"q");
  g_assert_nonnull (line);
  g_assert_cmpuint (line->n_fields, ==, 3);
  g_assert_cmpstr (line->fields[1], ==, "");
  g_assert_null (embark_inf_text_get_field (text, line, 1));
  g_assert_null (embark_inf_text_get_field (text, line, 3));
  line = embark_inf_text_find (text, "a", "long");
  g_assert_nonnull (line);
  g_assert_cmpuint (line->n_fields, ==, 3);
  field = embark_inf_text_get_field (text, line, 2);
  g_assert_cmpstr (field, ==, "3");
  line = g_ptr_array_index (section, 4);
  g_assert_null (line->key);
  g_assert_cmpstr (line->fields[0], ==, "last");
  expanded = embark_inf_text_expand (text, "%b%-%C%-%%-%12%-%d%-100%");
  g_assert_cmpstr (expanded, ==, "one-three-%-%12%-%d%-100%");
  g_assert_null (embark_inf_text_get_section (text, "none"));
}

static void test_random (void)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (7);

  for (guint run = 0; run < 300; run++)
    {
      gsize length = (gsize) g_rand_int_range (random, 0, 4096);
      g_autofree guint8 *bytes = g_malloc (length + 1);
      g_autoptr (EmbarkDriverInf) inf = NULL;

      for (gsize i = 0; i < length; i++)
        bytes[i] = (guint8) g_rand_int (random);
      inf = embark_driver_inf_new (bytes, length, &server_2012r2);
      g_assert_null (inf);
    }
  g_assert_null (embark_driver_inf_new ((const guint8 *) "", 0, &server_2012r2));
  g_assert_null (embark_driver_inf_new ((const guint8 *) "\xFF\xFE", 2, &server_2012r2));
}

/* Good text with a few bytes changed: whatever comes of it keeps to the rules. */
static void test_changed (void)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (8);

  for (guint run = 0; run < 2000; run++)
    {
      g_autofree char *text = g_memdup2 (net_inf, sizeof net_inf);
      g_autoptr (EmbarkDriverInf) inf = NULL;

      for (guint i = 0; i < 8; i++)
        text[g_rand_int_range (random, 0, sizeof net_inf - 1)] = (char) g_rand_int_range (random, 0, 256);
      inf = embark_driver_inf_new ((const guint8 *) text, sizeof net_inf - 1, &server_2012r2);
      for (guint i = 0; inf && inf->copied[i]; i++)
        g_assert_true (embark_driver_name_is_plain (inf->copied[i]));
      for (guint i = 0; inf && inf->ids[i]; i++)
        g_assert_true (g_str_has_prefix (inf->ids[i], "PCI\\") && strchr (inf->ids[i] + 4, '\\') == NULL);
      if (inf && inf->service)
        g_assert_true (embark_driver_name_is_plain (inf->service));
    }
}

/* As many lines, names and fields as the size allows cost little, and the lists stay short. */
static void test_bounds (void)
{
  g_autoptr (GString) many = g_string_new ("[Manufacturer]\nA=M,NTamd64\n[i]\nCopyFiles=l\n[M.NTamd64]\n");
  g_autofree char *commas = g_strnfill (EMBARK_INF_BYTES_MAX, ',');
  g_autofree char *sections = g_malloc (EMBARK_INF_BYTES_MAX);
  g_autoptr (EmbarkDriverInf) inf = NULL;
  g_autoptr (GString) wide = g_string_new ("[strings]\na=\"");
  g_autoptr (EmbarkInfText) text = NULL;
  g_autofree char *expanded = NULL;

  for (guint i = 0; i < 20000; i++)
    g_string_append_printf (many, "d=i,PCI\\%u\n", i);
  g_string_append (many, "[l]\n");
  for (guint i = 0; i < 80000; i++)
    g_string_append_printf (many, "%u.s\n", i);
  inf = read_text (many->str, &server_2012r2);
  g_assert_nonnull (inf);
  g_assert_cmpuint (g_strv_length (inf->ids), ==, 256);
  g_assert_cmpuint (g_strv_length (inf->copied), ==, 64);
  memcpy (commas, "[a]\n", 4);
  g_assert_null (embark_driver_inf_new ((const guint8 *) commas, EMBARK_INF_BYTES_MAX, &server_2012r2));
  for (gsize i = 0; i < EMBARK_INF_BYTES_MAX; i++)
    sections[i] = "[a\n"[i % 3];
  g_assert_null (embark_driver_inf_new ((const guint8 *) sections, EMBARK_INF_BYTES_MAX, &server_2012r2));
  g_string_append_len (many, commas, EMBARK_INF_BYTES_MAX);
  g_assert_null (embark_driver_inf_new ((const guint8 *) many->str, many->len, &server_2012r2));
  for (guint i = 0; i < 4000; i++)
    g_string_append (wide, "é");
  g_string_append (wide, "\"\n");
  text = embark_inf_text_new ((const guint8 *) wide->str, wide->len);
  expanded = embark_inf_text_expand (text, "x%a%%a%");
  g_assert_cmpuint (strlen (expanded), <=, EMBARK_INF_CHARS_MAX);
  g_assert_true (g_utf8_validate (expanded, -1, NULL));
}

int main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/driver-inf/net", test_net);
  g_test_add_func ("/driver-inf/encodings", test_encodings);
  g_test_add_func ("/driver-inf/decorations", test_decorations);
  g_test_add_func ("/driver-inf/rank", test_rank);
  g_test_add_func ("/driver-inf/install", test_install);
  g_test_add_func ("/driver-inf/names", test_names);
  g_test_add_func ("/driver-inf/text", test_text);
  g_test_add_func ("/driver-inf/random", test_random);
  g_test_add_func ("/driver-inf/changed", test_changed);
  g_test_add_func ("/driver-inf/bounds", test_bounds);
  return g_test_run ();
}
