package io.atomflux.artifact;

import io.atomflux.artifact.spi.Term;
import io.atomflux.artifact.spi.TermRange;
import io.atomflux.value.Bytes;
import io.atomflux.value.Values;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * What to look for among the objects of a data class; immutable. Without a criterion it matches all of the class.
 *
 * <p>Each criterion has two halves: a range of the index that holds at least all that match, and a test that decides. So
 * answers are exact, and fast where the range is narrow.
 */
public final class Query<T> {

    private final ArtifactType<T> type;
    private final List<Criterion<T>> criteria;

    private Query(ArtifactType<T> type, List<Criterion<T>> criteria) {
        this.type = type;
        this.criteria = List.copyOf(criteria);
    }

    /** Matches all objects of a class. */
    public static <T> Query<T> all(ArtifactType<T> type) {
        return new Query<>(type, List.of());
    }

    /** Adds a criterion. */
    public Query<T> and(Criterion<T> criterion) {
        List<Criterion<T>> more = new ArrayList<>(criteria);
        more.add(criterion);
        return new Query<>(type, more);
    }

    /**
     * Matches all artifacts, also plain values; narrow it by {@link #codec}, {@link #putBetween}, {@link #metadata}. Each is
     * the object of its match.
     */
    public static Query<Artifact> artifacts() {
        return all(AnyArtifact.ONE);
    }

    /** Requires a field's text to be equal; the class must give it as {@link Term#ofText}. */
    public Query<T> where(String field, Function<T, Optional<String>> getter, String value) {
        return text(TermRange.exactly(Term.ofText(field, value)), getter, value::equals);
    }

    /** Requires a field's text to be one of some; the class must give it as {@link Term#ofText}. */
    public Query<T> whereAnyOf(String field, Function<T, Optional<String>> getter, Collection<String> values) {
        Set<String> wanted = Set.copyOf(values);
        if (wanted.isEmpty()) {
            throw new IllegalArgumentException("values of %s: none (expected: at least one)".formatted(field));
        }
        List<Bytes> terms = wanted.stream()
                .map(value -> Term.ofText(field, value).value())
                .sorted()
                .toList();
        return text(new TermRange(field, terms.get(0), terms.get(terms.size() - 1)), getter, wanted::contains);
    }

    /** Requires a field's text to begin with a prefix; the class must give it as {@link Term#ofText}. */
    public Query<T> whereBeginning(String field, Function<T, Optional<String>> getter, String prefix) {
        return text(TermRange.beginning(field, prefix), getter, found -> found.startsWith(prefix));
    }

    /**
     * Requires a field's text to fit a pattern, in which {@code *} is any characters and {@code ?} is one; the class must give
     * it as {@link Term#ofText}. Fast where the pattern begins with ordinary characters.
     */
    public Query<T> whereLike(String field, Function<T, Optional<String>> getter, String pattern) {
        return text(
                TermRange.beginning(field, Wildcards.prefix(pattern)), getter, found -> Wildcards.fits(pattern, found));
    }

    private Query<T> text(TermRange range, Function<T, Optional<String>> getter, Predicate<String> fits) {
        return and(new Criterion<>() {
            @Override
            public List<TermRange> ranges() {
                return List.of(range);
            }

            @Override
            public Optional<Object> match(T object) {
                return getter.apply(object).filter(fits).map(found -> found);
            }
        });
    }

    /** Requires a field's number to be equal; the class must give it as {@link Term#ofNumber}. */
    public Query<T> where(String field, Function<T, Optional<Double>> getter, double value) {
        return whereBetween(field, getter, value, value);
    }

    /** Requires a field's number to lie between two, both included; the class must give it as {@link Term#ofNumber}. */
    public Query<T> whereBetween(String field, Function<T, Optional<Double>> getter, double least, double most) {
        return and(new Criterion<>() {
            @Override
            public List<TermRange> ranges() {
                return List.of(TermRange.between(field, least, most));
            }

            @Override
            public Optional<Object> match(T object) {
                return getter.apply(object)
                        .filter(found -> least <= found && found <= most)
                        .map(found -> found);
            }
        });
    }

    /** Requires a codec; what matched is its id. */
    public Query<T> codec(String id) {
        return artifact(
                List.of(TermRange.exactly(Term.ofText(Term.CODEC, id))),
                artifact -> artifact.manifest()
                        .codec()
                        .map(Manifest.CodecReference::id)
                        .filter(id::equals)
                        .map(found -> found));
    }

    /** Requires the time of the put, in whole seconds, to lie between two, both included; what matched is that {@link Instant}. */
    public Query<T> putBetween(Instant from, Instant to) {
        return artifact(
                List.of(TermRange.between(Term.TIME, from.getEpochSecond(), to.getEpochSecond())),
                artifact -> Stamps.seconds(artifact.manifest().metadata())
                        .map(seconds -> Instant.ofEpochSecond(seconds.longValue()))
                        .filter(put -> from.getEpochSecond() <= put.getEpochSecond()
                                && put.getEpochSecond() <= to.getEpochSecond())
                        .map(found -> found));
    }

    /** Requires an entry of the metadata to be equal, which the index does not help with; what matched is that value. */
    public Query<T> metadata(String name, Object value) {
        Object wanted = Objects.requireNonNull(Values.of(name, value), "value");
        return artifact(
                List.of(),
                artifact -> Optional.ofNullable(artifact.manifest().metadata().get(name))
                        .filter(wanted::equals));
    }

    private Query<T> artifact(List<TermRange> ranges, Function<Artifact, Optional<Object>> test) {
        return and(new Criterion<>() {
            @Override
            public List<TermRange> ranges() {
                return ranges;
            }

            @Override
            public Optional<Object> match(T object) {
                return Optional.empty(); // is not asked, see the other
            }

            @Override
            public Optional<Object> match(T object, Artifact artifact) {
                return test.apply(artifact);
            }
        });
    }

    public ArtifactType<T> type() {
        return type;
    }

    public List<Criterion<T>> criteria() {
        return criteria;
    }

    /** One thing to look for. */
    public interface Criterion<T> {

        /** Returns ranges of the index in each of which every match has a term; none if the index does not help. */
        List<TermRange> ranges();

        /** Returns what matched, as it becomes part of {@link Match#values}; empty if the object does not match. */
        Optional<Object> match(T object);

        /** As the other, for what looks at the artifact too, e.g. at its metadata. */
        default Optional<Object> match(T object, Artifact artifact) {
            return match(object);
        }
    }
}
