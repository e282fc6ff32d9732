package io.atomflux.artifact;

import io.atomflux.artifact.spi.Term;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A data class: how objects of one Java type become descriptors, what they are found by, and when two are the same thing.
 *
 * <p>Register it when opening a store. A tag in a manifest only ever finds a registered class; it never names a Java class.
 *
 * @param <T> an immutable type
 */
public interface ArtifactType<T> {

    /** Returns the tag kept in manifests, e.g. {@code StoredSimulationData}. */
    String tag();

    /** Returns the Java type. */
    Class<T> javaType();

    /** Writes the descriptor: plain values by name. */
    Map<String, @Nullable Object> write(T object);

    /**
     * Reads an object back.
     *
     * @throws IllegalArgumentException if the descriptor does not fit, saying where
     */
    T read(Map<String, @Nullable Object> descriptor);

    /**
     * Checks an object before it is stored.
     *
     * @throws IllegalArgumentException if it must not be stored, naming the field
     */
    default void validate(T object) {}

    /** Returns when two objects are the same thing. */
    default IdentityPolicy<T> identity() {
        return IdentityPolicy.keepAll();
    }

    /** Returns what is kept where the same thing is there already. */
    default Replacement<T> replacement() {
        return Replacement.keepFirst();
    }

    /** Returns what an object can be found by, beside its class; see {@link Query}. */
    default List<Term> terms(T object) {
        return List.of();
    }

    /** Returns the names of files an object must come with. */
    default Set<String> requiredFiles(T object) {
        return Set.of();
    }

    /** Returns the names of descriptor fields that hold keys of other artifacts, which copying between stores rewrites. */
    default Set<String> references() {
        return Set.of();
    }
}
