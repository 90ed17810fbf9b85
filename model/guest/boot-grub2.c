/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * grub 2's configuration: a tree of menus by its braces, the default as the
 * number, title, identifier or path ("1>2") that grub would take. Any thread.
 */
#include "model/guest/boot-config.h"

#include <string.h>

#include "model/guest/boot-lines.h"

#define ENTRIES_MAX 1024
#define DEPTH_MAX 8

typedef struct
{
  EmbarkBootEntry *boot; /* what it starts; NULL in a submenu */
  char *title;           /* owned */
  char *id;              /* owned, nullable */
  int parent;            /* index of the submenu it is in, -1 at the top */
  guint number;          /* among its siblings */
} Item;

typedef struct
{
  GPtrArray *items;    /* of Item */
  int open[DEPTH_MAX]; /* indexes of open items; -2 for a function and its like */
  guint depth;
  char *wanted; /* owned */
} Menu;

static void free_item (gpointer data)
{
  Item *item = data;

  g_clear_pointer (&item->boot, embark_boot_entry_free);
  g_free (item->title);
  g_free (item->id);
  g_free (item);
}

char *embark_grubenv_get (const char *grubenv, const char *name)
{
  g_auto (GStrv) lines = NULL;
  gsize length = strlen (name);

  if (!grubenv)
    return NULL;
  lines = embark_boot_split_lines (grubenv);
  for (guint i = 0; lines[i]; i++)
    if (strncmp (lines[i], name, length) == 0 && lines[i][length] == '=')
      return g_strdup (lines[i] + length + 1);
  return NULL;
}

/* The word at *p without its quotes; *p moves behind it. NULL at the end. */
static char *take_word (const char **p)
{
  g_autoptr (GString) word = NULL;
  char quote = 0;

  *p += strspn (*p, " \t");
  if (!**p)
    return NULL;
  word = g_string_new (NULL);
  for (; **p && (quote || !strchr (" \t", **p)); (*p)++)
    {
      if (quote ? **p == quote : (**p == '\'' || **p == '"'))
        quote = quote ? 0 : **p;
      else if (**p == '\\' && quote != '\'' && (*p)[1])
        g_string_append_c (word, *++(*p));
      else
        g_string_append_c (word, **p);
    }
  return g_string_free (g_steal_pointer (&word), FALSE);
}

static int get_parent (const Menu *menu)
{
  return menu->depth > 0 ? menu->open[menu->depth - 1] : -1;
}

static void open_item (Menu *menu, const char *rest, gboolean is_submenu)
{
  Item *item = g_new0 (Item, 1);
  g_autofree char *before = NULL;

  item->title = take_word (&rest);
  item->parent = get_parent (menu);
  item->boot = is_submenu ? NULL : g_new0 (EmbarkBootEntry, 1);
  if (item->boot)
    item->boot->title = g_strdup (item->title);
  for (guint i = 0; i < menu->items->len; i++)
    if (((Item *) g_ptr_array_index (menu->items, i))->parent == item->parent)
      item->number++;
  while (TRUE)
    {
      g_autofree char *word = take_word (&rest);
      if (!word)
        break;
      if (before && (strstr (before, "menuentry_id_option") || strcmp (before, "--id") == 0) && !item->id)
        item->id = g_strdup (word);
      g_free (before);
      before = g_steal_pointer (&word);
    }
  g_ptr_array_add (menu->items, item);
  menu->open[menu->depth++] = (int) menu->items->len - 1;
}

static void note_default (Menu *menu, const char *value, const char *grubenv)
{
  g_autofree char *word = take_word (&value);

  if (!word || strstr (word, "next_entry") || strstr (word, "{default}"))
    return;
  g_free (menu->wanted);
  if (strstr (word, "saved_entry"))
    menu->wanted = embark_grubenv_get (grubenv, "saved_entry");
  else
    menu->wanted = g_steal_pointer (&word);
}

