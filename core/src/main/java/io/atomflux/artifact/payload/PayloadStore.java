package io.atomflux.artifact.payload;

import io.atomflux.artifact.ArtifactStore;
import io.atomflux.artifact.payload.PayloadPlace.Item;
import io.atomflux.artifact.spi.PayloadStorage;
import io.atomflux.error.ArtifactNotFoundException;
import io.atomflux.error.AtomfluxException;
import io.atomflux.error.CorruptDataException;
import io.atomflux.error.InvalidNameException;
import io.atomflux.error.LimitExceededException;
import io.atomflux.error.Outcome;
import io.atomflux.error.ReadOnlyStoreException;
import io.atomflux.error.UnsupportedDataException;
import io.atomflux.error.ValueTypeException;
import io.atomflux.value.Bytes;
import io.atomflux.value.Values;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/**
 * Values kept outside of rows and descriptors, referred to by URL and owned by a scope.
 *
 * <pre>{@code
 * PayloadStore payloads = PayloadStore.folder(Path.of("mltraq.datastore"));
 * PayloadRef ref = payloads.writeObject(Scope.owner("run-7"), NdArray.of(forces)).block();
 * NdArray back = payloads.readObject(ref, NdArray.class).block();
 * }</pre>
 *
 * <p>Every payload gets a new name and never changes. Scopes are given with each call; there is no current one. All
 * publishers are cold; opening does no I/O, and a relative path is made absolute at once. For many threads, and many
 * processes.
 *
 * <p>Signals {@link io.atomflux.error.StoreIoException}, {@link io.atomflux.error.StoreAccessException} and the errors of the
 *     storage, by every method that reads or changes
 */
public final class PayloadStore {

    private static final long DEFAULT_LIMIT = 1L << 30;

    private final PayloadPlace place;
    private final PayloadFormat format;
    private final long limit;
    private final boolean readOnly;

    private PayloadStore(PayloadPlace place, PayloadFormat format, long limit, boolean readOnly) {
        this.place = place;
        this.format = format;
        this.limit = limit;
        this.readOnly = readOnly;
    }

    private static PayloadStore in(PayloadPlace place) {
        return new PayloadStore(place, PayloadFormat.DEFAULT, DEFAULT_LIMIT, false);
    }

    /**
     * Opens a folder laid out as MLtraq 0.1 does, {@code <base>/<scope>/<name>}; addresses are {@code file:///scope/name}.
     *
     * <p>Files are written beside, synced and renamed. The folder is made with the first payload.
     */
    public static PayloadStore folder(Path base) {
        return in(new StoragePlace(new FolderPayloads(base)));
    }

    /**
     * Keeps payloads in an artifact store: a scope is an artifact under the scope's name, its payloads are that artifact's
     * files, addresses are {@code store://id/scope/name}. Each change of a scope is one commit, and copies the payloads that
     * stay: add many together.
     */
    public static PayloadStore of(ArtifactStore store) {
        return in(new ArtifactPlace(store));
    }

    /** Keeps payloads in a storage of one's own; addresses are {@code file:///scope/name}. */
    public static PayloadStore of(PayloadStorage storage) {
        return in(new StoragePlace(storage));
    }

    /** Returns this store with another way to encode values; reading needs none. */
    public PayloadStore format(PayloadFormat value) {
        return new PayloadStore(place, Objects.requireNonNull(value, "format"), limit, readOnly);
    }

    /** Returns this store with another limit of bytes for values that are read as a whole; 1 GiB unless set. */
    public PayloadStore limit(long bytes) {
        if (bytes < 1 || bytes > Integer.MAX_VALUE - 64) {
            throw new IllegalArgumentException("limit: %d (expected: 1 to 2^31 - 65)".formatted(bytes));
        }
        return new PayloadStore(place, format, bytes, readOnly);
    }

    /** Returns this store without the right to change anything. */
    public PayloadStore readOnly() {
        return new PayloadStore(place, format, limit, true);
    }

    /** Returns the place for messages, without credentials. */
    public String name() {
        return place.name();
    }

    /** Makes a scope known as told; needed before deleting one that another program filled, else done by writing. */
    public Mono<Void> register(Scope scope) {
        return changing("register", place.register(scope));
    }

    /**
     * Writes bytes, and nothing else: what another program reads from the place are these bytes.
     *
     * @param content requested as it is stored; subscribed again if another change of a scope in an artifact store came between
     */
    public Mono<PayloadRef> write(Scope scope, Publisher<ByteBuffer> content) {
        return writeAll(scope, List.of(Payload.raw(content))).map(refs -> refs.get(0));
    }

