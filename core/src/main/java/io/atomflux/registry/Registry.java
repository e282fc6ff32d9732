package io.atomflux.registry;

import io.atomflux.adapter.Adapters;
import io.atomflux.error.InvalidOptionException;
import io.atomflux.error.NoBackendException;
import io.atomflux.spi.BackendProvider;
import io.atomflux.spi.Location;
import io.atomflux.spi.OpenOptions;
import io.atomflux.spi.RowBackend;
import io.atomflux.value.KeyedRow;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Finds the backend that serves a location among those on the class path. */
public final class Registry {

    /** What is known to exist, to tell a missing artefact from a mistyped name. */
    private static final Map<String, String> KNOWN = new TreeMap<>(Map.ofEntries(
            Map.entry("memory://", "atomflux-backend-memory"),
            Map.entry("redis://", "atomflux-backend-redis"),
            Map.entry("rediss://", "atomflux-backend-redis"),
            Map.entry("redis-cluster://", "atomflux-backend-redis"),
            Map.entry("rediss-cluster://", "atomflux-backend-redis"),
            Map.entry("redis-sentinel://", "atomflux-backend-redis"),
            Map.entry("rediss-sentinel://", "atomflux-backend-redis"),
            Map.entry("redis-socket://", "atomflux-backend-redis"),
            Map.entry("mongodb://", "atomflux-backend-mongo"),
            Map.entry("mongodb+srv://", "atomflux-backend-mongo"),
            Map.entry("hf://", "atomflux-backend-hub"),
            Map.entry("colabfit://", "atomflux-backend-hub"),
            Map.entry("optimade://", "atomflux-backend-hub"),
            Map.entry(".lmdb", "atomflux-backend-file-lmdb"),
            Map.entry(".aselmdb", "atomflux-backend-file-lmdb"),
            Map.entry(".db", "atomflux-backend-file-asedb"),
            Map.entry(".traj", "atomflux-backend-file-ase"),
            Map.entry(".traj.gz", "atomflux-backend-file-ase"),
            Map.entry(".traj.zst", "atomflux-backend-file-ase"),
            Map.entry(".zarr", "atomflux-backend-file-columnar"),
            Map.entry(".zarrp", "atomflux-backend-file-columnar"),
            Map.entry(".h5", "atomflux-backend-file-columnar"),
            Map.entry(".h5p", "atomflux-backend-file-columnar"),
            Map.entry(".h5md", "atomflux-backend-file-columnar"),
            Map.entry(".xyz", "atomflux-backend-file-ase"),
            Map.entry(".extxyz", "atomflux-backend-file-ase"),
            Map.entry(".xyz.gz", "atomflux-backend-file-ase"),
            Map.entry(".extxyz.gz", "atomflux-backend-file-ase"),
            Map.entry(".xyz.zst", "atomflux-backend-file-ase"),
            Map.entry(".extxyz.zst", "atomflux-backend-file-ase")));

    private Registry() {}

    /**
     * Makes the backend of a location; does no I/O on it.
     *
     * <p>A pattern of file names makes a store for reading of all files that fit, in the order of their paths as text, each
     * opened by the backend of its own suffix with the options given. A file whose own name is the pattern wins. If what
     * all names end with is a suffix of a backend, everything that fits is read; else ({@code dir/*}) files and folders that
     * no backend serves are left out: hidden ones, locks, {@code metadata.npz}. A group is asked of the files that have
     * groups. Files that appear later belong to it; a stream of all rows takes each file as it is when its turn comes.
     *
     * @param location where the store is; its query counts as options, {@code group} and {@code readonly} among them
     * @param options how to open it
     * @throws NoBackendException if no backend serves it; lists what was found
     * @throws IllegalArgumentException if a pattern is malformed
     * @throws InvalidOptionException if two backends claim it, or an option is unknown, malformed or given twice
     */
    public static RowBackend<?> open(Location location, OpenOptions options) {
        if (location.isPattern()) {
            return Globs.open(location.target(), merged(location, options));
        }
        return open(location, options, providers());
    }

    /** Makes the backend of a location that is no pattern, by one of these providers. */
    static RowBackend<?> open(Location location, OpenOptions options, List<BackendProvider> providers) {
        BackendProvider provider = find(location, providers);
        OpenOptions merged = merged(location, options);
        RowBackend<?> backend = provider.open(location, merged);
        return merged.readOnly() ? guarded(backend) : backend;
    }

