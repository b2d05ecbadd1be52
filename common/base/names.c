// SPDX-License-Identifier: Apache-2.0
#include "base/names.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"

enum { LOCAL_PART_MAX = 64, LABEL_MAX = 63, SHORT_LOGIN_MAX = 31 };

static const char *const RESERVED[] = {
    "adm",      "admin",    "audio",   "avahi",  "backup",     "bin",     "cdrom",    "crontab",      "daemon",
    "dialout",  "dip",      "disk",    "docker", "fax",        "floppy",  "games",    "gnats",        "guest",
    "halt",     "incus",    "input",   "irc",    "kmem",       "kvm",     "libvirt",  "libvirt-qemu", "list",
    "lp",       "lxd",      "mail",    "man",    "messagebus", "mysql",   "netdev",   "news",         "nobody",
    "nogroup",  "operator", "plugdev", "podman", "polkitd",    "postfix", "postgres", "proxy",        "render",
    "root",     "sasl",     "sgx",     "shadow", "shutdown",   "src",     "ssh",      "sshd",         "ssoorg",
    "staff",    "sudo",     "sync",    "sys",    "syslog",     "systemd", "tape",     "tcpdump",      "tss",
    "tty",      "users",    "utmp",    "uucp",   "uuidd",      "video",   "voice",    "wheel",        "wireshark",
    "www-data",
};

static bool is_lower(char c)
{
  return c >= 'a' && c <= 'z';
}

static bool is_digit(char c)
{
  return c >= '0' && c <= '9';
}

static bool is_local_part(const char *text, size_t length)
{
  if (length == 0 || length > LOCAL_PART_MAX || text[0] == '-' || text[0] == '.') {
    return false;
  }
  for (size_t i = 0; i < length; i++) {
    bool mark = text[i] == '.' || text[i] == '_' || text[i] == '+' || text[i] == '-';
    if (!is_lower(text[i]) && !is_digit(text[i]) && !mark) {
      return false;
    }
  }
  return true;
}

static bool is_label(const char *text, size_t length)
{
  if (length == 0 || length > LABEL_MAX || text[0] == '-' || text[length - 1] == '-') {
    return false;
  }
  for (size_t i = 0; i < length; i++) {
    if (!is_lower(text[i]) && !is_digit(text[i]) && text[i] != '-') {
      return false;
    }
  }
  return true;
}

static bool is_all_digits(const char *text)
{
  return text[strspn(text, "0123456789")] == '\0';
}

bool name_is_domain(const char *domain)
{
  if (strnlen(domain, DOMAIN_SIZE) == DOMAIN_SIZE) {
    return false;
  }
  size_t labels = 0;
  const char *label = domain;
  for (;;) {
    size_t length = strcspn(label, ".");
    if (!is_label(label, length)) {
      return false;
    }
    labels++;
    if (label[length] == '\0') {
      return labels >= 2 && !is_all_digits(label);
    }
    label += length + 1;
  }
}

bool name_is_email(const char *email)
{
  const char *at = strchr(email, '@');
  if (at == NULL || strnlen(email, EMAIL_SIZE) == EMAIL_SIZE) {
    return false;
  }
  return is_local_part(email, (size_t)(at - email)) && name_is_domain(at + 1);
}

// Asked of each name that nobody knows: most are told apart by their first letter.
static bool is_among(const char *const *list, size_t count, const char *name)
{
  for (size_t i = 0; i < count; i++) {
    if (list[i][0] == name[0] && strcmp(name, list[i]) == 0) {
      return true;
    }
  }
  return false;
}

bool name_is_reserved(const char *name)
{
  return is_among(RESERVED, COUNT_OF(RESERVED), name) || strncmp(name, "systemd-", 8) == 0 ||
         strncmp(name, "_", 1) == 0;
}

bool name_is_login(const char *login)
{
  if (strchr(login, '@') != NULL) {
    return name_is_email(login);
  }
  size_t length = strnlen(login, SHORT_LOGIN_MAX + 1);
  return is_lower(login[0]) && length <= SHORT_LOGIN_MAX && is_local_part(login, length) && !name_is_reserved(login);
}

