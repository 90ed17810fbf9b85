/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * EmbarkReport in other forms: the JSON object of `embark check --json`, the
 * words for a verdict, the name of the system.
 */
#include "model/check/report.h"

#include <glib/gi18n-lib.h>
#include <string.h>

typedef struct
{
  const char *word;
  const char *name;
  gboolean has_minor; /* 22.04, 9.4: the part after the dot tells releases apart */
} Distribution;

static const Distribution distributions[] = {
  { "debian", "Debian", FALSE },
  { "ubuntu", "Ubuntu", TRUE },
  { "centos", "CentOS", FALSE },
  { "rhel", "Red Hat Enterprise Linux", TRUE },
  { "rocky", "Rocky Linux", TRUE },
  { "almalinux", "AlmaLinux", TRUE },
  { "fedora", "Fedora", FALSE },
  { "opensuse", "openSUSE", TRUE },
  { "sles", "SUSE Linux Enterprise", TRUE },
  { "suse-based", "SUSE", TRUE },
  { "coreos", "CoreOS", FALSE },
  { "oraclelinux", "Oracle Linux", TRUE },
  { "openeuler", "openEuler", TRUE },
  { "kylin", "Kylin", FALSE },
  { "tencentos", "TencentOS", TRUE },
  { "archlinux", "Arch Linux", FALSE },
  { "alpine", "Alpine Linux", TRUE },
  { "freebsd", "FreeBSD", TRUE },
};

const char *embark_verdict_to_string (EmbarkVerdict verdict)
{
  switch (verdict)
    {
    case EMBARK_VERDICT_READY:
      return "ready";
    case EMBARK_VERDICT_ATTENTION:
      return "attention";
    case EMBARK_VERDICT_BLOCKED:
      return "blocked";
    case EMBARK_VERDICT_UNKNOWN:
    default:
      return "unknown";
    }
}

const char *embark_verdict_to_word (EmbarkVerdict verdict)
{
  switch (verdict)
    {
    case EMBARK_VERDICT_READY:
      return _ ("Ready");
    case EMBARK_VERDICT_ATTENTION:
      return _ ("Needs attention");
    case EMBARK_VERDICT_BLOCKED:
      return _ ("Blocked");
    case EMBARK_VERDICT_UNKNOWN:
    default:
      return _ ("Not known");
    }
}

static void set_text (JsonObject *object, const char *member, const char *text)
{
  if (text != NULL)
    json_object_set_string_member (object, member, text);
  else
    json_object_set_null_member (object, member);
}

static JsonObject *make_finding_object (const EmbarkFinding *finding)
{
  JsonObject *object = json_object_new ();
  JsonArray *editions = json_array_new ();

  for (guint i = 0; finding->editions[i] != NULL; i++)
    json_array_add_string_element (editions, finding->editions[i]);
  set_text (object, "id", finding->id);
  set_text (object, "outcome", embark_outcome_to_string (finding->outcome));
  set_text (object, "title", finding->title);
  set_text (object, "summary", finding->summary);
  set_text (object, "evidence", finding->evidence);
  set_text (object, "why", finding->why);
  set_text (object, "advice", finding->advice);
  set_text (object, "code", finding->code);
  json_object_set_array_member (object, "editions", editions);
  set_text (object, "source", finding->source);
  set_text (object, "fix", finding->fix);
  return object;
}

JsonNode *embark_report_to_json (EmbarkReport *self, const char *target)
{
  GPtrArray *findings;
  JsonNode *node;
  JsonObject *object;
  JsonArray *list;

  g_return_val_if_fail (self != NULL, NULL);
  findings = embark_report_get_findings (self);
  object = json_object_new ();
  list = json_array_new ();
  for (guint i = 0; i < findings->len; i++)
    json_array_add_object_element (list, make_finding_object (g_ptr_array_index (findings, i)));
  set_text (object, "target", target);
  set_text (object, "verdict", embark_verdict_to_string (embark_report_get_verdict (self)));
  set_text (object, "predictedCode", embark_report_get_predicted_code (self));
  json_object_set_object_member (object, "facts",
                                 json_object_ref (embark_facts_get_object (embark_report_get_facts (self))));
  json_object_set_array_member (object, "findings", list);
  node = json_node_new (JSON_NODE_OBJECT);
  json_node_take_object (node, object);
  return node;
}

/* "Debian 12", or what the system calls itself. */
static char *describe_name (EmbarkFacts *facts)
{
  const char *word = embark_facts_get_string (facts, "os.distribution");
  const char *product = embark_facts_get_string (facts, "os.product");
  guint64 major = 0, minor = 0;

  if (g_strcmp0 (embark_facts_get_string (facts, "os.type"), "windows") == 0)
    return g_strdup (product != NULL ? product : "Windows");
  for (guint i = 0; i < G_N_ELEMENTS (distributions); i++)
    {
      const Distribution *known = &distributions[i];

      if (g_strcmp0 (known->word, word) != 0)
        continue;
      if (!embark_facts_get_uint (facts, "os.major", &major) || major == 0)
        return g_strdup (known->name);
      if (!known->has_minor || !embark_facts_get_uint (facts, "os.minor", &minor))
        return g_strdup_printf ("%s %" G_GUINT64_FORMAT, known->name, major);
      /* Ubuntu's second number is a month: 24.04. */
      return g_strdup_printf (strcmp (word, "ubuntu") == 0 ? "%s %" G_GUINT64_FORMAT ".%02" G_GUINT64_FORMAT
                                                           : "%s %" G_GUINT64_FORMAT ".%" G_GUINT64_FORMAT,
                              known->name, major, minor);
    }
  return g_strdup (product != NULL ? product : word);
}

static const char *describe_architecture (const char *architecture)
{
  if (g_strcmp0 (architecture, "x86_64") == 0)
    return _ ("64-bit");
  if (g_strcmp0 (architecture, "i386") == 0)
    return _ ("32-bit");
  if (g_strcmp0 (architecture, "aarch64") == 0)
    return _ ("64-bit Arm");
  return architecture;
}

char *embark_report_dup_system_id (EmbarkReport *self)
{
  EmbarkFacts *facts = embark_report_get_facts (self);
  const char *type = embark_facts_get_string (facts, "os.type");
  const char *distribution = embark_facts_get_string (facts, "os.distribution");

  if (g_strcmp0 (type, "linux") == 0 && distribution != NULL)
    return g_strdup_printf ("linux:%s", distribution);
  return g_strdup (type);
}

char *embark_report_describe_system (EmbarkReport *self)
{
  EmbarkFacts *facts;
  g_autofree char *name = NULL;
  const char *architecture;

  g_return_val_if_fail (self != NULL, NULL);
  facts = embark_report_get_facts (self);
  name = describe_name (facts);
  if (name == NULL)
    return NULL;
  architecture = describe_architecture (embark_facts_get_string (facts, "os.architecture"));
  /* Translators: a system and its architecture: "Debian 12 · 64-bit". */
  return architecture != NULL ? g_strdup_printf (_ ("%s · %s"), name, architecture) : g_steal_pointer (&name);
}

const char *embark_report_choose_firmware (EmbarkReport *self)
{
  const char *firmware, *table;

  g_return_val_if_fail (self != NULL, NULL);
  firmware = embark_facts_get_string (embark_report_get_facts (self), "boot.firmware");
  table = embark_facts_get_string (embark_report_get_facts (self), "disk.partitionTable");
  return g_strcmp0 (firmware, "both") == 0 && g_strcmp0 (table, "gpt") == 0 ? "uefi" : firmware;
}
