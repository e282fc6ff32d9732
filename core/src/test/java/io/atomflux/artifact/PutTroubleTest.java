package io.atomflux.artifact;

import static io.atomflux.artifact.ArtifactStoreTest.now;
import static io.atomflux.artifact.Simulations.RUNS;
import static io.atomflux.artifact.Simulations.bytes;
import static io.atomflux.artifact.Simulations.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atomflux.artifact.Simulations.Run;
import io.atomflux.artifact.catalog.MemoryStorage;
import io.atomflux.artifact.spi.ArtifactCodec;
import io.atomflux.artifact.spi.ArtifactStorage;
import io.atomflux.artifact.spi.FileSink;
import io.atomflux.artifact.spi.FileSource;
import io.atomflux.artifact.spi.StoredRecord;
import io.atomflux.error.StoreIoException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/** Puts that fail, hang or are cancelled at any step: the old or the new artifact stands, and no set of files is left. */
@Timeout(60)
class PutTroubleTest {

    private final ArtifactStorage memory = MemoryStorage.create("test");
    private final SteppedStorage storage = new SteppedStorage(memory);
    private final ArtifactStore store =
            ArtifactStore.of(storage, ArtifactOptions.none().types(RUNS).provenance(Provenance.none()));

    private static StoreIoException planted() {
        return new StoreIoException("test", "step", new IOException("planted"));
    }

    private Mono<PutResult> put(double inefficiency) {
        Run run = new Run("CO", 300, null, inefficiency, null, "a");
        return store.put(
                RUNS, run, Files.none().with("a", bytes("a" + inefficiency)).with("b", bytes("b")));
    }

    private double standing() {
        return now(store.query(Query.all(RUNS)).next()).object().inefficiency();
    }

    /** Each set is either the one of a record, or nothing of it is there. */
    private void noSetIsLeft() {
        Set<String> live = new HashSet<>();
        now(memory.list("", "")
                .doOnNext(record -> record.fileSet().ifPresent(live::add))
                .then());
        for (String set : storage.begun) {
            if (!live.contains(set) && !replaced.contains(set)) {
                assertThat(storage.discarded).as("discarded sets").contains(set);
                assertThat(now(memory.files().list(set)))
                        .as("files of set " + set)
                        .isEmpty();
            }
        }
        // nothing that a sweep would have to find, but what was replaced
        assertThat(now(memory.sweep(Duration.ZERO)).sets()).isLessThanOrEqualTo(replaced.size());
    }

    private final Set<String> replaced = new HashSet<>();

