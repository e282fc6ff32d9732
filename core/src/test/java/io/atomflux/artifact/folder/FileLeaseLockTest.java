package io.atomflux.artifact.folder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atomflux.error.StoreBusyException;
import io.atomflux.error.StoreClosedException;
import io.atomflux.spi.LeaseLock;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Locks by name in a folder; between processes: {@link ProcessesTest}. */
@Timeout(60)
class FileLeaseLockTest {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @TempDir
    Path temporary;

    private FileLeaseLock locks;

    @BeforeEach
    void open() throws IOException {
        Files.createDirectory(temporary.resolve("locks"));
        locks = another();
    }

    private FileLeaseLock another() {
        return new FileLeaseLock(new FolderPlace(new LocalDisk(false), temporary, true), Mono.empty());
    }

    @Test
    @DisplayName(
            "one holder at a time, tokens rise, also through other openings in the process, in the order asked for")
    void oneAtATime() {
        AtomicInteger inside = new AtomicInteger();
        FileLeaseLock other = another();
        List<Long> tokens = java.util.Collections.synchronizedList(new ArrayList<>());
        Flux.range(0, 60)
                .flatMap(
                        i -> (i % 2 == 0 ? locks : other)
                                .acquire("name", PATIENCE)
                                .flatMap(lease -> {
                                    assertThat(inside.incrementAndGet()).isEqualTo(1);
                                    tokens.add(lease.token());
                                    return Mono.delay(Duration.ofMillis(1))
                                            .doOnNext(tick -> inside.decrementAndGet())
                                            .then(lease.release())
                                            .thenReturn(lease.token());
                                }),
                        60)
                .blockLast(PATIENCE);
        assertThat(tokens).hasSize(60).isSorted().doesNotHaveDuplicates();
    }

    @Test
    @DisplayName("waits as long as told, then says who holds it; other names are free; a release is heard")
    void waits() throws Exception {
        LeaseLock.Lease lease = locks.acquire("a", PATIENCE).block(PATIENCE);
        assertThatThrownBy(() -> locks.acquire("a", Duration.ofMillis(50)).block(PATIENCE))
                .isInstanceOf(StoreBusyException.class)
                .hasMessageContaining("\"a\"");
        assertThatThrownBy(() -> locks.acquire("a", Duration.ZERO).block(PATIENCE))
                .isInstanceOf(StoreBusyException.class);
        LeaseLock.Lease other = locks.acquire("b", Duration.ZERO).block(PATIENCE);
        CompletableFuture<LeaseLock.Lease> waiting =
                locks.acquire("a", PATIENCE).toFuture();
        lease.release().block(PATIENCE);
        lease.release().block(PATIENCE);
        LeaseLock.Lease next = waiting.get(30, TimeUnit.SECONDS);
        assertThat(next.token()).isGreaterThan(lease.token());
        next.release().block(PATIENCE);
        other.release().block(PATIENCE);
    }

    @Test
    @DisplayName("cancelling gives up waiting or gives back what was taken, at whatever moment")
    void cancels() {
        for (int i = 0; i < 200; i++) {
            List<reactor.core.Disposable> asking = new ArrayList<>();
            for (int j = 0; j < 3; j++) {
                asking.add(locks.acquire("a", PATIENCE)
                        .flatMap(LeaseLock.Lease::release)
                        .subscribe());
            }
            asking.get(i % 3).dispose();
            if (i % 2 == 0) {
                asking.forEach(reactor.core.Disposable::dispose);
            }
        }
        locks.acquire("a", PATIENCE).flatMap(LeaseLock.Lease::release).block(PATIENCE);
    }

    @Test
    @DisplayName("closing ends the locks held, and tells their holders")
    void closes() {
        LeaseLock.Lease lease = locks.acquire("a", PATIENCE).block(PATIENCE);
        FileLeaseLock other = another();
        assertThatThrownBy(() -> other.acquire("a", Duration.ZERO).block(PATIENCE))
                .isInstanceOf(StoreBusyException.class);
        locks.close().block(PATIENCE);
        lease.lost().block(PATIENCE);
        lease.release().block(PATIENCE);
        assertThatThrownBy(() -> locks.acquire("a", Duration.ZERO).block(PATIENCE))
                .isInstanceOf(StoreClosedException.class);
        other.acquire("a", Duration.ZERO).block(PATIENCE);
        other.close().block(PATIENCE);
    }

