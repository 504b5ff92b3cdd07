#!/bin/sh
# Prints topics.sh and acls.sh as resources of Strimzi (0.49 or later: kafka.strimzi.io/v1; before, write v1beta2):
#   strimzi.sh CLUSTER [APP] [PARTITIONS] [REPLICATION] | kubectl apply -n kafka -f -
# The user is called newsmill-APP; Strimzi puts its password into the secret of that name.
set -eu
cluster=${1:?usage: strimzi.sh CLUSTER [APP] [PARTITIONS] [REPLICATION]}
app=${2:-newsmill}
partitions=${3:-24}
replication=${4:-3}
here=$(dirname "$0")

"$here/topics.sh" none "$app" "$partitions" "$replication" | awk -v cluster="$cluster" '
  {
    config = ""
    for (i = 1; i < NF; i++) {
      if ($i == "--topic") name = $(i + 1)
      if ($i == "--partitions") partitions = $(i + 1)
      if ($i == "--replication-factor") replicas = $(i + 1)
      if ($i == "--config") { split($(i + 1), pair, "="); config = config "\n    " pair[1] ": " pair[2] }
    }
    print "---\napiVersion: kafka.strimzi.io/v1\nkind: KafkaTopic"
    print "metadata:\n  name: " name "\n  labels: { strimzi.io/cluster: " cluster " }"
    print "spec:\n  topicName: " name "\n  partitions: " partitions "\n  replicas: " replicas
    if (config != "") print "  config:" config
  }'

cat <<END
---
apiVersion: kafka.strimzi.io/v1
kind: KafkaUser
metadata:
  name: newsmill-$app
  labels: { strimzi.io/cluster: $cluster }
spec:
  authentication: { type: scram-sha-512 }
  authorization:
    type: simple
    acls:
END
"$here/acls.sh" none none "$app" | awk '
  {
    operations = ""; pattern = "literal"
    for (i = 1; i < NF; i++) {
      if ($i == "--operation") operations = operations (operations == "" ? "" : ", ") $(i + 1)
      if ($i == "--resource-pattern-type") pattern = "prefix"
      if ($i == "--topic") { type = "topic"; name = $(i + 1) }
      if ($i == "--group") { type = "group"; name = $(i + 1) }
      if ($i == "--transactional-id") { type = "transactionalId"; name = $(i + 1) }
    }
    print "      - resource: { type: " type ", name: " name ", patternType: " pattern " }"
    print "        operations: [" operations "]"
  }'
