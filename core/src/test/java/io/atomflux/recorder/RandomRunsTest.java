package io.atomflux.recorder;

import static org.assertj.core.api.Assertions.assertThat;

import io.atomflux.error.SampleRejectedException;
import io.atomflux.error.StoreFullException;
import io.atomflux.value.NdArray;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Whatever happens in whichever order, a recording is the list of the samples that were taken. */
@Timeout(120)
class RandomRunsTest {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int OPERATIONS = 2000;

    @Test
    @DisplayName(
            "2000 random operations, with cancelled calls, failing flushes, new recorders and cuts, against a list")
    void likeAList() {
        for (long seed = 1; seed <= 3; seed++) {
            new Run(seed).go();
        }
    }

    private static final class Run {
        private final Random random;
        private final GatedRecording<NdArray> place = new GatedRecording<>(FrameKind.ARRAYS);
        private final List<Sample<NdArray>> model = new ArrayList<>();
        private Recorder<NdArray> recorder;
        private int stride = 1;
        private long next;

        Run(long seed) {
            random = new Random(seed);
            recorder = Recorder.to(place).chunk(5).build();
        }

        private void go() {
            for (int i = 0; i < OPERATIONS; i++) {
                step();
                assertThat(recorder.stored()).isEqualTo(model.size());
                assertThat(recorder.stored() - recorder.progress().committed()).isLessThanOrEqualTo(20);
            }
            place.failures.clear();
            recorder.close().block(PATIENCE);
            assertThat(RecorderTest.read(place)).isEqualTo(model);
            assertThat(place.mistakes).isEmpty();
        }

        private void step() {
            switch (random.nextInt(12)) {
                case 0 -> place.failures.add(new StoreFullException("gated", "planted", null));
                case 1 -> {
                    if (tried(recorder.save().then())) {
                        assertThat(RecorderTest.read(place)).isEqualTo(model);
                    }
                }
                case 2 -> recordSome();
                case 3 -> cancelSome();
                case 4 -> refused();
                case 5 -> {
                    if (random.nextInt(5) == 0) {
                        another();
                    }
                }
                default -> storeOne();
            }
        }

        private void storeOne() {
            Sample<NdArray> sample = RecorderTest.sample(next);
            boolean wanted = next % stride == 0;
            Mono<Boolean> store = recorder.store(sample);
            while (true) {
                try {
                    assertThat(store.block(PATIENCE)).isEqualTo(wanted);
                    break;
                } catch (StoreFullException full) {
                    assertThat(full).hasMessageContaining("planted"); // and again
                }
            }
            next++;
            if (wanted) {
                model.add(sample);
            }
        }

        private void recordSome() {
            long before = recorder.stored();
            int count = random.nextInt(25);
            boolean fails = random.nextInt(4) == 0;
            Flux<Sample<NdArray>> run = RecorderTest.run((int) next, count)
                    .concatWith(fails ? Mono.error(new IllegalStateException("run")) : Mono.empty());
            try {
                recorder.record(run).block(PATIENCE);
                assertThat(fails).isFalse();
                assertThat(recorder.progress().committed()).isEqualTo(recorder.stored());
            } catch (StoreFullException | IllegalStateException e) {
                assertThat(e instanceof StoreFullException || fails).isTrue();
            }
            tookFrom(before, count);
        }

        /** Learns how far a run came that was cut short: what was taken is always its beginning. */
        private void tookFrom(long before, int count) {
            long taken = recorder.stored() - before;
            for (int i = 0; i < count && taken > 0; i++) {
                Sample<NdArray> sample = RecorderTest.sample(next);
                if (next % stride == 0) {
                    model.add(sample);
                    taken--;
                }
                next++;
            }
            assertThat(taken).isZero();
        }

        private void cancelSome() {
            Disposable call = random.nextBoolean()
                    ? recorder.save().onErrorComplete().subscribe()
                    : recorder.open().subscribe();
            call.dispose();
        }

        private void refused() {
            if (!model.isEmpty()) {
                Sample<NdArray> last = model.get(model.size() - 1);
                try {
                    recorder.store(last).block(PATIENCE);
                    assertThat(recorder.progress().status())
                            .as("skipped by a resumed run")
                            .isNotNull();
                } catch (SampleRejectedException | StoreFullException e) {
                    assertThat(e).hasMessageContaining("gated");
                }
            }
        }

        private void another() {
            while (!tried(recorder.close().then())) {
                assertThat(place.failures.size()).isLessThan(OPERATIONS);
            }
            stride = 1 + random.nextInt(3);
            Recorder.Builder<NdArray> builder =
                    Recorder.to(place).stride(stride).chunk(1 + random.nextInt(10));
            if (random.nextBoolean() && next > 10) {
                long from = next - random.nextInt(10);
                model.removeIf(sample -> sample.iteration() >= from);
                next = from;
                builder.resumeFrom(from);
            } else {
                builder.resume();
            }
            recorder = builder.build();
            assertThat(recorder.open().block(PATIENCE).committed()).isEqualTo(model.size());
        }

        private boolean tried(Mono<Void> call) {
            try {
                call.block(PATIENCE);
                return true;
            } catch (StoreFullException planted) {
                assertThat(planted).hasMessageContaining("planted");
                return false;
            }
        }
    }
}
