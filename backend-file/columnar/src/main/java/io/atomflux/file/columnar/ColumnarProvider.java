package io.atomflux.file.columnar;

import io.atomflux.adapter.Adapters;
import io.atomflux.adapter.Bridge;
import io.atomflux.adapter.BridgeOptions;
import io.atomflux.adapter.FileLease;
import io.atomflux.spi.BackendOptions;
import io.atomflux.spi.BackendProvider;
import io.atomflux.spi.Location;
import io.atomflux.spi.Names;
import io.atomflux.spi.OpenOptions;
import io.atomflux.spi.RowBackend;
import io.atomflux.value.Row;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;

/**
 * Opens columnar files, in which each key is an array over all rows: Zarr folders, HDF5 files and H5MD.
 *
 * <ul>
 *   <li>{@code *.zarr} and {@code *.h5}: ragged, the atoms of all rows behind each other; an {@code *.h5} that says it is H5MD
 *       is read as that
 *   <li>{@code *.zarrp} and {@code *.h5p}: padded, each row as long as the longest
 *   <li>{@code *.h5md}: H5MD 1.1, as asebytes and znh5md lay it out; files of simulation codes are read
 * </ul>
 *
 * <p>What asebytes 0.3 wrote is read and changed in place. Handles of one group with the same options share one store and its
 * decoded chunks. Adding, reserving and taking away rows at the end, and changing few rows, cost the chunks concerned; insert,
 * delete before the end, clear, and what does not fit the type of a column, write the group anew. Options are those of {@link
 * ZarrOptions} and {@link Hdf5Options}.
 */
public final class ColumnarProvider implements BackendProvider {

    /** For {@link java.util.ServiceLoader}. */
    public ColumnarProvider() {}

    @Override
    public String artifact() {
        return "atomflux-backend-file-columnar";
    }

    @Override
    public Set<String> schemes() {
        return Set.of();
    }

    @Override
    public Set<String> suffixes() {
        return Set.of(".zarr", ".zarrp", ".h5", ".h5p", ".h5md");
    }

    private record Shared(Path path, Optional<String> group, boolean readOnly, BackendOptions options) {}

    @Override
    public RowBackend<?> open(Location location, OpenOptions options) {
        Path path = location.path().toAbsolutePath().normalize();
        Container container = Container.of(path, options);
        Optional<String> group = options.group().map(Names::group);
        boolean readOnly = options.readOnly();
        String name = group.map(named -> path + ", group " + named).orElse(path.toString());
        BridgeOptions running = BridgeOptions.defaults()
                .withInlineReads(options.inlineReads())
                .sharedAs(new Shared(path, group, readOnly, container.options()));
        Bridge<Row> bridge = Bridge.opening(
                        Row.class,
                        name,
                        ColumnarStore.CAPABILITIES,
                        () -> new ColumnarStore(new ColumnarFile(
                                container.tree().open(path, readOnly),
                                container.layouts(),
                                group,
                                name,
                                container.cache())),
                        container.isNative() ? running.withoutVirtualThreads() : running)
                .withLeases(FileLease.beside(path)); // of all groups: which one is meant without a name shows the file
        return readOnly ? Adapters.readOnly(bridge) : bridge;
    }
}
