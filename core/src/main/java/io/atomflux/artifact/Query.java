package io.atomflux.artifact;

import io.atomflux.artifact.spi.Term;
import io.atomflux.artifact.spi.TermRange;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

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

    /** Requires a field's text to be equal; the class must give it as {@link Term#ofText}. */
    public Query<T> where(String field, Function<T, Optional<String>> getter, String value) {
        return and(new Criterion<>() {
            @Override
            public List<TermRange> ranges() {
                return List.of(TermRange.exactly(Term.ofText(field, value)));
            }

            @Override
            public Optional<Object> match(T object) {
                return getter.apply(object).filter(value::equals).map(found -> found);
            }
        });
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
    }
}
