// SPDX-License-Identifier: Apache-2.0
#include "base/system_names.h"

#include <stddef.h>
#include <string.h>

#include "base/cleanup.h"

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

// Each would be given a line of its own otherwise.
// clang-format off
static const char *const USUAL[] = {
    "abuse", "act_runner", "activemq", "administrator", "admins", "aide", "airflow", "amanda", "amavis", "ansible",
    "apache", "apt", "asterisk", "avahi-autoipd", "backup-user", "bacula", "bareos", "barman", "bind", "bluetooth",
    "borg", "buildkite", "caddy", "cassandra", "centos", "ceph", "chrony", "cinder", "clamav", "clickhouse",
    "collectd", "colord", "consul", "corosync", "coturn", "couchdb", "crowdsec", "cups-pk-helper", "daemonize",
    "dbus", "debian", "debian-exim", "debian-spamd", "debian-tor", "debian-transmission", "deluge", "demo", "deploy",
    "dev", "devel", "developer", "developers", "dhcpd", "dnsmasq", "docker-registry", "dovecot", "dovenull", "druid",
    "drupal", "ec2-user", "ejabberd", "elasticsearch", "emby", "es", "etcd", "exim", "fail2ban", "flatpak", "flink",
    "forgejo", "freerad", "freeswitch", "ftp", "ftpuser", "fuse", "fwupd-refresh", "gdm", "geoclue", "git", "gitea",
    "gitlab", "gitlab-psql", "gitlab-runner", "gitlab-www", "glance", "gnome-initial-setup", "gpio", "grafana",
    "greenbone", "guest-user", "gvm", "haclient", "hacluster", "hadoop", "haproxy", "hdfs", "hive", "hostmaster",
    "hplip", "http", "i2c", "icecast", "icecast2", "icinga", "influxdb", "info", "isc-dhcp-server", "jellyfin",
    "jenkins", "jupyter", "kafka", "kea", "kernoops", "keystone", "kube", "kubernetes", "landscape", "ldap",
    "libvirt-dbus", "lightdm", "list-owner", "lpadmin", "lynis", "mailman", "mailman3", "mailnull", "mailreader",
    "manager", "mapred", "memcache", "memcached", "minecraft", "minidlna", "minio", "mongo", "mongodb", "mosquitto",
    "mpd", "mumble-server", "munin", "murmur", "nagios", "named", "neo4j", "netdata", "neutron", "nextcloud",
    "nfsnobody", "nginx", "nm-openconnect", "nm-openvpn", "nomad", "noreply", "nova", "nsd", "ntp", "ntpd", "odoo",
    "office", "opendkim", "opendmarc", "openldap", "openvpn", "operator1", "oracle", "ossec", "owncloud", "pacemaker",
    "pgbouncer", "pi", "plex", "plone", "policyd-spf", "polkit", "pollinate", "postgrey", "postmaster", "presto",
    "privoxy", "prometheus", "prosody", "proxysql", "pulse", "pulse-access", "puppet", "qemu", "rabbitmq", "radius",
    "redis", "redmine", "registry", "restic", "rocky", "root2", "roundcube", "rpc", "rpcuser", "rsnapshot", "rspamd",
    "rstudio", "rstudio-server", "rsync", "rtkit", "runner", "sales", "samba", "sambashare", "saned", "scanner",
    "scp", "sddm", "security", "service", "sftp", "sftpuser", "shiny", "slapd", "smmsp", "smmta", "snap_daemon",
    "snapd_daemon", "snort", "solr", "spamassassin", "spark", "speech-dispatcher", "spi", "squid", "ssh-keys",
    "sshkeys", "ssl-cert", "sssd", "statd", "steam", "strongswan", "student", "stunnel", "stunnel4", "superset",
    "support", "suricata", "svn", "swtpm", "sysadmin", "teamspeak", "telegraf", "temp", "test", "tester", "testuser",
    "tftp", "tmp", "tomcat", "toor", "tor", "transmission", "trino", "tripwire", "turnserver", "ubnt", "ubuntu",
    "uml-net", "unbound", "usbmux", "user", "user1", "utempter", "vagrant", "varnish", "vault", "vboxadd", "vboxsf",
    "virtual", "vmail", "wazuh", "web", "webmaster", "whoopsie", "wireguard-go", "wordpress", "yarn", "zabbix",
    "zeppelin", "zerotier", "zookeeper", "zope",
};
// clang-format on

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

bool name_is_usual(const char *name)
{
  return is_among(USUAL, COUNT_OF(USUAL), name);
}
