/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The sum itself is ISA-L's. Combining: appending n zero bits multiplies the
 * register, a polynomial over GF(2), by x^n modulo the CRC's polynomial.
 */
#include "model/stream/crc64.h"

#include <isa-l/crc64.h>

/* ECMA-182 with the coefficient of x^0 in the top bit. */
#define POLYNOMIAL G_GUINT64_CONSTANT (0xc96c5795d7870f42)
#define X_TO_0 (G_GUINT64_CONSTANT (1) << 63)
#define X_TO_8 (X_TO_0 >> 8)

guint64 embark_crc64 (guint64 crc, const void *data, gsize length)
{
  return crc64_ecma_refl (crc, data, length);
}

static guint64 multiply_modulo (guint64 a, guint64 b)
{
  guint64 product = 0;

  for (guint64 bit = X_TO_0; bit != 0; bit >>= 1)
    {
      if ((a & bit) != 0)
        product ^= b;
      b = (b >> 1) ^ ((b & 1) != 0 ? POLYNOMIAL : 0);
    }
  return product;
}

guint64 embark_crc64_combine (guint64 crc_a, guint64 crc_b, guint64 length_b)
{
  guint64 power = X_TO_8;

  for (guint64 left = length_b; left != 0; left >>= 1)
    {
      if ((left & 1) != 0)
        crc_a = multiply_modulo (crc_a, power);
      power = multiply_modulo (power, power);
    }
  return crc_a ^ crc_b;
}
