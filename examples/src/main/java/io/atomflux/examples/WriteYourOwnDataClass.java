package io.atomflux.examples;

import io.atomflux.artifact.ArtifactOptions;
import io.atomflux.artifact.ArtifactStore;
import io.atomflux.artifact.ArtifactType;
import io.atomflux.artifact.Files;
import io.atomflux.artifact.IdentityPolicy;
import io.atomflux.artifact.Query;
import io.atomflux.artifact.Replacement;
import io.atomflux.artifact.spi.Term;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/** A data class of one's own: what it is found by, when two objects are the same thing, and which of them is kept. */
@SuppressWarnings("NullAway") // block() answers null for an empty Mono; none here is
public final class WriteYourOwnDataClass {

    private WriteYourOwnDataClass() {}

    /**
     * A structure that was relaxed.
     *
     * @param energy in eV
     * @param largestForce in eV/Å; the smaller, the better it is relaxed
     */
    record Relaxation(String formula, String functional, double energy, double largestForce) {}

    /** The same formula with the same functional is the same thing, and the better relaxed one is kept. */
    private static final class RelaxationType implements ArtifactType<Relaxation> {

        @Override
        public String tag() {
            return "Relaxation";
        }

        @Override
        public Class<Relaxation> javaType() {
            return Relaxation.class;
        }

        @Override
        public Map<String, @Nullable Object> write(Relaxation object) {
            return Map.of(
                    "formula", object.formula(),
                    "functional", object.functional(),
                    "energy", object.energy(),
                    "largest_force", object.largestForce());
        }

        @Override
        public Relaxation read(Map<String, @Nullable Object> descriptor) {
            if (descriptor.get("formula") instanceof String formula
                    && descriptor.get("functional") instanceof String functional
                    && descriptor.get("energy") instanceof Double energy
                    && descriptor.get("largest_force") instanceof Double largestForce) {
                return new Relaxation(formula, functional, energy, largestForce);
            }
            throw new IllegalArgumentException(
                    "%s (expected: formula, functional, energy, largest_force)".formatted(descriptor));
        }

        @Override
        public IdentityPolicy<Relaxation> identity() {
            return IdentityPolicy.fields(object -> List.of(object.formula(), object.functional()));
        }

        @Override
        public Replacement<Relaxation> replacement() {
            return Replacement.keepBest(Comparator.comparingDouble(Relaxation::largestForce));
        }

        @Override
        public List<Term> terms(Relaxation object) {
            return List.of(Term.ofText("formula", object.formula()), Term.ofNumber("energy", object.energy()));
        }

        @Override
        public Set<String> requiredFiles(Relaxation object) {
            return Set.of("relaxed.xyz");
        }
    }

    private static final ArtifactType<Relaxation> RELAXATION = new RelaxationType();

    /** Takes where to keep them, e.g. a folder. */
    public static void main(String[] args) {
        ArtifactStore store = ArtifactStore.open(args[0], ArtifactOptions.none().types(RELAXATION));
        String key = put(store, new Relaxation("H2O", "PBE", -14.21, 0.05));
        String same = put(store, new Relaxation("H2O", "PBE", -14.22, 0.01)); // better relaxed: takes its place
        String kept = put(store, new Relaxation("H2O", "PBE", -14.20, 0.20)); // worse: what is there stays
        put(store, new Relaxation("H2O", "RPBE", -14.05, 0.02));
        put(store, new Relaxation("CO2", "PBE", -22.96, 0.01));
        System.out.println("one thing, one key: " + (key.equals(same) && key.equals(kept)));
        store.query(Query.all(RELAXATION)
                        .where("formula", object -> Optional.of(object.formula()), "H2O")
                        .whereBetween("energy", object -> Optional.of(object.energy()), -14.5, -14.1))
                .doOnNext(match -> System.out.println("found " + match.object()))
                .then(store.close())
                .block();
    }

    private static String put(ArtifactStore store, Relaxation object) {
        Mono<ByteBuffer> structure =
                Mono.fromSupplier(() -> ByteBuffer.wrap("0\n\n".getBytes(StandardCharsets.US_ASCII)));
        return store.put(RELAXATION, object, Files.none().with("relaxed.xyz", structure))
                .doOnNext(result -> System.out.println(result.action() + " " + object.functional()))
                .map(result -> result.key().toString())
                .block();
    }
}
