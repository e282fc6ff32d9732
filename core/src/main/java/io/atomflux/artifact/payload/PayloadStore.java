package io.atomflux.artifact.payload;

import io.atomflux.artifact.ArtifactStore;
import io.atomflux.artifact.StoreRegistry;
import io.atomflux.artifact.codec.Codecs;
import io.atomflux.artifact.codec.DataPak;
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
import java.util.Optional;
import java.util.function.Function;
import java.util.function.LongConsumer;
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
    private final Optional<StoreRegistry> registry;

    private PayloadStore(
            PayloadPlace place, PayloadFormat format, long limit, boolean readOnly, Optional<StoreRegistry> registry) {
        this.place = place;
        this.format = format;
        this.limit = limit;
        this.readOnly = readOnly;
        this.registry = registry;
    }

    private static PayloadStore in(PayloadPlace place) {
        return new PayloadStore(place, PayloadFormat.DEFAULT, DEFAULT_LIMIT, false, Optional.empty());
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
        return new PayloadStore(place, Objects.requireNonNull(value, "format"), limit, readOnly, registry);
    }

    /** Returns this store with another limit of bytes for values that are read as a whole; 1 GiB unless set. */
    public PayloadStore limit(long bytes) {
        if (bytes < 1 || bytes > Integer.MAX_VALUE - 64) {
            throw new IllegalArgumentException("limit: %d (expected: 1 to 2^31 - 65)".formatted(bytes));
        }
        return new PayloadStore(place, format, bytes, readOnly, registry);
    }

    /** Returns this store without the right to change anything. */
    public PayloadStore readOnly() {
        return new PayloadStore(place, format, limit, true, registry);
    }

    /**
     * Returns this store with a registry that tells where other artifact stores are: addresses {@code store://id/scope/name}
     * of theirs are read there, wherever they were moved, if the registry knows. Writing, deleting and listing stay here.
     *
     * <p>A store is opened for each payload that is read in it, and closed thereafter.
     */
    public PayloadStore registry(StoreRegistry stores) {
        return new PayloadStore(
                place, format, limit, readOnly, Optional.of(Objects.requireNonNull(stores, "registry")));
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
        check(url);
        return stored(url);
    }

    /** Guards the form of an address that is to be read. */
    private void check(PayloadUrl url) {
        if (registry.isEmpty() || url.store().isEmpty()) {
            place.check(url);
        }
    }

    private Flux<ByteBuffer> stored(PayloadUrl url) {
        String id = url.store().orElse(null);
        if (registry.isEmpty() || id == null) {
            return place.read(url);
        }
        return place.owns(url)
                .flatMapMany(own -> own
                        ? place.read(url)
                        : Flux.usingWhen(
                                registry.get().find(id),
                                store -> new ArtifactPlace(store).read(url),
                                ArtifactStore::close));
    }

    /** Tells whether a payload is or was in this store. */
    Mono<Boolean> owns(PayloadUrl url) {
        return place.owns(url);
    }

    /**
     * Reads the stored bytes, comparing length and hash.
     *
     * @signals {@link CorruptDataException} naming the address, at the end if only the hash differs
     */
    public Flux<ByteBuffer> read(PayloadRef ref) {
        check(ref.url());
        return Flux.defer(() -> {
            Checked checked = new Checked(ref);
            return stored(ref.url()).doOnNext(checked::next).concatWith(Mono.fromRunnable(checked::end));
        });
    }

    /**
     * Reads a value, as the payload itself says it was encoded.
     *
     * <p>A payload without a header is what was given as bytes, or a value that MLtraq wrote; nothing beside it tells which. For
     * {@code Bytes} it is the stored bytes as they are. For every other type what begins as DATAPAK does is its value, see
     * {@link DataPak}, with frames as tables where the codec {@code arrow} is on the class path; all else is {@code Bytes}.
     * What begins so and is none, e.g. a pickle of other Python code, is an error, not taken for bytes.
     *
     * @signals {@link ValueTypeException} if it is of another type; {@link LimitExceededException} if it is greater than the
     *     limit; {@link CorruptDataException} if it was cut or changed
     */
    public <T> Mono<T> readObject(PayloadUrl url, Class<T> type) {
        check(url);
        return whole(stored(url), url)
                .flatMap(stored -> decoded(stored, url, type != Bytes.class))
                .map(value -> typed(value.orElse(null), type, url));
    }

    /**
     * Reads a value, comparing length and hash of the stored bytes too. The reference tells values from what was given as
     * bytes, which is {@code Bytes} here, unless it is asked for as another type than {@code Bytes} or {@code Object}.
     *
     * @signals as {@link #readObject(PayloadUrl, Class)}
     */
    public <T> Mono<T> readObject(PayloadRef ref, Class<T> type) {
        boolean value = !ref.codec().equals(PayloadRef.RAW) || !type.isAssignableFrom(Bytes.class);
        return whole(read(ref), ref.url())
                .flatMap(stored -> decoded(stored, ref.url(), value))
                .map(read -> typed(read.orElse(null), type, ref.url()));
    }

    /**
     * Reads a value of MLtraq with the values of all its data stores in their places, at any depth, as MLtraq does when it
     * loads; {@link #readObject} leaves them as {@link DataPak.Tagged} addresses.
     *
     * @signals as {@link #readObject(PayloadUrl, Class)}; {@link CorruptDataException} if data stores hold each other in a
     *     circle; {@link LimitExceededException} if they are together greater than the limit
     */
    public <T> Mono<T> readWhole(PayloadUrl url, Class<T> type) {
        check(url);
        return Mono.defer(() -> new DataStores(this, limit).read(url)).map(value -> typed(value, type, url));
    }

    /** Reads a value and adds the size of its stored bytes. */
    Mono<Object> readCounted(PayloadUrl url, LongConsumer size) {
        check(url);
        return whole(stored(url), url)
                .doOnNext(stored -> size.accept(stored.length()))
                .flatMap(stored -> decoded(stored, url, true))
                .flatMap(Mono::justOrEmpty);
    }

    /** Returns a value that is read when asked for. */
    public <T> Lazy<T> lazy(PayloadRef ref, Class<T> type) {
        check(ref.url());
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

    /** Decodes by the header; without one, what MLtraq wrote is decoded if asked for. */
    private Mono<Optional<Object>> decoded(Bytes stored, PayloadUrl url, boolean value) {
        if (!PayloadEnvelope.marks(stored)) {
            return value && DataPak.begins(stored)
                    ? DataPak.read(stored, Codecs.installed())
                            .map(Optional::of)
                            .defaultIfEmpty(Optional.empty())
                            .onErrorMap(
                                    CorruptDataException.class,
                                    e -> new CorruptDataException(name(), url.toString(), advised(e), e))
                            .onErrorMap(
                                    UnsupportedDataException.class,
                                    e -> new UnsupportedDataException(name(), url.toString(), advised(e), e))
                    : Mono.just(Optional.of(stored));
        }
        return Mono.fromSupplier(() -> {
            PayloadEnvelope.Opened opened = PayloadEnvelope.read(stored, limit, name(), url.toString());
            return Optional.ofNullable(
                    opened.codec().equals(PayloadCodec.MARKED.id())
                            ? unmarked(opened.value(), url.toString())
                            : opened.value());
        });
    }

    private static String advised(AtomfluxException failure) {
        return "it begins as a value of MLtraq and is none, or damaged; ask for Bytes to get it as it is: "
                + failure.getMessage();
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
        return stored(url)
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
