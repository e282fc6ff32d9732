package io.atomflux.artifact;

import io.atomflux.artifact.spi.ArtifactKey;
import io.atomflux.artifact.spi.ArtifactStorageProvider;
import io.atomflux.artifact.spi.FileEntry;
import io.atomflux.codec.Json;
import io.atomflux.error.ArtifactNotFoundException;
import io.atomflux.error.AtomfluxException;
import io.atomflux.error.CorruptDataException;
import io.atomflux.error.InvalidNameException;
import io.atomflux.error.InvalidOptionException;
import io.atomflux.error.StoreIoException;
import io.atomflux.error.StoreNotFoundException;
import io.atomflux.spi.Location;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Where stores of artifacts are, by their ids: so that an address in a value stays right when a store is moved.
 *
 * <pre>{@code
 * StoreRegistry registry = StoreRegistry.user();
 * registry.register(store, "results").block();
 * registry.resolve("store://9f8e…/water/300K/value.npy").flatMap(found -> …);
 * }</pre>
 *
 * <p>A file of JSON that all programs of a user share, replaced at one instant under a lock of the operating system. What it
 * says is only where to look: an id is compared with that of the store found there.
 */
public final class StoreRegistry {

    private static final String FORMAT = "atomflux-stores";
    private static final long VERSION = 1;
    private static final int DEEPEST = 12;
    private static final Pattern ID = Pattern.compile("[0-9a-f]{32}");
    private static final Pattern OTHER_ID = Pattern.compile("[A-Za-z0-9_-]{1,120}");
    private static final String STORE = "store://";
    private static final String DATABASE = "mdb://";
    private static final String RELATIVE = "reldb://";
    private static final String EXPECTED =
            "store://<id>/<key>/<file>, mdb://<id>/<key>/<path> or reldb://<path>, of plain parts without % ? # ; \\ : or"
                    + " control characters, none of them empty, . or ..";

    /** One lock per file in this process: the file locks of one process do not exclude each other. */
    private static final ConcurrentMap<Path, ReentrantLock> HERE = new ConcurrentHashMap<>();

    private final Path file;
    private final ArtifactOptions options;

    private StoreRegistry(Path file, ArtifactOptions options) {
        this.file = file.toAbsolutePath().normalize();
        this.options = options;
    }

    /**
     * Returns the registry of the user: the file that the system property {@code atomflux.registry} or else the environment
     * variable {@code ATOMFLUX_REGISTRY} names, else {@code .atomflux/stores.json} in the user's folder.
     */
    public static StoreRegistry user() {
        String named = System.getProperty("atomflux.registry", System.getenv("ATOMFLUX_REGISTRY"));
        return of(
                named == null ? Path.of(System.getProperty("user.home"), ".atomflux", "stores.json") : Path.of(named));
    }

    /** Returns the registry of a file, which is made by the first change. */
    public static StoreRegistry of(Path file) {
        return of(file, ArtifactOptions.none().readOnly());
    }

    /** Returns the registry of a file, with the options that stores found in it are opened with. */
    public static StoreRegistry of(Path file, ArtifactOptions options) {
        return new StoreRegistry(file, Objects.requireNonNull(options, "options"));
    }

    /**
     * Returns the id by which a store is registered: itself if it has 32 hexadecimal digits, else, as the ids of databases of
     * the In Silico Framework have another form, the first 32 of its SHA-256.
     *
     * @throws InvalidNameException if it is neither
     */
    public static String idOf(String id) {
        if (ID.matcher(id).matches()) {
            return id;
        }
        if (!OTHER_ID.matcher(id).matches()) {
            throw new InvalidNameException("store", id, "32 hexadecimal digits, or 1 to 120 letters, digits, - and _");
        }
        return Canonical.sha256(id).substring(0, 32);
    }

    /** Notes where a store is, in place of where it was. */
    public Mono<Void> register(ArtifactStore store, String location) {
        placed(location);
        return store.id().flatMap(id -> register(id, location));
    }

    /**
     * Notes where the store of an id is, in place of where it was.
     *
     * @param location as {@link ArtifactStore#open(String)} takes it; a path is made absolute
     * @throws InvalidOptionException if it holds user information
     */
    public Mono<Void> register(String id, String location) {
        String known = idOf(id);
        String place = placed(location);
        return changed(entries -> {
                    Map<String, String> more = new TreeMap<>(entries);
                    more.put(known, place);
                    return more;
                })
                .then();
    }

