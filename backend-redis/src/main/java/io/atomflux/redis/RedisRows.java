package io.atomflux.redis;

import io.atomflux.adapter.PolledLocks;
import io.atomflux.error.ReadOnlyStoreException;
import io.atomflux.error.RowOutOfBoundsException;
import io.atomflux.error.StoreNotFoundException;
import io.atomflux.error.StoreUnavailableException;
import io.atomflux.redis.Commands.Command;
import io.atomflux.spi.Capability;
import io.atomflux.spi.Columns;
import io.atomflux.spi.LeaseLock;
import io.atomflux.spi.ReadRequest;
import io.atomflux.spi.RowBackend;
import io.atomflux.spi.RowReader;
import io.atomflux.spi.Write;
import io.atomflux.value.BlobRow;
import io.atomflux.value.Bytes;
import io.atomflux.value.Change;
import io.atomflux.value.KeySet;
import io.atomflux.value.Revision;
import io.atomflux.value.Version;
import io.atomflux.value.Versioned;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * One opening of one group, in the layout of asebytes 0.3 (its Redis layout).
 *
 * <p>A store without rows looks like one that was never made, so reading a missing one finds no rows; a handle for reading
 * only looks for other traces of it, and says so if there is none.
 */
final class RedisRows implements RowBackend<BlobRow> {

    private static final byte[] NONE = {};
    private static final long FAR = 1L << 52;

    static { // loads here, on the thread of whoever opens a store, what has to wait for files
        Objects.requireNonNull(Lua.READ);
        Objects.requireNonNull(Tokens.next());
    }

    private final Commands commands;
    private final Layout layout;
    private final String name;
    private final boolean readOnly;
    private final Limits limits;
    private final Flux<String> groups;
    private final RedisSpace beside;
    private final LeaseLock leases;
    private final Mono<Void> closed;
    private final Calls calls;
    private final KeySets sets = new KeySets();
    private volatile long sizeSeen = -1;
    private @Nullable Writers writers; // guarded by this
    private volatile Wanted wanted = new Wanted(Columns.ALL, null, NONE);

    /** Which keys to read, prepared. */
    record Wanted(Columns columns, @Nullable KeySet keys, byte[] packed) {}

    /**
     * @param name how messages name the store, without credentials
     * @param groups lists the groups of the same place
     * @param release gives back what the commands need, once all calls have ended
     */
    RedisRows(
            Commands commands,
            Layout layout,
            String name,
            boolean readOnly,
            Limits limits,
            Flux<String> groups,
            Mono<Void> release) {
        this.commands = commands;
        this.layout = layout;
        this.name = name;
        this.readOnly = readOnly;
        this.limits = limits;
        this.groups = groups;
        this.calls = new Calls(name);
        this.beside = new RedisSpace(commands, name, layout.beside("atomflux-leases"), limits.deadline(), Mono.empty());
        this.leases = PolledLocks.of(beside.locks());
        this.closed = giveBack(release);
    }

