package io.atomflux.artifact;

import io.atomflux.artifact.spi.StoredRecord;
import io.atomflux.artifact.spi.Term;
import io.atomflux.artifact.spi.TermRange;
import io.atomflux.error.CorruptDataException;
import io.atomflux.value.Bytes;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Answers queries: the index gives what may match, the objects decide.
 *
 * <p>As the index has no order, all keys that match are held until the last is known; the matches themselves up to 16 MiB of
 * manifests, those beyond are read a second time.
 */
final class Queries {

    private static final long HELD = 16 << 20;

    private Queries() {}

    static <T> Flux<Match<T>> run(Scope scope, Query<T> query) {
        return Flux.defer(() -> {
            Found<T> found = new Found<>();
            return candidates(scope, query)
                    .doOnNext(record -> match(scope, query, record).ifPresent(match -> found.add(record, match)))
                    .thenMany(Flux.defer(() -> Flux.fromIterable(found.byKey.entrySet())))
                    .concatMap(entry -> entry.getValue().isPresent()
                            ? Mono.just(entry.getValue().get())
                            : again(scope, query, entry.getKey()));
        });
    }

    /** Matches by key; an empty one is to be read again. */
    private static final class Found<T> {
        private final TreeMap<Bytes, Optional<Match<T>>> byKey = new TreeMap<>();
        private long held;

        void add(StoredRecord record, Match<T> match) {
            held += record.manifest().length();
            byKey.put(Bytes.ofKey(record.key()), held <= HELD ? Optional.of(match) : Optional.empty());
        }
    }

    private static <T> Mono<Match<T>> again(Scope scope, Query<T> query, Bytes key) {
        return scope.core()
                .storage()
                .load(key.keyText())
                .flatMap(record -> Mono.justOrEmpty(match(scope, query, record)));
    }

    private static Flux<StoredRecord> candidates(Scope scope, Query<?> query) {
        List<TermRange> ranges = ranges(scope, query);
        return ranges.isEmpty()
                ? Listing.below(scope, null)
                : scope.core().storage().lookup(ranges);
    }

    private static List<TermRange> ranges(Scope scope, Query<?> query) {
        List<TermRange> ranges = new ArrayList<>();
        query.criteria().forEach(criterion -> ranges.addAll(criterion.ranges()));
        if (query.type() != AnyArtifact.ONE) {
            ranges.add(TermRange.exactly(Term.ofText(Term.TYPE, query.type().tag())));
        }
        if (!scope.prefix().isEmpty() && !ranges.isEmpty()) {
            ranges.add(TermRange.beginning(Term.KEY, scope.prefix()));
        }
        return ranges;
    }

    private static <T> Optional<Match<T>> match(Scope scope, Query<T> query, StoredRecord record) {
        if (!record.key().startsWith(scope.prefix())) {
            return Optional.empty();
        }
        StoredArtifact artifact = scope.artifact(record);
        T object = artifact.damage().isPresent() ? null : object(artifact, query.type());
        if (object == null) {
            return Optional.empty();
        }
        List<Object> values = new ArrayList<>();
        for (Query.Criterion<T> criterion : query.criteria()) {
            Optional<Object> value = criterion.match(object, artifact);
            if (value.isEmpty()) {
                return Optional.empty();
            }
            values.add(value.get());
        }
        return Optional.of(new Match<>(values, object, artifact));
    }

    /** One that is damaged matches nothing, and must not hide the others; {@code verify} tells of it. */
    private static <T> @Nullable T object(StoredArtifact artifact, ArtifactType<T> type) {
        if (type == AnyArtifact.ONE) {
            return type.javaType().cast(artifact);
        } else if (!artifact.manifest().type().equals(Optional.of(type.tag()))) {
            return null;
        }
        try {
            return artifact.read(type);
        } catch (CorruptDataException e) {
            return null;
        }
    }

    static <T> Mono<Map<List<Object>, List<Match<T>>>> grouped(Flux<Match<T>> matches) {
        return matches.collect(
                LinkedHashMap::new,
                (groups, match) -> groups.computeIfAbsent(match.values(), values -> new ArrayList<>())
                        .add(match));
    }
}
