# shellcheck shell=bash
# Sourced by ./test: an Apache Kafka of our own for the time of a run, from the folder that HEADRACE_KAFKA_HOME names (a sibling by default).
# It has a free port and a temporary folder; stop_kafka ends it and deletes the folder, and does nothing when none was started.
kafka_home=${HEADRACE_KAFKA_HOME:-$root/../shared/kafka}
if [[ -d $kafka_home ]]; then
    kafka_home=$(cd "$kafka_home" && pwd)
    export HEADRACE_KAFKA_HOME=$kafka_home   # tests that compare with its libraries find them there
fi
kafka_dir=

free_port() {                                # Kafka takes the port and the one above it, a secure one five
    local port above
    while :; do
        port=$((20000 + RANDOM % 20000))
        for above in 0 1 2 3 4; do
            if (exec 3<>"/dev/tcp/127.0.0.1/$((port + above))") 2>/dev/null; then continue 2; fi
        done
        echo "$port"
        return
    done
}

# Why Apache Kafka cannot be started here; nothing when it can.
kafka_obstacle() {
    if [[ ! -x $kafka_home/bin/kafka-start ]]; then
        echo "no bin/kafka-start in $kafka_home; name the folder in HEADRACE_KAFKA_HOME, or give --kafka HOST:PORT"
    elif ! command -v java >/dev/null; then
        echo "it needs Java 17 or newer, and there is no 'java' on the PATH"
    fi
}

# Starts a broker and puts its address into $kafka.
start_kafka() {
    kafka_dir=$(mktemp -d "${TMPDIR:-/tmp}/headrace-kafka.XXXXXX")
    say "Starting Apache Kafka …"
    # It retains and compacts within seconds, so that both can be seen in a test.
    KAFKA_HEAP=${KAFKA_HEAP:-512m} "$kafka_home/bin/kafka-start" --port "$(free_port)" --dir "$kafka_dir" --set log.retention.check.interval.ms=1000 \
        --set log.initial.task.delay.ms=500 --set log.cleaner.backoff.ms=500 >"$kafka_dir/start.log" 2>&1 \
        || die "Apache Kafka from $kafka_home did not start; its last lines are:" "$(tail -n 8 "$kafka_dir/start.log")"
    # shellcheck disable=SC2034  # for the script that sources this
    kafka=$(tail -n 1 "$kafka_dir/start.log")
}

# Starts the schema registry that lies beside it, if one does, and puts its address into $registry; stop_kafka ends it too.
start_registry() {
    registry=
    [[ -x $kafka_home/bin/registry-start ]] || return 0
    say "Starting a schema registry …"
    "$kafka_home/bin/registry-start" --port "$(free_port)" --dir "$kafka_dir/registry" >"$kafka_dir/registry.log" 2>&1 \
        || die "The schema registry from $kafka_home did not start; its last lines are:" "$(tail -n 8 "$kafka_dir/registry.log")"
    # shellcheck disable=SC2034  # for the script that sources this
    registry=$(tail -n 1 "$kafka_dir/registry.log")
}

# Starts a broker with TLS, SASL and ACLs beside the other, for the few tests that ask for it; its folder is $kafka_dir/secure. stop_kafka ends it too. Four ports
# above its plain one it takes OAUTHBEARER tokens that are not signed, and ends connections whose token has expired.
start_secure_kafka() {
    local port listeners login=org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule
    say "Starting Apache Kafka with TLS and SASL …"
    port=$(free_port)
    listeners=PLAINTEXT://127.0.0.1:$port,SASL_SSL://127.0.0.1:$((port + 2)),SSL://127.0.0.1:$((port + 3)),SASL_PLAINTEXT://127.0.0.1:$((port + 4))
    KAFKA_HEAP=400m "$kafka_home/bin/kafka-start" --secure --port "$port" --dir "$kafka_dir/secure" \
        --set "listeners=$listeners,CONTROLLER://127.0.0.1:$((port + 1))" --set "advertised.listeners=$listeners" \
        --set listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,SASL_SSL:SASL_SSL,SSL:SSL,SASL_PLAINTEXT:SASL_PLAINTEXT \
        --set listener.name.sasl_plaintext.sasl.enabled.mechanisms=OAUTHBEARER \
        --set "listener.name.sasl_plaintext.oauthbearer.sasl.jaas.config=$login required unsecuredLoginStringClaim_sub=\"admin\";" \
        --set listener.name.sasl_plaintext.oauthbearer.connections.max.reauth.ms=3600000 >"$kafka_dir/secure.log" 2>&1 \
        || die "Apache Kafka from $kafka_home did not start with TLS and SASL; its last lines are:" "$(tail -n 8 "$kafka_dir/secure.log")"
}

stop_kafka() {
    [[ -n $kafka_dir ]] || return 0
    "$kafka_home/bin/kafka-stop" "$kafka_dir/secure" >/dev/null 2>&1 || true
    "$kafka_home/bin/kafka-stop" "$kafka_dir/registry" >/dev/null 2>&1 || true
    "$kafka_home/bin/kafka-stop" "$kafka_dir" --remove >/dev/null 2>&1 || true
    rm -rf "$kafka_dir"
    kafka_dir=
}
