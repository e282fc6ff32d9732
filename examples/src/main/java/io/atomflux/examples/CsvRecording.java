package io.atomflux.examples;

import io.atomflux.adapter.FileLease;
import io.atomflux.adapter.Leased;
import io.atomflux.error.RecordingExistsException;
import io.atomflux.error.StoreIoException;
import io.atomflux.error.StoreNotFoundException;
import io.atomflux.recorder.FrameKind;
import io.atomflux.recorder.Progress;
import io.atomflux.recorder.RecordingMode;
import io.atomflux.recorder.RecordingPlan;
import io.atomflux.recorder.RecordingReader;
import io.atomflux.recorder.RecordingStatus;
import io.atomflux.recorder.RecordingStorage;
import io.atomflux.recorder.RecordingWriter;
import io.atomflux.recorder.Sample;
import io.atomflux.spi.LeaseLock.Lease;
import io.atomflux.value.Row;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/**
 * Measurements in a CSV file that any spreadsheet opens: a folder with {@code values-….csv}, a line per sample, and {@code
 * committed.json}, which tells the file's name and how much of it counts.
 *
 * <p>Lines come first and are on the disk before {@code committed.json} is replaced by renaming. So a reader, and the next
 * writer after a crash, see the samples of whole appends, and what a crash left behind them is overwritten. A run that
 * replaces or cuts another one writes to a file of its own, for the sake of those who still read the other.
 */
final class CsvRecording implements RecordingStorage<Row> {

    private final Path folder;

    CsvRecording(Path folder) {
        this.folder = folder;
    }

    @Override
    public String name() {
        return folder.toString();
    }

    @Override
    public FrameKind<Row> kind() {
        return FrameKind.SCALARS;
    }

    @Override
    public Mono<RecordingWriter<Row>> writer(RecordingPlan plan) {
        return FileLease.beside(folder)
                .acquire("writer", Duration.ZERO) // an error if somebody else is writing, in whichever process
                .flatMap(lease -> Leased.<RecordingWriter<Row>>open(lease, () -> open(plan, lease)))
                .onErrorMap(IOException.class, e -> new StoreIoException(name(), "opening", e));
    }

    private RecordingWriter<Row> open(RecordingPlan plan, Lease lease) throws IOException {
        Optional<CsvMark> found = CsvMark.find(folder);
        if (found.isPresent() && plan.mode() == RecordingMode.CREATE_NEW) {
            throw new RecordingExistsException(name(), found.get().progress().committed());
        }
        Files.createDirectories(folder);
        if (found.isEmpty() || plan.mode() == RecordingMode.REPLACE) {
            return new Writer(CsvMark.fresh(plan.attributes()), found, lease);
        }
        Writer writer = new Writer(found.get().resumed(plan.attributes()), Optional.empty(), lease);
        if (plan.cutFrom().isPresent()) {
            writer.cut(plan.cutFrom().getAsLong());
        }
        return writer;
    }

    @Override
    public Mono<RecordingReader<Row>> reader() {
        return io("opening", () -> {
            require();
            return new Reader();
        });
    }

    private CsvMark require() throws IOException {
        return CsvMark.find(folder)
                .orElseThrow(() -> new StoreNotFoundException(name(), "a folder with " + CsvMark.NAME));
    }

    /** Does on a thread that may wait what reads or writes files. */
    private <T> Mono<T> io(String what, Callable<T> call) {
        return Mono.fromCallable(call)
                .onErrorMap(IOException.class, e -> new StoreIoException(name(), what, e))
                .subscribeOn(Schedulers.boundedElastic());
    }

    /** The one who appends; the recorder makes one call at a time. */
    final class Writer implements RecordingWriter<Row> {

        final Lease lease;
        private final AtomicBoolean ended = new AtomicBoolean();
        private volatile CsvMark mark;
        private volatile Optional<CsvMark> replaced;

        Writer(CsvMark mark, Optional<CsvMark> replaced, Lease lease) {
            this.mark = mark;
            this.replaced = replaced;
            this.lease = lease;
        }

        @Override
        public Progress progress() {
            return mark.progress();
        }

