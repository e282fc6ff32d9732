package io.atomflux.file.columnar.journal;

import static io.atomflux.file.columnar.journal.Stores.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atomflux.error.StoreBusyException;
import io.atomflux.error.StoreClosedException;
import io.atomflux.error.StoreNotFoundException;
import io.atomflux.file.columnar.journal.ChangingProcess.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StoreLockTest {

    @TempDir
    Path folder;

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private Path place;
    private StoreAccess store;

    @BeforeEach
    void setUp() throws IOException {
        place = folder.resolve("store");
        store = Stores.open(place);
        ChangingProcess.increase(store, Kind.FILES);
    }

    @AfterEach
    void tearDown() throws IOException {
        threads.shutdownNow();
        store.close();
    }

    private StoreAccess hasty() {
        return StoreAccess.of(place, false, Duration.ofMillis(30), StoreAccess.Fence.NONE, "the store");
    }

    @Test
    @DisplayName("readers of a process read together, through one opening or several")
    void readersTogether() throws Exception {
        CyclicBarrier together = new CyclicBarrier(3);
        List<Future<String>> readers = new ArrayList<>();
        try (StoreAccess other = Stores.open(place)) {
            for (StoreAccess access : List.of(store, store, other)) {
                readers.add(threads.submit(() -> access.reading(files -> {
                    try {
                        together.await(60, TimeUnit.SECONDS);
                    } catch (Exception e) {
                        throw new IOException(e);
                    }
                    return text(files, "meta");
                })));
            }
            for (Future<String> reader : readers) {
                assertThat(reader.get(60, TimeUnit.SECONDS)).isEqualTo("00000001");
            }
        }
    }

    @Test
    @DisplayName("whoever waits longer than patience lasts is told what it waited for")
    void patienceEnds() throws Exception {
        CountDownLatch inside = new CountDownLatch(1);
        CountDownLatch end = new CountDownLatch(1);
        Future<Boolean> writer = threads.submit(() -> store.writing(edit -> {
            inside.countDown();
            try {
                return end.await(60, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
        }));
        assertThat(inside.await(60, TimeUnit.SECONDS)).isTrue();
        try (StoreAccess hasty = hasty()) {
            assertThatThrownBy(() -> text(hasty, "meta"))
                    .isInstanceOf(StoreBusyException.class)
                    .hasMessageContaining("of this process");
            assertThatThrownBy(() -> ChangingProcess.increase(hasty, Kind.FILES))
                    .isInstanceOf(StoreBusyException.class);
            end.countDown();
            assertThat(writer.get(60, TimeUnit.SECONDS)).isTrue();
            assertThat(ChangingProcess.increase(hasty, Kind.FILES)).isEqualTo(2);
        }
    }

    @Test
    @DisplayName("reading or writing within another is an error, not a deadlock, and harms nothing")
    void noReentrance() throws IOException {
        store.writing(edit -> {
            assertThatThrownBy(() -> text(store, "meta")).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(() -> store.writing(again -> true)).isInstanceOf(IllegalStateException.class);
            return true;
        });
        store.reading(files -> {
            assertThatThrownBy(() -> text(store, "meta")).isInstanceOf(IllegalStateException.class);
            return true;
        });
        assertThat(ChangingProcess.increase(store, Kind.FILES)).isEqualTo(2);
    }

    @Test
    @DisplayName("threads that change and read at once see whole commits, and none is lost")
    void threadsTogether() throws Exception {
        AtomicInteger writers = new AtomicInteger(3);
        List<Future<Integer>> running = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            running.add(threads.submit(() -> {
                int last = 0;
                for (int n = 0; n < 30; n++) {
                    last = ChangingProcess.increase(store, Kind.FILES);
                }
                writers.decrementAndGet();
                return last;
            }));
            running.add(threads.submit(() -> {
                int last = 0;
                while (writers.get() > 0) {
                    int found = store.reading(files -> ChangingProcess.number(files, Kind.FILES));
                    assertThat(found).isGreaterThanOrEqualTo(last);
                    last = found;
                }
                return last;
            }));
        }
        for (Future<Integer> one : running) {
            one.get(60, TimeUnit.SECONDS);
        }
        assertThat(store.<Integer>reading(files -> ChangingProcess.number(files, Kind.FILES)))
                .isEqualTo(91);
    }

    @Test
    @DisplayName("an interrupt before a call is kept until after it and breaks nothing")
    void interrupts() throws IOException {
        Thread.currentThread().interrupt();
        assertThat(text(store, "meta")).isEqualTo("00000001");
        assertThat(Thread.interrupted()).isTrue();
        Thread.currentThread().interrupt();
        assertThat(ChangingProcess.increase(store, Kind.FILES)).isEqualTo(2);
        assertThat(Thread.interrupted()).isTrue();
        assertThat(store.generation()).isNotZero();
    }

    @Test
    @DisplayName("a lock file that was removed by hand is made anew, and everybody agrees on it")
    void removedByHand() throws IOException {
        try (StoreAccess other = Stores.open(place)) {
            long generation = other.generation();
            Files.delete(folder.resolve("store.lock"));
            assertThat(ChangingProcess.increase(store, Kind.FILES)).isEqualTo(2);
            assertThat(other.generation()).isEqualTo(store.generation()).isNotEqualTo(generation);
            assertThat(ChangingProcess.increase(other, Kind.FILES)).isEqualTo(3);
        }
    }

    @Test
    @DisplayName("nothing works after closing, and a missing folder is told as such")
    void closedAndMissing() throws IOException {
        StoreAccess other = Stores.open(place);
        other.close();
        other.close();
        assertThatThrownBy(() -> text(other, "meta")).isInstanceOf(StoreClosedException.class);
        assertThatThrownBy(other::generation).isInstanceOf(StoreClosedException.class);
        assertThat(text(store, "meta")).isEqualTo("00000001");
        try (StoreAccess nowhere = Stores.open(folder.resolve("none/store"))) {
            assertThatThrownBy(() -> nowhere.writing(edit -> true)).isInstanceOf(StoreNotFoundException.class);
            assertThat(nowhere.<List<String>>reading(files -> files.names(""))).isEmpty();
        }
    }

    @Test
    @DisplayName("a fence is taken around each reading and writing of a store of one file, and waited for")
    void fence() throws IOException {
        List<String> taken = new ArrayList<>();
        AtomicInteger refusals = new AtomicInteger(3);
        StoreAccess.Fence fence = (file, exclusive) -> {
            if (refusals.getAndDecrement() > 0) {
                throw new StoreBusyException("the store", "h5py has it", null);
            }
            taken.add(file.getFileName() + (exclusive ? " exclusive" : " shared"));
            return () -> taken.add("back");
        };
        Path file = folder.resolve("a.h5");
        try (StoreAccess fenced = StoreAccess.of(file, false, Duration.ofSeconds(20), fence, "the store")) {
            ChangingProcess.increase(fenced, Kind.PAGES);
            assertThat(taken).isEmpty();
            ChangingProcess.increase(fenced, Kind.PAGES);
            fenced.reading(files -> ChangingProcess.number(files, Kind.PAGES));
            assertThat(taken).containsExactly("a.h5 exclusive", "back", "a.h5 shared", "back");
        }
        refusals.set(Integer.MAX_VALUE);
        try (StoreAccess fenced = StoreAccess.of(file, false, Duration.ofMillis(20), fence, "the store")) {
            assertThatThrownBy(() -> text(fenced, ""))
                    .isInstanceOf(StoreBusyException.class)
                    .hasMessageContaining("h5py has it");
        }
    }
}
