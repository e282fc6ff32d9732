package io.atomflux.artifact;

import io.atomflux.artifact.spi.FileEntry;
import io.atomflux.artifact.spi.StoredRecord;
import io.atomflux.artifact.spi.Term;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What an artifact is made of but its key and generation, which depend on what stands at the moment of the commit.
 *
 * @param terms those of its data class
 * @param references keys in the storage that it refers to
 */
record Content(
        Optional<String> type,
        Map<String, @Nullable Object> descriptor,
        Optional<Manifest.CodecReference> codec,
        Map<String, @Nullable Object> metadata,
        List<FileEntry> files,
        List<String> payloads,
        Optional<String> set,
        Optional<String> identity,
        List<Term> terms,
        List<String> references) {

    private static final Set<String> OWN = Set.of(Term.TYPE, Term.CODEC, Term.TIME, Term.KEY, Term.REFERENCE);

    /** Returns the record of it, of a revision never used before. */
    StoredRecord under(String key, long generation) {
        Manifest manifest = new Manifest(key, generation, type, descriptor, codec, metadata, files, payloads);
        return new StoredRecord(key, Canonical.random(), identity, allTerms(key), manifest.toJson(), set);
    }

    private List<Term> allTerms(String key) {
        List<Term> all = new ArrayList<>(terms);
        type.ifPresent(tag -> all.add(Term.ofText(Term.TYPE, tag)));
        codec.ifPresent(reference -> all.add(Term.ofText(Term.CODEC, reference.id())));
        Stamps.seconds(metadata).ifPresent(seconds -> all.add(Term.ofNumber(Term.TIME, seconds)));
        all.add(Term.ofText(Term.KEY, key));
        references.stream().distinct().forEach(other -> all.add(Term.ofText(Term.REFERENCE, other)));
        return all;
    }

    /**
     * Returns the terms of an object.
     *
     * @throws IllegalArgumentException if one has a name of the store's own
     */
    static <T> List<Term> termsOf(ArtifactType<T> type, T object) {
        List<Term> terms = List.copyOf(type.terms(object));
        for (Term term : terms) {
            if (OWN.contains(term.field())) {
                throw new IllegalArgumentException(
                        "data class %s, term \"%s\" (expected: another name than %s, which are the store's)"
                                .formatted(type.tag(), term.field(), OWN));
            }
        }
        return terms;
    }

    /** Returns terms with another key. */
    static List<Term> moved(List<Term> terms, String key) {
        List<Term> all = new ArrayList<>();
        terms.stream().filter(term -> !term.field().equals(Term.KEY)).forEach(all::add);
        all.add(Term.ofText(Term.KEY, key));
        return all;
    }
}
