package io.atomflux.artifact.codec;

import io.atomflux.AtomsIO;
import io.atomflux.ObjectIO;
import io.atomflux.RowView;
import io.atomflux.artifact.spi.ArtifactCodec;
import io.atomflux.artifact.spi.FileSink;
import io.atomflux.artifact.spi.FileSource;
import io.atomflux.atoms.Atoms;
import io.atomflux.error.StoreIoException;
import io.atomflux.error.ValueTypeException;
import io.atomflux.spi.OpenOptions;
import io.atomflux.spi.RowBackend;
import io.atomflux.value.Row;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/**
 * Structures and records as a collection inside the artifact.
 *
 * <p>Accepts {@link Atoms}, {@link Row}, lists of either, {@link AtomsIO} and {@link ObjectIO} (all their rows, as they are
 * when read; the store stays open), and, when named, any publisher of either. Rows are never held together.
 *
 * <p>Option {@code layout} is the suffix of the store they are kept in, e.g. {@code extxyz}, {@code lmdb}, {@code h5md} or
 * {@code zarr}, whose backend must be on the class path for writing and for reading; without it they are kept in a file of
 * msgpack that needs nothing else, {@code rows.afr}. What a layout cannot hold it refuses.
 *
 * <p>Read as {@link AtomsIO} or {@link ObjectIO} the collection is open for reading, and its files are held until it is
 * closed; as {@code Flux.class} each subscription opens and closes it; as {@code List.class} it is read whole; as {@code
 * Atoms.class} or {@code Row.class} it must be one. Asked for no type in particular, it gives what was put, a store for a
 * store or publisher.
 */
public final class RowsCodec implements ArtifactCodec {

    private static final String LAYOUT = "layout";
    private static final String OWN = "rows";
    private static final String FILE = "rows.afr";
    private static final String KIND = "kind";
    private static final String FORM = "form";

    /** For {@link java.util.ServiceLoader}. */
    public RowsCodec() {}

    @Override
    public String id() {
        return "rows";
    }

    @Override
    public int version() {
        return 1;
    }

    @Override
    public boolean accepts(Object value) {
        if (value instanceof List<?> list) {
            return !list.isEmpty()
                    && (list.get(0) instanceof Atoms || list.get(0) instanceof Row)
                    && list.stream().allMatch(list.get(0).getClass()::isInstance);
        }
        return value instanceof Atoms
                || value instanceof Row
                || value instanceof AtomsIO
                || value instanceof ObjectIO
                || value instanceof Publisher;
    }

    /** Tells whether a publisher is of rows for certain. */
    static boolean isView(Object value) {
        return value instanceof RowView;
    }

    @Override
    public Set<String> options() {
        return Set.of(LAYOUT);
    }

    private record Given(String kind, String form, Flux<Row> rows) {}

    private static Given given(Object value) {
        if (value instanceof AtomsIO store) {
            return new Given("atoms", "store", store.objects().rows());
        } else if (value instanceof ObjectIO store) {
            return new Given("objects", "store", store.rows());
        } else if (value instanceof Atoms || value instanceof Row) {
            return new Given(value instanceof Atoms ? "atoms" : "objects", "single", Flux.just(row(value)));
        } else if (value instanceof List<?> list) {
            boolean atoms = !list.isEmpty() && list.get(0) instanceof Atoms;
            return new Given(
                    atoms ? "atoms" : "objects",
                    "list",
                    Flux.fromIterable(List.copyOf(list)).map(RowsCodec::row));
        } else if (value instanceof Publisher<?> publisher) {
            return new Given("any", "store", Flux.from(publisher).map(RowsCodec::row));
        }
        throw Damage.refused(FILE, value.getClass().getName() + " (expected: structures or rows)");
    }

    private static Row row(Object element) {
        if (element instanceof Atoms atoms) {
            return atoms.toRow();
        } else if (element instanceof Row row) {
            return row;
        }
        throw Damage.refused(FILE, element.getClass().getName() + " (expected: Atoms or Row)");
    }

