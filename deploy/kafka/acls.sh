#!/bin/sh
# Prints the commands that give newsmill's user its rights: acls.sh BOOTSTRAP USER [APP]
set -eu
bootstrap=${1:?usage: acls.sh BOOTSTRAP USER [APP]}
user=${2:?usage: acls.sh BOOTSTRAP USER [APP]}
app=${3:-newsmill}

allow() {
  printf 'kafka-acls.sh --bootstrap-server %s --add --allow-principal User:%s' "$bootstrap" "$user"
  printf ' %s' "$@"
  echo
}

allow --operation Read --operation Describe --operation DescribeConfigs --topic articles.raw
for topic in articles.normalized stories.normalized stories.canonical stories.sightings articles.dead-letter; do
  allow --operation Write --operation Describe --operation DescribeConfigs --topic "$topic"
done
allow --operation Read --operation Write --operation Describe --operation DescribeConfigs \
  --topic "newsmill.$app." --resource-pattern-type prefixed
allow --operation Read --operation Describe --group "newsmill.$app." --resource-pattern-type prefixed
allow --operation Write --operation Describe --transactional-id "newsmill.$app." --resource-pattern-type prefixed
