// SPDX-License-Identifier: Apache-2.0
#include "fleet/contact.h"

#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/files.h"
#include "base/machine_id.h"
#include "change/fleet_host.h"
#include "fleet/asking.h"

enum { NONCE_BYTES = 16, VERSION_BYTE = 6, VARIANT_BYTE = 8 };

static const char TWO[] = "another host has come to the fleet by this one's name";

// A UUID of random bits (RFC 9562 5.4).
static enum status make_nonce(char nonce[static FLEET_TOKEN_SIZE])
{
  unsigned char bits[NONCE_BYTES];
  size_t used = 0;
  if (file_random(bits, sizeof bits) != STATUS_OK) {
    return STATUS_IO;
  }
  bits[VERSION_BYTE] = (unsigned char)((bits[VERSION_BYTE] & 0x0f) | 0x40);
  bits[VARIANT_BYTE] = (unsigned char)((bits[VARIANT_BYTE] & 0x3f) | 0x80);
  for (size_t i = 0; i < sizeof bits; i++) {
    bool dash = i == 4 || i == 6 || i == 8 || i == 10;
    used += (size_t)snprintf(nonce + used, FLEET_TOKEN_SIZE - used, "%s%02x", dash ? "-" : "", bits[i]);
  }
  return STATUS_OK;
}

static enum status say(struct engine *engine, const struct fleet_contact *contact, int64_t deadline_ms,
                       struct error *error, bool *ret_heard)
{
  struct engine_answer answer CLEANUP(engine_answer_done) = {.rows = 0};
  char machine[MACHINE_ID_SIZE];
  char number[NUMBER_SIZE];
  char records[NUMBER_SIZE];
  enum status status = machine_id_read(machine);
  if (status != STATUS_OK) {
    error_set(error, "/etc/machine-id: has no machine-id(5), by which the fleet knows this host from a copy of it");
    return status;
  }
  asking_print(number, contact->number);
  asking_print(records, FLEET_RECORDS);
  const struct engine_value values[] = {engine_text(number), engine_text(contact->nonce), engine_text(machine),
                                        engine_text(records)};
  status = engine_ask(engine, ENGINE_CONTACT, values, deadline_ms, error, &answer);
  if (status != STATUS_OK) {
    return status;
  }
  status = answer.rows == 1 && answer.columns == 1 ? engine_cell_bool(&answer, 0, 0, ret_heard) : STATUS_INVALID;
  return asking_judge("answer to a contact", status, error);
}

enum status fleet_contact(struct engine *engine, const struct change_host *host, const struct change_by *by,
                          int64_t deadline_ms, struct error *error)
{
  struct fleet_contact contact = {.number = 0};
  struct change_done done;
  char nonce[FLEET_TOKEN_SIZE];
  bool heard = false;
  enum status status = make_nonce(nonce);
  status = status != STATUS_OK ? status : change_run(host, by, change_fleet_contact(nonce, &contact), error);
  status = status != STATUS_OK ? status : say(engine, &contact, deadline_ms, error, &heard);
  if (status != STATUS_OK) {
    return status;
  }
  if (!heard) {
    status = change_run(host, by, change_fleet_stop(TWO, &done), error);
    error_set(error, "fleet: %s; neither is heard any more", TWO);
    return status != STATUS_OK ? status : STATUS_CORRUPT;
  }
  return change_run(host, by, change_fleet_answered(&contact, &done), error);
}
