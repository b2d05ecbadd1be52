// SPDX-License-Identifier: Apache-2.0
// A store as a version before wrote it.
#pragma once

// Makes the store under test, which is open, one of SCHEMA and closes it: its records are as schema 4 had them, and the
// tables that have come since are gone.
void make_earlier(int schema);
