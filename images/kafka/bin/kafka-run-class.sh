#!/usr/bin/env bash
# kafka-run-class.sh CLASS ARGUMENT...: one of Kafka's own programs, with the variables of Kafka's own scripts.
set -euo pipefail

home=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
archive=$home/kafka.jsa
options=(-cp "$home/libs/*" "-Dkafka.logs.dir=${LOG_DIR:-$home/logs}")

# A small JVM for short tools and single brokers; whoever wants another says so, as with Kafka's own scripts.
words=(${KAFKA_HEAP_OPTS:--Xmx256m})
words+=(${KAFKA_JVM_PERFORMANCE_OPTS:--XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Djava.awt.headless=true})
words+=(${KAFKA_LOG4J_OPTS:--Dlog4j2.configurationFile=$home/config/tools-log4j2.yaml})
words+=(${KAFKA_JMX_OPTS-} ${KAFKA_GC_LOG_OPTS-} ${KAFKA_OPTS-})
if [[ -r $archive && -z ${KAFKA_WRITE_ARCHIVE-} ]]; then
    options+=("-XX:SharedArchiveFile=$archive" -Xshare:auto -Xlog:cds=off -Xlog:cds+dynamic=off)
fi
exec java "${options[@]}" "${words[@]}" "$@"
