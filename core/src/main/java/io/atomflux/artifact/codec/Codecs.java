package io.atomflux.artifact.codec;

import io.atomflux.artifact.spi.ArtifactCodec;
import io.atomflux.error.UnsupportedDataException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import org.reactivestreams.Publisher;

/**
 * The codecs a store knows, and in which order it asks them for a value nobody chose a codec for; immutable.
 *
 * <pre>{@code
 * Codecs codecs = Codecs.installed().preferring("msgpack");
 * ArtifactCodec codec = codecs.choose(Map.of("a", 1L));
 * }</pre>
 *
 * <p>The usual order stores anything representable: {@code npy} for an array, {@code npz} for a map of arrays, {@code arrow}
 * for a table, {@code bytes}, {@code json} where it is exact, else {@code msgpack}, {@code rows} for structures and rows,
 * {@code folder} for a path, then the others by name.
 */
public final class Codecs {

    private static final List<String> USUAL =
            List.of("npy", "npz", "arrow", "bytes", "json", "msgpack", "rows", "folder");

    private final Map<String, ArtifactCodec> byId;
    private final List<String> order;

    private Codecs(Map<String, ArtifactCodec> byId, List<String> order) {
        this.byId = byId;
        this.order = order;
    }

    /**
     * Finds the codecs on the class path.
     *
     * @throws IllegalStateException if two have one id
     */
    public static Codecs installed() {
        Map<String, ArtifactCodec> found = new LinkedHashMap<>();
        for (ArtifactCodec codec : ServiceLoader.load(ArtifactCodec.class, Codecs.class.getClassLoader())) {
            add(found, codec);
        }
        return new Codecs(found, USUAL);
    }

    private static void add(Map<String, ArtifactCodec> codecs, ArtifactCodec codec) {
        ArtifactCodec other = codecs.putIfAbsent(codec.id(), codec);
        if (other != null) {
            throw new IllegalStateException("codec %s: both %s and %s (expected: one)"
                    .formatted(
                            codec.id(),
                            other.getClass().getName(),
                            codec.getClass().getName()));
        }
    }

    /**
     * Adds a codec, which is asked before all others.
     *
     * @throws IllegalStateException if its id is taken
     */
    public Codecs with(ArtifactCodec codec) {
        Map<String, ArtifactCodec> more = new LinkedHashMap<>(byId);
        add(more, codec);
        return new Codecs(more, before(List.of(codec.id())));
    }

    /**
     * Sets which codecs are asked first, in this order; the others follow in theirs.
     *
     * @throws UnsupportedDataException if an id is unknown
     */
    public Codecs preferring(String... ids) {
        for (String id : ids) {
            require(id);
        }
        return new Codecs(byId, before(List.of(ids)));
    }

    private List<String> before(List<String> first) {
        List<String> ids = new ArrayList<>(first);
        for (String id : order) {
            if (!first.contains(id)) {
                ids.add(id);
            }
        }
        return List.copyOf(ids);
    }

    /** Returns all codecs, in the order they are asked. */
    public Collection<ArtifactCodec> all() {
        Map<String, ArtifactCodec> ordered = new LinkedHashMap<>();
        order.forEach(id -> {
            ArtifactCodec codec = byId.get(id);
            if (codec != null) {
                ordered.put(id, codec);
            }
        });
        byId.keySet().stream().sorted().forEach(id -> ordered.putIfAbsent(id, byId.get(id)));
        return Collections.unmodifiableCollection(ordered.values());
    }

    /** Returns a codec by its id; empty if there is none. */
    public Optional<ArtifactCodec> find(String id) {
        return Optional.ofNullable(byId.get(id));
    }

    /**
     * Returns a codec by its id.
     *
     * @throws UnsupportedDataException if there is none, naming those there are and what to add
     */
    public ArtifactCodec require(String id) {
        ArtifactCodec codec = byId.get(id);
        if (codec == null) {
            throw new UnsupportedDataException(
                    Damage.STORE,
                    "codec " + id,
                    "no codec of this id (found: %s; zarr is in module atomflux-backend-file-columnar, arrow in atomflux-backend-file-arrow, parquet in atomflux-backend-hub; one of your own is given when the store is opened)"
                            .formatted(byId.keySet().stream().sorted().toList()),
                    null);
        }
        return codec;
    }

    /**
     * Chooses a codec for a value.
     *
     * @throws IllegalArgumentException if none keeps it exactly, naming what and where
     */
    public ArtifactCodec choose(Object value) {
        if (value instanceof Publisher && !RowsCodec.isView(value)) {
            throw new IllegalArgumentException(
                    "value: a publisher, whose elements nobody can tell (expected: a codec by its id: rows or bytes)");
        }
        for (ArtifactCodec codec : all()) {
            if (codec.accepts(value)) {
                return codec;
            }
        }
        String misfit = PlainValues.misfit(value, PlainValues.Kind.CLOSED);
        throw new IllegalArgumentException("%s (expected: what one of the codecs %s keeps)"
                .formatted(
                        misfit == null ? value.getClass() : misfit,
                        all().stream().map(ArtifactCodec::id).toList()));
    }
}
