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

{{/* A pod must be given longer than a drain takes and closing after it, or every rollout leaves transactions open. */}}
{{- define "newsmill.validate" -}}
{{- $text := dig "engine" "drain_timeout" "20s" .Values.config -}}
{{- $drain := 0 -}}
{{- if hasSuffix "ms" $text -}}
{{- $drain = div (trimSuffix "ms" $text | int) 1000 -}}
{{- else if hasSuffix "m" $text -}}
{{- $drain = mul (trimSuffix "m" $text | int) 60 -}}
{{- else -}}
{{- $drain = trimSuffix "s" $text | int -}}
{{- end -}}
{{- if gt (add $drain 10 | int) (.Values.terminationGracePeriodSeconds | int) -}}
{{- fail (printf "terminationGracePeriodSeconds is %v: it must be at least 10 more than config.engine.drain_timeout (%s)" .Values.terminationGracePeriodSeconds $text) -}}
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
