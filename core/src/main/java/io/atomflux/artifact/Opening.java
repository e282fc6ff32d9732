package io.atomflux.artifact;

import io.atomflux.artifact.catalog.MemoryStorage;
import io.atomflux.artifact.spi.ArtifactStorage;
import io.atomflux.artifact.spi.ArtifactStorageProvider;
import io.atomflux.error.ForeignDataException;
import io.atomflux.error.InvalidOptionException;
import io.atomflux.error.NoBackendException;
import io.atomflux.error.StoreIoException;
import io.atomflux.spi.Location;
import io.atomflux.spi.OpenOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * Finds the storage of a location: by its scheme; a path by the layout asked for, else by its suffix, else by what the
 * folder holds. A folder that is missing or empty gets the native layout.
 */
final class Opening {

    private static final String NATIVE = "folder";

    /** What is known to exist, so that a missing artefact is told, and {@code x.lmdb} never becomes a folder. */
    private static final Map<String, String> KNOWN = Map.of(
            "redis://", "atomflux-backend-redis",
            "rediss://", "atomflux-backend-redis",
            "mongodb://", "atomflux-backend-mongo",
            "mongodb+srv://", "atomflux-backend-mongo",
            ".lmdb", "atomflux-backend-file-lmdb");

    private static final String GROUP = "group";

    private static final Map<String, ArtifactStorage> NAMED = new ConcurrentHashMap<>();

    private final List<ArtifactStorageProvider> providers;
    private final Location location;

    private Opening(Location location) {
        this.location = location;
        this.providers = new ArrayList<>();
        ServiceLoader.load(ArtifactStorageProvider.class, Opening.class.getClassLoader())
                .forEach(providers::add);
    }

    static ArtifactStore open(Location location, ArtifactOptions options) {
        ArtifactOptions merged = options;
        for (Map.Entry<String, String> option : location.query().entrySet()) {
            merged = merged(merged, option.getKey(), option.getValue());
        }
        return store(new Opening(location).storage(merged), merged);
    }

    static ArtifactStore store(ArtifactStorage storage, ArtifactOptions options) {
        return new Artifacts(new Scope(Core.of(storage, options), ""));
    }

    private static ArtifactOptions merged(ArtifactOptions options, String name, String value) {
        switch (name) {
            case "readonly" -> {
                if (!value.equals("true") && !value.equals("false")) {
                    throw new InvalidOptionException(name, value + " (expected: true or false)");
                }
                return value.equals("true") ? options.readOnly() : options;
            }
            case "layout" -> {
                if (options.layout().isPresent() && !options.layout().get().equals(value)) {
                    throw new InvalidOptionException(
                            name,
                            "%s in the location, %s in the options (expected: one of them)"
                                    .formatted(value, options.layout().get()));
                }
                return options.layout(value);
            }
            default -> {
                if (options.settings().containsKey(name)) {
                    throw new InvalidOptionException(name, "given in the location and in the options (expected: once)");
                }
                return options.with(name, value);
            }
        }
    }

    private static OpenOptions settings(ArtifactOptions options, Set<String> except) {
        OpenOptions settings = options.isReadOnly() ? OpenOptions.ofReadOnly() : OpenOptions.none();
        for (Map.Entry<String, String> setting : options.settings().entrySet()) {
            if (!except.contains(setting.getKey())) {
                settings = settings.with(setting.getKey(), setting.getValue());
            }
        }
        return settings;
    }

    /** A server has many stores, told apart by their group; elsewhere that option is refused as unknown. */
    private static OpenOptions grouped(ArtifactOptions options) {
        OpenOptions settings = settings(options, Set.of(GROUP));
        String group = options.settings().get(GROUP);
        return group == null ? settings : settings.withGroup(group);
    }

    private ArtifactStorage storage(ArtifactOptions options) {
        if (location.scheme().isPresent()) {
            String scheme = location.scheme().get();
            if (scheme.equals("memory")) {
                return memory(options);
            }
            return one(provider -> provider.schemes().contains(scheme), scheme + "://")
                    .open(location, grouped(options));
        }
        OpenOptions settings = settings(options, Set.of());
        if (options.layout().isPresent()) {
            return layout(options.layout().get()).open(location, settings);
        }
        String name = Path.of(location.target()).normalize().toString().toLowerCase(Locale.ROOT);
        Predicate<ArtifactStorageProvider> bySuffix =
                provider -> provider.suffixes().stream().anyMatch(name::endsWith);
        Optional<String> known = KNOWN.keySet().stream().filter(name::endsWith).findFirst();
        if (known.isPresent() || providers.stream().anyMatch(bySuffix)) {
            return one(bySuffix, known.orElse(name)).open(location, settings);
        }
        return new LateStorage(
                location.toString(), Blocking.call(() -> detected().open(location, settings)));
    }

