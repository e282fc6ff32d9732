package io.atomflux.loader;

import io.atomflux.error.MissingValueException;
import io.atomflux.error.SampleFailedException;
import io.atomflux.error.ValueTypeException;
import io.atomflux.value.NdArray;
import io.atomflux.value.Row;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Looks at samples whose content decides where batches end: leaves out those that a filter does not want, and counts atoms. A sample
 * that cannot be looked at, e.g. since it does not decode, keeps its place and becomes a bad row there; so all ranks agree.
 */
final class Look {

    static final String NUMBERS = "arrays.numbers";

    private final Settings settings;
    private final Epoch epoch;
    private final OnPool pool;

    Look(Settings settings, Epoch epoch, OnPool pool) {
        this.settings = settings;
        this.epoch = epoch;
        this.pool = pool;
    }

    /** Returns the keys that are looked at; null for all. */
    @Nullable
    List<String> keys() {
        Set<String> keys = new LinkedHashSet<>();
        for (Settings.Filter filter : settings.filters) {
            List<String> its = filter.keys();
            if (its == null) {
                return null;
            }
            keys.addAll(its);
        }
        if (settings.atoms > 0) {
            keys.add(NUMBERS);
        }
        return List.copyOf(keys);
    }

    /**
     * Looks at samples, on a pool whose threads may work long.
     *
     * @param wholeRows whether more was read than is looked at, so that what does not decode may be somewhere else in the row
     * @return cold; those that stay; never fails, as a failure is a part of the piece
     */
    Mono<Piece> at(Piece piece, boolean wholeRows) {
        return (wholeRows ? onlyNeeded(piece) : Mono.just(piece))
                .flatMap(known -> pool.call(interest -> looked(known, interest), Piece::failed))
                .onErrorResume(failure -> Mono.just(Piece.failed(failure)));
    }

    /** Reads of samples that do not decode as a whole once more what is looked at. */
    private Mono<Piece> onlyNeeded(Piece piece) {
        List<String> keys = keys();
        if (keys == null || piece.samples().stream().noneMatch(sample -> sample.problem() != null)) {
            return Mono.just(piece);
        }
        return Flux.fromIterable(piece.samples())
                .concatMap(sample -> sample.problem() == null ? Mono.just(sample) : again(sample, keys), 1)
                .collectList()
                .map(samples -> new Piece(samples, piece.slots(), piece.failure()));
    }

    private Mono<Fetched> again(Fetched sample, List<String> keys) {
        return settings.feeds
                .get(sample.source())
                .at(new long[] {sample.position()}, keys)
                .next()
                .map(row -> sample.with(row, sample.problem()))
                .onErrorResume(WindowReader::isOfRow, still -> Mono.just(sample));
    }

    private Piece looked(Piece piece, OnPool.Interest interest) {
        List<Fetched> kept = new ArrayList<>(piece.samples().size());
        for (Fetched sample : piece.samples()) {
            interest.check();
            try {
                Fetched looked = looked(sample);
                if (looked != null) {
                    kept.add(looked);
                }
            } catch (SampleFailedException failure) {
                return new Piece(kept, piece.slots(), failure);
            }
        }
        return new Piece(kept, piece.slots(), piece.failure());
    }

    private @Nullable Fetched looked(Fetched sample) {
        Row row = sample.row();
        if (row == null || row.isReserved()) {
            return sample;
        }
        try {
            for (Settings.Filter filter : settings.filters) {
                if (!epoch.guarded(sample, "the filter", seen(row, filter.keys()), filter.keep()::test)) {
                    return null;
                }
            }
            return settings.atoms > 0 ? sample.withAtoms(atoms(row, sample)) : sample;
        } catch (SampleFailedException failure) {
            throw failure;
        } catch (RuntimeException problem) {
            return sample.with(null, sample.problem() == null ? problem : sample.problem());
        }
    }

    /** Shows a filter its keys and no others, whatever was read, and all of them decoded: else ranks might disagree. */
    private static Row seen(Row row, @Nullable List<String> keys) {
        if (keys == null) {
            return row;
        }
        Row seen = row.only(keys);
        for (int i = 0; i < seen.size(); i++) {
            seen.valueAt(i);
        }
        return seen;
    }

    private int atoms(Row row, Fetched sample) {
        Object numbers = row.get(NUMBERS);
        if (numbers instanceof NdArray array && array.rank() > 0) {
            return array.length(0);
        }
        String store = epoch.store(sample.source());
        throw numbers == null
                ? new MissingValueException(store, sample.position(), NUMBERS)
                : new ValueTypeException(
                        "row %d, key %s in %s".formatted(sample.position(), NUMBERS, store),
                        "an array with an entry for each atom",
                        numbers.getClass().getSimpleName());
    }
}