    @Test
    @DisplayName(
            "openings of one folder under two names, one of them a link, are one; none frees or keeps what others lock")
    void otherSpellings() throws Exception {
        Path link = Files.createSymbolicLink(
                Files.createDirectory(temporary.resolve("beside")).resolve("link"), temporary);
        FileLeaseLock linked = new FileLeaseLock(new FolderPlace(new LocalDisk(false), link, true), Mono.empty());
        Flux.range(0, 200)
                .flatMap(
                        i -> (i % 2 == 0 ? locks : linked)
                                .acquire("name " + i, PATIENCE)
                                .flatMap(LeaseLock.Lease::release),
                        16)
                .blockLast(PATIENCE);
        LeaseLock.Lease lease = locks.acquire("a", PATIENCE).block(PATIENCE);
        assertThatThrownBy(() -> linked.acquire("a", Duration.ZERO).block(PATIENCE))
                .isInstanceOf(StoreBusyException.class);
        linked.acquire("b", PATIENCE).flatMap(LeaseLock.Lease::release).block(PATIENCE);
        linked.close().block(PATIENCE);
        assertThatThrownBy(() -> locks.acquire("a", Duration.ZERO).block(PATIENCE))
                .isInstanceOf(StoreBusyException.class);
        lease.release().block(PATIENCE);
    }

    @Test
    @DisplayName("a lock whose token could not be counted is not kept")
    void countingFails() throws IOException {
        locks.acquire("b", PATIENCE).flatMap(LeaseLock.Lease::release).block(PATIENCE);
        try (FileChannel other = FileChannel.open(temporary.resolve("locks/names"), StandardOpenOption.WRITE);
                FileLock counter = other.lock(0, 12, false)) {
            assertThat(counter.isValid()).isTrue();
            assertThatThrownBy(() -> locks.acquire("a", Duration.ZERO).block(PATIENCE))
                    .isInstanceOf(StoreBusyException.class);
        }
        locks.acquire("a", PATIENCE).flatMap(LeaseLock.Lease::release).block(PATIENCE);
    }

    @Test
    @DisplayName("a link in the place of the lock file is refused")
    void refusesLinks() throws IOException {
        Path outside = temporary.resolve("outside");
        Files.writeString(outside, "x");
        Files.createSymbolicLink(temporary.resolve("locks/names"), outside);
        assertThatThrownBy(() -> locks.acquire("a", Duration.ZERO).block(PATIENCE))
                .hasMessageContaining("links are not followed");
        assertThat(outside).hasContent("x");
    }

    @Test
    @DisplayName("tokens rise also when the counter is damaged")
    void survivesDamage() throws IOException {
        long first = locks.acquire("a", PATIENCE)
                .flatMap(lease -> lease.release().thenReturn(lease.token()))
                .block(PATIENCE);
        Files.write(temporary.resolve("locks/names"), new byte[] {1, 2, 3});
        long second = locks.acquire("a", PATIENCE)
                .flatMap(lease -> lease.release().thenReturn(lease.token()))
                .block(PATIENCE);
        assertThat(second).isGreaterThan(first);
    }

    @Test
    @DisplayName("who waits while the locks are closed is refused, and does not get what closing takes from another")
    void closingGivesNothingOn() throws Exception {
        LeaseLock.Lease first = locks.acquire("a", PATIENCE).block(PATIENCE);
        CompletableFuture<LeaseLock.Lease> waiting =
                locks.acquire("a", PATIENCE).toFuture();
        CompletableFuture<String> outcome = new CompletableFuture<>();
        // told by the thread that closes, which goes on when the one who waited knows
        first.lost().doOnSuccess(lost -> outcome.complete(outcome(waiting))).subscribe();

        locks.close().block(PATIENCE);

        assertThat(outcome.get(30, TimeUnit.SECONDS)).isEqualTo("refused");
        assertThatThrownBy(() -> locks.acquire("b", Duration.ZERO).block(PATIENCE))
                .isInstanceOf(StoreClosedException.class);
    }

    private static String outcome(CompletableFuture<LeaseLock.Lease> waiting) {
        try {
            return "lock " + waiting.get(30, TimeUnit.SECONDS).token();
        } catch (ExecutionException e) {
            return e.getCause() instanceof StoreClosedException ? "refused" : "failed: " + e.getCause();
        } catch (InterruptedException | TimeoutException e) {
            return "still waiting";
        }
    }
}
