// SPDX-License-Identifier: Apache-2.0
#include "protocol/channel.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/endian.h"

// Who may send what when, and what phase follows.
struct rule {
  enum link link;
  enum phase phase;
  enum party sender;
  enum message_type type;
  enum phase next;
};

static const struct rule RULES[] = {
    {LINK_MODULE_SIGNIN, PHASE_REQUEST, PARTY_MODULE, MESSAGE_AUTH, PHASE_WORKING},
    {LINK_MODULE_SIGNIN, PHASE_REQUEST, PARTY_MODULE, MESSAGE_ACCOUNT, PHASE_WORKING},
    {LINK_MODULE_SIGNIN, PHASE_REQUEST, PARTY_MODULE, MESSAGE_CRED, PHASE_WORKING},
    {LINK_MODULE_SIGNIN, PHASE_REQUEST, PARTY_MODULE, MESSAGE_SESSION, PHASE_WORKING},
    {LINK_MODULE_SIGNIN, PHASE_REQUEST, PARTY_MODULE, MESSAGE_CHAUTHTOK, PHASE_WORKING},
    {LINK_MODULE_SIGNIN, PHASE_WORKING, PARTY_SIGNIN, MESSAGE_PROMPT, PHASE_ASKING},
    {LINK_MODULE_SIGNIN, PHASE_WORKING, PARTY_SIGNIN, MESSAGE_INFO, PHASE_WORKING},
    {LINK_MODULE_SIGNIN, PHASE_WORKING, PARTY_SIGNIN, MESSAGE_ERROR, PHASE_WORKING},
    {LINK_MODULE_SIGNIN, PHASE_WORKING, PARTY_SIGNIN, MESSAGE_VERDICT, PHASE_ENDED},
    {LINK_MODULE_SIGNIN, PHASE_ASKING, PARTY_MODULE, MESSAGE_ANSWER, PHASE_WORKING},
    {LINK_SIGNIN_OIDC, PHASE_REQUEST, PARTY_SIGNIN, MESSAGE_SIGN_IN, PHASE_STARTING},
    {LINK_SIGNIN_OIDC, PHASE_REQUEST, PARTY_SIGNIN, MESSAGE_DISCOVER, PHASE_FINDING},
    {LINK_SIGNIN_OIDC, PHASE_STARTING, PARTY_OIDC, MESSAGE_CODE, PHASE_POLLING},
    {LINK_SIGNIN_OIDC, PHASE_STARTING, PARTY_OIDC, MESSAGE_FAILED, PHASE_ENDED},
    {LINK_SIGNIN_OIDC, PHASE_POLLING, PARTY_OIDC, MESSAGE_AUTHORIZED, PHASE_ENDED},
    {LINK_SIGNIN_OIDC, PHASE_POLLING, PARTY_OIDC, MESSAGE_FAILED, PHASE_ENDED},
    {LINK_SIGNIN_OIDC, PHASE_FINDING, PARTY_OIDC, MESSAGE_FOUND, PHASE_ENDED},
    {LINK_SIGNIN_OIDC, PHASE_FINDING, PARTY_OIDC, MESSAGE_FAILED, PHASE_ENDED},
    {LINK_SIGNIN_OIDC, PHASE_REQUEST, PARTY_SIGNIN, MESSAGE_TXT, PHASE_LOOKING_UP},
    {LINK_SIGNIN_OIDC, PHASE_LOOKING_UP, PARTY_OIDC, MESSAGE_TEXTS, PHASE_ENDED},
    {LINK_SIGNIN_OIDC, PHASE_LOOKING_UP, PARTY_OIDC, MESSAGE_FAILED, PHASE_ENDED},
    {LINK_SIGNIN_OIDC, PHASE_REQUEST, PARTY_SIGNIN, MESSAGE_MAIL, PHASE_SENDING},
    {LINK_SIGNIN_OIDC, PHASE_SENDING, PARTY_OIDC, MESSAGE_SENT, PHASE_ENDED},
    {LINK_SIGNIN_OIDC, PHASE_SENDING, PARTY_OIDC, MESSAGE_FAILED, PHASE_ENDED},
    {LINK_SIGNIN_OIDC, PHASE_REQUEST, PARTY_SIGNIN, MESSAGE_REFRESH, PHASE_REFRESHING},
    {LINK_SIGNIN_OIDC, PHASE_REFRESHING, PARTY_OIDC, MESSAGE_ROTATED, PHASE_POLLING},
    {LINK_SIGNIN_OIDC, PHASE_REFRESHING, PARTY_OIDC, MESSAGE_AUTHORIZED, PHASE_ENDED},
    {LINK_SIGNIN_OIDC, PHASE_REFRESHING, PARTY_OIDC, MESSAGE_FAILED, PHASE_ENDED},
    {LINK_SYNC_FLEET, PHASE_REQUEST, PARTY_SYNC, MESSAGE_OPEN, PHASE_OPENING},
    {LINK_SYNC_FLEET, PHASE_OPENING, PARTY_FLEET, MESSAGE_READY, PHASE_OPEN},
    {LINK_SYNC_FLEET, PHASE_OPENING, PARTY_FLEET, MESSAGE_FAILED, PHASE_ENDED},
    {LINK_SYNC_FLEET, PHASE_OPEN, PARTY_SYNC, MESSAGE_ASK, PHASE_ASKED},
    {LINK_SYNC_FLEET, PHASE_OPEN, PARTY_SYNC, MESSAGE_LISTEN, PHASE_ASKED},
    {LINK_SYNC_FLEET, PHASE_OPEN, PARTY_SYNC, MESSAGE_SCRIPT, PHASE_ASKED},
    {LINK_SYNC_FLEET, PHASE_OPEN, PARTY_FLEET, MESSAGE_TOLD, PHASE_OPEN},
    {LINK_SYNC_FLEET, PHASE_OPEN, PARTY_FLEET, MESSAGE_FAILED, PHASE_ENDED},
    {LINK_SYNC_FLEET, PHASE_ASKED, PARTY_FLEET, MESSAGE_ROWS, PHASE_ASKED},
    {LINK_SYNC_FLEET, PHASE_ASKED, PARTY_FLEET, MESSAGE_DONE, PHASE_OPEN},
    {LINK_SYNC_FLEET, PHASE_ASKED, PARTY_FLEET, MESSAGE_TOLD, PHASE_ASKED}, // on its way while something is asked
    {LINK_SYNC_FLEET, PHASE_ASKED, PARTY_FLEET, MESSAGE_FAILED, PHASE_ENDED},
};

