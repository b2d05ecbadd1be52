// SPDX-License-Identifier: Apache-2.0
// A QR code (ISO/IEC 18004) for a terminal, by libqrencode, which only this knows.
#pragma once
#include <stddef.h>

// Writes TEXT (printable ASCII) as a QR code into RET_PICTURE of SIZE bytes: lines of UTF-8 half blocks, light on dark,
// with a margin of two modules, each line ended by a newline. "" if it does not fit, or there is no memory: it is a
// convenience.
void qr_draw(const char *text, char *ret_picture, size_t size);