bool name_is_new_short(const char *login)
{
  static const char *const USUAL[] = {
      "abuse",
      "act_runner",
      "activemq",
      "administrator",
      "admins",
      "aide",
      "airflow",
      "amanda",
      "amavis",
      "ansible",
      "apache",
      "apt",
      "asterisk",
      "avahi-autoipd",
      "backup-user",
      "bacula",
      "bareos",
      "barman",
      "bind",
      "bluetooth",
      "borg",
      "buildkite",
      "caddy",
      "cassandra",
      "centos",
      "ceph",
      "chrony",
      "cinder",
      "clamav",
      "clickhouse",
      "collectd",
      "colord",
      "consul",
      "corosync",
      "coturn",
      "couchdb",
      "crontab",
      "crowdsec",
      "cups-pk-helper",
      "daemonize",
      "dbus",
      "debian",
      "debian-exim",
      "debian-spamd",
      "debian-tor",
      "debian-transmission",
      "deluge",
      "demo",
      "deploy",
      "dev",
      "devel",
      "developer",
      "developers",
      "dhcpd",
      "dnsmasq",
      "docker-registry",
      "dovecot",
      "dovenull",
      "druid",
      "drupal",
      "ec2-user",
      "ejabberd",
      "elasticsearch",
      "emby",
      "es",
      "etcd",
      "exim",
      "fail2ban",
      "flatpak",
      "flink",
      "forgejo",
      "freerad",
      "freeswitch",
      "ftp",
      "ftpuser",
      "fuse",
      "fwupd-refresh",
      "gdm",
      "geoclue",
      "git",
      "gitea",
      "gitlab",
      "gitlab-psql",
      "gitlab-runner",
      "gitlab-www",
      "glance",
      "gnome-initial-setup",
      "gpio",
      "grafana",
      "greenbone",
      "guest-user",
      "gvm",
      "haclient",
      "hacluster",
      "hadoop",
      "haproxy",
      "hdfs",
      "hive",
      "hostmaster",
      "hplip",
      "http",
      "i2c",
      "icecast",
      "icecast2",
      "icinga",
      "influxdb",
      "info",
      "isc-dhcp-server",
      "jellyfin",
      "jenkins",
      "jupyter",
      "kafka",
      "kea",
      "kernoops",
      "keystone",
      "kube",
      "kubernetes",
      "landscape",
      "ldap",
      "libvirt-dbus",
      "lightdm",
      "list-owner",
      "lpadmin",
      "lynis",
      "mailman",
      "mailman3",
      "mailnull",
      "mailreader",
      "manager",
      "mapred",
      "memcache",
      "memcached",
      "minecraft",
      "minidlna",
      "minio",
      "mongo",
      "mongodb",
      "mosquitto",
      "mpd",
      "mumble-server",
      "munin",
      "murmur",
      "nagios",
      "named",
      "neo4j",
      "netdata",
      "neutron",
      "nextcloud",
      "nfsnobody",
      "nginx",
      "nm-openconnect",
      "nm-openvpn",
      "nomad",
      "noreply",
      "nova",
      "nsd",
      "ntp",
      "ntpd",
      "odoo",
      "office",
      "opendkim",
      "opendmarc",
      "openldap",
      "openvpn",
      "operator1",
      "oracle",
      "ossec",
      "owncloud",
      "pacemaker",
      "pgbouncer",
      "pi",
      "plex",
      "plone",
      "policyd-spf",
      "polkit",
      "pollinate",
      "postgrey",
      "postmaster",
      "presto",
      "privoxy",
      "prometheus",
      "prosody",
      "proxysql",
      "pulse",
      "pulse-access",
      "puppet",
      "qemu",
      "rabbitmq",
      "radius",
      "redis",
      "redmine",
      "registry",
      "restic",
      "rocky",
      "root2",
      "roundcube",
      "rpc",
      "rpcuser",
      "rsnapshot",
      "rspamd",
      "rstudio",
      "rstudio-server",
      "rsync",
      "rtkit",
      "runner",
      "sales",
      "samba",
      "sambashare",
      "saned",
      "scanner",
      "scp",
      "sddm",
      "security",
      "service",
      "sftp",
      "sftpuser",
      "sgx",
      "shiny",
      "slapd",
      "smmsp",
      "smmta",
      "snap_daemon",
      "snapd_daemon",
      "snort",
      "solr",
      "spamassassin",
      "spark",
      "speech-dispatcher",
      "spi",
      "squid",
      "ssh-keys",
      "sshkeys",
      "ssl-cert",
      "sssd",
      "statd",
      "steam",
      "strongswan",
      "student",
      "stunnel",
      "stunnel4",
      "superset",
      "support",
      "suricata",
      "svn",
      "swtpm",
      "sysadmin",
      "systemd-network",
      "tcpdump",
      "teamspeak",
      "telegraf",
      "temp",
      "test",
      "tester",
      "testuser",
      "tftp",
      "tmp",
      "tomcat",
      "toor",
      "tor",
      "transmission",
      "trino",
      "tripwire",
      "turnserver",
      "ubnt",
      "ubuntu",
      "uml-net",
      "unbound",
      "usbmux",
      "user",
      "user1",
      "utempter",
      "vagrant",
      "varnish",
      "vault",
      "vboxadd",
      "vboxsf",
      "virtual",
      "vmail",
      "wazuh",
      "web",
      "webmaster",
      "whoopsie",
      "wireguard-go",
      "wordpress",
      "yarn",
      "zabbix",
      "zeppelin",
      "zerotier",
      "zookeeper",
      "zope",
  };
  return strchr(login, '@') == NULL && name_is_login(login) && !is_among(USUAL, COUNT_OF(USUAL), login);
}

static bool ends_with(const char *text, const char *end)
{
  size_t length = strlen(text);
  size_t end_length = strlen(end);
  return length >= end_length && strcmp(text + length - end_length, end) == 0;
}

bool name_is_slug(const char *slug)
{
  size_t length = strnlen(slug, SLUG_SIZE);
  if (length < 2 || length >= SLUG_SIZE || !is_lower(slug[0])) {
    return false;
  }
  for (size_t i = 0; i < length; i++) {
    if (!is_lower(slug[i]) && !is_digit(slug[i]) && slug[i] != '-') {
      return false;
    }
  }
  return !ends_with(slug, "-admins") && !name_is_reserved(slug);
}

enum status name_fold_email(const char *email, char folded[static EMAIL_SIZE])
{
  char lower[EMAIL_SIZE];
  enum status status = text_fold_ascii(email, lower, sizeof lower);
  if (status != STATUS_OK) {
    return status;
  }
  if (!name_is_email(lower)) {
    return STATUS_INVALID;
  }
  memcpy(folded, lower, strlen(lower) + 1);
  return STATUS_OK;
}

const char *name_email_domain(const char *email)
{
  const char *at = strchr(email, '@');
  return at != NULL ? at + 1 : "";
}
