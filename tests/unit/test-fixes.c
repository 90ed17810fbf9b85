/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which fixes a report asks for, in which order, and which words name them.
 */
#include "model/check/fixes.h"

#include <string.h>

#include "model/base/errors.h"
#include "model/base/fix-changes.h"
#include "tests/unit/fixture-facts.h"

#define NO_INITRAMFS_VIRTIO                                                                                            \
  "{'linux':{'kernels':[{'version':'6.1','default':true,'virtioBlk':'module','virtioNet':'module',"                    \
  "'virtioPci':'module','initramfs':'/boot/initrd.img','initramfsVirtioBlk':false,'initramfsVirtioPci':false}]}}"
#define NO_VIRTIO                                                                                                      \
  "{'linux':{'kernels':[{'version':'6.1','default':true,'virtioBlk':'absent','virtioNet':'module',"                    \
  "'virtioPci':'module','initramfs':'/boot/initrd.img','initramfsVirtioBlk':false,'initramfsVirtioPci':true}]}}"

static EmbarkReport *make_report (const char *base, const char *change)
{
  g_autoptr (EmbarkFacts) facts = read_facts (base, change);

  return embark_report_new (facts, embark_limits_get_default (), EMBARK_JUDGE_BOTH, FALSE);
}

static char *join (GPtrArray *fixes)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < fixes->len; i++)
    g_string_append_printf (text, "%s%s", i > 0 ? " " : "", ((const EmbarkFix *) g_ptr_array_index (fixes, i))->id);
  return g_string_free (text, FALSE);
}

static void assert_chosen (const char *base, const char *change, const char *expected)
{
  g_autoptr (EmbarkReport) report = make_report (base, change);
  g_autoptr (GPtrArray) fixes = embark_fixes_choose (report);
  g_autofree char *chosen = join (fixes);

  g_assert_cmpstr (chosen, ==, expected);
}

static void assert_choices (const char *base, const char *change, const char *expected)
{
  g_autoptr (EmbarkReport) report = make_report (base, change);
  g_autoptr (GPtrArray) fixes = embark_fixes_list_choices (report);
  g_autofree char *choices = join (fixes);

  g_assert_cmpstr (choices, ==, expected);
}

static void assert_enough (const char *base, const char *change, gboolean expected)
{
  g_autoptr (EmbarkReport) report = make_report (base, change);

  g_assert_cmpint (embark_fixes_are_enough (report), ==, expected);
}

static void assert_resolved (EmbarkReport *report, const char *words, const char *expected)
{
  g_auto (GStrv) list = g_strsplit (words, ",", -1);
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) ids = embark_fixes_resolve (report, (const char *const *) list, &error);
  g_autofree char *joined = NULL;

  g_assert_no_error (error);
  joined = g_strjoinv (" ", ids);
  g_assert_cmpstr (joined, ==, expected);
}

static void assert_refused (EmbarkReport *report, const char *word, const char *named)
{
  const char *words[] = { word, NULL };
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) ids = embark_fixes_resolve (report, words, &error);

  g_assert_null (ids);
  g_assert_error (error, EMBARK_ERROR, EMBARK_ERROR_BAD_NAME);
  g_assert_nonnull (strstr (error->message, named));
}

/* Every limit that a fix names is one, every fix has its words, and no id comes twice. */
static void test_table (void)
{
  g_autoptr (EmbarkReport) debian = make_report (DEBIAN, "{}");
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);

  for (const EmbarkFix *fix = embark_fixes_get (); fix->id != NULL; fix++)
    {
      g_assert_true (g_hash_table_add (seen, (gpointer) fix->id));
      g_assert_true (g_str_has_prefix (fix->id, fix->system));
      g_assert_nonnull (fix->title);
      g_assert_nonnull (fix->changes);
      g_assert_cmpint (fix->needs != NULL, ==, fix->needed != EMBARK_FIX_NEEDS_NOTHING);
      for (guint i = 0; fix->findings[i] != NULL; i++)
        g_assert_nonnull (embark_report_find (debian, fix->findings[i]));
      g_assert_true (embark_fixes_find (fix->id) == fix);
    }
  g_assert_null (embark_fixes_find ("auto"));
}

