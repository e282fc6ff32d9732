package io.atomflux.artifact.payload;

import io.atomflux.artifact.ArtifactType;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What an artifact store keeps of a scope: the artifact under its name.
 *
 * @param written when each of its payloads was written, by name
 */
record ScopeRecord(Scope scope, Map<String, Instant> written) {

    static final ArtifactType<ScopeRecord> TYPE = new Type();

    ScopeRecord {
        written = Map.copyOf(written);
    }

    private static final class Type implements ArtifactType<ScopeRecord> {

        @Override
        public String tag() {
            return "PayloadScope";
        }

        @Override
        public Class<ScopeRecord> javaType() {
            return ScopeRecord.class;
        }

        @Override
        public Map<String, @Nullable Object> write(ScopeRecord record) {
            Map<String, @Nullable Object> written = new LinkedHashMap<>();
            record.written.keySet().stream()
                    .sorted()
                    .forEach(name -> written.put(
                            name,
                            Objects.requireNonNull(record.written.get(name)).toEpochMilli()));
            Map<String, @Nullable Object> descriptor = new LinkedHashMap<>();
            descriptor.put("scope", record.scope.name());
            descriptor.put("owned", record.scope.owned());
            descriptor.put(
                    "timeToLive",
                    record.scope.timeToLive().map(Duration::toMillis).orElse(null));
            descriptor.put("written", written);
            return descriptor;
        }

        @Override
        public ScopeRecord read(Map<String, @Nullable Object> descriptor) {
            if (!(descriptor.get("scope") instanceof String name)
                    || !(descriptor.get("written") instanceof Map<?, ?> times)) {
                throw new IllegalArgumentException(
                        "scope of payloads: %s (expected: scope and written)".formatted(descriptor.keySet()));
            }
            Scope scope = Boolean.TRUE.equals(descriptor.get("owned")) ? Scope.owner(name) : Scope.kept(name);
            if (descriptor.get("timeToLive") instanceof Long millis) {
                scope = scope.timeToLive(Duration.ofMillis(millis));
            }
            Map<String, Instant> written = new LinkedHashMap<>();
            times.forEach((payload, millis) -> {
                if (millis instanceof Long time) {
                    written.put(String.valueOf(payload), Instant.ofEpochMilli(time));
                }
            });
            return new ScopeRecord(scope, written);
        }
    }
}
