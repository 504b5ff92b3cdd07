#!/bin/bash
# Feeds the sample pages to a topic with Kafka's own console producer until it is stopped: feed.sh BOOTSTRAP TOPIC
# First all of them and a take-down (a key with a null value), then the whole ones every other second, as a crawler does that
# comes by again. The URL of a page is the key of its record. The console producer puts U+FFFD in the place of bytes that are
# not UTF-8, so that page comes out as an article here, and as a dead letter in `newsmill demo`.
set -euo pipefail
bootstrap=$1
topic=$2

keyed() { LC_ALL=C sed -E 's/^\{"url": "([^"]*)".*$/\1\t&/' "$@"; }

{
  keyed /pages/pages.jsonl /pages/broken.jsonl
  printf '%s\tNULL\n' 'https://akhbar-almarsa.example/news/1044'
  while sleep 2; do keyed /pages/pages.jsonl; done
} | /opt/kafka/bin/kafka-console-producer.sh --bootstrap-server "$bootstrap" --topic "$topic" \
  --reader-property parse.key=true --reader-property null.marker=NULL
