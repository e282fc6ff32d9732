package io.atomflux.file.lmdb;

import io.atomflux.error.StoreChangedException;
import io.atomflux.spi.Batch;
import io.atomflux.spi.BlockingReader;
import io.atomflux.spi.Positions;
import io.atomflux.spi.ReadRequest;
import io.atomflux.value.BlobRow;
import java.io.IOException;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One stream of rows; each batch is one read transaction, unless all shall be one snapshot.
 *
 * <p>The order of the rows is that of the first batch, whose index it keeps (blocks are shared with whoever else uses
 * them). Rows whose content was replaced meanwhile show the new content; one that is gone ends the stream.
 */
final class LmdbReader implements BlockingReader<BlobRow> {

    private final LmdbStore store;
    private final ReadRequest request;
    private final Fields wanted;
    private @Nullable Environment environment;
    private @Nullable ReadTxn snapshot;
    private @Nullable State captured;
    private Positions positions = Positions.range(0, 0);
    private long done;

    LmdbReader(LmdbStore store, ReadRequest request) {
        this.store = store;
        this.request = request;
        this.wanted = store.fieldsOf(request.columns());
    }

    @Override
    public Optional<Batch<BlobRow>> next(long maxBytes) throws IOException {
        State known = captured;
        if (known != null && done == positions.count()) {
            return Optional.empty();
        }
        try {
            return known == null ? first(maxBytes) : following(known, maxBytes);
        } catch (Environment.RetiredException gone) {
            snapshot = null; // freed with its environment
            store.requireUsable();
            throw new StoreChangedException(store.name(), done);
        } catch (NativeFailure failure) {
            throw LmdbErrors.translate(failure, store.name());
        }
    }

    /** What the first batch was read in. */
    private record Begun(Environment used, ReadTxn txn, State state, Optional<Batch<BlobRow>> batch) {}

    private Optional<Batch<BlobRow>> first(long maxBytes) throws IOException {
        done = 0; // an attempt before this one may have read, and found the store busy then
        Begun begun = store.reading(request.snapshot(), (used, txn, state) -> {
            positions = request.selection().resolve(state.size(), store.name());
            Index.Loader loader = used.loader(txn, state);
            capture(state.index(), loader);
            Optional<Batch<BlobRow>> read =
                    positions.count() == 0 ? Optional.empty() : Optional.of(fill(txn, state, state, loader, maxBytes));
            return new Begun(used, txn, state, read);
        });
        // Not before: what fails after it was read gives the transaction back itself.
        environment = begun.used();
        captured = begun.state();
        snapshot = request.snapshot() ? begun.txn() : null;
        if (done == positions.count()) {
            dropSnapshot(); // nothing is left to read in it
        }
        return begun.batch();
    }

    /** Loads the index blocks of the selection, while they can still be seen. */
    private void capture(Index index, Index.Loader loader) {
        int last = -1;
        for (long i = 0; i < positions.count(); i++) {
            long position = positions.at(i);
            int block = index.blockOf(position);
            if (block != last) {
                index.block(block, loader);
                last = block;
            }
            if (positions.count() - i > 1 && positions.at(i + 1) == position + 1) {
                // consecutive: go straight to the last position in this block
                long end = index.start(block) + index.blockSize(block) - 1;
                long skip = Math.min(end - position, positions.count() - 1 - i);
                if (skip > 1 && positions.at(i + skip) == position + skip) {
                    i += skip - 1;
                }
            }
        }
    }

    private Optional<Batch<BlobRow>> following(State known, long maxBytes) throws IOException {
        Environment used = Objects.requireNonNull(environment);
        ReadTxn kept = snapshot;
        if (kept != null) {
            used.resume(kept);
            try {
                Batch<BlobRow> batch = fill(kept, known, known, used.loader(kept, known), maxBytes);
                used.requireUndisturbed(kept);
                return Optional.of(batch);
            } finally {
                used.pause();
            }
        }
        ReadTxn txn = used.begin();
        try {
            State now = used.state(txn);
            Batch<BlobRow> batch = fill(txn, known, now, used.loader(txn, now), maxBytes);
            used.requireUndisturbed(txn);
            return Optional.of(batch);
        } finally {
            used.end(txn);
        }
    }

    private Batch<BlobRow> fill(ReadTxn txn, State known, State now, Index.Loader loader, long maxBytes) {
        Fields fields = request.columns().isAll() ? now.fields() : wanted;
        BlobBatch.Builder builder = new BlobBatch.Builder(maxBytes, positions.count() - done);
        Index index = known.index();
        long from = done;
        long at = from;
        for (; at < positions.count(); at++) {
            // captured blocks are all loaded, so the loader of another state is never asked
            long sortKey = index.keyAt(positions.at(at), loader);
            Fields.Shape shape = store.scan(txn.scanner, sortKey, fields, now.fields());
            if (shape == null
                    && now.txn() != known.txn()
                    && (now.isRemoved() || !now.index().contains(sortKey, loader))) {
                if (at == from) {
                    throw new StoreChangedException(store.name(), done);
                }
                break; // emit what was read; the next batch begins with the row that is gone
            }
            if (!builder.add(txn.scanner, shape == null ? null : shape.keys(), sortKey)) {
                break;
            }
        }
        done = at;
        return builder.build(positions.part(from, at));
    }

    private void dropSnapshot() {
        ReadTxn kept = snapshot;
        if (kept != null && environment != null) {
            snapshot = null;
            environment.endPaused(kept);
        }
    }

    @Override
    public void close() {
        dropSnapshot();
    }
}
