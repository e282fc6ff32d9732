package io.atomflux.artifact.isf;

import io.atomflux.codec.Json;
import io.atomflux.error.ArtifactConflictException;
import io.atomflux.error.ArtifactNotFoundException;
import io.atomflux.error.CorruptDataException;
import io.atomflux.error.InvalidNameException;
import io.atomflux.error.ReadOnlyStoreException;
import io.atomflux.error.UnsupportedDataException;
import io.atomflux.error.ValueTypeException;
import io.atomflux.value.DType;
import io.atomflux.value.NdArray;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Arrays by name that grow along their first axis, one raw file each, as the shared array store of the In Silico Framework 0.5
 * has them: {@code <name>__<d0>_<d1>…__<type>}, in C order, little-endian.
 *
 * <p>The shape in the file's name is the committed one: an append writes behind it and is seen once the file is renamed;
 * bytes of one that died there are overwritten by the next. Changes wait for each other, in all processes; readers wait for
 * nobody. Which of two files of one name counts, after a save of another shape that died, is kept in a small hidden file.
 */
public final class SharedArrays {

    private static final String SEPARATOR = "__";
    private static final String SAVING = ".saving";
    private static final String CURRENT = ".atomflux-arrays.json";
    private static final Pattern FILE = Pattern.compile("(.+?)__(\\d+(?:_\\d+)*|)__([A-Za-z0-9<>|=]+)");
    private static final Duration PATIENCE = Duration.ofMinutes(1);
    private static final int TRIES = 50;
    private static final Map<String, DType> TYPES = Stream.of(
                    DType.BOOL,
                    DType.INT8,
                    DType.INT16,
                    DType.INT32,
                    DType.INT64,
                    DType.UINT8,
                    DType.UINT16,
                    DType.UINT32,
                    DType.UINT64,
                    DType.FLOAT16,
                    DType.FLOAT32,
                    DType.FLOAT64,
                    DType.COMPLEX64,
                    DType.COMPLEX128)
            .collect(Collectors.toUnmodifiableMap(DType::name, type -> type));

    private final IsfStorage storage;
    private final String key;
    private final Path folder;

    SharedArrays(IsfStorage storage, String key, Path folder) {
        this.storage = storage;
        this.key = key;
        this.folder = folder;
    }

    /** An array's file: what its name tells. */
    private record Stored(String file, DType dtype, int[] shape) {

        long rowBytes() {
            long bytes = dtype.itemSize();
            for (int i = 1; i < shape.length; i++) {
                bytes = Math.multiplyExact(bytes, (long) shape[i]);
            }
            return bytes;
        }

        long bytes() {
            return shape.length == 0 ? dtype.itemSize() : Math.multiplyExact(rowBytes(), (long) shape[0]);
        }
    }

    /** Streams the names of the arrays, ordered. */
    public Flux<String> names() {
        return Disk.run(storage.name(), "listing arrays", () -> {
                    TreeSet<String> names = new TreeSet<>();
                    for (String file : Disk.names(folder)) {
                        Matcher matcher = FILE.matcher(file);
                        if (matcher.matches() && isName(matcher.group(1))) {
                            names.add(matcher.group(1));
                        }
                    }
                    return names;
                })
                .flatMapIterable(names -> names);
    }

    /**
     * Saves an array, in place of the one of that name, whatever its type and shape.
     *
     * @throws InvalidNameException if the name is refused: it must be a key's part without two underscores in a row
     * @throws UnsupportedDataException if it is neither of numbers nor of truth values
     */
    public Mono<Void> save(String name, NdArray array) {
        String checked = checked(name);
        String file = fileName(checked, type(checked, array), array.shape());
        return changing("save", () -> {
            Path saving = folder.resolve(file + SAVING);
            Files.deleteIfExists(saving); // of a save that died
            write(saving, 0, List.of(array));
            Disk.move(saving, folder.resolve(file));
            Disk.sync(folder);
            Map<String, String> current = current();
            current.put(checked, file);
            Disk.replace(folder.resolve(CURRENT), Json.plain(current)); // from here on it is the new one
            for (String other : files(checked)) {
                if (!other.equals(file)) {
                    Files.deleteIfExists(folder.resolve(other));
                }
            }
            return true;
        });
    }

    /** Appends the rows of an array; see {@link #append(String, Publisher)}. */
    public Mono<Long> append(String name, NdArray rows) {
        return append(name, Flux.just(rows));
    }

