package io.atomflux.file.columnar.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atomflux.error.StoreBusyException;
import io.atomflux.file.columnar.journal.ChangingProcess.Kind;
import java.io.BufferedReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ProcessesTest {

    @TempDir
    Path folder;

    private static int number(StoreAccess store, Kind kind) throws Exception {
        return store.reading(files -> ChangingProcess.number(files, kind));
    }

    private void kill(Kind kind, int kills) throws Exception {
        SplittableRandom random = new SplittableRandom(kind.ordinal());
        Path place = folder.resolve("killed");
        int applied = 0;
        for (int kill = 0; kill < kills; kill++) {
            int known = 0;
            Process process = ChangingProcess.start(place, kind.name(), "100000");
            int stop = random.nextInt(1, 10);
            try (BufferedReader output = ChangingProcess.output(process)) {
                for (String line; (line = output.readLine()) != null; ) {
                    known = Integer.parseInt(line.substring(5));
                    if (--stop == 0) {
                        for (int spin = random.nextInt(400_000); spin > 0; spin--) {
                            Thread.onSpinWait();
                        }
                        process.toHandle().destroyForcibly();
                    }
                }
            }
            process.waitFor();
            applied += Files.exists(folder.resolve("killed.journal")) ? 1 : 0;
            try (StoreAccess store = Stores.open(place)) {
                int found = number(store, kind);
                assertThat(found).isBetween(known, known + 1);
                assertThat(ChangingProcess.increase(store, kind)).isEqualTo(found + 1);
                assertThat(number(store, kind)).isEqualTo(found + 1);
            }
            try (Stream<Path> beside = Files.list(folder)) {
                assertThat(beside.map(path -> path.getFileName().toString()))
                        .containsExactlyInAnyOrder("killed", "killed.lock");
            }
        }
        if (kills >= 100) {
            assertThat(applied).as("kills that left a journal").isPositive();
        }
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    @DisplayName("a process killed while changing leaves the state before or after, and what it told of")
    void killedProcesses(Kind kind) throws Exception {
        kill(kind, kind == Kind.REWRITE ? 10 : 15);
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    @Tag("proof")
    @DisplayName("two hundred processes killed while changing leave the state before or after")
    void manyKilledProcesses(Kind kind) throws Exception {
        kill(kind, 200);
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    @Timeout(120)
    @DisplayName("two processes that change and one that reads see whole commits, and none is lost")
    void processesTogether(Kind kind) throws Exception {
        Path place = folder.resolve("together");
        int each = 25;
        int pairs = 0;
        int last = 0;
        int states = 0;
        try (StoreAccess store = Stores.open(place)) {
            // On a busy machine two processes may be done before the reader's turn has come a second time: others
            // follow.
            while (states <= 2) {
                List<Process> running = new ArrayList<>();
                for (int i = 0; i < 2; i++) {
                    running.add(ChangingProcess.start(place, kind.name(), String.valueOf(each)));
                }
                pairs++;
                long stamp = -1; // none that "last" was seen in
                while (running.stream().anyMatch(Process::isAlive)) {
                    long before = store.generation();
                    int found = number(store, kind);
                    assertThat(found).isGreaterThanOrEqualTo(last);
                    if (before == stamp && before == store.generation()) {
                        assertThat(found).as("generation %d", stamp).isEqualTo(last);
                    }
                    states += found == last ? 0 : 1;
                    last = found;
                    stamp = store.generation() == before ? before : -1;
                }
                for (Process process : running) {
                    assertThat(process.waitFor()).isZero();
                    try (BufferedReader output = ChangingProcess.output(process)) {
                        assertThat(output.lines().count()).isEqualTo(each);
                    }
                }
                last = number(store, kind);
                assertThat(last).isEqualTo(2 * each * pairs);
            }
        }
    }

    @Test
    @DisplayName(
            "a lock that another process holds is waited for as long as patience lasts, and is free once it is dead")
    void lockOfAnotherProcess() throws Exception {
        Path place = folder.resolve("held");
        try (StoreAccess store = Stores.open(place);
                StoreAccess hasty =
                        StoreAccess.of(place, false, Duration.ofMillis(50), StoreAccess.Fence.NONE, "the store")) {
            ChangingProcess.increase(store, Kind.FILES);
            for (boolean exclusive : new boolean[] {true, false}) {
                Process process = ChangingProcess.start(place, "HOLD", exclusive ? "exclusive" : "shared");
                try (BufferedReader output = ChangingProcess.output(process)) {
                    assertThat(output.readLine()).isEqualTo("inside");
                    assertThatThrownBy(() -> ChangingProcess.increase(hasty, Kind.FILES))
                            .isInstanceOf(StoreBusyException.class)
                            .hasMessageContaining("held.lock")
                            .hasMessageContaining("50 ms");
                    if (exclusive) {
                        assertThatThrownBy(() -> number(hasty, Kind.FILES)).isInstanceOf(StoreBusyException.class);
                    } else {
                        assertThat(number(hasty, Kind.FILES)).isPositive();
                    }
                    assertThat(hasty.generation()).isNotZero();
                    process.toHandle().destroyForcibly();
                    process.waitFor();
                }
                assertThat(ChangingProcess.increase(hasty, Kind.FILES)).isGreaterThan(1);
            }
        }
    }
}
