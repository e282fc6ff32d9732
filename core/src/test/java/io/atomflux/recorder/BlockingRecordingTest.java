package io.atomflux.recorder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atomflux.error.InvalidOptionException;
import io.atomflux.error.StoreFullException;
import io.atomflux.error.StoreIoException;
import io.atomflux.value.Row;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;

/** Places of four blocking calls. */
class BlockingRecordingTest {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Memory place = new Memory();
    private final RecordingStorage<Row> storage = RecordingStorage.of(place);

    private static Sample<Row> sample(int i) {
        return new Sample<>(i, i, Row.of("value", i * 0.5));
    }

    private static Flux<Sample<Row>> samples(int from, int to) {
        return Flux.range(from, to - from).map(BlockingRecordingTest::sample);
    }

    private Recorder.Builder<Row> recorder() {
        return Recorder.to(storage).chunk(4);
    }

    private List<Sample<Row>> read() {
        return Objects.requireNonNull(
                Recording.of(storage).samples().collectList().block(PATIENCE));
    }

    @Test
    @DisplayName(
            "New backends: four calls are enough for a recorder, which resumes, and for readers of everything and the end")
    void records() {
        Recorder<Row> first = recorder().build();
        first.record(samples(0, 130)).then(first.close()).block(PATIENCE);
        Recorder<Row> second = recorder().resume().build();
        second.record(samples(0, 150)).then(second.close()).block(PATIENCE);

        assertThat(read())
                .isEqualTo(IntStream.range(0, 150)
                        .mapToObj(BlockingRecordingTest::sample)
                        .toList());
        assertThat(Recording.of(storage).last().block(PATIENCE)).isEqualTo(sample(149));

        Recorder<Row> third = recorder().resumeFrom(77).build();
        third.record(samples(77, 80)).then(third.close()).block(PATIENCE);
        assertThat(read()).hasSize(80);
    }

    @Test
    @DisplayName("an append that failed half way is cut off before the same samples are added again")
    void mends() {
        Recorder<Row> recorder = recorder().build();
        recorder.record(samples(0, 4)).block(PATIENCE);
        place.failure = new IOException("No space left on device");

        assertThatThrownBy(() -> recorder.record(samples(4, 9)).block(PATIENCE)).isInstanceOf(StoreFullException.class);
        place.failure = null;
        recorder.close().block(PATIENCE);

        assertThat(read())
                .isEqualTo(IntStream.range(0, read().size())
                        .mapToObj(BlockingRecordingTest::sample)
                        .toList());
        assertThat(read()).hasSizeGreaterThanOrEqualTo(8);
    }

    @Test
    @DisplayName("attributes are refused, and what the place cannot read is told")
    void tells() {
        assertThatThrownBy(() -> recorder().attribute("seed", 7).build().open().block(PATIENCE))
                .isInstanceOf(InvalidOptionException.class)
                .hasMessageContaining("seed");
        Recorder<Row> recorder = recorder().build();
        recorder.record(samples(0, 4)).then(recorder.close()).block(PATIENCE);
        place.failure = new IOException("gone");

        assertThatThrownBy(this::read).isInstanceOf(StoreIoException.class).hasMessageContaining("gone");
    }

    @Test
    @DisplayName(
            "a read that is given up is not interrupted, which would close a file that the one who writes may share")
    void givenUp() throws Exception {
        recorder().build().record(samples(0, 4)).block(PATIENCE);
        CountDownLatch reading = new CountDownLatch(1);
        CountDownLatch givenUp = new CountDownLatch(1);
        CompletableFuture<Boolean> undisturbed = new CompletableFuture<>();
        place.beforeReading = () -> {
            reading.countDown();
            try {
                undisturbed.complete(givenUp.await(30, TimeUnit.SECONDS));
            } catch (InterruptedException e) {
                undisturbed.complete(false);
            }
        };
        Disposable reader = Recording.of(storage).samples().subscribe();
        assertThat(reading.await(30, TimeUnit.SECONDS)).isTrue();
        reader.dispose();
        givenUp.countDown();

        assertThat(undisturbed.get(30, TimeUnit.SECONDS)).isTrue();
    }

    /** A place that fails when it is told to: half of the samples are there then. */
    private static final class Memory implements BlockingRecording<Row> {

        private final List<Sample<Row>> samples = new ArrayList<>(); // guarded by itself
        private volatile @Nullable IOException failure;
        private volatile Runnable beforeReading = () -> {};

        private void fail() throws IOException {
            IOException told = failure;
            if (told != null) {
                throw new IOException(told.getMessage());
            }
        }

        @Override
        public String name() {
            return "test's own " + System.identityHashCode(this);
        }

        @Override
        public FrameKind<Row> kind() {
            return FrameKind.SCALARS;
        }

        @Override
        public long size() {
            synchronized (samples) {
                return samples.size();
            }
        }

        @Override
        public void append(List<Sample<Row>> more) throws IOException {
            synchronized (samples) {
                samples.addAll(more.subList(0, (more.size() + 1) / 2));
                fail();
                samples.addAll(more.subList((more.size() + 1) / 2, more.size()));
            }
        }

        @Override
        public List<Sample<Row>> read(long from, long to) throws IOException {
            beforeReading.run();
            fail();
            synchronized (samples) {
                return List.copyOf(samples.subList((int) from, (int) to));
            }
        }

        @Override
        public void truncate(long size) {
            synchronized (samples) {
                samples.subList((int) size, samples.size()).clear();
            }
        }
    }
}