    /**
     * Writes a value, encoded by the default format.
     *
     * @throws IllegalArgumentException if it is not of the closed set of values, naming its type
     */
    public Mono<PayloadRef> writeObject(Scope scope, Object value) {
        return writeAll(scope, List.of(Payload.of(value))).map(refs -> refs.get(0));
    }

    /** Writes a value, encoded as told. */
    public Mono<PayloadRef> writeObject(Scope scope, Object value, PayloadFormat how) {
        return writeAll(scope, List.of(Payload.of(value, how))).map(refs -> refs.get(0));
    }

    /** Writes payloads, all or (if one fails) none; the references are in their order. */
    public Mono<List<PayloadRef>> writeAll(Scope scope, List<Payload> payloads) {
        Objects.requireNonNull(scope, "scope");
        List<Payload> all = List.copyOf(payloads);
        return changing("write", Mono.defer(() -> {
            if (all.isEmpty()) {
                return place.register(scope).thenReturn(List.of());
            }
            List<Written> written = new ArrayList<>();
            List<Item> items = new ArrayList<>();
            for (Payload payload : all) {
                Written one = new Written(payload);
                written.add(one);
                items.add(new Item(PayloadBatch.name(), one.content()));
            }
            return place.add(scope, items).map(urls -> {
                List<PayloadRef> refs = new ArrayList<>();
                for (int i = 0; i < urls.size(); i++) {
                    refs.add(written.get(i).ref(urls.get(i)));
                }
                return List.copyOf(refs);
            });
        }));
    }

    /**
     * Gives a scope new payloads in place of all it has: writes them, lets the caller store the references, and only then
     * removes the old ones.
     *
     * <p>If writing or {@code publish} fails, the new ones are removed and the old ones stay; where nobody can tell whether
     * it took effect (see {@link AtomfluxException#outcome}), or it is cancelled, both stay, for a collector to decide.
     *
     * @param publish stores the references where they are looked for; subscribed once
     * @return the references
     */
    public Mono<List<PayloadRef>> replaceScope(
            Scope scope, List<Payload> payloads, Function<List<PayloadRef>, Mono<Void>> publish) {
        return changing("replace", place.list(scope).map(PayloadEntry::url).collectList())
                .flatMap(old -> writeAll(scope, payloads)
                        .flatMap(refs -> published(scope, refs, publish)
                                .then(old.isEmpty() ? Mono.empty() : place.delete(scope.name(), old))
                                .thenReturn(refs)));
    }

    private Mono<Void> published(Scope scope, List<PayloadRef> refs, Function<List<PayloadRef>, Mono<Void>> publish) {
        List<PayloadUrl> urls = refs.stream().map(PayloadRef::url).toList();
        return Mono.defer(() -> publish.apply(refs)).onErrorResume(failure -> {
            boolean certain = !(failure instanceof AtomfluxException known) || known.outcome() == Outcome.NOT_APPLIED;
            return certain && !urls.isEmpty()
                    ? place.delete(scope.name(), urls).onErrorComplete().then(Mono.error(failure))
                    : Mono.error(failure);
        });
    }

    /**
     * Reads the stored bytes, in bounded buffers.
     *
     * @signals {@link io.atomflux.error.ArtifactNotFoundException} naming the address, if there is no such payload
     * @throws io.atomflux.error.InvalidNameException if it is an address of another kind of store
     */
    public Flux<ByteBuffer> read(PayloadUrl url) {
        place.check(url);
        return place.read(url);
    }

    /**
     * Reads the stored bytes, comparing length and hash.
     *
     * @signals {@link CorruptDataException} naming the address, at the end if only the hash differs
     */
    public Flux<ByteBuffer> read(PayloadRef ref) {
        place.check(ref.url());
        return Flux.defer(() -> {
            Checked checked = new Checked(ref);
            return place.read(ref.url()).doOnNext(checked::next).concatWith(Mono.fromRunnable(checked::end));
        });
    }

    /**
     * Reads a value, as the payload itself says it was encoded.
     *
     * @param type of the value; {@code Bytes} for the bytes of a payload that was given as bytes, or that MLtraq wrote, which
     *     are decoded for any other type
     * @signals {@link ValueTypeException} if it is of another type; {@link LimitExceededException} if it is greater than the
     *     limit; {@link CorruptDataException} if it was cut or changed
     */
    public <T> Mono<T> readObject(PayloadUrl url, Class<T> type) {
        place.check(url);
        return whole(place.read(url), url).map(stored -> typed(decoded(stored, url, type), type, url));
    }

