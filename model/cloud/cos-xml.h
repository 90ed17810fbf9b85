/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * XML answers of COS: read without network, document types or entities, with
 * bounds on size and depth. Private to this folder.
 */
#pragma once

#include <glib.h>
#include <libxml/tree.h>

G_BEGIN_DECLS

typedef xmlDoc EmbarkCosXml;

/* NULL when @body is not well-formed XML, holds a document type, or is larger than 4 MiB. White space before the
 * document (Complete sends spaces to keep the connection alive) is skipped. */
EmbarkCosXml *embark_cos_xml_parse (GBytes *body);
void embark_cos_xml_free (EmbarkCosXml *self);
/* The root if its name is @name, else NULL. */
xmlNode *embark_cos_xml_get_root (EmbarkCosXml *self, const char *name);
/* First child element of that name, or NULL. */
xmlNode *embark_cos_xml_find (xmlNode *parent, const char *name);
xmlNode *embark_cos_xml_next (xmlNode *node, const char *name);
/* Text of the first child element of that name, at most 4096 bytes; NULL when it is absent. */
char *embark_cos_xml_get_text (xmlNode *parent, const char *name);
/* FALSE when absent or no number. */
gboolean embark_cos_xml_get_uint (xmlNode *parent, const char *name, guint64 *ret_value);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EmbarkCosXml, embark_cos_xml_free)

G_END_DECLS