static uint32_t payload_max(enum link link)
{
  return link == LINK_SYNC_FLEET ? PROTOCOL_FLEET_PAYLOAD_MAX : PROTOCOL_PAYLOAD_MAX;
}

struct channel channel_init(int fd, enum link link, enum party self)
{
  return (struct channel){fd, link, self, PHASE_REQUEST};
}

static const struct rule *find_rule(const struct channel *c, enum message_type type, bool ours)
{
  for (size_t i = 0; i < COUNT_OF(RULES); i++) {
    const struct rule *rule = &RULES[i];
    if (rule->link == c->link && rule->phase == c->phase && rule->type == type && (rule->sender == c->self) == ours) {
      return rule;
    }
  }
  return NULL;
}

static enum status wait_for(int fd, short events, int64_t deadline_ms)
{
  for (;;) {
    struct pollfd entry = {.fd = fd, .events = events};
    int ready = poll(&entry, 1, clock_left_ms(deadline_ms));
    if (ready > 0) {
      return STATUS_OK;
    }
    if (ready == 0) {
      return STATUS_TIMEOUT;
    }
    if (errno != EINTR) {
      return STATUS_IO;
    }
  }
}

static enum status send_all(int fd, const char *data, size_t length, int64_t deadline_ms)
{
  while (length > 0) {
    ssize_t sent = send(fd, data, length, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent > 0) {
      data += sent;
      length -= (size_t)sent;
      continue;
    }
    if (sent < 0 && errno != EAGAIN && errno != EINTR) {
      return errno == EPIPE || errno == ECONNRESET ? STATUS_CLOSED : STATUS_IO;
    }
    enum status status = wait_for(fd, POLLOUT, deadline_ms);
    if (status != STATUS_OK) {
      return status;
    }
  }
  return STATUS_OK;
}

static enum status receive_all(int fd, void *data, size_t length, int64_t deadline_ms)
{
  char *at = data;
  while (length > 0) {
    ssize_t got = recv(fd, at, length, MSG_DONTWAIT);
    if (got == 0) {
      return STATUS_CLOSED;
    }
    if (got > 0) {
      at += got;
      length -= (size_t)got;
      continue;
    }
    if (errno != EAGAIN && errno != EINTR) {
      return errno == ECONNRESET ? STATUS_CLOSED : STATUS_IO;
    }
    enum status status = wait_for(fd, POLLIN, deadline_ms);
    if (status != STATUS_OK) {
      return status;
    }
  }
  return STATUS_OK;
}