    @Override
    public Class<BlobRow> rowType() {
        return BlobRow.class;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Set<Capability> capabilities() {
        return readOnly
                ? EnumSet.of(Capability.GROUPS, Capability.VERSIONS, Capability.CHANGES)
                : EnumSet.complementOf(EnumSet.of(Capability.EMPTY_ROWS, Capability.SNAPSHOT));
    }

    @Override
    public long maxAtomicRows() {
        return limits.atomicRows();
    }

    Limits limits() {
        return limits;
    }

    int running() {
        return calls.running();
    }

    /** Returns the size seen last, whoever saw it; negative before the first. */
    long sizeSeen() {
        return sizeSeen;
    }

    void seen(long size) {
        sizeSeen = size;
    }

    // reading

    @Override
    public Mono<Long> size() {
        return calls.reading(sizeNow());
    }

    Mono<Long> sizeNow() {
        return commands.call(layout.list, Command.LLEN, List.of())
                .map(Long.class::cast)
                .flatMap(size -> size == 0 ? existing(size) : Mono.just(size))
                .doOnNext(this::seen)
                .onErrorMap(Commands.Unanswered.class, this::unavailable);
    }

    /**
     * Lets an answer of no rows pass if the store was ever written to.
     *
     * <p>Only a handle for reading asks: there a mistyped group must not look like an empty one. Of one that Python cleared
     * nothing is left, unless Atomflux wrote to it once.
     */
    private <T> Mono<T> existing(T answer) {
        if (!readOnly) {
            return Mono.just(answer);
        }
        return Flux.just(layout.control, layout.counter, layout.list)
                .concatMap(key -> commands.call(key, Command.TYPE, List.of()))
                .any(type -> !Layout.text(type).equals("none"))
                .map(found -> {
                    if (!found) {
                        throw new StoreNotFoundException(name, "a group that Atomflux or asebytes wrote to");
                    }
                    return answer;
                });
    }

    private StoreUnavailableException unavailable(Commands.Unanswered lost) {
        return new StoreUnavailableException(name, "no reply in time", lost);
    }

    Wanted wanted(Columns columns) {
        Wanted known = wanted;
        if (!known.columns.equals(columns)) {
            known = columns.keys()
                    .map(keys -> new Wanted(columns, KeySet.of(keys), Pack.keys(keys)))
                    .orElseGet(() -> new Wanted(columns, null, NONE));
            wanted = known;
        }
        return known;
    }

    /**
     * Reads rows of one moment.
     *
     * @param positions as {@code read.lua} takes them
     * @param before a position whose sort key is to be told as well, or nothing
     */
    Mono<Rows> read(byte[] positions, long maxBytes, Wanted wanted, byte[] before) {
        Mono<Rows> reading = commands.eval(
                        Lua.READ,
                        List.of(layout.list),
                        List.of(layout.rowPrefix, positions, Layout.bytes(maxBytes), wanted.packed, before))
                .map(reply -> Rows.of((byte[]) reply, wanted.keys, sets, name))
                .flatMap(rows -> rows.size == 0 ? existing(rows) : Mono.just(rows))
                .doOnNext(rows -> seen(rows.size))
                .onErrorMap(Commands.Unanswered.class, this::unavailable);
        return calls.reading(reading);
    }

    private <T> Mono<T> one(long index, Columns columns, BiFunction<Rows, BlobRow, T> result) {
        return Mono.defer(() -> read(position(index), 1, wanted(columns), NONE)).map(rows -> {
            if (rows.rows.length == 0) {
                throw new RowOutOfBoundsException(index, rows.size, name);
            }
            return result.apply(rows, rows.rows[0]);
        });
    }

    private static byte[] position(long index) {
        return Layout.bytes(Math.max(-FAR, Math.min(FAR, index))); // scripts count in floating point
    }

    @Override
    public Mono<BlobRow> get(long index, Columns columns) {
        return columns.keys().isPresent() ? one(index, columns, (rows, row) -> row) : whole(index);
    }

    private Mono<BlobRow> whole(long index) {
        return calls.reading(commands.eval(Lua.GET, List.of(layout.list), List.of(layout.rowPrefix, position(index)))
                .flatMap(reply -> reply.equals(0L) ? existing(reply) : Mono.just(reply))
                .map(reply -> {
                    if (reply instanceof byte[] packed) {
                        return Rows.one(packed, sets, name);
                    }
                    throw new RowOutOfBoundsException(index, (Long) reply, name);
                })
                .onErrorMap(Commands.Unanswered.class, this::unavailable));
    }

    @Override
    public RowReader<BlobRow> reader(ReadRequest request) {
        return new RedisReader(this, request);
    }

    @Override
    public Mono<Versioned<BlobRow>> getVersioned(long index) {
        return one(index, Columns.ALL, (rows, row) -> new Versioned<>(row, version(rows.last, row)));
    }

    /** Makes what {@code unchanged} of the prologue compares: sort key, SHA-1 over the sorted fields, and the fields. */
    private static Version version(byte[] sortKey, BlobRow row) {
        MessageDigest digest;
        try {
            digest = MessageDigest.getInstance("SHA-1");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-1", e);
        }
        List<Integer> order = new ArrayList<>();
        for (int i = 0; i < row.size(); i++) {
            order.add(i);
        }
        order.sort(Comparator.comparing(row.keySet()::encoded));
        List<Bytes> fields = new ArrayList<>();
        for (int i : order) {
            Bytes field = row.keySet().encoded(i);
            Bytes value = row.valueAt(i);
            // lengths first, so that no two rows give the same bytes
            digest.update((field.length() + ":" + value.length() + ":").getBytes(StandardCharsets.US_ASCII));
            digest.update(field.asBuffer());
            digest.update(value.asBuffer());
            fields.add(field);
        }
        byte[] hex = HexFormat.of().formatHex(digest.digest()).getBytes(StandardCharsets.US_ASCII);
        return new Version(Bytes.wrap(Pack.version(sortKey, hex, fields)));
    }

    // writing

    /** Returns the writers of this group, taken at the first change. */
    Writers writers() {
        synchronized (this) {
            Writers taken = writers;
            if (taken == null) {
                taken = Writers.take(commands, layout, name, limits);
                writers = taken;
            }
            return taken;
        }
    }

    @Override
    public Mono<Long> apply(Write<BlobRow> write) {
        if (readOnly) {
            return Mono.error(() -> new ReadOnlyStoreException(name, write.operation()));
        }
        return calls.detached(cancelled -> new RedisWrite(this, writers(), limits, cancelled)
                .run(write)
                .onErrorMap(Commands.Unanswered.class, this::unavailable));
    }

    @Override
    public Mono<Void> remove() {
        if (readOnly) {
            return Mono.error(() -> new ReadOnlyStoreException(name, "remove"));
        }
        return calls.detached(cancelled -> new Removal(this, commands, layout, limits)
                .run()
                .onErrorMap(Commands.Unanswered.class, this::unavailable));
    }

    // the rest

    @Override
    public Flux<String> groups() {
        return calls.reading(groups.collectList()).flatMapIterable(found -> found);
    }

    @Override
    public Flux<Change> changes(Optional<Revision> from) {
        return Flux.defer(() -> new Follower(commands, layout, calls, name).follow(from));
    }

    @Override
    public Flux<String> verify() {
        return calls.reading(sizeNow()
                        .then(new Verification(commands, layout, limits).run().collectList()))
                .flatMapIterable(found -> found)
                .onErrorMap(Commands.Unanswered.class, this::unavailable);
    }

    @Override
    public Mono<Void> close() {
        return Mono.defer(() -> {
            calls.close();
            return closed;
        });
    }

    @Override
    public Optional<LeaseLock> leases() {
        return Optional.of(leases);
    }

    private Mono<Void> giveBack(Mono<Void> release) {
        return calls.whenIdle()
                .then(Mono.defer(() -> {
                    Writers taken;
                    synchronized (this) {
                        taken = writers;
                        writers = null;
                    }
                    return taken == null ? Mono.<Void>empty() : taken.release();
                }))
                .then(beside.close())
                .then(release)
                .cache();
    }
}