/* Which fixes a finding leads to, and a fix that is called like a finding is for it. */
static void test_of_finding (void)
{
  g_autoptr (EmbarkReport) debian = make_report (DEBIAN, "{}");
  g_autoptr (GPtrArray) fixes = embark_fixes_list_for ("linux-fstab");

  g_assert_cmpuint (fixes->len, ==, 1);
  g_assert_true (g_ptr_array_index (fixes, 0) == embark_fixes_find ("linux-disks"));
  g_assert_cmpuint (embark_fixes_list_for ("vhdx")->len, ==, 0);
  for (const EmbarkFix *fix = embark_fixes_get (); fix->id != NULL; fix++)
    {
      g_autoptr (GPtrArray) own = embark_fixes_list_for (fix->id);

      if (embark_report_find (debian, fix->id) != NULL)
        g_assert_true (g_ptr_array_find (own, fix, NULL));
      else
        g_assert_cmpuint (own->len, ==, 0);
    }
  g_assert_true (embark_fixes_find_word ("Linux-ETH0") == embark_fixes_find ("linux-eth0"));
  g_assert_null (embark_fixes_find_word ("linux"));
  g_assert_null (embark_fixes_find_word (""));
}

static void test_fine (void)
{
  g_autoptr (EmbarkReport) report = make_report (DEBIAN, "{}");
  GPtrArray *findings = embark_report_get_findings (report);

  for (guint i = 0; i < findings->len; i++)
    g_assert_null (((const EmbarkFinding *) g_ptr_array_index (findings, i))->fix);
  g_assert_null (embark_fixes_find_for (report, "linux-virtio"));
  g_assert_null (embark_fixes_find_for (report, "no-such-finding"));
  assert_chosen (DEBIAN, "{}", "");
  assert_chosen (WINDOWS, "{}", "");
}

static void test_choose (void)
{
  g_autoptr (EmbarkReport) report = make_report (DEBIAN, NO_INITRAMFS_VIRTIO);

  g_assert_cmpstr (embark_report_find (report, "linux-virtio")->fix, ==, "linux-virtio");
  assert_chosen (DEBIAN, NO_INITRAMFS_VIRTIO, "linux-virtio");
  assert_chosen (DEBIAN, "{'linux':{'cloudInit':{'installed':false},'rootDevice':'/dev/sda1'}}",
                 "linux-disks linux-cloud-init");
  assert_chosen (DEBIAN, "{'os':{'guestTools':[{'name':'vmware','enabled':true}]}}", "linux-guest-tools");
  assert_chosen (DEBIAN, "{'os':{'guestTools':[{'name':'vmware','enabled':false}]}}", "");
  /* By the old name of its file the address is found, and the file gets its new name after that. */
  assert_chosen (DEBIAN,
                 "{'linux':{'network':{'persistentRules':true,'interfaces':[{'name':'ens3','method':'static',"
                 "'file':'/etc/sysconfig/network-scripts/ifcfg-ens3'}]}}}",
                 "linux-dhcp linux-eth0");
  /* It has its price, so it is there for its finding, but not part of everything. */
  assert_chosen (DEBIAN, "{'linux':{'network':{'ipv6':true}}}", "");
  assert_chosen (WINDOWS, "{'windows':{'remoteDesktop':false}}", "");
}

static void test_cannot_help (void)
{
  g_autoptr (EmbarkReport) report = make_report (DEBIAN, NO_VIRTIO);

  g_assert_cmpint (embark_report_find (report, "linux-virtio")->outcome, ==, EMBARK_OUTCOME_BLOCKER);
  g_assert_null (embark_report_find (report, "linux-virtio")->fix);
  assert_chosen (DEBIAN, NO_VIRTIO, "");
}

static void test_by_choice (void)
{
  g_autoptr (EmbarkReport) report = make_report (WINDOWS, "{'windows':{'remoteDesktop':false}}");

  g_assert_cmpstr (embark_report_find (report, "windows-remote-desktop")->fix, ==, "windows-remote-desktop");
}