    /** Reads a value, comparing length and hash of the stored bytes too. */
    public <T> Mono<T> readObject(PayloadRef ref, Class<T> type) {
        return whole(read(ref), ref.url()).map(stored -> typed(decoded(stored, ref.url(), type), type, ref.url()));
    }

    /** Returns a value that is read when asked for. */
    public <T> Lazy<T> lazy(PayloadRef ref, Class<T> type) {
        place.check(ref.url());
        return new Lazy<>(this, ref, type);
    }

    private Mono<Bytes> whole(Flux<ByteBuffer> content, PayloadUrl url) {
        return Mono.defer(() -> {
            ByteArrayOutputStream all = new ByteArrayOutputStream();
            return content.doOnNext(buffer -> {
                        long size = (long) all.size() + buffer.remaining();
                        if (size > limit) {
                            throw new LimitExceededException(
                                    "payload " + url,
                                    size,
                                    limit,
                                    "read it as a stream, or open the store with a greater limit");
                        }
                        byte[] part = new byte[buffer.remaining()];
                        buffer.duplicate().get(part);
                        all.writeBytes(part);
                    })
                    .then(Mono.fromSupplier(() -> Bytes.wrap(all.toByteArray())))
                    // Decoding and hashing take the processor; the thread that brought the bytes may be one that must
                    // not wait.
                    .publishOn(Schedulers.boundedElastic());
        });
    }

    private @Nullable Object decoded(Bytes stored, PayloadUrl url, Class<?> type) {
        if (!PayloadEnvelope.marks(stored)) {
            // Without a header it is what was given as bytes, or what MLtraq wrote: who wants bytes gets them as they
            // are.
            return type.isAssignableFrom(Bytes.class) || !PayloadEnvelope.isDataPak(stored)
                    ? stored
                    : PayloadEnvelope.decode(PayloadCodec.DATAPAK.id(), stored, name(), url.toString());
        }
        PayloadEnvelope.Opened opened = PayloadEnvelope.read(stored, limit, name(), url.toString());
        return opened.codec().equals(PayloadCodec.MARKED.id())
                ? unmarked(opened.value(), url.toString())
                : opened.value();
    }

    /** Makes what is marked as a reference lazy. */
    @Nullable
    Object unmarked(@Nullable Object stored, String where) {
        return Marks.read(stored, (mark, content) -> {
            if (!mark.equals(Marks.PAYLOAD)) {
                throw new UnsupportedDataException(
                        name(),
                        where,
                        "a value marked %s (expected: %s; read it with the class that wrote it)"
                                .formatted(mark, Marks.PAYLOAD),
                        null);
            }
            try {
                return lazy(PayloadRef.of((Map<?, ?>) Objects.requireNonNull(content)), Object.class);
            } catch (IllegalArgumentException | InvalidNameException | ClassCastException | NullPointerException e) {
                throw new CorruptDataException(name(), where, "a reference that is none: " + e.getMessage(), e);
            }
        });
    }

    /**
     * Reads a value with its marks, for those who know more marks than references; see {@link Marks#read}.
     *
     * @signals as {@link #readObject(PayloadRef, Class)}
     */
    public Mono<Object> readMarked(PayloadRef ref) {
        return whole(read(ref), ref.url()).mapNotNull(stored -> {
            if (!PayloadEnvelope.marks(stored)) {
                return stored;
            }
            PayloadEnvelope.Opened opened =
                    PayloadEnvelope.read(stored, limit, name(), ref.url().toString());
            if (!opened.codec().equals(PayloadCodec.MARKED.id())) {
                throw new ValueTypeException(
                        ref.url().toString(), "a value with marks", "one encoded as " + opened.codec());
            }
            return opened.value();
        });
    }

    /** Starts a batch of payloads that are written together. */
    public Mono<PayloadBatch> batch(Scope scope) {
        Objects.requireNonNull(scope, "scope");
        return changing("write", Mono.fromSupplier(() -> new PayloadBatch(place, this, scope, format)));
    }

    /** Tells whether an address is of the kind this store makes. */
    boolean mayHold(PayloadUrl url) {
        try {
            place.check(url);
            return true;
        } catch (InvalidNameException e) {
            return false;
        }
    }

    /** Tells whether there is nothing at an address. */
    Mono<Boolean> isMissing(PayloadUrl url) {
        return place.read(url)
                .next()
                .thenReturn(false)
                .onErrorResume(ArtifactNotFoundException.class, missing -> Mono.just(true));
    }

    /** Tells whether another store looks at the same place. */
    boolean sharesPlace(PayloadStore other) {
        return place == other.place || place.name().equals(other.place.name());
    }

