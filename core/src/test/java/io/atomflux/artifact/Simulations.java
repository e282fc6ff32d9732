package io.atomflux.artifact;

import io.atomflux.artifact.spi.Term;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;

/** Data classes for tests: results of simulations, and the force fields they were made with. */
final class Simulations {

    private Simulations() {}

    /** A result; the lower its inefficiency, the better. */
    record Run(
            String substance,
            double temperature,
            @Nullable String layer,
            double inefficiency,
            @Nullable String forceField,
            @Nullable String file) {

        static Run of(String substance, double inefficiency) {
            return new Run(substance, 300, null, inefficiency, null, null);
        }
    }

    /** A force field; the same text is the same thing. */
    record ForceField(String text) {}

    static final RunType RUNS = new RunType(
            "Run",
            IdentityPolicy.fields(
                    run -> Arrays.asList(run.substance(), run.temperature(), run.layer(), run.forceField())));

    static final RunType ALL_RUNS = new RunType("AnyRun", IdentityPolicy.keepAll());

    static final ArtifactType<ForceField> FORCE_FIELDS = new ArtifactType<>() {
        @Override
        public String tag() {
            return "ForceField";
        }

        @Override
        public Class<ForceField> javaType() {
            return ForceField.class;
        }

        @Override
        public Map<String, @Nullable Object> write(ForceField object) {
            return Map.of("text", object.text());
        }

        @Override
        public ForceField read(Map<String, @Nullable Object> descriptor) {
            if (descriptor.get("text") instanceof String text) {
                return new ForceField(text);
            }
            throw new IllegalArgumentException("text: " + descriptor.get("text"));
        }

        @Override
        public IdentityPolicy<ForceField> identity() {
            return IdentityPolicy.fields(field -> List.of(field.text()));
        }
    };

    record RunType(String tag, IdentityPolicy<Run> identity) implements ArtifactType<Run> {

        @Override
        public Class<Run> javaType() {
            return Run.class;
        }

        @Override
        public Map<String, @Nullable Object> write(Run run) {
            Map<String, @Nullable Object> all = new LinkedHashMap<>();
            all.put("substance", run.substance());
            all.put("temperature", run.temperature());
            all.put("layer", run.layer());
            all.put("inefficiency", run.inefficiency());
            all.put("forceField", run.forceField());
            all.put("file", run.file());
            return all;
        }

        @Override
        public Run read(Map<String, @Nullable Object> descriptor) {
            if (!(descriptor.get("temperature") instanceof Double temperature)) {
                throw new IllegalArgumentException("temperature: " + descriptor.get("temperature"));
            }
            return new Run(
                    (String) descriptor.get("substance"),
                    temperature,
                    (String) descriptor.get("layer"),
                    (Double) descriptor.get("inefficiency"),
                    (String) descriptor.get("forceField"),
                    (String) descriptor.get("file"));
        }

        @Override
        public void validate(Run run) {
            if (run.temperature() <= 0) {
                throw new IllegalArgumentException("temperature: " + run.temperature() + " (expected: positive)");
            }
        }

        @Override
        public Replacement<Run> replacement() {
            return Replacement.keepBest(Comparator.comparing(Run::inefficiency));
        }

        @Override
        public List<Term> terms(Run run) {
            return List.of(Term.ofText("substance", run.substance()), Term.ofNumber("temperature", run.temperature()));
        }

        @Override
        public Set<String> requiredFiles(Run run) {
            return run.file() == null ? Set.of() : Set.of(run.file());
        }

        @Override
        public Set<String> references() {
            return Set.of("forceField");
        }
    }

    static Optional<String> substance(Run run) {
        return Optional.of(run.substance());
    }

    static Optional<Double> temperature(Run run) {
        return Optional.of(run.temperature());
    }

    static Flux<ByteBuffer> bytes(String text) {
        return Flux.just(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
    }

    static String text(Flux<ByteBuffer> content) {
        return content.reduce(new StringBuilder(), (text, buffer) -> text.append(StandardCharsets.UTF_8.decode(buffer)))
                .map(StringBuilder::toString)
                .block();
    }
}
