#!/bin/bash
# Feeds the sample pages to a topic with Kafka's own console producer: feed.sh BOOTSTRAP TOPIC
# The URL of a page is the key of its record. The console producer puts U+FFFD in the place of bytes that are not UTF-8, so
# that page comes out as an article here, and as a dead letter in `newsmill demo`. The last record is a take-down: a key
# with a null value.
set -euo pipefail
bootstrap=$1
topic=$2
{
  cat /pages/pages.jsonl /pages/broken.jsonl |
    LC_ALL=C sed -E 's/^\{"url": "([^"]*)".*$/\1\t&/'
  printf '%s\tNULL\n' 'https://akhbar-almarsa.example/news/1044'
} | /opt/kafka/bin/kafka-console-producer.sh --bootstrap-server "$bootstrap" --topic "$topic" \
  --reader-property parse.key=true --reader-property null.marker=NULL
