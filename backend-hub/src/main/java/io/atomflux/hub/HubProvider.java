package io.atomflux.hub;

import io.atomflux.error.InvalidOptionException;
import io.atomflux.hub.catalog.DatasetRequest;
import io.atomflux.spi.BackendOptions;
import io.atomflux.spi.BackendProvider;
import io.atomflux.spi.Location;
import io.atomflux.spi.OpenOptions;
import io.atomflux.spi.RowBackend;
import io.atomflux.spi.Settings;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Opens datasets of the Hugging Face Hub for reading, in Parquet or JSON lines, pinned to the commit that was found first.
 *
 * <ul>
 *   <li>{@code hf://user/name}: any dataset; {@link ColumnMapping} is guessed by its columns, or given by {@code mapping=}
 *   <li>{@code colabfit://name}: {@code colabfit/name}, or {@code colabfit://user/name}; mapped by {@link
 *       ColumnMapping#COLABFIT}
 *   <li>{@code optimade://provider/name}, such as {@code optimade://LeMaterial/LeMat-Bulk}; mapped by {@link
 *       ColumnMapping#OPTIMADE}
 * </ul>
 *
 * <p>Options: see {@link HubOptions}. Datasets have no groups; configurations and splits are options.
 *
 * <p>The hub's rules were taken from its documentation; this was never run against the real hub.
 */
public final class HubProvider implements BackendProvider {

    private static final Map<String, ColumnMapping> MAPPINGS =
            Map.of("colabfit", ColumnMapping.COLABFIT, "optimade", ColumnMapping.OPTIMADE);

    private final HubEnvironment environment;

    /** For {@link java.util.ServiceLoader}. */
    public HubProvider() {
        this(HubEnvironment.ofProcess());
    }

    HubProvider(HubEnvironment environment) {
        this.environment = environment;
    }

    @Override
    public String artifact() {
        return "atomflux-backend-hub";
    }

    @Override
    public Set<String> schemes() {
        return Set.of("hf", "colabfit", "optimade");
    }

    @Override
    public Set<String> suffixes() {
        return Set.of();
    }

    @Override
    public RowBackend<?> open(Location location, OpenOptions options) {
        if (options.group().isPresent()) {
            throw new InvalidOptionException(
                    "group",
                    "\"%s\" (expected: none, a dataset has no groups; config= and split= choose its parts)"
                            .formatted(options.group().get()));
        }
        HubOptions own = typed(options);
        DatasetRequest request = new DatasetRequest(
                id(location),
                own.revision(),
                own.configuration(),
                own.split(),
                own.dataFiles(),
                own.dataDir(),
                own.converted());
        Optional<ColumnMapping> mapping = own.mapping()
                .or(() -> Optional.ofNullable(MAPPINGS.get(location.scheme().orElse(""))));
        return new HubBackend(location.toString(), request, own, mapping, HubLink.opener(own, environment));
    }

    private static String id(Location location) {
        String scheme = location.scheme().orElse("");
        String target = location.target().replaceAll("/+$", "");
        List<String> parts = List.of(target.split("/", -1));
        if (scheme.equals("hf")
                && parts.size() == 3
                && parts.get(0).equals("datasets")) { // as Python's file system names it
            parts = parts.subList(1, 3);
        } else if (scheme.equals("colabfit") && parts.size() == 1) {
            parts = List.of("colabfit", parts.get(0));
        }
        if (parts.size() != 2 || parts.stream().anyMatch(String::isEmpty)) {
            throw new InvalidOptionException(
                    "location",
                    "%s (expected: %s)"
                            .formatted(
                                    location, scheme.equals("colabfit") ? "colabfit://name" : scheme + "://user/name"));
        }
        return String.join("/", parts);
    }

    private static HubOptions typed(OpenOptions options) {
        BackendOptions typed = options.typed().orElse(null);
        if (typed == null) {
            return HubOptions.from(new Settings(options.settings()));
        }
        if (!(typed instanceof HubOptions given)) {
            throw new InvalidOptionException(
                    typed.getClass().getSimpleName(), "given to a dataset (expected: HubOptions)");
        }
        if (!options.settings().isEmpty()) {
            throw new InvalidOptionException(
                    String.join(", ", options.settings().keySet()), "given beside HubOptions (expected: either)");
        }
        return given;
    }
}
