package io.atomflux.memory;

import io.atomflux.error.InvalidOptionException;
import io.atomflux.spi.BackendProvider;
import io.atomflux.spi.Location;
import io.atomflux.spi.Names;
import io.atomflux.spi.OpenOptions;
import io.atomflux.spi.RowBackend;
import io.atomflux.spi.Settings;
import io.atomflux.value.BlobRow;
import io.atomflux.value.Row;
import java.util.Set;

/**
 * Opens {@code memory://name}, shared by all who open that name in this process, and {@code memory://}, private to each
 * opening.
 *
 * <p>A group comes into being with the first write, and lasts until {@code remove} or the end of the process. One option:
 * {@code rows=objects} (typed rows, the default) or {@code rows=blobs} (raw bytes); a group that exists is opened as what
 * it is.
 */
public final class MemoryProvider implements BackendProvider {

    static final String DEFAULT_GROUP = "default";

    /** For {@link java.util.ServiceLoader}. */
    public MemoryProvider() {}

    @Override
    public String artifact() {
        return "atomflux-backend-memory";
    }

    @Override
    public Set<String> schemes() {
        return Set.of("memory");
    }

    @Override
    public Set<String> suffixes() {
        return Set.of();
    }

    @Override
    public RowBackend<?> open(Location location, OpenOptions options) {
        if (options.typed().isPresent()) {
            throw new InvalidOptionException(
                    options.typed().get().getClass().getSimpleName(),
                    "given to memory:// (expected: no typed options)");
        }
        Settings settings = new Settings(options.settings());
        String kind = settings.text("rows", "");
        if (!kind.isEmpty() && !kind.equals("objects") && !kind.equals("blobs")) {
            settings.fault("rows", "%s (expected: objects or blobs)".formatted(kind));
        }
        settings.finish();
        String group = Names.group(options.group().orElse(DEFAULT_GROUP));
        Place place = location.target().isEmpty() ? new Place() : Place.named(location.target());
        String name = options.group().isEmpty() ? location.toString() : location + " group " + group;
        boolean blobs = kind.equals("blobs")
                || kind.isEmpty()
                        && place.rowType(group).filter(BlobRow.class::equals).isPresent();
        return blobs
                ? new MemoryRows<>(place, group, name, BlobRow.class, options.readOnly())
                : new MemoryRows<>(place, group, name, Row.class, options.readOnly());
    }
}
