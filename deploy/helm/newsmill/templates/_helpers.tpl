{{- define "newsmill.name" -}}
{{- .Release.Name | trunc 52 | trimSuffix "-" -}}
{{- end }}

{{- define "newsmill.selector" -}}
app.kubernetes.io/name: newsmill
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "newsmill.labels" -}}
{{ include "newsmill.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end }}

{{/* A time as newsmill.toml has it ("200ms", "20s", "5m"), in milliseconds. */}}
{{- define "newsmill.ms" -}}
{{- if hasSuffix "ms" . -}}
{{- trimSuffix "ms" . | int64 -}}
{{- else if hasSuffix "m" . -}}
{{- mul (trimSuffix "m" . | int64) 60000 -}}
{{- else -}}
{{- mul (trimSuffix "s" . | int64) 1000 -}}
{{- end -}}
{{- end }}

{{/* The times that must fit into each other (docs/operations.md): newsmill refuses them too, but only once it is deployed. */}}
{{- define "newsmill.validate" -}}
{{- $engine := default dict .Values.config.engine -}}
{{- $times := dict "commit_interval_max" "200ms" "drain_timeout" "20s" "session_timeout" "45s" "max_poll_interval" "5m" "transaction_timeout" "30s" "watchdog_timeout" "2m" -}}
{{- $times = merge (pick $engine "commit_interval_max" "drain_timeout" "session_timeout" "max_poll_interval" "transaction_timeout" "watchdog_timeout") $times -}}
{{- range $pair := list (list "commit_interval_max" "drain_timeout") (list "commit_interval_max" "transaction_timeout") (list "drain_timeout" "session_timeout") (list "session_timeout" "max_poll_interval") (list "transaction_timeout" "watchdog_timeout") (list "watchdog_timeout" "max_poll_interval") -}}
{{- $shorter := get $times (first $pair) -}}
{{- $longer := get $times (last $pair) -}}
{{- if gt (include "newsmill.ms" $shorter | int64) (include "newsmill.ms" $longer | int64) -}}
{{- fail (printf "config.engine.%s (%s) must not be more than config.engine.%s (%s)" (first $pair) $shorter (last $pair) $longer) -}}
{{- end -}}
{{- end -}}
{{/* A pod must be given longer than a drain takes and closing after it, or every rollout leaves transactions open. */}}
{{- $drain := include "newsmill.ms" $times.drain_timeout | int64 -}}
{{- if gt (add $drain 10000 | int64) (mul .Values.terminationGracePeriodSeconds 1000 | int64) -}}
{{- fail (printf "terminationGracePeriodSeconds is %v: it must be at least 10 more than config.engine.drain_timeout (%s)" .Values.terminationGracePeriodSeconds $times.drain_timeout) -}}
{{- end -}}
{{- include "newsmill.validateKeda" . -}}
{{- end }}

{{/* More replicas than partitions are idle, and KEDA that cannot log in never scales. */}}
{{- define "newsmill.validateKeda" -}}
{{- $keda := .Values.keda -}}
{{- if $keda.enabled -}}
{{- $partitions := dig "topics" "partitions_internal" 24 .Values.config | int -}}
{{- if gt ($keda.maxReplicas | int) $partitions -}}
{{- fail (printf "keda.maxReplicas is %v: more than config.topics.partitions_internal (%d) would be idle" $keda.maxReplicas $partitions) -}}
{{- end -}}
{{- if gt ($keda.minReplicas | int) ($keda.maxReplicas | int) -}}
{{- fail (printf "keda.minReplicas (%v) is more than keda.maxReplicas (%v)" $keda.minReplicas $keda.maxReplicas) -}}
{{- end -}}
{{- if and (ne (dig "kafka" "security_protocol" "PLAINTEXT" .Values.config) "PLAINTEXT") (not $keda.authenticationRef) -}}
{{- fail "keda.authenticationRef: KEDA logs in by itself; name a TriggerAuthentication with what it needs" -}}
{{- end -}}
{{- end -}}
{{- end }}

{{/* newsmill.toml: the values, and what the chart knows better. */}}
{{- define "newsmill.toml" -}}
{{- $config := deepCopy .Values.config -}}
{{- $kafka := $config.kafka -}}
{{- if .Values.kafkaSecret.password -}}
{{- $sasl := merge (dict "password_file" "/run/secrets/kafka/password") (default dict $kafka.sasl) -}}
{{- $kafka = set $kafka "sasl" $sasl -}}
{{- end -}}
{{- if .Values.kafkaSecret.tls -}}
{{- $files := dict "ca_file" "/run/secrets/kafka/ca.crt" "cert_file" "/run/secrets/kafka/tls.crt" "key_file" "/run/secrets/kafka/tls.key" -}}
{{- $kafka = set $kafka "tls" (merge $files (default dict $kafka.tls)) -}}
{{- end -}}
{{- $config = set $config "http" (dict "listen" "0.0.0.0:9464") -}}
{{- toToml $config -}}
{{- end }}
