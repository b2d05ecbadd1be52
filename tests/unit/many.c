// SPDX-License-Identifier: Apache-2.0
#include "many.h"

void person(unsigned number, char email[static EMAIL_SIZE])
{
  (void)snprintf(email, EMAIL_SIZE, "p%u@acme.test", number);
}

enum status add_many(void *context, uint64_t index, struct error *for_error, struct change *ret_change)
{
  struct many *many = context;
  (void)snprintf(many->email, sizeof many->email, "m%04d@acme.test", (int)index);
  many->add = new_member(many->email);
  many->add.org = index == many->bad ? "nobody" : "acme";
  (void)for_error;
  *ret_change = change_member_add(&many->add, &added);
  return STATUS_OK;
}
