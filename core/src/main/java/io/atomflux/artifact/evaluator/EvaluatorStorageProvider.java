package io.atomflux.artifact.evaluator;

import io.atomflux.artifact.spi.ArtifactStorage;
import io.atomflux.artifact.spi.ArtifactStorageProvider;
import io.atomflux.error.InvalidOptionException;
import io.atomflux.spi.Location;
import io.atomflux.spi.OpenOptions;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Opens folders of Evaluator's {@code LocalFileStorage}: the layout {@code evaluator}, told by its {@code
 * object_keys.json}. The option {@code freeEnergies} is {@code keep-all} (default), {@code keep-first} or {@code keep-best},
 * see {@link FreeEnergyPolicy}.
 */
public final class EvaluatorStorageProvider implements ArtifactStorageProvider {

    static final String FREE_ENERGIES = "freeEnergies";

    /** For {@link java.util.ServiceLoader}. */
    public EvaluatorStorageProvider() {}

    @Override
    public String artifact() {
        return "atomflux-core";
    }

    @Override
    public String layout() {
        return "evaluator";
    }

    @Override
    public Set<String> schemes() {
        return Set.of();
    }

    @Override
    public Set<String> suffixes() {
        return Set.of();
    }

    @Override
    public boolean detects(Path folder) {
        return Files.isRegularFile(folder.resolve(Places.REGISTRY), LinkOption.NOFOLLOW_LINKS);
    }

    @Override
    public ArtifactStorage open(Location location, OpenOptions options) {
        FreeEnergyPolicy policy = FreeEnergyPolicy.KEEP_ALL;
        for (Map.Entry<String, String> option : options.settings().entrySet()) {
            if (!option.getKey().equals(FREE_ENERGIES)) {
                throw new InvalidOptionException(option.getKey(), "is unknown (expected: " + FREE_ENERGIES + ")");
            }
            policy = Arrays.stream(FreeEnergyPolicy.values())
                    .filter(one -> setting(one).equals(option.getValue()))
                    .findFirst()
                    .orElseThrow(() -> new InvalidOptionException(
                            FREE_ENERGIES, option.getValue() + " (expected: keep-all, keep-first or keep-best)"));
        }
        return new EvaluatorFolder(location.path(), policy, options.readOnly());
    }

    static String setting(FreeEnergyPolicy policy) {
        return policy.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
