/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The verdict drawn from the findings: both editions and either alone, forced
 * import, the order of the predicted codes, the JSON that scripts read.
 */
#include "model/check/report.h"

#include <string.h>

#include "tests/unit/fixture-facts.h"

static EmbarkReport *make_report (const char *base, const char *change, EmbarkJudge judge, gboolean is_forced)
{
  g_autoptr (EmbarkFacts) facts = read_facts (base, change);

  return embark_report_new (facts, embark_limits_get_default (), judge, is_forced);
}

static void assert_verdict (EmbarkReport *report, const char *verdict, const char *code)
{
  g_assert_cmpstr (embark_verdict_to_string (embark_report_get_verdict (report)), ==, verdict);
  g_assert_cmpstr (embark_report_get_predicted_code (report), ==, code);
}

static void test_ready (void)
{
  g_autoptr (EmbarkReport) debian = make_report (DEBIAN, NULL, EMBARK_JUDGE_BOTH, FALSE);
  g_autoptr (EmbarkReport) windows = make_report (WINDOWS, NULL, EMBARK_JUDGE_BOTH, FALSE);
  g_autofree char *debian_name = embark_report_describe_system (debian);
  g_autofree char *windows_name = embark_report_describe_system (windows);

  assert_verdict (debian, "ready", NULL);
  assert_verdict (windows, "ready", NULL);
  g_assert_cmpuint (embark_report_count (debian, EMBARK_OUTCOME_UNKNOWN), ==, 0);
  g_assert_cmpuint (embark_report_count (windows, EMBARK_OUTCOME_UNKNOWN), ==, 0);
  g_assert_cmpuint (embark_report_count (debian, EMBARK_OUTCOME_INFO), ==, 3);
  g_assert_cmpstr (embark_report_get_headline (debian), ==, "Ready for the cloud");
  g_assert_cmpstr (debian_name, ==, "Debian 12 · 64-bit");
  g_assert_cmpstr (windows_name, ==, "Windows Server 2012 R2 Standard · 64-bit");
}

static void test_cloud_init_missing (void)
{
  const char *change = "{'linux': {'cloudInit': {'installed': false, 'enabled': false}}}";
  g_autoptr (EmbarkReport) report = make_report (DEBIAN, change, EMBARK_JUDGE_BOTH, FALSE);
  g_autoptr (EmbarkReport) forced = make_report (DEBIAN, change, EMBARK_JUDGE_BOTH, TRUE);

  assert_verdict (report, "blocked", "CloudInitNotInstalled");
  g_assert_cmpstr (embark_report_get_headline (report), ==, "One thing would stop the import");
  assert_verdict (forced, "attention", NULL);
  g_assert_cmpint (embark_report_find (forced, "linux-cloud-init")->outcome, ==, EMBARK_OUTCOME_WARNING);
}

static void test_forced_lifts_nothing_else (void)
{
  g_autoptr (EmbarkReport) report = make_report (
      WINDOWS, "{'windows': {'drivers': {'viostor': {'registered': false, 'file': false}}}}", EMBARK_JUDGE_BOTH, TRUE);

  assert_verdict (report, "blocked", "VirtioNotInstall");
}

static void test_windows_without_drivers (void)
{
  const char *drivers = "'windows': {'drivers': {'viostor': {'registered': false, 'file': false},"
                        " 'netkvm': {'registered': false, 'file': false}}, 'cloudbaseInit': false}";
  g_autofree char *newer = g_strdup_printf ("{%s}", drivers);
  g_autofree char *older =
      g_strdup_printf ("{%s, 'os': {'product': 'Windows Server 2008 R2 Standard', 'major': 6, 'minor': 1}}", drivers);
  g_autoptr (EmbarkReport) newer_report = make_report (WINDOWS, newer, EMBARK_JUDGE_BOTH, FALSE);
  g_autoptr (EmbarkReport) older_report = make_report (WINDOWS, older, EMBARK_JUDGE_BOTH, FALSE);
  const EmbarkFinding *finding = embark_report_find (newer_report, "windows-virtio");

  assert_verdict (newer_report, "blocked", "VirtioNotInstall");
  assert_verdict (older_report, "blocked", "VirtioNotInstall");
  g_assert_cmpstr (finding->title, ==, "No virtio disk driver");
  g_assert_cmpstr (finding->source, ==,
                   "Original and current edition, “Drivers” (213/4945 of 2018–2019 and 213/4945 of 2023-06)");
  g_assert_nonnull (strstr (finding->evidence, "viostor.sys"));
}

