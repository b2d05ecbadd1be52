// SPDX-License-Identifier: Apache-2.0
#include "store/mail_server.h"

#include "store/socials.h"

static struct store_key the_key(void)
{
  return key_of_text("server");
}

enum status mail_server_get(struct store_txn *txn, struct mail_server *ret_server)
{
  const struct store_key key = the_key();
  return store_get_record(txn, TABLE_MAIL, &key, &MAIL_SERVER_RECORD, ret_server);
}

enum status mail_server_put(struct store_txn *txn, const struct mail_server *server)
{
  const struct store_key key = the_key();
  enum status status = store_log_all(txn);
  return status != STATUS_OK ? status : store_put_record(txn, TABLE_MAIL, &key, &MAIL_SERVER_RECORD, server);
}

enum status mail_server_remove(struct store_txn *txn)
{
  const struct store_key key = the_key();
  enum status status = store_log_all(txn);
  return status != STATUS_OK ? status : store_delete(txn, TABLE_MAIL, &key);
}

enum status mail_server_any(struct store_txn *txn, bool *ret_any)
{
  uint64_t count = 0;
  enum status status = store_count(txn, TABLE_MAIL, &count);
  if (status != STATUS_OK) {
    return status;
  }
  *ret_any = count > 0;
  return STATUS_OK;
}

enum status host_has_ways(struct store_txn *txn, bool *ret_any)
{
  bool social = false;
  bool mail = false;
  enum status status = social_any(txn, &social);
  status = status != STATUS_OK ? status : mail_server_any(txn, &mail);
  if (status != STATUS_OK) {
    return status;
  }
  *ret_any = social || mail;
  return STATUS_OK;
}
