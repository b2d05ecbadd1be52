// SPDX-License-Identifier: Apache-2.0
// The certificates that a provider or a mail server is to be trusted by, instead of the system's.
#pragma once
#include "base/bytes.h"

// Puts the certificates of the file at PATH, as --ca-file takes it, in the place of *CA_PEM; "" is none, which is the
// system's. An exit code.
int ca_file_read(const char *path, struct bytes *ca_pem);

// The same for certificates that are at hand, which are taken over; WHAT begins the error.
int ca_file_take(const char *what, struct bytes *pem, struct bytes *ca_pem);
