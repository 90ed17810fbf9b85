/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Offsets as in the kernel's Documentation/arch/x86/boot.rst and
 * arm64/booting.rst, and scripts/sign-file.c. Nothing is trusted to be there.
 */
#include "model/guest/kernel-image.h"

#include <string.h>

#include "model/guest/unpack.h"

#define BOOT_FLAG_AT 0x1FE
#define HEADER_MAGIC_AT 0x202
#define PROTOCOL_AT 0x206
#define VERSION_POINTER_AT 0x20E
#define VERSION_BASE 0x200
#define XLOADFLAGS_AT 0x236
#define XLF_KERNEL_64 0x1
#define PROTOCOL_WITH_XLOADFLAGS 0x20C
#define ARM64_MAGIC_AT 0x38
#define PE_POINTER_AT 0x3C
#define ELF_ORDER_AT 5 /* 1: the low byte comes first */
#define ELF_MACHINE_AT 18
#define ELF_PPC64 21
#define VERSION_MAX_LENGTH 128
#define SIGNATURE_MARK "~Module signature appended~\n"
#define SIGNATURE_INFO 12 /* before the mark; the last four bytes are the signature's length */
#define SIGNER_MAX_LENGTH 128

static guint16 get_le16 (const guint8 *p)
{
  return (guint16) (p[0] | p[1] << 8);
}

static guint32 get_le32 (const guint8 *p)
{
  return get_le16 (p) | (guint32) get_le16 (p + 2) << 16;
}

/* Printable text up to a blank or the end; NULL when there is none. */
static char *copy_word (const guint8 *data, gsize length, gsize max)
{
  gsize n = 0;

  while (n < length && n < max && g_ascii_isgraph (data[n]))
    n++;
  return n > 0 ? g_strndup ((const char *) data, n) : NULL;
}

static gboolean read_bzimage (EmbarkKernelImage *self, const guint8 *data, gsize length)
{
  guint16 protocol;
  gsize pointer;

  if (length < XLOADFLAGS_AT + 2 || get_le16 (data + BOOT_FLAG_AT) != 0xAA55
      || memcmp (data + HEADER_MAGIC_AT, "HdrS", 4) != 0)
    return FALSE;
  protocol = get_le16 (data + PROTOCOL_AT);
  if (protocol >= PROTOCOL_WITH_XLOADFLAGS)
    self->machine = get_le16 (data + XLOADFLAGS_AT) & XLF_KERNEL_64 ? "x86_64" : "i386";
  pointer = get_le16 (data + VERSION_POINTER_AT);
  if (pointer && VERSION_BASE + pointer < length && g_ascii_isdigit (data[VERSION_BASE + pointer]))
    self->version = copy_word (data + VERSION_BASE + pointer, length - VERSION_BASE - pointer, VERSION_MAX_LENGTH);
  return TRUE;
}

static const char *get_pe_machine (const guint8 *data, gsize length)
{
  static const struct
  {
    guint16 number;
    const char *machine;
  } machines[] = { { 0x8664, "x86_64" }, { 0x014C, "i386" }, { 0xAA64, "aarch64" }, { 0x5064, "riscv64" } };
  guint32 pointer;

  if (length < PE_POINTER_AT + 4 || memcmp (data, "MZ", 2) != 0)
    return NULL;
  pointer = get_le32 (data + PE_POINTER_AT);
  if (pointer > length || length - pointer < 6 || memcmp (data + pointer, "PE\0\0", 4) != 0)
    return NULL;
  for (guint i = 0; i < G_N_ELEMENTS (machines); i++)
    if (get_le16 (data + pointer + 4) == machines[i].number)
      return machines[i].machine;
  return NULL;
}

const char *embark_elf_get_machine (const guint8 *data, gsize length)
{
  static const struct
  {
    guint16 number;
    const char *machine;
  } machines[] = { { 3, "i386" },          { 62, "x86_64" }, { 183, "aarch64" }, { 40, "arm" },
                   { ELF_PPC64, "ppc64" }, { 22, "s390x" },  { 243, "riscv64" }, { 258, "loongarch64" } };
  guint16 number;

  if (length < ELF_MACHINE_AT + 2 || memcmp (data, "\177ELF", 4) != 0)
    return NULL;
  number = data[ELF_ORDER_AT] == 2 ? (guint16) (data[ELF_MACHINE_AT] << 8 | data[ELF_MACHINE_AT + 1])
                                   : get_le16 (data + ELF_MACHINE_AT);
  if (number == ELF_PPC64 && data[ELF_ORDER_AT] == 1)
    return "ppc64le";
  for (guint i = 0; i < G_N_ELEMENTS (machines); i++)
    if (number == machines[i].number)
      return machines[i].machine;
  return NULL;
}

