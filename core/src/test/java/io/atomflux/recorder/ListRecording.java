package io.atomflux.recorder;

import io.atomflux.error.RecordingExistsException;
import io.atomflux.error.StoreBusyException;
import io.atomflux.error.StoreNotFoundException;
import io.atomflux.value.NdArray;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** The simplest place to record to, which counts what readers do. */
class ListRecording<F> implements RecordingStorage<F> {

    /** One state of it; never changed. */
    private record State<F>(Progress progress, List<Sample<F>> samples) {}

    final AtomicInteger opened = new AtomicInteger();
    final AtomicInteger closed = new AtomicInteger();
    final AtomicInteger looks = new AtomicInteger();
    final AtomicInteger read = new AtomicInteger();
    final AtomicInteger blocks = new AtomicInteger();
    long step = 4;
    IntConsumer beforeBlock = nth -> {};
    IntConsumer beforeRead = nth -> {};
    final AtomicInteger reads = new AtomicInteger();
    private final FrameKind<F> kind;
    private final String name;
    private volatile @Nullable State<F> state;
    private boolean writing;
    private int runs;

    ListRecording(FrameKind<F> kind, String name) {
        this.kind = kind;
        this.name = name;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public FrameKind<F> kind() {
        return kind;
    }

    /** Commits samples as an open run. */
    void commit(List<Sample<F>> more) {
        State<F> before = state;
        List<Sample<F>> all = before == null ? new ArrayList<>() : new ArrayList<>(before.samples());
        all.addAll(more);
        state = of(
                before == null ? id() : before.progress().id(), generation() + 1, RecordingStatus.OPEN, all, Map.of());
    }

    void end(RecordingStatus status) {
        State<F> before = state;
        state = before == null
                ? of(id(), 1, status, List.of(), Map.of())
                : of(
                        before.progress().id(),
                        generation() + 1,
                        status,
                        before.samples(),
                        before.progress().attributes());
    }

    /** Another run takes its place. */
    void replace(List<Sample<F>> samples) {
        state = of(id(), 1, RecordingStatus.OPEN, samples, Map.of());
    }

    /** What readers are told. */
    Progress told(Progress progress) {
        return progress;
    }

    List<Sample<F>> samples() {
        return now().samples();
    }

    void remove() {
        state = null;
    }

    private String id() {
        return name + "#" + ++runs;
    }

    private long generation() {
        State<F> now = state;
        return now == null ? 0 : now.progress().generation();
    }

    private State<F> of(
            String id,
            long generation,
            RecordingStatus status,
            List<Sample<F>> samples,
            Map<String, Object> attributes) {
        Sample<F> last = samples.isEmpty() ? null : samples.get(samples.size() - 1);
        return new State<>(
                new Progress(
                        id,
                        samples.size(),
                        generation,
                        status,
                        last == null ? OptionalLong.empty() : OptionalLong.of(last.iteration()),
                        last == null ? OptionalDouble.empty() : OptionalDouble.of(last.time()),
                        last == null ? "" : kind.layout(last.frame()),
                        attributes),
                List.copyOf(samples));
    }

    @Override
    public synchronized Mono<RecordingWriter<F>> writer(RecordingPlan plan) {
        return Mono.fromSupplier(() -> {
            if (writing) {
                throw new StoreBusyException(name, "another recorder is writing", null);
            }
            State<F> before = state;
            if (plan.mode() == RecordingMode.CREATE_NEW && before != null) {
                throw new RecordingExistsException(name, before.progress().committed());
            }
            writing = true;
            return new Writer(plan, before);
        });
    }

    @Override
    public Mono<RecordingReader<F>> reader() {
        return Mono.fromSupplier(() -> {
            now();
            opened.incrementAndGet();
            return new Reader();
        });
    }

    private State<F> now() {
        State<F> now = state;
        if (now == null) {
            throw new StoreNotFoundException(name, "a recording");
        }
        return now;
    }

    private final class Reader implements RecordingReader<F> {

        private boolean over;

        @Override
        public Mono<Progress> progress() {
            return Mono.fromSupplier(() -> {
                looks.incrementAndGet();
                return told(now().progress());
            });
        }

        @Override
        public Flux<Sample<F>> read(long from, long to) {
            return Flux.defer(() -> {
                beforeRead.accept(reads.incrementAndGet());
                List<Sample<F>> all = now().samples();
                int end = (int) Math.min(to, all.size());
                return Flux.fromIterable(all.subList((int) Math.min(from, end), end))
                        .doOnNext(sample -> read.incrementAndGet());
            });
        }

        @Override
        public Mono<NdArray> block(long from, long to) {
            return Mono.defer(() -> {
                beforeBlock.accept(blocks.incrementAndGet());
                return RecordingReader.super.block(from, to);
            });
        }

        @Override
        public long step() {
            return step;
        }

        @Override
        public Mono<Void> close() {
            return Mono.fromRunnable(() -> {
                if (!over) {
                    over = true;
                    closed.incrementAndGet();
                }
            });
        }
    }

    private final class Writer implements RecordingWriter<F> {

        private State<F> mine;
        private boolean over;

        Writer(RecordingPlan plan, @Nullable State<F> before) {
            if (before == null || plan.mode() == RecordingMode.REPLACE) {
                mine = of(id(), 0, RecordingStatus.OPEN, List.of(), plan.attributes());
                if (before == null) {
                    state = mine;
                }
                return;
            }
            long cut = plan.cutFrom().orElse(Long.MAX_VALUE);
            List<Sample<F>> kept = before.samples().stream()
                    .filter(sample -> sample.iteration() < cut)
                    .toList();
            String id = kept.size() < before.samples().size()
                    ? id()
                    : before.progress().id();
            mine = of(
                    id,
                    generation() + 1,
                    RecordingStatus.OPEN,
                    kept,
                    before.progress().attributes());
            state = mine;
        }

        @Override
        public Progress progress() {
            return mine.progress();
        }

        @Override
        public Mono<Progress> append(List<Sample<F>> samples) {
            return Mono.fromSupplier(() -> {
                List<Sample<F>> all = new ArrayList<>(mine.samples());
                all.addAll(samples);
                Progress before = mine.progress();
                mine = of(before.id(), before.generation() + 1, RecordingStatus.OPEN, all, before.attributes());
                state = mine;
                return mine.progress();
            });
        }

        @Override
        public Mono<Progress> close(RecordingStatus status, String reason) {
            return Mono.fromSupplier(() -> {
                if (!over) {
                    over = true;
                    writing = false;
                    if (state == mine) {
                        end(status);
                        mine = now();
                    }
                }
                return mine.progress();
            });
        }
    }
}
