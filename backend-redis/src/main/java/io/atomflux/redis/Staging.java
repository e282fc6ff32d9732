package io.atomflux.redis;

import io.atomflux.error.AtomfluxException;
import io.atomflux.error.Outcome;
import io.atomflux.error.StoreBusyException;
import io.atomflux.error.StoreUnavailableException;
import io.atomflux.error.WriteFailedException;
import io.atomflux.redis.Commands.Command;
import io.atomflux.value.BlobRow;
import io.atomflux.value.Bytes;
import io.atomflux.value.KeySet;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Writes the rows of one change under fresh sort keys, in steps that hold the server for a moment only.
 *
 * <p>Each step needs the right to publish, which is an entry in the hash of open writes that names the first key: whoever
 * takes that away may delete the rows.
 */
final class Staging {

    private static final byte[] BEGIN = {'1'};
    private static final byte[] GO_ON = {};

    /** What one script writes. */
    private record Piece(long firstRow, List<BlobRow> rows, byte[] begins) {}

    /** Rows that wait to be published. */
    final class Held {
        private final List<BlobRow> rows;
        private final String name;
        private final long first;
        private volatile boolean published;

        private Held(List<BlobRow> rows, String name, long first) {
            this.rows = rows;
            this.name = name;
            this.first = first;
        }

        byte[] name() {
            return Layout.bytes(name);
        }

        byte[] first() {
            return Layout.bytes(first);
        }

        /** Publishes; once this was begun and its outcome is not known, nothing may be deleted any more. */
        Mono<String> publish(Mono<String> script) {
            return Mono.defer(() -> {
                        requireWanted();
                        published = true;
                        return script;
                    })
                    .doOnNext(answer -> published = !isRefusal(answer))
                    .doOnError(failure -> published =
                            failure instanceof AtomfluxException known && known.outcome() == Outcome.UNKNOWN);
        }

        private boolean isRefusal(String answer) {
            return !Character.isDigit(answer.charAt(0));
        }
    }

    private final Writers writers;
    private final Limits limits;
    private final String store;
    private final BooleanSupplier cancelled;
    private volatile @Nullable Held held;

    Staging(Writers writers, Limits limits, String store, BooleanSupplier cancelled) {
        this.writers = writers;
        this.limits = limits;
        this.store = store;
        this.cancelled = cancelled;
    }

    private void requireWanted() {
        if (cancelled.getAsBoolean()) {
            throw new StoreBusyException(store, "the caller went away before the change was published", null);
        }
    }

    /** Stages rows, unless the same ones wait already. */
    Mono<Held> stage(List<BlobRow> rows) {
        return Mono.defer(() -> {
            Held known = held;
            if (known != null && known.rows.equals(rows)) {
                return Mono.just(known);
            }
            return abandon()
                    .then(Mono.defer(() -> hold(rows)))
                    .flatMap(made -> Flux.fromIterable(pieces(rows))
                            .concatMap(piece -> write(made, piece), 1)
                            .then(Mono.just(made)));
        });
    }

    private Mono<Held> hold(List<BlobRow> rows) {
        requireWanted();
        String[] name = {""};
        return writers.send(Lua.HOLD, lease -> {
                    name[0] = lease.name();
                    return Writers.Parts.of(Layout.bytes(name[0]), Layout.bytes(rows.size()));
                })
                .onErrorMap(this::notPublished)
                .map(first -> {
                    if (!Character.isDigit(first.charAt(0))) {
                        throw refused(first);
                    }
                    Held made = new Held(rows, name[0], Long.parseLong(first));
                    held = made;
                    return made;
                });
    }

    private Mono<Void> write(Held to, Piece piece) {
        requireWanted();
        byte[] packed = Pack.rows(piece.rows);
        return writers.send(
                        Lua.STAGE,
                        lease -> Writers.Parts.of(
                                to.name(),
                                to.first(),
                                Layout.bytes(to.rows.size()),
                                Layout.bytes(to.first + piece.firstRow),
                                packed,
                                piece.begins))
                .onErrorMap(this::notPublished)
                .flatMap(answer -> answer.equals("ok") ? Mono.empty() : Mono.error(refused(answer)));
    }

    private AtomfluxException refused(String answer) {
        AtomfluxException foreign = RedisErrors.foreign(answer, store);
        return foreign != null
                ? foreign
                : new WriteFailedException(
                        store,
                        Outcome.NOT_APPLIED,
                        new StoreBusyException(store, "its rows could not be staged (" + answer + ")", null));
    }

    /** Nothing of what is staged counts before it is published, whatever became of a step. */
    private Throwable notPublished(Throwable failure) {
        return failure instanceof WriteFailedException lost
                ? new StoreUnavailableException(store, "no answer while rows were being staged", lost)
                : failure;
    }

    /** Cuts rows into what one script may write; a row that is larger alone is cut between its cells. */
    private List<Piece> pieces(List<BlobRow> rows) {
        List<Piece> pieces = new ArrayList<>();
        int from = 0;
        long bytes = 0;
        for (int i = 0; i < rows.size(); i++) {
            BlobRow row = rows.get(i);
            long size = row.byteSize();
            if (i > from && (bytes + size > limits.writeBytes() || i - from == limits.writeRows())) {
                pieces.add(new Piece(from, rows.subList(from, i), BEGIN));
                from = i;
                bytes = 0;
            }
            bytes += size;
            if (i == from && size > limits.writeBytes()) {
                cut(row, i, pieces);
                from = i + 1;
                bytes = 0;
            }
        }
        if (from < rows.size()) {
            pieces.add(new Piece(from, rows.subList(from, rows.size()), BEGIN));
        }
        return pieces;
    }

    private void cut(BlobRow row, int position, List<Piece> pieces) {
        List<String> keys = new ArrayList<>();
        List<Bytes> values = new ArrayList<>();
        long bytes = 0;
        boolean first = true;
        for (int i = 0; i < row.size(); i++) {
            keys.add(row.keySet().name(i));
            values.add(row.valueAt(i));
            bytes += row.keySet().encoded(i).length() + row.valueAt(i).length();
            if (bytes > limits.writeBytes() || i == row.size() - 1) {
                BlobRow part = BlobRow.of(KeySet.of(keys), values);
                pieces.add(new Piece(position, List.of(part), first ? BEGIN : GO_ON));
                first = false;
                keys.clear();
                values.clear();
                bytes = 0;
            }
        }
    }

    /** Deletes what was staged, unless it was published or may have been. */
    Mono<Void> abandon() {
        return Mono.defer(() -> {
            Held waiting = held;
            held = null;
            if (waiting == null || waiting.published) {
                return Mono.empty();
            }
            return writers.commands
                    .call(writers.layout.open, Command.HGET, List.of(waiting.name()))
                    .flatMap(entry -> writers.upkeep().abandon(waiting.name, (byte[]) entry))
                    .onErrorResume(failure -> Mono.empty()); // the sweeper of any client takes them
        });
    }
}