    /**
     * Appends the rows of several arrays to one that is there: all are seen at one instant, when the last was written.
     *
     * @param parts of the type and of the shape but for the first axis; one is asked for when the one before it is written
     * @return the number of rows
     * @signals ArtifactNotFoundException if there is no such array; {@link ValueTypeException} if the type or shape of a
     *     part is another, and nothing is appended
     */
    public Mono<Long> append(String name, Publisher<NdArray> parts) {
        String checked = checked(name);
        return Mono.defer(() -> {
            refuseIfReadOnly("append");
            return Mono.usingWhen(
                    storage.locks().acquire("arrays " + key, PATIENCE),
                    lease -> Disk.run(storage.name(), "appending", () -> found(checked))
                            .flatMap(stored -> appended(checked, stored, parts)),
                    lease -> lease.release());
        });
    }

    private Mono<Long> appended(String name, Stored stored, Publisher<NdArray> parts) {
        if (stored.shape.length == 0) {
            return Mono.error(() -> new ValueTypeException(place(name), "an array with a first axis", "a scalar"));
        }
        return Flux.from(parts)
                .map(part -> fitting(name, stored, part))
                .scanWith(
                        () -> new Part((long) stored.shape[0], null),
                        (before, part) -> new Part(before.rows + before.length(), part))
                .concatMap(
                        part -> Disk.run(storage.name(), "appending", () -> {
                            if (part.array != null) {
                                write(
                                        folder.resolve(stored.file),
                                        Math.multiplyExact(part.rows, stored.rowBytes()),
                                        List.of(part.array));
                            }
                            return part.rows + part.length();
                        }),
                        1)
                .last()
                .flatMap(rows -> Disk.run(storage.name(), "appending", () -> {
                    int[] shape = stored.shape.clone();
                    shape[0] = Math.toIntExact(rows);
                    Path file = folder.resolve(stored.file);
                    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
                        channel.force(true);
                    }
                    Disk.move(file, folder.resolve(fileName(name, stored.dtype, shape)));
                    Disk.sync(folder);
                    return rows;
                }));
    }

    private record Part(long rows, @Nullable NdArray array) {
        long length() {
            return array == null ? 0 : array.length(0);
        }
    }

    private NdArray fitting(String name, Stored stored, NdArray part) {
        int[] shape = part.shape();
        boolean fits = part.dtype().equals(stored.dtype)
                && shape.length == stored.shape.length
                && Arrays.equals(shape, 1, shape.length, stored.shape, 1, shape.length);
        if (!fits) {
            throw new ValueTypeException(
                    place(name),
                    "rows of %s%s".formatted(stored.dtype.name(), Arrays.toString(stored.shape)),
                    "%s%s".formatted(part.dtype().name(), Arrays.toString(shape)));
        }
        return part;
    }

    /**
     * Loads an array.
     *
     * @signals ArtifactNotFoundException if there is none of that name; {@link CorruptDataException} if its file is shorter
     *     than its name says
     */
    public Mono<NdArray> load(String name) {
        String checked = checked(name);
        return reading(checked, stored -> read(checked, stored, 0, stored.bytes(), stored.shape));
    }

    /**
     * Loads some rows of an array, and only their bytes.
     *
     * @param from zero-based
     * @param to behind the last; rows behind the end are left out
     */
    public Mono<NdArray> load(String name, long from, long to) {
        String checked = checked(name);
        if (from < 0 || to < from) {
            throw new IllegalArgumentException("rows %d to %d (expected: 0 <= from <= to)".formatted(from, to));
        }
        return reading(checked, stored -> {
            if (stored.shape.length == 0) {
                throw new ValueTypeException(place(checked), "an array with a first axis", "a scalar");
            }
            long first = Math.min(from, stored.shape[0]);
            int[] shape = stored.shape.clone();
            shape[0] = Math.toIntExact(Math.min(to, stored.shape[0]) - first);
            return read(checked, stored, first * stored.rowBytes(), shape[0] * stored.rowBytes(), shape);
        });
    }

    private interface Loading {
        NdArray of(Stored stored) throws IOException;
    }

    /** Reads again if the file was renamed by an append between finding and opening it. */
    private Mono<NdArray> reading(String name, Loading loading) {
        return Disk.run(storage.name(), "loading an array", () -> {
            for (int i = 0; ; i++) {
                Stored stored = found(name);
                try {
                    return loading.of(stored);
                } catch (NoSuchFileException e) {
                    if (i >= TRIES) {
                        throw e;
                    }
                }
            }
        });
    }

    private NdArray read(String name, Stored stored, long offset, long length, int[] shape) throws IOException {
        try (FileChannel channel =
                FileChannel.open(folder.resolve(stored.file), StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS)) {
            if (channel.size() < stored.bytes()) {
                throw new CorruptDataException(
                        storage.name(),
                        place(name),
                        "%d bytes (expected: at least %d, as its name tells)".formatted(channel.size(), stored.bytes()),
                        null);
            }
            ByteBuffer bytes = ByteBuffer.allocate(Math.toIntExact(length));
            while (bytes.hasRemaining() && channel.read(bytes, offset + bytes.position()) >= 0) {
                continue;
            }
            return NdArray.wrap(stored.dtype, shape, bytes.array(), 0);
        }
    }

    /** Returns the file that counts; an append of another process may rename it at any time. */
    private Stored found(String name) throws IOException {
        for (int i = 0; ; i++) {
            List<String> files = files(name);
            String current = current().get(name);
            String file =
                    current != null && files.contains(current) ? current : files.size() == 1 ? files.get(0) : null;
            if (file != null) {
                Matcher matcher = FILE.matcher(file);
                if (!matcher.matches()) {
                    throw new IllegalStateException(file);
                }
                return new Stored(file, dtype(name, matcher.group(3)), shape(name, matcher.group(2)));
            }
            if (i >= TRIES) {
                if (files.isEmpty()) {
                    throw new ArtifactNotFoundException(storage.name(), key + "/" + name);
                }
                throw new ArtifactConflictException(
                        storage.name(),
                        key,
                        "array \"%s\" has %d files, and none is known to be its last (expected: one; save it anew)"
                                .formatted(name, files.size()));
            }
            if (files.isEmpty() && i > 2) {
                throw new ArtifactNotFoundException(storage.name(), key + "/" + name);
            }
        }
    }

    private List<String> files(String name) throws IOException {
        List<String> files = new ArrayList<>();
        for (String file : Disk.names(folder)) {
            Matcher matcher = FILE.matcher(file);
            if (matcher.matches() && matcher.group(1).equals(name) && Disk.isFile(folder.resolve(file))) {
                files.add(file);
            }
        }
        return files;
    }

    private Map<String, String> current() throws IOException {
        Map<String, String> current = new TreeMap<>();
        Optional.ofNullable(Disk.readObject(folder.resolve(CURRENT), storage.name()))
                .ifPresent(json -> json.forEach((name, file) -> current.put(name, String.valueOf(file))));
        return current;
    }

    private interface Change {
        boolean make() throws IOException;
    }

    private Mono<Void> changing(String operation, Change change) {
        return Mono.defer(() -> {
            refuseIfReadOnly(operation);
            return Mono.usingWhen(
                            storage.locks().acquire("arrays " + key, PATIENCE),
                            lease -> Disk.run(storage.name(), operation, change::make),
                            lease -> lease.release())
                    .then();
        });
    }

    private void refuseIfReadOnly(String operation) {
        if (storage.isReadOnly()) {
            throw new ReadOnlyStoreException(storage.name(), operation);
        }
    }

    private static void write(Path file, long offset, List<NdArray> arrays) throws IOException {
        try (FileChannel channel = FileChannel.open(
                file, StandardOpenOption.CREATE, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS)) {
            long at = offset;
            for (NdArray array : arrays) {
                ByteBuffer bytes = array.asBuffer();
                while (bytes.hasRemaining()) {
                    at += channel.write(bytes, at);
                }
            }
            channel.force(true);
        }
    }

    private static String fileName(String name, DType dtype, int[] shape) {
        return name
                + SEPARATOR
                + Arrays.stream(shape).mapToObj(Integer::toString).collect(Collectors.joining("_"))
                + SEPARATOR
                + dtype.name();
    }

    private DType type(String name, NdArray array) {
        if (!TYPES.containsValue(array.dtype())) {
            throw new UnsupportedDataException(
                    storage.name(),
                    place(name),
                    "elements of type %s (expected: numbers or truth values, little-endian)"
                            .formatted(array.dtype().code()),
                    null);
        }
        return array.dtype();
    }

    private DType dtype(String name, String text) {
        DType known = TYPES.get(text);
        if (known != null) {
            return known;
        }
        try {
            return DType.of(text); // texts, as the framework writes them
        } catch (IllegalArgumentException e) {
            throw new CorruptDataException(storage.name(), place(name), "type " + text + " in its name", e);
        }
    }

    private int[] shape(String name, String text) {
        try {
            return text.isEmpty()
                    ? new int[0]
                    : Arrays.stream(text.split("_")).mapToInt(Integer::parseInt).toArray();
        } catch (NumberFormatException e) {
            throw new CorruptDataException(storage.name(), place(name), "shape " + text + " in its name", e);
        }
    }

    private String place(String name) {
        return "array \"%s\" of \"%s\"".formatted(name, key);
    }

    private static boolean isName(String name) {
        return IsfKeys.isPart(name) && !name.contains(SEPARATOR) && !name.endsWith("_") && !name.endsWith(SAVING);
    }

    private static String checked(String name) {
        if (!isName(name)) {
            throw new InvalidNameException(
                    "array", name, "letters, digits, - _ . without __, not ending in _ or " + SAVING);
        }
        return name;
    }
}