    private static String placed(String location) {
        Location parsed = Location.parse(location);
        if (parsed.scheme().isPresent()) {
            if (!parsed.toString().equals(parsed.scheme().get() + "://" + parsed.target())) {
                throw new InvalidOptionException(
                        "location", parsed + " holds user information (expected: none, as it is written to a file)");
            }
            return location;
        }
        return parsed.path().toAbsolutePath().normalize().toString();
    }

    /** Forgets a store; tells whether it was known. The store is not touched. */
    public Mono<Boolean> deregister(String id) {
        String known = idOf(id);
        boolean[] there = {false};
        return changed(entries -> {
                    Map<String, String> fewer = new TreeMap<>(entries);
                    there[0] = fewer.remove(known) != null;
                    return fewer;
                })
                .map(entries -> there[0]);
    }

    /** Streams all entries, ordered by id, as the file has them. */
    public Flux<Entry> entries() {
        return blocking(this::read)
                .flatMapIterable(entries -> entries.entrySet().stream()
                        .map(entry -> new Entry(entry.getKey(), entry.getValue()))
                        .toList());
    }

    /**
     * Opens the store of an id, for reading unless the options of this registry say otherwise.
     *
     * @return the store; who asked closes it
     * @signals StoreNotFoundException if the id is unknown, or another store, or none, is where it was: naming the place
     */
    public Mono<ArtifactStore> find(String id) {
        String known = idOf(id);
        return blocking(this::read).flatMap(entries -> {
            String place = entries.get(known);
            if (place == null) {
                return Mono.error(new StoreNotFoundException(
                        "store " + id, "one of %d registered in %s".formatted(entries.size(), file)));
            }
            return Mono.fromSupplier(() -> ArtifactStore.open(place, options))
                    .flatMap(store -> handed(
                            store,
                            store.id()
                                    .onErrorMap(AtomfluxException.class, e -> stale(id, place, e))
                                    .filter(known::equals)
                                    .switchIfEmpty(Mono.error(() -> stale(id, place, null)))
                                    .thenReturn(store)));
        });
    }

    /** Hands on what is made of a store, which is closed if nothing comes of it: it fails, or nobody waits any more. */
    static <T> Mono<T> handed(ArtifactStore store, Mono<T> result) {
        return Mono.usingWhen(
                Mono.just(store),
                open -> result,
                taken -> Mono.empty(),
                (open, failure) -> open.close(),
                ArtifactStore::close);
    }

    private static StoreNotFoundException stale(String id, String place, @Nullable Throwable cause) {
        StoreNotFoundException stale = new StoreNotFoundException(
                "store %s at %s".formatted(id, Location.parse(place)),
                "the store that was registered there; open it for writing where it is now, or scan for it");
        if (cause != null) {
            stale.addSuppressed(cause);
        }
        return stale;
    }

    /**
     * Finds the stores in a folder and below, also inside one another, and notes where they are; links are not followed.
     *
     * @return what was found and noted; what cannot be read is passed over
     */
    public Flux<Entry> scan(Path folder) {
        return blocking(() -> stores(folder))
                .flatMapIterable(found -> found)
                .concatMap(place -> Mono.usingWhen(
                                Mono.fromSupplier(() -> ArtifactStore.open(
                                        place, ArtifactOptions.none().readOnly())),
                                ArtifactStore::id,
                                ArtifactStore::close)
                        .onErrorResume(AtomfluxException.class, e -> Mono.empty())
                        .flatMap(id -> register(id, place.toString()).thenReturn(new Entry(id, place.toString()))));
    }