        @Override
        public void check(Sample<Row> sample) {
            CsvLines.check(sample.frame());
        }

        @Override
        public Mono<Progress> append(List<Sample<Row>> samples) {
            return io("appending", () -> {
                StringBuilder text = new StringBuilder();
                if (mark.bytes() == 0) {
                    text.append(CsvLines.header(samples.get(0).frame()));
                }
                samples.forEach(sample -> text.append(CsvLines.text(sample)));
                byte[] lines = text.toString().getBytes(StandardCharsets.UTF_8);
                // Unlike a FileChannel, this is not closed if its thread is interrupted.
                try (var file = new RandomAccessFile(file(mark).toFile(), "rw")) {
                    file.setLength(mark.bytes()); // without what a killed writer left
                    file.seek(mark.bytes());
                    file.write(lines);
                    file.getFD().sync();
                }
                return publish(mark.with(lines.length, samples));
            });
        }

        private Progress publish(CsvMark next) throws IOException {
            next.publish(folder);
            mark = next;
            if (replaced.isPresent()) {
                Files.deleteIfExists(file(replaced.get()));
                replaced = Optional.empty();
            }
            return next.progress();
        }

        /** Copies the samples before an iteration to a new file, and makes that the recording. */
        void cut(long iteration) throws IOException {
            CsvMark whole = mark;
            if (whole.progress().lastIteration().orElse(-1) < iteration) {
                return;
            }
            long bytes = 0;
            long count = 0;
            Optional<Sample<Row>> last = Optional.empty();
            try (CsvLines lines = new CsvLines(file(whole), 0, whole.progress().committed())) {
                for (Sample<Row> at = lines.next().orElseThrow();
                        at.iteration() < iteration;
                        at = lines.next().orElseThrow()) {
                    bytes += (count == 0 ? size(CsvLines.header(at.frame())) : 0) + size(CsvLines.text(at));
                    count++;
                    last = Optional.of(at);
                }
            }
            CsvMark cut = whole.cut(last, bytes, count);
            Files.copy(file(whole), file(cut));
            try (var file = new RandomAccessFile(file(cut).toFile(), "rw")) {
                file.setLength(bytes);
                file.getFD().sync();
            }
            replaced = Optional.of(whole);
            publish(cut);
        }

        @Override
        public Mono<Progress> close(RecordingStatus status, String reason) {
            return io("closing", () -> {
                        // A run that was to replace another and has no samples leaves that alone.
                        if (replaced.isEmpty() && ended.compareAndSet(false, true)) {
                            publish(mark.ended(status, reason));
                        }
                        return progress();
                    })
                    .delayUntil(end -> lease.release())
                    .onErrorResume(e -> lease.release().then(Mono.error(e)));
        }

        @Override
        public Mono<Void> lost() {
            return lease.lost();
        }
    }

    private Path file(CsvMark mark) {
        return folder.resolve(mark.file());
    }

    private static int size(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }

    /** Reads lines from the first one on, as a CSV file has no index: tens of thousands of samples, not millions. */
    private final class Reader implements RecordingReader<Row> {

        @Override
        public Mono<Progress> progress() {
            return io("reading", () -> require().progress());
        }

        @Override
        public Flux<Sample<Row>> read(long from, long to) {
            return io("reading", CsvRecording.this::require)
                    .flatMapMany(mark ->
                            lines(mark, from, Math.min(to, mark.progress().committed())))
                    .onErrorMap(IOException.class, e -> new StoreIoException(name(), "reading", e));
        }

        private Flux<Sample<Row>> lines(CsvMark mark, long from, long to) {
            if (from >= to) {
                return Flux.empty();
            }
            return Flux.<Sample<Row>, CsvLines>generate(
                            () -> new CsvLines(file(mark), from, to),
                            (lines, sink) -> {
                                try {
                                    lines.next().ifPresentOrElse(sink::next, sink::complete);
                                } catch (IOException e) {
                                    sink.error(e);
                                }
                                return lines;
                            },
                            CsvLines::close)
                    .subscribeOn(Schedulers.boundedElastic());
        }

        @Override
        public Mono<Void> close() {
            return Mono.empty(); // each read closes its file
        }
    }
}