    private void remember() {
        now(memory.list("", "")
                .map(StoredRecord::fileSet)
                .doOnNext(set -> set.ifPresent(replaced::add))
                .then());
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"loadByIdentity", "begin", "write", "seal", "commit"})
    @DisplayName("H3, I2: a put that fails at any step keeps the old value and leaves no files")
    void failingKeepsOld(String step) {
        now(put(2));
        remember();
        storage.before = name -> name.equals(step) ? Mono.error(planted()) : Mono.empty();

        assertThatThrownBy(() -> now(put(1))).isInstanceOf(StoreIoException.class);

        storage.before = name -> Mono.empty();
        assertThat(standing()).isEqualTo(2);
        noSetIsLeft();
    }

    @ParameterizedTest(name = "{0} {1}")
    @CsvSource({
        "before,loadByIdentity",
        "before,begin",
        "before,write",
        "before,seal",
        "before,commit",
        "after,loadByIdentity",
        "after,begin",
        "after,write",
        "after,seal"
    })
    @DisplayName("a put that is cancelled at any step before the commit keeps the old value and leaves no files")
    void cancelledKeepsOld(String when, String step) throws InterruptedException {
        now(put(2));
        remember();
        Sinks.Empty<Void> gate = Sinks.empty();
        CountDownLatch reached = new CountDownLatch(1);
        java.util.function.Function<String, Mono<Void>> stop = name -> {
            if (!name.equals(step)) {
                return Mono.empty();
            }
            reached.countDown();
            return gate.asMono();
        };
        if (when.equals("before")) {
            storage.before = stop;
        } else {
            storage.after = stop;
        }

        Disposable running = put(1).subscribe();
        assertThat(reached.await(60, TimeUnit.SECONDS)).isTrue();
        running.dispose();
        gate.tryEmitEmpty();

        storage.before = name -> Mono.empty();
        storage.after = name -> Mono.empty();
        assertThat(standing()).isEqualTo(2);
        noSetIsLeft();
    }

    @Test
    @DisplayName("a put that is cancelled, or fails, after its commit was made stands, with its files")
    void lateTroubleKeepsNew() throws InterruptedException {
        now(put(3));
        remember();
        storage.after = name -> name.equals("commit") ? Mono.error(planted()) : Mono.empty();
        assertThatThrownBy(() -> now(put(2))).isInstanceOf(StoreIoException.class);
        storage.after = name -> Mono.empty();
        assertThat(standing()).isEqualTo(2);
        remember();

        CountDownLatch reached = new CountDownLatch(1);
        storage.after = name -> {
            if (!name.equals("commit")) {
                return Mono.empty();
            }
            reached.countDown();
            return Mono.never();
        };
        Disposable running = put(1).subscribe();
        assertThat(reached.await(60, TimeUnit.SECONDS)).isTrue();
        running.dispose();
        storage.after = name -> Mono.empty();

        assertThat(standing()).isEqualTo(1);
        assertThat(text(now(store.artifacts("").next()).files().read("a"))).isEqualTo("a1.0");
        noSetIsLeft();
    }

    @Test
    @DisplayName("I2: a codec or a stream that fails in the middle keeps the old value")
    void failingContentKeepsOld() {
        ArtifactStore failing = ArtifactStore.of(
                storage,
                ArtifactOptions.none().types(RUNS).codecs(new HalfCodec()).provenance(Provenance.none()));
        now(failing.put("a", "old"));
        remember();

        assertThatThrownBy(() -> now(failing.put("a", "new", PutOptions.none().codec("half"))))
                .isInstanceOf(StoreIoException.class);
        assertThatThrownBy(() -> now(failing.put(
                        RUNS,
                        Run.of("CO", 1),
                        Files.none().with("a", bytes("x")).with("b", Flux.concat(bytes("y"), Flux.error(planted()))))))
                .isInstanceOf(StoreIoException.class);

        assertThat(now(failing.get("a", String.class))).isEqualTo("old");
        assertThat(now(failing.keys().count())).isEqualTo(1);
        noSetIsLeft();
    }

    /** Writes one file, then fails. */
    private static final class HalfCodec implements ArtifactCodec {
        @Override
        public String id() {
            return "half";
        }

        @Override
        public int version() {
            return 1;
        }

        @Override
        public boolean accepts(Object value) {
            return value.equals("new");
        }

        @Override
        public Mono<Map<String, @Nullable Object>> write(Object value, FileSink files, Map<String, Object> options) {
            return files.write("one", bytes("1")).then(Mono.error(planted()));
        }

        @Override
        public Mono<Object> read(
                FileSource files,
                Map<String, @Nullable Object> parameters,
                Class<?> wanted,
                Map<String, Object> options) {
            return Mono.error(planted());
        }
    }

    @Test
    @DisplayName("I4: an artifact is not seen before all of it is there")
    void unseenUntilWhole() {
        storage.before = name -> {
            if (name.equals("write") || name.equals("seal") || name.equals("commit")) {
                assertThat(now(memory.list("", "").count())).isZero();
            }
            return Mono.empty();
        };

        now(put(1));

        assertThat(standing()).isEqualTo(1);
    }

    @Test
    @DisplayName("files are asked for in bounded amounts, and an endless one ends with its cancellation")
    void followsDemand() throws InterruptedException {
        CountDownLatch many = new CountDownLatch(100);
        CountDownLatch cancelled = new CountDownLatch(1);
        Flux<ByteBuffer> endless = Flux.<ByteBuffer>generate(sink -> sink.next(ByteBuffer.allocate(1000)))
                .doOnRequest(n -> assertThat(n).isLessThan(Long.MAX_VALUE))
                .doOnNext(buffer -> many.countDown())
                .doOnCancel(cancelled::countDown)
                .delaySequence(Duration.ofNanos(1));

        Disposable running = store.put(RUNS, Run.of("CO", 1), Files.none().with("endless", endless))
                .subscribe();
        assertThat(many.await(60, TimeUnit.SECONDS)).isTrue();
        running.dispose();

        assertThat(cancelled.await(60, TimeUnit.SECONDS)).isTrue();
        assertThat(now(store.keys().count())).isZero();
    }

    @Test
    @DisplayName("random histories with failures before and after every step agree with a model")
    void randomHistories() {
        Random random = new Random(7);
        TreeMap<String, String> model = new TreeMap<>();
        List<String> keys = List.of("a", "a/b", "b", "b/c", "b-c");
        for (int i = 0; i < 2000; i++) {
            String key = keys.get(random.nextInt(keys.size()));
            String other = keys.get(random.nextInt(keys.size()));
            boolean early = random.nextInt(10) == 0;
            boolean late = random.nextInt(10) == 0;
            storage.before = name -> early && name.equals("commit") ? Mono.error(planted()) : Mono.empty();
            storage.after = name -> late && name.equals("commit") ? Mono.error(planted()) : Mono.empty();
            TreeMap<String, String> next = new TreeMap<>(model);
            String value = "v" + i;
            Mono<?> change;
            switch (random.nextInt(4)) {
                case 0 -> {
                    next.remove(key);
                    change = store.delete(key);
                }
                case 1 -> {
                    if (!model.containsKey(key) || model.containsKey(other)) {
                        continue;
                    }
                    next.put(other, next.remove(key));
                    change = store.rename(key, other);
                }
                case 2 -> {
                    next.putIfAbsent(key, value);
                    change = store.put(key, value, PutOptions.none().mode(PutMode.KEEP));
                }
                default -> {
                    next.put(key, value);
                    change = store.put(key, value);
                }
            }
            boolean failed;
            try {
                now(change);
                failed = false;
            } catch (StoreIoException e) {
                failed = true;
            }
            if (!failed || !early) {
                model = next;
            }
            storage.before = name -> Mono.empty();
            storage.after = name -> Mono.empty();
            if (i % 50 == 0 || failed) {
                TreeMap<String, String> found = new TreeMap<>();
                now(store.artifacts("")
                        .flatMap(artifact -> artifact.value(String.class).map(text -> Map.entry(artifact.key(), text)))
                        .doOnNext(entry -> found.put(entry.getKey(), entry.getValue())) // one at a time here
                        .then());
                assertThat(found).isEqualTo(model);
            }
        }
        assertThat(now(store.verify().collectList())).isEmpty();
    }
}
