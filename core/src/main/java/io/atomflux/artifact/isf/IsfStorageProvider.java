package io.atomflux.artifact.isf;

import io.atomflux.artifact.spi.ArtifactStorage;
import io.atomflux.artifact.spi.ArtifactStorageProvider;
import io.atomflux.error.InvalidOptionException;
import io.atomflux.spi.Location;
import io.atomflux.spi.OpenOptions;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;

/** Opens folders of the In Silico Framework, known by {@code db_state.json}; found by {@link java.util.ServiceLoader}. */
public final class IsfStorageProvider implements ArtifactStorageProvider {

    private static final String NO_CREATE = "nocreate";

    /** For {@link java.util.ServiceLoader}. */
    public IsfStorageProvider() {}

    @Override
    public String artifact() {
        return "atomflux-core";
    }

    @Override
    public String layout() {
        return "isf";
    }

    @Override
    public Set<String> schemes() {
        return Set.of();
    }

    @Override
    public Set<String> suffixes() {
        return Set.of();
    }

    /** Also tells the framework's deprecated system, which opening then refuses by name. */
    @Override
    public boolean detects(Path folder) {
        return DatabaseState.isIn(folder) || Disk.isFile(folder.resolve(DatabaseState.OLD_FILE));
    }

    /** Makes a storage; option {@code nocreate=true} refuses to make a database where there is none. */
    @Override
    public ArtifactStorage open(Location location, OpenOptions options) {
        for (Map.Entry<String, String> setting : options.settings().entrySet()) {
            if (!setting.getKey().equals(NO_CREATE)) {
                throw new InvalidOptionException(setting.getKey(), "unknown (expected: " + NO_CREATE + ")");
            }
            if (!setting.getValue().equals("true") && !setting.getValue().equals("false")) {
                throw new InvalidOptionException(NO_CREATE, setting.getValue() + " (expected: true or false)");
            }
        }
        return new IsfStorage(
                location.path(),
                options.readOnly(),
                "true".equals(options.settings().get(NO_CREATE)),
                Steps.NONE);
    }
}
