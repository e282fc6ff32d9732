package io.atomflux.examples;

import io.atomflux.adapter.Bridge;
import io.atomflux.adapter.BridgeOptions;
import io.atomflux.spi.BackendProvider;
import io.atomflux.spi.Location;
import io.atomflux.spi.OpenOptions;
import io.atomflux.spi.RowBackend;
import io.atomflux.spi.Settings;
import java.util.Set;

/** Lets everybody open {@code *.example.jsonl}; named in {@code META-INF/services/io.atomflux.spi.BackendProvider}. */
public final class JsonLinesProvider implements BackendProvider {

    /** For {@link java.util.ServiceLoader}. */
    public JsonLinesProvider() {}

    @Override
    public String artifact() {
        return "atomflux-examples";
    }

    @Override
    public Set<String> schemes() {
        return Set.of();
    }

    @Override
    public Set<String> suffixes() {
        return Set.of(".example.jsonl");
    }

    @Override
    public RowBackend<?> open(Location location, OpenOptions options) {
        new Settings(options.settings()).finish(); // refuses what nobody asked for here
        return Bridge.over(new JsonLinesBackend(location.path()), BridgeOptions.defaults());
    }
}