    private static <T> T typed(@Nullable Object value, Class<T> type, PayloadUrl url) {
        T typed = value == null ? null : Values.as(value, type);
        if (typed == null) {
            throw new ValueTypeException(
                    url.toString(),
                    type.getSimpleName(),
                    value == null ? "null" : value.getClass().getSimpleName());
        }
        return typed;
    }

    /** Deletes one payload. */
    public Mono<DeleteReport> delete(PayloadUrl url) {
        return delete(List.of(url));
    }

    /** Deletes payloads by their addresses; one after the other where the storage has no commits. */
    public Mono<DeleteReport> delete(Collection<PayloadUrl> urls) {
        Map<String, List<PayloadUrl>> byScope = new LinkedHashMap<>();
        for (PayloadUrl url : urls) {
            place.check(url);
            byScope.computeIfAbsent(url.scope(), scope -> new ArrayList<>()).add(url);
        }
        return changing(
                "delete",
                Flux.fromIterable(byScope.entrySet())
                        .concatMap(entry -> place.delete(entry.getKey(), entry.getValue()))
                        .reduce(DeleteReport.NOTHING, DeleteReport::plus));
    }

    /**
     * Deletes all payloads of a scope, not of those below it; nothing there is no error.
     *
     * @return what was deleted, and what could not be
     * @signals {@link io.atomflux.error.StoreAccessException} if another program filled the scope and nobody registered it
     */
    public Mono<DeleteReport> deleteScope(Scope scope) {
        return changing("delete", place.deleteScope(scope));
    }

    /** Streams the payloads of a scope, ordered by name. */
    public Flux<PayloadEntry> list(Scope scope) {
        return place.list(scope);
    }

    /** Streams the payloads of all scopes. */
    public Flux<PayloadEntry> list() {
        return place.list();
    }

    /** Streams the scopes that are known: those that were written to here, or registered. */
    public Flux<Scope> scopes() {
        return place.scopes();
    }

    <T> Mono<T> changing(String operation, Mono<T> change) {
        return readOnly ? Mono.error(() -> new ReadOnlyStoreException(name(), operation)) : change;
    }

    /** Shows the place. */
    @Override
    public String toString() {
        return "PayloadStore[" + name() + "]";
    }

    /** Takes length and hash of one payload while it passes, anew with each subscription. */
    private final class Written {

        private final Payload payload;
        private volatile long length;
        private volatile String hash = "";

        Written(Payload payload) {
            this.payload = payload;
        }

        Flux<ByteBuffer> content() {
            return Flux.defer(() -> {
                MessageDigest digest = PayloadEnvelope.sha256();
                long[] size = {0};
                return bytes().doOnNext(buffer -> {
                            size[0] += buffer.remaining();
                            digest.update(buffer.duplicate());
                        })
                        .doOnComplete(() -> {
                            length = size[0];
                            hash = HexFormat.of().formatHex(digest.digest());
                        });
            });
        }

        private Flux<ByteBuffer> bytes() {
            Publisher<ByteBuffer> given = payload.bytes();
            return given != null
                    ? Flux.from(given)
                    : Mono.fromCallable(() -> PayloadEnvelope.write(payload.value(), how())
                                    .asBuffer())
                            .subscribeOn(Schedulers.boundedElastic())
                            .flux();
        }

        private PayloadFormat how() {
            return payload.format().orElse(format);
        }

        PayloadRef ref(PayloadUrl url) {
            String codec = payload.bytes() != null ? PayloadRef.RAW : how().codec();
            return new PayloadRef(url, length, hash, codec, payload.holds());
        }
    }

    /** Compares what passes with a reference. */
    private final class Checked {

        private final PayloadRef ref;
        private final MessageDigest digest = PayloadEnvelope.sha256();
        private long length;

        Checked(PayloadRef ref) {
            this.ref = ref;
        }

        void next(ByteBuffer buffer) {
            length += buffer.remaining();
            if (length > ref.length()) {
                throw damaged("longer than");
            }
            digest.update(buffer.duplicate());
        }

        void end() {
            if (length < ref.length()) {
                throw damaged("%d bytes instead of".formatted(length));
            }
            if (!HexFormat.of().formatHex(digest.digest()).equals(ref.sha256())) {
                throw damaged("other content (SHA-256) in");
            }
        }

        private CorruptDataException damaged(String how) {
            return new CorruptDataException(
                    name(),
                    ref.url().toString(),
                    "%s the %d bytes that were written".formatted(how, ref.length()),
                    null);
        }
    }
}