static void test_choices (void)
{
  assert_choices (DEBIAN, "{}", "linux-ssh-keys linux-machine-id");
  /* Nobody would make new keys, unless cloud-init can be installed. */
  assert_choices (DEBIAN, "{'linux':{'cloudInit':{'installed':false}}}", "linux-agent linux-ssh-keys linux-machine-id");
  assert_choices (DEBIAN, "{'os':{'found':false,'type':'unknown'}}", "");
  assert_choices (WINDOWS, "{}", "");
  assert_choices (WINDOWS, "{'windows':{'remoteDesktop':false}}", "windows-remote-desktop");
}

static void test_enough (void)
{
  assert_enough (DEBIAN, "{}", FALSE);
  assert_enough (DEBIAN, NO_INITRAMFS_VIRTIO, TRUE);
  assert_enough (DEBIAN, NO_VIRTIO, FALSE);
  /* Warnings do not count. */
  assert_enough (DEBIAN, "{'linux':{'rootDevice':'/dev/sda1'}}", FALSE);
  assert_enough (DEBIAN, "{'linux':{'cloudInit':{'installed':false},'rootDevice':'/dev/sda1'}}", TRUE);
  assert_enough (DEBIAN, "{'linux':{'cloudInit':{'installed':false}},'image':{'virtualSize':999999999999999}}", FALSE);
}

static void test_selinux (void)
{
  assert_chosen (DEBIAN, "{'linux':{'selinux':'enforcing','rootDevice':'/dev/sda1'}}", "linux-disks linux-selinux");
  assert_chosen (DEBIAN, "{'linux':{'selinux':'disabled','rootDevice':'/dev/sda1'}}", "linux-disks");
  assert_chosen (DEBIAN, "{'linux':{'selinux':'enforcing','selinuxRelabel':true,'rootDevice':'/dev/sda1'}}",
                 "linux-disks");
  assert_chosen (DEBIAN, "{'linux':{'selinux':'enforcing'}}", "");
}

static void test_resolve (void)
{
  g_autoptr (EmbarkReport) debian = make_report (DEBIAN, NO_INITRAMFS_VIRTIO);
  g_autoptr (EmbarkReport) windows = make_report (WINDOWS, "{}");
  g_autoptr (EmbarkReport) nothing = make_report (DEBIAN, "{'os':{'found':false,'type':'unknown'}}");
  g_autoptr (EmbarkReport) labelled = make_report (DEBIAN, "{'linux':{'selinux':'permissive'}}");

  assert_resolved (debian, "auto", "linux-virtio");
  assert_resolved (debian, "linux-virtio,linux-machine-id,linux-disks,linux-virtio",
                   "linux-disks linux-machine-id linux-virtio");
  assert_resolved (debian, "linux-eth0,auto", "linux-eth0 linux-virtio");
  assert_resolved (windows, "auto", "");
  assert_resolved (windows, "windows-remote-desktop,windows-fast-startup",
                   "windows-fast-startup windows-remote-desktop");
  assert_resolved (labelled, "linux-machine-id", "linux-machine-id linux-selinux");
  assert_refused (debian, "windows-fast-startup", "linux-virtio");
  assert_refused (windows, "linux-virtio", "windows-fast-startup");
  assert_refused (debian, "no-such-fix", "linux-eth0");
  assert_refused (debian, "", "linux-eth0");
  assert_refused (nothing, "linux-virtio", "neither Linux nor Windows");
}

static void test_needs (void)
{
  g_autoptr (EmbarkReport) without = make_report (DEBIAN, "{'linux':{'cloudInit':{'installed':false}}}");
  g_autoptr (EmbarkReport) disabled = make_report (DEBIAN, "{'linux':{'cloudInit':{'enabled':false}}}");
  g_autoptr (EmbarkFixOptions) options = embark_fix_options_new ();
  const EmbarkFix *fix = embark_fixes_find ("linux-cloud-init");

  g_assert_cmpuint (embark_fixes_get_needed (without, fix), ==, EMBARK_FIX_NEEDS_PACKAGES);
  g_assert_cmpuint (embark_fixes_get_needed (disabled, fix), ==, EMBARK_FIX_NEEDS_NOTHING);
  g_assert_false (embark_fixes_have_needs (without, fix, options));
  g_assert_true (embark_fixes_have_needs (disabled, fix, options));
  options->is_networked = TRUE;
  g_assert_true (embark_fixes_have_needs (without, fix, options));
  options->is_networked = FALSE;
  options->packages = g_strdup ("/packages");
  g_assert_true (embark_fixes_have_needs (without, fix, options));
}