typedef struct
{
  const char *base, *change;
  EmbarkJudge judge;
  const char *verdict, *code;
} VerdictCase;

static void test_verdicts (void)
{
  static const VerdictCase cases[] = {
    /* Only the original edition excludes it. */
    { DEBIAN, "{'linux': {'network': {'ipv6': true}}}", EMBARK_JUDGE_BOTH, "attention", NULL },
    { DEBIAN, "{'linux': {'network': {'ipv6': true}}}", EMBARK_JUDGE_CURRENT, "ready", NULL },
    { DEBIAN, "{'os': {'distribution': 'rocky'}}", EMBARK_JUDGE_BOTH, "attention", NULL },
    { DEBIAN, "{'os': {'distribution': 'rocky'}}", EMBARK_JUDGE_ORIGINAL, "blocked", "InternalError" },
    { DEBIAN, "{'os': {'distribution': 'rocky'}}", EMBARK_JUDGE_CURRENT, "ready", NULL },
    /* Only the current edition excludes it. */
    { DEBIAN, "{'disk': {'partitionTable': 'gpt'}}", EMBARK_JUDGE_BOTH, "attention", NULL },
    { DEBIAN, "{'disk': {'partitionTable': 'gpt'}}", EMBARK_JUDGE_ORIGINAL, "ready", NULL },
    { DEBIAN, "{'disk': {'partitionTable': 'gpt'}}", EMBARK_JUDGE_CURRENT, "blocked", "InternalError" },
    /* A blocker is stronger than what is not known, and that than a warning. */
    { DEBIAN, "{'linux': {'kernels': [], 'cloudInit': {'installed': false}}}", EMBARK_JUDGE_BOTH, "blocked",
      "CloudInitNotInstalled" },
    { DEBIAN, "{'linux': {'kernels': [], 'network': {'ipv6': true}}}", EMBARK_JUDGE_BOTH, "unknown", NULL },
    /* A limit of one edition alone may be what the cloud does, so it must be decided too. */
    { DEBIAN, "{'linux': {'rootDevice': null, 'cmdline': null}}", EMBARK_JUDGE_BOTH, "unknown", NULL },
    { DEBIAN, "{'linux': {'rootDevice': null, 'cmdline': null}}", EMBARK_JUDGE_ORIGINAL, "ready", NULL },
    /* Some versions are always refused. */
    { WINDOWS, "{'os': {'product': null}}", EMBARK_JUDGE_CURRENT, "unknown", NULL },
    /* Notes change nothing. */
    { DEBIAN, "{'linux': {'selinux': 'enforcing'}, 'image': {'format': 'vhdx'}}", EMBARK_JUDGE_BOTH, "ready", NULL },
    { WINDOWS, "{'windows': {'fastStartup': true, 'remoteDesktop': 'perhaps'}}", EMBARK_JUDGE_BOTH, "ready", NULL },
    /* What could only be a warning leaves the verdict alone. */
    { DEBIAN, "{'linux': {'shadow': 'unreadable', 'network': {'naming': 7}}}", EMBARK_JUDGE_BOTH, "ready", NULL },
    { DEBIAN, "{'os': {'count': 'two'}}", EMBARK_JUDGE_BOTH, "ready", NULL },
    /* Several codes: the cloud looks at the format first, then the partitions, the drivers, cloud-init. */
    { DEBIAN, "{'image': {'virtualSize': 999999999999}, 'disk': {'partitionTable': 'none'}}", EMBARK_JUDGE_BOTH,
      "blocked", "InvalidFormatSize" },
    { DEBIAN, "{'disk': {'partitionTable': 'none'}, 'os': {'found': false}}", EMBARK_JUDGE_BOTH, "blocked",
      "PartitionNotPresent" },
    { DEBIAN, "{'os': {'found': false}}", EMBARK_JUDGE_BOTH, "blocked", "RootPartitionNotFound" },
    { DEBIAN,
      "{'linux': {'cloudInit': {'installed': false}, 'kernels': [{'version': '5', 'default': true, 'virtioBlk': "
      "'absent'}]}}",
      EMBARK_JUDGE_BOTH, "blocked", "VirtioNotInstall" },
    { DEBIAN, "{'linux': {'cloudInit': {'installed': false}}, 'os': {'architecture': 'ppc64le'}}", EMBARK_JUDGE_BOTH,
      "blocked", "CloudInitNotInstalled" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (EmbarkReport) report = make_report (cases[i].base, cases[i].change, cases[i].judge, FALSE);

      g_test_message ("%u: %s", i, cases[i].change);
      assert_verdict (report, cases[i].verdict, cases[i].code);
    }
}

/* What the helper found in the guests of the tests, as it wrote it; the parts of the other layers are added. */
static void test_real_guests (void)
{
  const char *rest = "{'image': {'format': 'qcow2', 'virtualSize': 4294967296, 'chainLength': 1},"
                     " 'stream': {'allocated': 1000000000, 'upperBound': 1100000000}}";
  static const VerdictCase guests[] = {
    { "facts-debian12-cloud.json", NULL, EMBARK_JUDGE_BOTH, "ready", NULL },
    { "facts-debian12.json", NULL, EMBARK_JUDGE_BOTH, "blocked", "CloudInitNotInstalled" },
    { "facts-win2008r2.json", NULL, EMBARK_JUDGE_BOTH, "blocked", "VirtioNotInstall" },
    { "facts-win2012r2.json", NULL, EMBARK_JUDGE_BOTH, "blocked", "VirtioNotInstall" },
    { "facts-win2012r2-virtio.json", NULL, EMBARK_JUDGE_BOTH, "ready", NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (guests); i++)
    {
      g_autoptr (EmbarkReport) report = make_report (guests[i].base, rest, guests[i].judge, FALSE);

      g_test_message ("%s", guests[i].base);
      assert_verdict (report, guests[i].verdict, guests[i].code);
      g_assert_cmpuint (embark_report_count (report, EMBARK_OUTCOME_UNKNOWN), ==, 0);
    }
}

static void test_nothing_known (void)
{
  g_autoptr (EmbarkFacts) facts = embark_facts_new ();
  g_autoptr (EmbarkReport) report = embark_report_new (facts, embark_limits_get_default (), EMBARK_JUDGE_BOTH, FALSE);
  g_autofree char *name = embark_report_describe_system (report);

  assert_verdict (report, "unknown", NULL);
  g_assert_cmpuint (embark_report_count (report, EMBARK_OUTCOME_PASS), ==, 0);
  g_assert_cmpuint (embark_report_count (report, EMBARK_OUTCOME_BLOCKER), ==, 0);
  g_assert_null (name);
}

/* Stage one: the header and the partition table are known, the inside is not. */
static void test_partial (void)
{
  const char *seen = "{'image': {'format': 'qcow2', 'virtualSize': 4294967296, 'chainLength': 1},"
                     " 'stream': {'upperBound': 1100000000}, 'disk': {'partitionTable': 'mbr', 'partitions': "
                     "[{'number': 1, 'device': '/dev/sda1'}]}}";
  g_autofree char *json = g_strdelimit (g_strdup (seen), "'", '"');
  g_autoptr (EmbarkFacts) facts = embark_facts_new_from_json (json, -1, NULL);
  g_autoptr (EmbarkReport) report = embark_report_new (facts, embark_limits_get_default (), EMBARK_JUDGE_BOTH, FALSE);
  const EmbarkFinding *root = embark_report_find (report, "root-file-system");

  assert_verdict (report, "unknown", NULL);
  g_assert_true (embark_report_is_partial (report));
  g_assert_cmpstr (embark_report_get_headline (report), ==, "Not looked inside yet");
  g_assert_cmpint (embark_report_find (report, "virtual-size")->outcome, ==, EMBARK_OUTCOME_PASS);
  g_assert_cmpint (embark_report_find (report, "partition-table")->outcome, ==, EMBARK_OUTCOME_PASS);
  g_assert_cmpint (root->outcome, ==, EMBARK_OUTCOME_UNKNOWN);
  g_assert_cmpstr (root->summary, ==, "Not looked at yet");

  /* What the headers alone exclude is said at once. */
  embark_facts_set_uint (facts, "image.virtualSize", G_GUINT64_CONSTANT (1) << 40);
  g_clear_pointer (&report, embark_report_unref);
  report = embark_report_new (facts, embark_limits_get_default (), EMBARK_JUDGE_BOTH, FALSE);
  g_assert_true (embark_report_is_partial (report));
  assert_verdict (report, "blocked", "InvalidFormatSize");
}

/* A look that was tried in vain is not one that is still to come. */
static void test_failed_look_is_not_partial (void)
{
  g_autoptr (EmbarkFacts) facts = embark_facts_new ();
  g_autoptr (EmbarkReport) report = NULL;

  embark_facts_set_unknown (facts, "os", "the appliance did not start");
  report = embark_report_new (facts, embark_limits_get_default (), EMBARK_JUDGE_BOTH, FALSE);
  assert_verdict (report, "unknown", NULL);
  g_assert_false (embark_report_is_partial (report));
  g_assert_cmpstr (embark_report_find (report, "root-file-system")->evidence, ==, "the appliance did not start");
  g_assert_cmpstr (embark_report_find (report, "root-file-system")->summary, !=, "Not looked at yet");
}

static void test_editions_in_words (void)
{
  g_autoptr (EmbarkReport) original =
      make_report (DEBIAN, "{'linux': {'network': {'ipv6': true}}}", EMBARK_JUDGE_BOTH, FALSE);
  g_autoptr (EmbarkReport) current =
      make_report (DEBIAN, "{'disk': {'partitionTable': 'gpt'}}", EMBARK_JUDGE_BOTH, FALSE);
  const EmbarkFinding *ipv6 = embark_report_find (original, "ipv6");
  const EmbarkFinding *gpt = embark_report_find (current, "linux-gpt");

  g_assert_cmpstr (ipv6->summary, ==, "Only the original edition of the limits objects to this");
  g_assert_cmpstr (ipv6->source, ==, "Original edition, “Network” (213/4945 of 2018–2019)");
  g_assert_cmpuint (g_strv_length (ipv6->editions), ==, 1);
  g_assert_cmpstr (ipv6->editions[0], ==, "original");
  g_assert_cmpstr (gpt->summary, ==, "Only the current edition of the limits objects to this");
  g_assert_cmpstr (gpt->editions[0], ==, "current");
}

/* Both object, one of them only warns: a warning, in the words of the milder one, with the code of the stricter. */
static void test_milder_edition (void)
{
  g_autoptr (EmbarkReport) report =
      make_report (DEBIAN, "{'os': {'distribution': 'archlinux'}}", EMBARK_JUDGE_BOTH, FALSE);
  const EmbarkFinding *finding = embark_report_find (report, "linux-distribution");

  assert_verdict (report, "attention", NULL);
  g_assert_cmpint (finding->outcome, ==, EMBARK_OUTCOME_WARNING);
  g_assert_cmpstr (finding->summary, ==, "The cloud may import it as “Other Linux” or refuse it");
  g_assert_cmpstr (finding->code, ==, "InternalError");
}

/* The user can find the text: its heading, number and date, in every document. */
static void test_sources (void)
{
  static const struct
  {
    const char *id, *source;
  } rows[] = {
    { "linux-fstab", "Current edition, “Making a Linux image” (213/17814 of 2023-06)" },
    { "windows-hibernated", "In no document, but known from practice" },
    { "windows-boot-loader", "Current edition, “Making a Windows image” (213/17815 of 2023-06)" },
    { "iso",
      "Original edition, “Image format” (213/4945 of 2018–2019), and current edition, “The action ImportImage of the "
      "API” (CVM API 2017-03-12 of 2026-08)" },
  };
  g_autoptr (EmbarkReport) report = make_report (DEBIAN, NULL, EMBARK_JUDGE_BOTH, FALSE);

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    g_assert_cmpstr (embark_report_find (report, rows[i].id)->source, ==, rows[i].source);
}

static void test_order (void)
{
  g_autoptr (EmbarkReport) report = make_report (
      DEBIAN, "{'linux': {'network': {'ipv6': true}, 'cloudInit': {'installed': false}}, 'os': {'count': 'two'}}",
      EMBARK_JUDGE_BOTH, FALSE);
  GPtrArray *findings = embark_report_get_findings (report);
  static const int rank[] = {
    [EMBARK_OUTCOME_BLOCKER] = 0, [EMBARK_OUTCOME_WARNING] = 1, [EMBARK_OUTCOME_UNKNOWN] = 2,
    [EMBARK_OUTCOME_INFO] = 3,    [EMBARK_OUTCOME_PASS] = 4,    [EMBARK_OUTCOME_NOT_APPLICABLE] = 5
  };

  g_assert_cmpuint (findings->len, >, 20);
  for (guint i = 1; i < findings->len; i++)
    {
      const EmbarkFinding *before = g_ptr_array_index (findings, i - 1);
      const EmbarkFinding *after = g_ptr_array_index (findings, i);

      g_assert_cmpint (rank[before->outcome], <=, rank[after->outcome]);
    }
  g_assert_cmpstr (((EmbarkFinding *) g_ptr_array_index (findings, 0))->id, ==, "linux-cloud-init");
}

static void test_json (void)
{
  static const char *const members[] = { "id", "outcome", "title", "evidence", "why", "code", "editions", "fix" };
  g_autoptr (EmbarkReport) report =
      make_report (DEBIAN, "{'linux': {'cloudInit': {'installed': false}}}", EMBARK_JUDGE_BOTH, FALSE);
  g_autoptr (JsonNode) node = embark_report_to_json (report, "/srv/debian.qcow2");
  JsonObject *object = json_node_get_object (node);
  JsonArray *findings = json_object_get_array_member (object, "findings");
  JsonObject *first = json_array_get_object_element (findings, 0);
  JsonObject *os = json_object_get_object_member (json_object_get_object_member (object, "facts"), "os");

  g_assert_cmpstr (json_object_get_string_member (object, "target"), ==, "/srv/debian.qcow2");
  g_assert_cmpstr (json_object_get_string_member (object, "verdict"), ==, "blocked");
  g_assert_cmpstr (json_object_get_string_member (object, "predictedCode"), ==, "CloudInitNotInstalled");
  g_assert_cmpstr (json_object_get_string_member (os, "distribution"), ==, "debian");
  g_assert_cmpuint (json_array_get_length (findings), ==, embark_report_get_findings (report)->len);
  for (guint i = 0; i < G_N_ELEMENTS (members); i++)
    g_assert_true (json_object_has_member (first, members[i]));
  g_assert_cmpstr (json_object_get_string_member (first, "id"), ==, "linux-cloud-init");
  g_assert_cmpstr (json_object_get_string_member (first, "outcome"), ==, "blocker");
  g_assert_cmpstr (json_object_get_string_member (first, "code"), ==, "CloudInitNotInstalled");
  g_assert_cmpstr (json_object_get_string_member (first, "fix"), ==, "linux-cloud-init");
  g_assert_cmpuint (json_array_get_length (json_object_get_array_member (first, "editions")), ==, 2);
}

static void test_json_of_ready (void)
{
  g_autoptr (EmbarkReport) report = make_report (DEBIAN, NULL, EMBARK_JUDGE_BOTH, FALSE);
  g_autoptr (JsonNode) node = embark_report_to_json (report, "x");

  g_assert_true (json_object_get_null_member (json_node_get_object (node), "predictedCode"));
}

static void test_system_names (void)
{
  g_autoptr (EmbarkReport) ubuntu =
      make_report (DEBIAN, "{'os': {'distribution': 'ubuntu', 'major': 24, 'minor': 4, 'architecture': 'aarch64'}}",
                   EMBARK_JUDGE_BOTH, FALSE);
  g_autoptr (EmbarkReport) strange =
      make_report (DEBIAN, "{'os': {'distribution': 'hannah', 'product': 'Hannah Linux 3', 'architecture': 'i386'}}",
                   EMBARK_JUDGE_BOTH, FALSE);
  g_autofree char *ubuntu_name = embark_report_describe_system (ubuntu);
  g_autofree char *strange_name = embark_report_describe_system (strange);

  g_assert_cmpstr (ubuntu_name, ==, "Ubuntu 24.04 · 64-bit Arm");
  g_assert_cmpstr (strange_name, ==, "Hannah Linux 3 · 32-bit");
}

static void test_firmware (void)
{
  static const struct
  {
    const char *change;
    const char *firmware;
  } rows[] = {
    { "{'disk': {'partitionTable': 'gpt'}, 'boot': {'firmware': 'both'}}", "uefi" },
    { "{'disk': {'partitionTable': 'mbr'}, 'boot': {'firmware': 'both'}}", "both" },
    { "{'disk': {'partitionTable': 'gpt'}, 'boot': {'firmware': 'uefi'}}", "uefi" },
    { "{'disk': {'partitionTable': 'gpt'}, 'boot': {'firmware': 'bios'}}", "bios" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (EmbarkReport) report = make_report (DEBIAN, rows[i].change, EMBARK_JUDGE_BOTH, FALSE);

      g_assert_cmpstr (embark_report_choose_firmware (report), ==, rows[i].firmware);
    }
}

int main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/report/ready", test_ready);
  g_test_add_func ("/report/cloud-init-missing", test_cloud_init_missing);
  g_test_add_func ("/report/forced-lifts-nothing-else", test_forced_lifts_nothing_else);
  g_test_add_func ("/report/windows-without-drivers", test_windows_without_drivers);
  g_test_add_func ("/report/verdicts", test_verdicts);
  g_test_add_func ("/report/real-guests", test_real_guests);
  g_test_add_func ("/report/nothing-known", test_nothing_known);
  g_test_add_func ("/report/partial", test_partial);
  g_test_add_func ("/report/failed-look-is-not-partial", test_failed_look_is_not_partial);
  g_test_add_func ("/report/editions-in-words", test_editions_in_words);
  g_test_add_func ("/report/milder-edition", test_milder_edition);
  g_test_add_func ("/report/sources", test_sources);
  g_test_add_func ("/report/order", test_order);
  g_test_add_func ("/report/json", test_json);
  g_test_add_func ("/report/json-of-ready", test_json_of_ready);
  g_test_add_func ("/report/system-names", test_system_names);
  g_test_add_func ("/report/firmware", test_firmware);
  return g_test_run ();
}