static enum status pack(enum link link, enum message_type type, const void *value, struct bytes *out)
{
  unsigned char header[PROTOCOL_HEADER_SIZE] = {0};
  enum status status = bytes_append(out, header, sizeof header);
  if (status != STATUS_OK) {
    return status;
  }
  status = record_encode(protocol_record(type), value, out);
  if (status != STATUS_OK) {
    return status;
  }
  size_t length = out->length - sizeof header;
  if (length > payload_max(link)) {
    return STATUS_INVALID;
  }
  unsigned char *at = (unsigned char *)out->data;
  endian_put_u32(at, (uint32_t)length);
  endian_put_u32(at + 4, (uint32_t)type | (uint32_t)PROTOCOL_VERSION << 16);
  return STATUS_OK;
}

enum status channel_send(struct channel *c, enum message_type type, const void *value, int64_t deadline_ms)
{
  const struct rule *rule = find_rule(c, type, true);
  if (rule == NULL) {
    return STATUS_PROTOCOL;
  }
  struct bytes frame CLEANUP(bytes_done) = BYTES_EMPTY;
  enum status status = pack(c->link, type, value, &frame);
  if (status != STATUS_OK) {
    return status;
  }
  status = send_all(c->fd, frame.data, frame.length, deadline_ms);
  c->phase = status == STATUS_OK ? rule->next : PHASE_ENDED;
  return status;
}

static enum status receive_payload(const struct channel *c, size_t length, int64_t deadline_ms, struct bytes *out)
{
  enum status status = bytes_reserve(out, length);
  if (status != STATUS_OK) {
    return status;
  }
  status = receive_all(c->fd, out->data, length, deadline_ms);
  out->length = status == STATUS_OK ? length : 0;
  return status;
}

static enum status unpack(enum message_type type, const struct bytes *payload, void **ret_value)
{
  const struct record_type *record = protocol_record(type);
  void *value = calloc(1, record->struct_size);
  if (value == NULL) {
    return STATUS_NO_MEMORY;
  }
  enum status status = record_decode(record, payload->data, payload->length, value);
  if (status != STATUS_OK) {
    free(value);
    return status == STATUS_VERSION ? STATUS_PROTOCOL : status;
  }
  *ret_value = value;
  return STATUS_OK;
}

static enum status receive_body(struct channel *c, const unsigned char *header, int64_t deadline_ms,
                                enum message_type *ret_type, void **ret_value)
{
  uint32_t length = endian_get_u32(header);
  uint32_t tail = endian_get_u32(header + 4);
  enum message_type type = (enum message_type)(tail & 0xffff);
  const struct rule *rule = find_rule(c, type, false);
  if (rule == NULL || tail >> 16 != PROTOCOL_VERSION || length > payload_max(c->link)) {
    return STATUS_PROTOCOL;
  }
  struct bytes payload CLEANUP(bytes_done) = BYTES_EMPTY;
  enum status status = receive_payload(c, length, deadline_ms, &payload);
  if (status != STATUS_OK) {
    return status;
  }
  status = unpack(type, &payload, ret_value);
  if (status != STATUS_OK) {
    return status;
  }
  *ret_type = type;
  c->phase = rule->next;
  return STATUS_OK;
}

enum status channel_receive(struct channel *c, int64_t deadline_ms, enum message_type *ret_type, void **ret_value)
{
  unsigned char header[PROTOCOL_HEADER_SIZE];
  enum status status = wait_for(c->fd, POLLIN, deadline_ms);
  if (status != STATUS_OK) {
    return status;
  }
  status = receive_all(c->fd, header, sizeof header, deadline_ms);
  status = status != STATUS_OK ? status : receive_body(c, header, deadline_ms, ret_type, ret_value);
  if (status != STATUS_OK) {
    c->phase = PHASE_ENDED;
  }
  return status;
}

void channel_free_message(enum message_type type, void *value)
{
  const struct record_type *record = protocol_record(type);
  if (value != NULL && record != NULL) {
    record_done(record, value);
    free(value);
  }
}

bool channel_is_closed(const struct channel *c)
{
  char byte;
  ssize_t got = recv(c->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  return got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR);
}
