package io.atomflux.file.ase;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.atomflux.error.AtomfluxException;
import io.atomflux.spi.Columns;
import io.atomflux.spi.Selection;
import io.atomflux.spi.Write;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Small files, each with one thing made to mislead a reader; {@code make_hostile.py} beside them says how. */
@DisplayName("A hostile trajectory")
class TrajHostileFilesTest {

    @TempDir
    Path folder;

    private static byte[] bytes(String name) throws IOException {
        try (InputStream in = TrajHostileFilesTest.class.getResourceAsStream("/hostile/" + name)) {
            return Objects.requireNonNull(in, name).readAllBytes();
        }
    }

    static Stream<String> expected() throws IOException {
        return new String(bytes("expected.txt"), StandardCharsets.UTF_8).lines();
    }

    @ParameterizedTest
    @Timeout(60)
    @MethodSource("expected")
    @DisplayName("is refused by type, saying frame and place; verifying says the same, and no change touches it")
    void isRefused(String line) throws IOException {
        List<String> told = List.of(line.split("\t"));
        byte[] bytes = bytes(told.get(0));
        Path file = Files.write(folder.resolve(told.get(0)), bytes);
        String message = told.get(2).replace("FILE", file.toString());
        try (TrajStore store = new TrajStore(file, TrajOptions.defaults())) {
            assertRefused(() -> store.get(-1, Columns.ALL), told.get(1), message);
            if (message.contains(", frame 1,")) {
                assertThat(store.get(0, Columns.ALL).get("arrays.positions")).isNotNull();
                assertThat(store.verify()).singleElement().asString().contains(message);
                assertRefused(
                        () -> store.apply(new Write.Update<>(
                                Selection.at(1),
                                List.of(TrajRows.row(1).only(List.of("info.step"))),
                                Optional.empty())),
                        told.get(1),
                        message);
            } else {
                assertRefused(store::verify, told.get(1), message);
                assertRefused(() -> store.apply(new Write.Append<>(List.of(TrajRows.row(1)))), told.get(1), message);
            }
        }
        assertThat(Files.readAllBytes(file)).isEqualTo(bytes);
    }

    private static void assertRefused(
            org.assertj.core.api.ThrowableAssert.ThrowingCallable call, String type, String message) {
        Throwable fault = catchThrowable(call);
        assertThat(fault).isInstanceOf(AtomfluxException.class).hasMessageContaining(message);
        assertThat(fault.getClass().getSimpleName()).isEqualTo(type);
    }
}