static void read_line (Menu *menu, const char *line, const char *grubenv)
{
  static const char *const linux_words[] = { "linux", "linux16", "linuxefi", NULL };
  static const char *const initrd_words[] = { "initrd", "initrd16", "initrdefi", NULL };
  static const char *const menu_words[] = { "submenu", NULL };
  static const char *const entry_words[] = { "menuentry", NULL };
  int top = get_parent (menu);
  Item *item = top >= 0 ? g_ptr_array_index (menu->items, top) : NULL;
  gboolean opens = g_str_has_suffix (line, "{") && menu->depth < DEPTH_MAX;
  const char *rest;

  if (opens && menu->items->len < ENTRIES_MAX && (rest = embark_boot_match_word (line, entry_words)))
    open_item (menu, rest, FALSE);
  else if (opens && menu->items->len < ENTRIES_MAX && (rest = embark_boot_match_word (line, menu_words)))
    open_item (menu, rest, TRUE);
  else if (opens)
    menu->open[menu->depth++] = -2;
  else if (strcmp (line, "}") == 0 && menu->depth > 0)
    menu->depth--;
  else if (g_str_has_prefix (line, "set default="))
    note_default (menu, line + strlen ("set default="), grubenv);
  else if (item && item->boot && (rest = embark_boot_match_word (line, linux_words)))
    embark_boot_entry_set_kernel (item->boot, rest);
  else if (item && item->boot && (rest = embark_boot_match_word (line, initrd_words)))
    embark_boot_entry_set_initrd (item->boot, rest);
}

static gboolean is_named (const Item *item, const char *word)
{
  guint64 number = 0;

  if (g_ascii_string_to_unsigned (word, 10, 0, G_MAXUINT, &number, NULL))
    return item->number == number;
  return g_strcmp0 (item->id, word) == 0 || g_strcmp0 (item->title, word) == 0;
}

/* The first entry with a kernel below @parent, any depth. */
static Item *find_first (const Menu *menu, int parent)
{
  for (guint i = 0; i < menu->items->len; i++)
    {
      Item *item = g_ptr_array_index (menu->items, i);
      if (item->parent == parent && item->boot && item->boot->kernel)
        return item;
    }
  for (guint i = 0; i < menu->items->len; i++)
    {
      Item *item = g_ptr_array_index (menu->items, i);
      Item *below = item->parent == parent && !item->boot ? find_first (menu, (int) i) : NULL;
      if (below)
        return below;
    }
  return NULL;
}

static Item *find_wanted (const Menu *menu)
{
  g_auto (GStrv) steps = g_strsplit (menu->wanted ? menu->wanted : "0", ">", DEPTH_MAX);
  int parent = -1;
  Item *found = NULL;

  for (guint s = 0; steps[s]; s++)
    {
      Item *step = NULL;
      for (guint i = 0; i < menu->items->len && !step; i++)
        {
          Item *item = g_ptr_array_index (menu->items, i);
          if (item->parent != parent || !is_named (item, steps[s]))
            continue;
          step = item;
          parent = (int) i;
        }
      if (!step)
        break;
      found = step;
    }
  if (found && !found->boot)
    return find_first (menu, parent);
  return found && found->boot->kernel ? found : find_first (menu, -1);
}

char *embark_boot_config_get_grub2_include (const char *config)
{
  static const char *const include_words[] = { "configfile", NULL };
  static const char *const prefixes[] = { "$prefix", "${prefix}" };
  g_auto (GStrv) lines = embark_boot_split_lines (config);
  g_autofree char *prefix = NULL;
  g_autofree char *path = NULL;

  if (strstr (config, "menuentry ") || embark_boot_config_uses_bls (config))
    return NULL;
  for (guint i = 0; lines[i]; i++)
    {
      const char *rest = embark_boot_match_word (lines[i], include_words);
      const char *value = g_str_has_prefix (lines[i], "set prefix=") ? lines[i] + strlen ("set prefix=") : NULL;

      if (value)
        {
          g_free (prefix);
          prefix = take_word (&value);
        }
      else if (rest)
        {
          g_free (path);
          path = take_word (&rest);
        }
    }
  for (guint i = 0; path && i < G_N_ELEMENTS (prefixes); i++)
    if (g_str_has_prefix (path, prefixes[i]))
      {
        char *full = g_strconcat (prefix ? prefix : "/boot/grub", path + strlen (prefixes[i]), NULL);
        g_free (path);
        path = full;
      }
  return path ? g_strdup (embark_boot_skip_device (path)) : NULL;
}

EmbarkBootEntry *embark_boot_config_read_grub2 (const char *config, const char *grubenv)
{
  g_auto (GStrv) lines = embark_boot_split_lines (config);
  g_autoptr (GPtrArray) items = g_ptr_array_new_with_free_func (free_item);
  Menu menu = { .items = items };
  g_autofree char *next = embark_grubenv_get (grubenv, "next_entry");
  Item *item;

  for (guint i = 0; lines[i]; i++)
    read_line (&menu, lines[i], grubenv);
  if (next && *next && strstr (config, "next_entry"))
    {
      g_free (menu.wanted);
      menu.wanted = g_steal_pointer (&next);
    }
  item = find_wanted (&menu);
  g_free (menu.wanted);
  return item ? g_steal_pointer (&item->boot) : NULL;
}