/* What goes to the helper and into the journal comes back. */
static void test_options (void)
{
  g_autoptr (EmbarkFixOptions) options = embark_fix_options_new ();
  g_autoptr (EmbarkFixOptions) copy = NULL;
  g_autoptr (EmbarkFixOptions) back = NULL;
  g_autoptr (EmbarkFixOptions) damaged = NULL;
  g_autoptr (JsonObject) object = NULL;
  g_autoptr (JsonObject) other = json_object_new ();

  g_strfreev (options->fixes);
  options->fixes = g_strsplit ("linux-disks,linux-eth0", ",", -1);
  g_strfreev (options->optional);
  options->optional = g_strsplit ("linux-eth0", ",", -1);
  options->virtio_win = g_strdup ("/home/\xc3\xa4/virtio win.iso");
  options->cloudbase = g_strdup ("/srv/Cloudbase-Init.zip");
  options->packages = g_strdup ("/srv/\xff");
  options->is_networked = TRUE;
  copy = embark_fix_options_copy (options);
  object = embark_fix_options_to_json (copy);
  back = embark_fix_options_new_from_json (object);
  g_assert_cmpstrv (back->fixes, options->fixes);
  g_assert_cmpstrv (back->optional, options->optional);
  g_assert_cmpstr (back->virtio_win, ==, options->virtio_win);
  g_assert_cmpstr (back->cloudbase, ==, options->cloudbase);
  g_assert_cmpstr (back->packages, ==, options->packages);
  g_assert_true (back->is_networked);
  json_object_set_string_member (other, "fixes", "linux-disks");
  json_object_set_int_member (other, "packages", 3);
  json_object_set_int_member (other, "virtioWin", 3);
  json_object_set_string_member (other, "network", "yes");
  damaged = embark_fix_options_new_from_json (other);
  g_assert_cmpuint (g_strv_length (damaged->fixes), ==, 0);
  g_assert_cmpuint (g_strv_length (damaged->optional), ==, 0);
  g_assert_null (damaged->packages);
  g_assert_null (damaged->virtio_win);
  g_assert_false (damaged->is_networked);
}

static void test_changes (void)
{
  g_autoptr (JsonNode) node = json_from_string (
      "[{\"fix\":\"linux-disks\",\"action\":\"replace\",\"path\":\"/etc/fstab\"},"
      "{\"fix\":\"linux-dhcp\",\"action\":\"leave-out\",\"path\":\"\",\"reason\":\"There is a bond.\"}]",
      NULL);
  JsonArray *changes = json_node_get_array (node);
  g_autofree char *begin = embark_fix_changes_make_line ("linux-dhcp", NULL);
  g_autofree char *line = embark_fix_changes_make_line ("linux-dhcp", "There is a bond.");

  g_assert_cmpuint (embark_fix_changes_count (changes), ==, 1);
  g_assert_null (embark_fix_changes_get_reason (changes, "linux-disks"));
  g_assert_cmpstr (embark_fix_changes_get_reason (changes, "linux-dhcp"), ==, "There is a bond.");
  g_assert_true (g_str_has_prefix (line, begin));
  g_assert_cmpstr (embark_fix_changes_name_action ("remove"), ==, "removed");
}

int main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/fixes/table", test_table);
  g_test_add_func ("/fixes/changes", test_changes);
  g_test_add_func ("/fixes/of-finding", test_of_finding);
  g_test_add_func ("/fixes/fine", test_fine);
  g_test_add_func ("/fixes/choose", test_choose);
  g_test_add_func ("/fixes/cannot-help", test_cannot_help);
  g_test_add_func ("/fixes/by-choice", test_by_choice);
  g_test_add_func ("/fixes/choices", test_choices);
  g_test_add_func ("/fixes/enough", test_enough);
  g_test_add_func ("/fixes/selinux", test_selinux);
  g_test_add_func ("/fixes/resolve", test_resolve);
  g_test_add_func ("/fixes/needs", test_needs);
  g_test_add_func ("/fixes/options", test_options);
  return g_test_run ();
}
