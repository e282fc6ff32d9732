package io.atomflux.benchmarks;

import io.atomflux.artifact.ArtifactType;
import io.atomflux.artifact.IdentityPolicy;
import io.atomflux.artifact.PutOptions;
import io.atomflux.artifact.Query;
import io.atomflux.artifact.Replacement;
import io.atomflux.artifact.spi.Term;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A small typed object, all of whose fields follow from its number and state.
 *
 * @param state what a replacement changes
 */
record Job(long number, long state) {

    static final ArtifactType<Job> TYPE = new Type();

    String name() {
        return "job-" + number;
    }

    double energy() {
        return number / 1000.0;
    }

    String kind() {
        return number % 2 == 0 ? "a" : "b";
    }

    /** Returns what it consists of: one of a thousand, and one of seven. */
    List<String> components() {
        return List.of("c" + number % 1000, "d" + number % 7);
    }

    /** Returns the key of a number. */
    static String key(long number) {
        return String.format(Locale.ROOT, "group%02d/%07d", number % 100, number);
    }

    PutOptions place() {
        return PutOptions.none().key(key(number));
    }

    static Query<Job> named(long number) {
        return Query.all(TYPE).where("name", job -> Optional.of(job.name()), "job-" + number);
    }

    /** Returns a query that ten jobs match. */
    static Query<Job> near(long number) {
        return Query.all(TYPE)
                .whereBetween("energy", job -> Optional.of(job.energy()), number / 1000.0, (number + 9) / 1000.0);
    }

    /** Returns a query of half of all jobs, and of one. */
    static Query<Job> oneOfHalf(long number) {
        return Query.all(TYPE)
                .where("kind", job -> Optional.of(job.kind()), number % 2 == 0 ? "a" : "b")
                .where("name", job -> Optional.of(job.name()), "job-" + number);
    }

    /** Returns a query of a thousandth of all jobs by one of their components. */
    static Query<Job> with(long number) {
        String wanted = "c" + number % 1000;
        return Query.all(TYPE)
                .where(
                        "component",
                        job -> job.components().stream().filter(wanted::equals).findFirst(),
                        wanted);
    }

    private static final class Type implements ArtifactType<Job> {

        @Override
        public String tag() {
            return "Job";
        }

        @Override
        public Class<Job> javaType() {
            return Job.class;
        }

        @Override
        public Map<String, @Nullable Object> write(Job job) {
            return Map.of(
                    "number", job.number,
                    "state", job.state,
                    "name", job.name(),
                    "energy", job.energy(),
                    "kind", job.kind(),
                    "components", job.components());
        }

        @Override
        public Job read(Map<String, @Nullable Object> descriptor) {
            if (descriptor.get("number") instanceof Long number && descriptor.get("state") instanceof Long state) {
                return new Job(number, state);
            }
            throw new IllegalArgumentException("%s (expected: number, state)".formatted(descriptor));
        }

        @Override
        public IdentityPolicy<Job> identity() {
            return IdentityPolicy.fields(job -> List.of(job.number));
        }

        @Override
        public Replacement<Job> replacement() {
            return Replacement.keepLast();
        }

        @Override
        public List<Term> terms(Job job) {
            return List.of(
                    Term.ofText("name", job.name()),
                    Term.ofNumber("energy", job.energy()),
                    Term.ofText("kind", job.kind()),
                    Term.ofText("component", job.components().get(0)),
                    Term.ofText("component", job.components().get(1)));
        }
    }
}
