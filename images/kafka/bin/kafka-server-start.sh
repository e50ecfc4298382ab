#!/usr/bin/env bash
# kafka-server-start.sh PROPERTIES [--override NAME=VALUE]...
set -euo pipefail
export KAFKA_HEAP_OPTS=${KAFKA_HEAP_OPTS:--Xmx1G}
here=$(dirname "${BASH_SOURCE[0]}")
export KAFKA_LOG4J_OPTS=${KAFKA_LOG4J_OPTS:--Dlog4j2.configurationFile=$here/../config/log4j2.yaml}
exec "$here/kafka-run-class.sh" kafka.Kafka "$@"
