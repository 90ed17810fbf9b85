/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Reads XML that somebody else wrote. A document type is refused before and
 * after parsing: no answer of COS has one, and every known attack needs it.
 */
#include "model/cloud/cos-xml.h"

#include <libxml/parser.h>
#include <string.h>

#define SIZE_MAX_BYTES (4 * 1024 * 1024)
#define TEXT_MAX 4096

static gboolean has_doctype (const char *text, gsize length)
{
  return memmem (text, length, "<!DOCTYPE", strlen ("<!DOCTYPE")) != NULL
         || memmem (text, length, "<!ENTITY", strlen ("<!ENTITY")) != NULL;
}

static gboolean is_named (xmlNode *node, const char *name)
{
  return node->type == XML_ELEMENT_NODE && strcmp ((const char *) node->name, name) == 0;
}

EmbarkCosXml *embark_cos_xml_parse (GBytes *body)
{
  gsize length;
  const char *text = g_bytes_get_data (body, &length);
  xmlDoc *document;

  if (text == NULL)
    return NULL;
  while (length > 0 && g_ascii_isspace (*text))
    {
      text++;
      length--;
    }
  if (length == 0 || length > SIZE_MAX_BYTES || has_doctype (text, length))
    return NULL;

  /* Without XML_PARSE_HUGE libxml2 keeps its own bounds, a depth of 256 among them. */
  document = xmlReadMemory (text, (int) length, NULL, NULL, XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
  if (document == NULL)
    return NULL;
  if (document->intSubset != NULL || document->extSubset != NULL || xmlDocGetRootElement (document) == NULL)
    {
      xmlFreeDoc (document);
      return NULL;
    }
  return document;
}

void embark_cos_xml_free (EmbarkCosXml *self)
{
  if (self != NULL)
    xmlFreeDoc (self);
}

xmlNode *embark_cos_xml_get_root (EmbarkCosXml *self, const char *name)
{
  xmlNode *root = self != NULL ? xmlDocGetRootElement (self) : NULL;

  return root != NULL && is_named (root, name) ? root : NULL;
}

xmlNode *embark_cos_xml_find (xmlNode *parent, const char *name)
{
  xmlNode *node = parent != NULL ? parent->children : NULL;

  while (node != NULL && !is_named (node, name))
    node = node->next;
  return node;
}

xmlNode *embark_cos_xml_next (xmlNode *node, const char *name)
{
  for (node = node->next; node != NULL; node = node->next)
    if (is_named (node, name))
      return node;
  return NULL;
}

char *embark_cos_xml_get_text (xmlNode *parent, const char *name)
{
  xmlNode *node = embark_cos_xml_find (parent, name);
  g_autoptr (GString) text = g_string_new (NULL);

  if (node == NULL)
    return NULL;
  /* Only plain text: an entity reference is never followed. */
  for (xmlNode *child = node->children; child != NULL && text->len < TEXT_MAX; child = child->next)
    if ((child->type == XML_TEXT_NODE || child->type == XML_CDATA_SECTION_NODE) && child->content != NULL)
      g_string_append_len (text, (const char *) child->content,
                           (gssize) strnlen ((const char *) child->content, TEXT_MAX - text->len));
  return g_utf8_make_valid (g_strstrip (text->str), -1);
}

gboolean embark_cos_xml_get_uint (xmlNode *parent, const char *name, guint64 *ret_value)
{
  g_autofree char *text = embark_cos_xml_get_text (parent, name);

  return text != NULL && g_ascii_string_to_unsigned (text, 10, 0, G_MAXUINT64, ret_value, NULL);
}