    private ArtifactStorage memory(ArtifactOptions options) {
        if (!options.settings().isEmpty() || options.layout().isPresent()) {
            throw new InvalidOptionException(
                    String.join(", ", options.settings().keySet()), "is unknown (expected: readonly)");
        }
        return location.target().isEmpty()
                ? MemoryStorage.create("memory://")
                : new KeptStorage(
                        NAMED.computeIfAbsent(location.target(), name -> MemoryStorage.create("memory://" + name)));
    }

    private ArtifactStorageProvider one(Predicate<ArtifactStorageProvider> serving, String what) {
        List<ArtifactStorageProvider> found = providers.stream().filter(serving).toList();
        if (found.size() > 1) {
            throw new InvalidOptionException(
                    "location " + location,
                    "claimed by %s and %s (expected: one; take the other off the class path)"
                            .formatted(found.get(0).artifact(), found.get(1).artifact()));
        }
        if (found.isEmpty()) {
            throw new NoBackendException(
                    location.toString(),
                    served(),
                    KNOWN.containsKey(what)
                            ? "add the artefact io.atomflux:" + KNOWN.get(what) + " to the class path"
                            : "check the spelling, or add the artefact of its backend to the class path");
        }
        return found.get(0);
    }

    private List<String> served() {
        return Stream.concat(
                        Stream.of("memory://"),
                        providers.stream()
                                .flatMap(provider -> Stream.concat(
                                        provider.schemes().stream().map(scheme -> scheme + "://"),
                                        Stream.concat(
                                                provider.suffixes().stream(),
                                                provider.schemes().isEmpty()
                                                                && provider.suffixes()
                                                                        .isEmpty()
                                                        ? Stream.of("folders of layout " + provider.layout())
                                                        : Stream.empty()))))
                .sorted()
                .toList();
    }

    private ArtifactStorageProvider layout(String name) {
        return providers.stream()
                .filter(provider -> provider.layout().equals(name))
                .findFirst()
                .orElseThrow(() -> new InvalidOptionException(
                        "layout",
                        "%s is unknown (expected: one of %s)"
                                .formatted(
                                        name,
                                        providers.stream()
                                                .map(ArtifactStorageProvider::layout)
                                                .sorted()
                                                .toList())));
    }

    /** Blocks. */
    private ArtifactStorageProvider detected() {
        Path folder = location.path();
        List<ArtifactStorageProvider> found = detecting(folder);
        if (found.isEmpty() && !isFree(folder)) {
            found = detecting(folder); // another process may have begun to make a store there between the two looks
        }
        if (found.size() > 1) {
            throw new InvalidOptionException(
                    "layout",
                    "%s is a folder of %s and of %s (expected: layout=, which of the two is meant)"
                            .formatted(
                                    location,
                                    found.get(0).layout(),
                                    found.get(1).layout()));
        }
        if (found.isEmpty() && !isFree(folder)) {
            throw new ForeignDataException(
                    location.toString(),
                    "no artifacts",
                    "a missing or empty folder, or a store of artifacts; layout=folder makes one beside what is there");
        }
        return found.isEmpty() ? layout(NATIVE) : found.get(0);
    }

    private List<ArtifactStorageProvider> detecting(Path folder) {
        return Files.isDirectory(folder)
                ? providers.stream()
                        .filter(provider -> provider.detects(folder))
                        .toList()
                : List.of();
    }

    private boolean isFree(Path folder) {
        if (!Files.exists(folder)) {
            return true;
        }
        if (!Files.isDirectory(folder)) {
            return false;
        }
        try (Stream<Path> inside = Files.list(folder)) {
            return inside.findAny().isEmpty();
        } catch (IOException e) {
            throw new StoreIoException(location.toString(), "listing", e);
        }
    }
}
