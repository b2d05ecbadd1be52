// SPDX-License-Identifier: Apache-2.0
// One answer of a name server to a question for TXT records, as it came over the wire (RFC 1035 4). Every byte of it is
// foreign.
#pragma once
#include <stdbool.h>
#include <stddef.h>

#include "protocol/protocol.h"

struct txt_answer {
  struct message_texts texts;    // record_done() with the table of MESSAGE_TEXTS
  unsigned aliases;              // CNAMEs that were followed
  char next[PROTOCOL_NAME_SIZE]; // "": TEXTS is the end of it; else the name to ask for now
};

enum { TXT_ALIASES_MAX = 8 };

// True for labels of letters, digits, "-" and "_" with single dots between them, 63 and 253 bytes at most.
bool txt_name_is_legal(const char *name);

// Reads the LENGTH bytes DATA as the answer about NAME, follows up to ALIASES_MAX aliases (CNAME) within it and takes
// the records of the last name alone, whatever else the answer holds. An answer that is not sound is LOOKUP_SERVER, as
// is one with more aliases. STATUS_NO_MEMORY. *RET_ANSWER must be all zero.
MUST_CHECK enum status txt_answer_read(const void *data, size_t length, const char *name, unsigned aliases_max,
                                       struct txt_answer *ret_answer);