    private static List<Path> stores(Path folder) throws IOException {
        List<ArtifactStorageProvider> providers = providers();
        List<Path> found = new ArrayList<>();
        Files.walkFileTree(folder.toAbsolutePath().normalize(), Set.of(), DEEPEST, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path path, BasicFileAttributes attributes) {
                Path name = path.getFileName();
                if (name != null && name.toString().contains(".deleting.")) {
                    return FileVisitResult.SKIP_SUBTREE;
                }
                if (providers.stream().anyMatch(provider -> provider.detects(path))) {
                    found.add(path);
                }
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path path, IOException e) {
                return FileVisitResult.CONTINUE; // not ours to read
            }
        });
        return found;
    }

    private static List<ArtifactStorageProvider> providers() {
        List<ArtifactStorageProvider> providers = new ArrayList<>();
        ServiceLoader.load(ArtifactStorageProvider.class, StoreRegistry.class.getClassLoader())
                .forEach(providers::add);
        return providers;
    }

    /** Takes over the entries of another registry whose store is where they say; the number taken over. */
    public Mono<Long> assimilate(StoreRegistry other) {
        return other.entries()
                .concatMap(
                        entry -> Mono.usingWhen(other.find(entry.id()), store -> Mono.just(entry), ArtifactStore::close)
                                .onErrorResume(AtomfluxException.class, e -> Mono.empty()))
                .concatMap(entry -> register(entry.id(), entry.location()).thenReturn(entry))
                .count();
    }

    /**
     * Finds what an address of the form {@code store://<id>/<key>/<file>} or {@code mdb://<id>/<key>/<path>} names, the latter
     * as the In Silico Framework 0.5 writes it. Of a key and a file that both have several parts, the longest key that has
     * the rest as a file is meant; an address of a key alone names no file.
     *
     * @throws InvalidNameException if it is refused: other schemes, empty parts, {@code .} or {@code ..}, escapes, queries,
     *     fragments
     * @signals StoreNotFoundException as {@link #find}; {@link ArtifactNotFoundException} if nothing there has that name
     */
    public Mono<Resolved> resolve(String url) {
        Objects.requireNonNull(url, "url");
        String scheme = url.startsWith(STORE) ? STORE : DATABASE;
        int end = url.startsWith(scheme) ? url.indexOf('/', scheme.length()) : -1;
        if (end < 0) {
            throw refused(url);
        }
        String id = url.substring(scheme.length(), end);
        if (!(scheme.equals(STORE) ? ID : OTHER_ID).matcher(id).matches()) {
            throw refused(url);
        }
        List<String> parts = parts(url, url.substring(end + 1));
        return find(id).flatMap(store -> resolved(store, parts, url));
    }

    /**
     * Finds what an address of the form {@code reldb://<path>} names, relative to the nearest store around a place.
     *
     * @param place a file or folder inside a store
     * @throws InvalidNameException if the address is refused, as by {@link #resolve(String)}
     * @signals StoreNotFoundException if the place is in no store; {@link ArtifactNotFoundException} if nothing there has
     *     that name
     */
    public Mono<Resolved> resolve(String url, Path place) {
        if (!url.startsWith(RELATIVE)) {
            return resolve(url);
        }
        List<String> parts = parts(url, url.substring(RELATIVE.length()));
        return blocking(() -> enclosing(place))
                .flatMap(around -> Mono.fromSupplier(() -> ArtifactStore.open(around, options)))
                .flatMap(store -> resolved(store, parts, url));
    }

    private static Path enclosing(Path place) {
        List<ArtifactStorageProvider> providers = providers();
        for (Path folder = place.toAbsolutePath().normalize(); folder != null; folder = folder.getParent()) {
            Path candidate = folder;
            if (Files.isDirectory(candidate) && providers.stream().anyMatch(provider -> provider.detects(candidate))) {
                return candidate;
            }
        }
        throw new StoreNotFoundException(place.toString(), "a place inside a store of artifacts");
    }

    private static List<String> parts(String url, String path) {
        try {
            if (path.chars().anyMatch(c -> "%?#;:\\".indexOf(c) >= 0)) {
                throw refused(url);
            }
            return List.of(ArtifactKey.fileName(path).split("/", -1));
        } catch (InvalidNameException e) {
            throw refused(url);
        }
    }

    private static InvalidNameException refused(String url) {
        return new InvalidNameException("address", url, EXPECTED);
    }

    /** Tries the names a path may have, longest key first; closes the store if it has none. */
    private static Mono<Resolved> resolved(ArtifactStore store, List<String> parts, String url) {
        Set<Resolved> candidates = new LinkedHashSet<>();
        for (int keys = parts.size(); keys > 0; keys--) {
            candidates.add(candidate(store, parts.subList(0, keys), parts.subList(keys, parts.size())));
        }
        // a path through folders of the framework, whose keys lie in each other by way of a folder db
        List<String> nested = new ArrayList<>(parts.subList(0, 1));
        int next = 1;
        while (next + 1 < parts.size() && parts.get(next).equals("db")) {
            nested.add(parts.get(next + 1));
            next += 2;
        }
        candidates.add(candidate(store, nested, parts.subList(next, parts.size())));
        return handed(
                store,
                Flux.fromIterable(candidates)
                        .concatMap(StoreRegistry::existing, 1)
                        .next()
                        .switchIfEmpty(Mono.error(() -> new ArtifactNotFoundException(store.name(), url))));
    }

    private static Resolved candidate(ArtifactStore store, List<String> key, List<String> file) {
        return new Resolved(
                store, String.join("/", key), file.isEmpty() ? Optional.empty() : Optional.of(String.join("/", file)));
    }

    private static Mono<Resolved> existing(Resolved candidate) {
        return candidate
                .store()
                .find(candidate.key())
                .filter(artifact -> candidate.file().isEmpty()
                        || artifact.files().entries().stream()
                                .map(FileEntry::name)
                                .anyMatch(candidate.file().get()::equals))
                .map(artifact -> candidate);
    }

    private static <T> Mono<T> blocking(Callable<T> work) {
        return Blocking.<T>call(work)
                .onErrorMap(IOException.class, e -> new StoreIoException("registry of stores", "access", e));
    }

    private Map<String, String> read() throws IOException {
        String text;
        try {
            text = Files.readString(file);
        } catch (NoSuchFileException e) {
            return Map.of();
        }
        try {
            if (Json.readPlain(text) instanceof Map<?, ?> json
                    && FORMAT.equals(json.get("format"))
                    && Long.valueOf(VERSION).equals(json.get("version"))
                    && json.get("stores") instanceof Map<?, ?> stores) {
                Map<String, String> entries = new TreeMap<>();
                for (Map.Entry<?, ?> entry : stores.entrySet()) {
                    if (!(entry.getKey() instanceof String id)
                            || !ID.matcher(id).matches()
                            || !(entry.getValue() instanceof String place)) {
                        throw new IllegalArgumentException("entry " + entry.getKey());
                    }
                    entries.put(id, place);
                }
                return entries;
            }
            throw new IllegalArgumentException("not of format %s, version %d".formatted(FORMAT, VERSION));
        } catch (IllegalArgumentException e) {
            throw new CorruptDataException(
                    file.toString(), "registry", e.getMessage() + "; remove the file and scan for the stores", e);
        }
    }

    private Mono<Map<String, String>> changed(UnaryOperator<Map<String, String>> change) {
        return blocking(() -> {
            Path folder = Objects.requireNonNull(file.getParent(), "folder");
            Files.createDirectories(folder);
            ReentrantLock here = HERE.computeIfAbsent(file, path -> new ReentrantLock(true));
            here.lock();
            try (FileChannel channel = FileChannel.open(
                            file.resolveSibling(file.getFileName() + ".lock"),
                            StandardOpenOption.CREATE,
                            StandardOpenOption.WRITE);
                    FileLock lock = channel.lock()) {
                Map<String, String> before = read();
                Map<String, String> after = change.apply(before);
                if (lock.isValid() && !after.equals(before)) {
                    replace(folder, after);
                }
                return after;
            } finally {
                here.unlock();
            }
        });
    }

    private void replace(Path folder, Map<String, String> entries) throws IOException {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("format", FORMAT);
        json.put("version", VERSION);
        json.put("stores", entries);
        Path beside = folder.resolve("." + file.getFileName() + "." + UUID.randomUUID());
        try {
            try (FileChannel channel =
                    FileChannel.open(beside, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
                ByteBuffer bytes = StandardCharsets.UTF_8.encode(Json.plain(json));
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
                channel.force(true);
            }
            Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(beside);
        }
    }

    /** Returns the file. */
    @Override
    public String toString() {
        return file.toString();
    }

    /**
     * A store and where it is.
     *
     * @param id 32 hexadecimal digits
     * @param location as {@link ArtifactStore#open(String)} takes it
     */
    public record Entry(String id, String location) {}

    /**
     * What an address names.
     *
     * @param store open; who asked closes it
     * @param key the artifact's key
     * @param file one of its files; empty if the artifact as a whole is meant
     */
    public record Resolved(ArtifactStore store, String key, Optional<String> file) {}
}
