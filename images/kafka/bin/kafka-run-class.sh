#!/usr/bin/env bash
# kafka-run-class.sh CLASS ARGUMENT...: one of Kafka's own programs, with the variables of Kafka's own scripts.
set -euo pipefail

home=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
archive=$home/kafka.jsa
options=(-cp "$home/libs/*" "-Dkafka.logs.dir=${LOG_DIR:-$home/logs}")

# A small JVM for short tools and single brokers; whoever wants another says so, as with Kafka's own scripts.
read -rd '' -a words <<<"
    ${KAFKA_HEAP_OPTS:--Xmx256m}
    ${KAFKA_JVM_PERFORMANCE_OPTS:--XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Djava.awt.headless=true}
    ${KAFKA_LOG4J_OPTS:--Dlog4j2.configurationFile=$home/config/tools-log4j2.yaml}
    ${KAFKA_JMX_OPTS-} ${KAFKA_GC_LOG_OPTS-} ${KAFKA_OPTS-}" || true # the end of the text ends the read
if [[ -r $archive && -z ${KAFKA_WRITE_ARCHIVE-} ]]; then
    options+=("-XX:SharedArchiveFile=$archive" -Xlog:cds=off -Xlog:cds+dynamic=off)
    options+=(-XX:+UnlockDiagnosticVMOptions -XX:ArchiveRelocationMode=0) # mapped where it was made for: 70 ms less
fi
exec java "${options[@]}" "${words[@]}" "$@"
