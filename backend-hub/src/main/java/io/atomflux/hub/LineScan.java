package io.atomflux.hub;

import io.atomflux.spi.Columns;
import io.atomflux.value.Row;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Mono;

/**
 * One pass over lines of JSON, from the nearest place known to the rows of an ascending course; one call at a time, and
 * {@link #dispose} at any time: also while a call that was cancelled is still at work on another thread.
 */
final class LineScan implements Disposable {

    private final LinesEngine engine;
    private final Course course;
    private final Columns columns;
    private final int ahead;
    private final Disposable.Swap fetching = Disposables.swap(); // the pieces on their way, also if they begin too late
    private int shard = -1;
    private long first; // position of the shard's first row in the dataset
    private long row; // of the shard, of the line to come
    private @Nullable Puller<ByteBuffer> pieces;
    private @Nullable LineSplitter lines;
    private @Nullable RowMaker maker;
    private List<String> makersColumns = List.of();
    private long start; // of the piece read first, in the shard
    private boolean isNew;
    private boolean ended;
    private long ordinal;

    /** @param ahead how many pieces may be on their way at once */
    LineScan(LinesEngine engine, Course course, Columns columns, int ahead) {
        this.engine = engine;
        this.course = course;
        this.columns = columns;
        this.ahead = ahead;
    }

    long ordinal() {
        return ordinal;
    }

    /** Reads rows until the bytes are reached, or what has come is used up; none only at the end. */
    Mono<List<Row>> next(long maxBytes) {
        return Mono.defer(() -> step(maxBytes))
                .repeat()
                .takeUntil(rows -> ended || !rows.isEmpty())
                .last();
    }

    private Mono<List<Row>> step(long maxBytes) {
        if (isDisposed()) {
            return Mono.error(new CancellationException("nobody reads " + engine.name() + " in this pass any more"));
        }
        if (!course.has(ordinal)) {
            ended = true;
            return Mono.just(List.of());
        }
        LineSplitter open = lines;
        if (open == null) {
            begin();
            return Mono.just(List.of());
        }
        return Decoding.call(engine.name(), engine.decoding(), () -> rows(open, maxBytes))
                .flatMap(rows -> rows.isEmpty() ? more(open) : Mono.just(rows));
    }

    /** Opens the file in which the next position may be. */
    private void begin() {
        List<LineShard> shards = engine.shards();
        if (shard < 0) {
            List<Long> firsts = LineShard.firsts(shards);
            shard = firsts.size() - 1;
            while (shard > 0 && firsts.get(shard) > course.at(ordinal)) {
                shard--;
            }
            first = shards.isEmpty() ? 0 : firsts.get(shard);
        }
        if (shard < 0 || shard == shards.size()) {
            ended = true;
            return;
        }
        LineShard next = shards.get(shard);
        LineIndex.Mark mark = next.index().before(course.at(ordinal) - first);
        row = mark.row();
        lines = new LineSplitter(next.name(), mark.offset());
        start = mark.offset();
        isNew = true;
    }

    private Mono<List<Row>> more(LineSplitter open) {
        return piece().doOnNext(open::feed).hasElement().map(came -> {
            if (!came && open.isEnded()) {
                finishShard();
            } else if (!came) {
                open.end(); // a last line may have no end of its own
            }
            return List.<Row>of();
        });
    }

    /** Fetches one piece at first, and more than one ahead when that was not enough. */
    private Mono<ByteBuffer> piece() {
        LineShard file = engine.shards().get(shard);
        if (isNew) {
            isNew = false;
            return file.piece(start);
        }
        Puller<ByteBuffer> running = pieces;
        if (running == null) {
            running = Puller.of(file.piecesAfter(start, ahead));
            pieces = running;
            fetching.update(running);
        }
        return running.next();
    }

    private void finishShard() {
        LineShard done = engine.shards().get(shard);
        done.index().ends(row);
        first += row;
        row = 0;
        shard++;
        lines = null;
        pieces = null;
    }

    private List<Row> rows(LineSplitter open, long maxBytes) {
        List<Row> rows = new ArrayList<>();
        LineShard file = engine.shards().get(shard);
        long bytes = 0;
        while (bytes < maxBytes && course.has(ordinal) && open.next()) {
            file.index().note(row, open.lineOffset());
            if (first + row == course.at(ordinal)) {
                Row made = made(file, open);
                rows.add(made);
                bytes += made.byteSize();
                ordinal++;
            }
            row++;
        }
        return rows;
    }

    private Row made(LineShard file, LineSplitter open) {
        Map<String, @Nullable Object> values =
                JsonLine.read(open.bytes(), open.lineStart(), open.lineLength(), file.name(), row);
        List<String> names = List.copyOf(values.keySet());
        RowMaker current = maker;
        if (current == null || !names.equals(makersColumns)) {
            current = RowMaker.of(engine.mapping(), names, columns, engine.name(), file.name());
            maker = current;
            makersColumns = names;
        }
        @Nullable Object[] needed = new @Nullable Object[current.needed().size()];
        int i = 0;
        for (String name : names) {
            if (current.needed().contains(name)) {
                needed[i++] = values.get(name);
            }
        }
        return current.row(needed, row);
    }

    @Override
    public void dispose() {
        fetching.dispose();
    }

    @Override
    public boolean isDisposed() {
        return fetching.isDisposed();
    }
}