    @Override
    public Mono<Map<String, @Nullable Object>> write(Object value, FileSink files, Map<String, Object> options) {
        CodecOptions chosen = new CodecOptions(id(), options, options());
        String layout = chosen.text(LAYOUT);
        return Mono.defer(() -> {
            Given given = given(value);
            Map<String, @Nullable Object> parameters = new LinkedHashMap<>();
            parameters.put(KIND, given.kind());
            parameters.put(FORM, given.form());
            if (layout == null || layout.equals(OWN)) {
                parameters.put(CodecOptions.FILE, FILE);
                return files.write(FILE, RowsFile.write(given.rows())).thenReturn(parameters);
            }
            String name = OWN + "." + layout;
            parameters.put(LAYOUT, layout);
            parameters.put(CodecOptions.FILE, name);
            return files.folder(folder -> fill(folder.resolve(name), given.rows()))
                    .thenReturn(parameters);
        });
    }

    private static Mono<Void> fill(Path path, Flux<Row> rows) {
        return Mono.usingWhen(
                        Mono.fromSupplier(() -> ObjectIO.open(path)),
                        store -> store.extend(rows).flatMap(size -> size == 0 ? store.clear() : Mono.empty()),
                        store -> store.close())
                .then(Mono.<Void>fromRunnable(() -> removeLocks(path)).subscribeOn(Schedulers.boundedElastic()));
    }

    /** Locks of an engine are no content: the store is read from elsewhere, by nobody else's leave. */
    private static void removeLocks(Path path) {
        if (Files.isDirectory(path)) {
            try (Stream<Path> inside = Files.list(path)) {
                for (Path file :
                        inside.filter(found -> found.endsWith("lock.mdb")).toList()) {
                    Files.delete(file);
                }
            } catch (IOException e) {
                throw new StoreIoException(Damage.STORE, "remove the lock beside rows", e);
            }
        }
    }

    @Override
    public Mono<Object> read(
            FileSource files, Map<String, @Nullable Object> parameters, Class<?> wanted, Map<String, Object> options) {
        CodecOptions.none(id(), options);
        return Mono.defer(() -> {
            String kind = String.valueOf(parameters.get(KIND));
            String form = String.valueOf(parameters.get(FORM));
            Mono<RowBackend<?>> backend = backend(files, parameters);
            if (wanted == AtomsIO.class || wanted == ObjectIO.class) {
                return backend.map(opened -> store(opened, wanted == AtomsIO.class));
            } else if (wanted == Atoms.class || wanted == Row.class) {
                return single(backend, wanted == Atoms.class);
            } else if (wanted == List.class) {
                return list(backend, kind.equals("atoms"));
            } else if (wanted == Flux.class || wanted == Publisher.class) {
                return Mono.just(stream(backend, kind.equals("atoms")));
            } else if (form.equals("single")) {
                return single(backend, kind.equals("atoms"));
            } else if (form.equals("list")) {
                return list(backend, kind.equals("atoms"));
            }
            return backend.map(opened -> store(opened, kind.equals("atoms")));
        });
    }

    private static Mono<RowBackend<?>> backend(FileSource files, Map<String, @Nullable Object> parameters) {
        String file = ValueFile.name(FILE, parameters);
        if (parameters.get(LAYOUT) != null) {
            return FileStores.backend(files, file, OpenOptions.none());
        }
        return Mono.fromSupplier(() ->
                new RowsFileBackend(files, file, ValueFile.require(files, file).size()));
    }

    private static Object store(RowBackend<?> backend, boolean atoms) {
        if (atoms) {
            return AtomsIO.of(backend);
        }
        return ObjectIO.of(backend);
    }

    private static Flux<?> stream(Mono<RowBackend<?>> backend, boolean atoms) {
        return atoms
                ? Flux.usingWhen(backend.map(AtomsIO::of), store -> store.rows(), store -> store.close())
                : Flux.usingWhen(backend.map(ObjectIO::of), store -> store.rows(), store -> store.close());
    }

    private static Mono<Object> list(Mono<RowBackend<?>> backend, boolean atoms) {
        return stream(backend, atoms).collectList().map(list -> List.copyOf(list));
    }

    private static Mono<Object> single(Mono<RowBackend<?>> backend, boolean atoms) {
        return stream(backend, atoms).take(2).collectList().map(found -> {
            if (found.size() == 1) {
                return (Object) found.get(0);
            }
            throw new ValueTypeException("rows", "exactly one", found.isEmpty() ? "none" : "several");
        });
    }
}