static void read_plain (EmbarkKernelImage *self, const guint8 *data, gsize length)
{
  if (read_bzimage (self, data, length))
    return;
  if (length >= ARM64_MAGIC_AT + 4 && memcmp (data + ARM64_MAGIC_AT, "ARM\x64", 4) == 0)
    self->machine = "aarch64";
  else
    self->machine = get_pe_machine (data, length);
  if (!self->machine)
    self->machine = embark_elf_get_machine (data, length);
}

EmbarkKernelImage *embark_kernel_image_read (const guint8 *data, gsize length)
{
  EmbarkKernelImage *self = g_new0 (EmbarkKernelImage, 1);
  g_autoptr (GBytes) plain = NULL;
  gsize n;
  const guint8 *bytes;

  if (length < 2 || memcmp (data, "\x1F\x8B", 2) != 0)
    {
      read_plain (self, data, length);
      return self;
    }
  plain = embark_unpack_all (data, length, EMBARK_KERNEL_HEAD_SIZE);
  bytes = plain ? g_bytes_get_data (plain, &n) : NULL;
  if (bytes)
    read_plain (self, bytes, n);
  return self;
}

void embark_kernel_image_free (EmbarkKernelImage *self)
{
  g_free (self->version);
  g_free (self);
}

const char *embark_kernel_config_get_machine (const char *config)
{
  static const struct
  {
    const char *line;
    const char *machine;
  } symbols[] = { { "CONFIG_X86_64=y", "x86_64" }, { "CONFIG_X86_32=y", "i386" }, { "CONFIG_ARM64=y", "aarch64" } };

  for (guint i = 0; i < G_N_ELEMENTS (symbols); i++)
    {
      const char *found = strstr (config, symbols[i].line);
      if (found && (found == config || found[-1] == '\n'))
        return symbols[i].machine;
    }
  return NULL;
}

/* The last common name (2.5.4.3) in the signature: the issuer of the certificate, before the key's number. */
static char *find_common_name (const guint8 *data, gsize length)
{
  static const guint8 mark[] = { 0x06, 0x03, 0x55, 0x04, 0x03 };
  char *name = NULL;

  for (gsize i = 0; i + sizeof mark + 2 < length; i++)
    {
      gsize n = data[i + sizeof mark + 1];
      const guint8 *text = data + i + sizeof mark + 2;

      if (memcmp (data + i, mark, sizeof mark) != 0 || n == 0 || n > SIGNER_MAX_LENGTH
          || n > length - i - sizeof mark - 2)
        continue;
      g_free (name);
      name = g_strndup ((const char *) text, n);
    }
  return name;
}

char *embark_module_get_signer (const guint8 *tail, gsize length)
{
  gsize mark = strlen (SIGNATURE_MARK);
  const guint8 *info;
  guint64 size, signer;
  char *name;

  if (length < mark + SIGNATURE_INFO || memcmp (tail + length - mark, SIGNATURE_MARK, mark) != 0)
    return NULL;
  length -= mark + SIGNATURE_INFO;
  info = tail + length;
  size = (guint64) info[8] << 24 | info[9] << 16 | info[10] << 8 | info[11];
  /* Before PKCS #7 (kernel 4.3) the names of the signer and the key stood before the signature. */
  signer = info[3];
  if (size > length || signer + info[4] > length - size)
    return NULL;
  if (signer > 0)
    name = g_strndup ((const char *) tail + length - size - info[4] - signer, signer);
  else
    name = find_common_name (tail + length - size, size);
  if (name)
    for (char *p = name; *p; p++)
      if (!g_ascii_isprint (*p))
        *p = '?';
  return name;
}

gboolean embark_module_signer_is_vendor (const char *signer)
{
  static const char *const words[] = { "Red Hat",   "CentOS", "Rocky",     "AlmaLinux",        "Fedora", "Debian",
                                       "Canonical", "Ubuntu", "SUSE",      "openSUSE",         "Amazon", "OpenCloudOS",
                                       "TencentOS", "Anolis", "openEuler", "Scientific Linux", "Kylin",  NULL };

  for (guint i = 0; words[i]; i++)
    if (strstr (signer, words[i]))
      return TRUE;
  return FALSE;
}
