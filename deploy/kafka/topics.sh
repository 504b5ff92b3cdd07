#!/bin/sh
# Prints the commands that make newsmill's topics: topics.sh BOOTSTRAP [APP] [PARTITIONS] [REPLICATION]
# They are those of `newsmill topics create` with its defaults, dedupe.near and lines.starts included.
set -eu
bootstrap=${1:?usage: topics.sh BOOTSTRAP [APP] [PARTITIONS] [REPLICATION]}
app=${2:-newsmill}
partitions=${3:-24}
replication=${4:-3}
# As topics.partitions_near has it where nothing else is set.
partitions_near=$(((partitions + 7) / 8))

topic() {
  name=$1
  shift
  printf 'kafka-topics.sh --bootstrap-server %s --create --if-not-exists --topic %s --partitions %s --replication-factor %s' \
    "$bootstrap" "$name" "$count" "$replication"
  for setting in "$@"; do printf ' --config %s' "$setting"; done
  echo
}

count=$partitions
topic articles.raw
topic articles.normalized
topic stories.normalized
topic stories.canonical cleanup.policy=compact
topic stories.sightings cleanup.policy=delete
# What the input takes (Kafka's default here) and 64 KiB for the headers.
topic articles.dead-letter cleanup.policy=delete max.message.bytes=$((1048588 + 65536))
for stage in home near lines; do
  if [ "$stage" = near ]; then count=$partitions_near; else count=$partitions; fi
  topic "newsmill.$app.$stage" cleanup.policy=delete message.timestamp.type=LogAppendTime
  topic "newsmill.$app.$stage.state" cleanup.policy=compact
done
count=$partitions
topic "newsmill.$app.starts" cleanup.policy=compact