    private static <R extends KeyedRow<R>> RowBackend<R> guarded(RowBackend<R> backend) {
        return Adapters.readOnly(backend);
    }

    /** Tells what names of files end in that are stores, also those whose artefact may be missing. */
    static Set<String> suffixes(List<BackendProvider> providers) {
        Set<String> suffixes =
                KNOWN.keySet().stream().filter(name -> name.startsWith(".")).collect(Collectors.toSet());
        providers.forEach(provider -> suffixes.addAll(provider.suffixes()));
        return suffixes;
    }

    /** Finds the providers on the class path, which takes some time. */
    static List<BackendProvider> providers() {
        List<BackendProvider> all = new ArrayList<>();
        ServiceLoader.load(BackendProvider.class).forEach(all::add);
        if (all.isEmpty()) { // e.g. in a container whose threads see another class path
            ServiceLoader.load(BackendProvider.class, Registry.class.getClassLoader())
                    .forEach(all::add);
        }
        return all;
    }

    private static BackendProvider find(Location location, List<BackendProvider> all) {
        List<BackendProvider> serving =
                all.stream().filter(provider -> serves(provider, location)).toList();
        if (serving.size() > 1) {
            throw new InvalidOptionException(
                    "location " + location,
                    "claimed by " + serving.get(0).artifact() + " and "
                            + serving.get(1).artifact()
                            + " (expected: one backend; take the other off the class path)");
        }
        if (serving.isEmpty()) {
            throw new NoBackendException(location.toString(), found(all), remedy(location));
        }
        return serving.get(0);
    }

    private static boolean serves(BackendProvider provider, Location location) {
        return location.scheme().isPresent()
                ? provider.schemes().contains(location.scheme().get())
                : provider.suffixes().stream().anyMatch(suffix -> endsIn(location, suffix));
    }

    private static boolean endsIn(Location location, String suffix) {
        String path = location.target();
        while (path.length() > 1 && (path.endsWith("/") || path.endsWith("\\"))) {
            path = path.substring(0, path.length() - 1);
        }
        return path.toLowerCase(Locale.ROOT).endsWith(suffix);
    }

    private static List<String> found(List<BackendProvider> all) {
        List<String> found = new ArrayList<>();
        for (BackendProvider provider : all) {
            provider.schemes().forEach(scheme -> found.add(scheme + "://"));
            found.addAll(provider.suffixes());
        }
        return found.isEmpty() ? List.of("none") : found.stream().sorted().toList();
    }

    private static String remedy(Location location) {
        Optional<String> artifact = KNOWN.entrySet().stream()
                .filter(known -> location.scheme().isPresent()
                        ? known.getKey().equals(location.scheme().get() + "://")
                        : known.getKey().startsWith(".") && endsIn(location, known.getKey()))
                .map(Map.Entry::getValue)
                .findFirst();
        return artifact.map(name -> "add the artefact io.atomflux:" + name + " to the class path")
                .orElse("check the spelling, or add the artefact of its backend to the class path");
    }

    private static OpenOptions merged(Location location, OpenOptions options) {
        OpenOptions merged = options;
        for (Map.Entry<String, String> option : location.query().entrySet()) {
            String name = option.getKey();
            String value = option.getValue();
            if (name.equals("group")) {
                if (options.group().isPresent() && !options.group().get().equals(value)) {
                    throw new InvalidOptionException(
                            name,
                            "%s in the location, %s in the options (expected: one of them)"
                                    .formatted(value, options.group().get()));
                }
                merged = merged.withGroup(value);
            } else if (name.equals("readonly")) {
                if (!value.equals("true") && !value.equals("false")) {
                    throw new InvalidOptionException(name, value + " (expected: true or false)");
                }
                merged = value.equals("true") ? merged.withReadOnly() : merged;
            } else if (options.settings().containsKey(name)) {
                throw new InvalidOptionException(name, "given in the location and in the options (expected: once)");
            } else {
                merged = merged.with(name, value);
            }
        }
        if (merged.typed().isPresent() && !merged.settings().isEmpty()) {
            throw new InvalidOptionException(
                    String.join(", ", merged.settings().keySet()),
                    "given by name beside a typed record (expected: either the one or the other)");
        }
        return merged;
    }
}
