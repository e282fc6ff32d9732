package io.atomflux.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.atomflux.AtomsIO;
import io.atomflux.spi.Capability;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The table of backends in the README says what the stores say of themselves. */
class ReadmeTableTest {

    private static final Pattern NAMED = Pattern.compile("\\(`([A-Z_]+)`\\)");
    private static final Set<String> NAMES =
            Set.copyOf(Arrays.stream(Capability.values()).map(Enum::name).toList());

    private List<List<String>> rows = List.of();

    @BeforeEach
    void read() throws IOException {
        List<String> lines = Files.readAllLines(Path.of("../README.md"));
        int header = lines.indexOf(
                "| | memory | LMDB | Redis | MongoDB | MongoDB, `layout=asebytes` | xyz, extxyz, traj | aselmdb | ASE's db | Zarr, HDF5, H5MD |");
        assertThat(header).as("line of the table's header").isNotNegative();
        rows = lines.subList(header + 2, lines.size()).stream()
                .takeWhile(line -> line.startsWith("|"))
                .map(line -> Arrays.stream(line.substring(1).split("\\|"))
                        .map(String::strip)
                        .toList())
                .toList();
    }

    /** The capabilities a row of the table is about: one in brackets, or operations with commas between. */
    private static Set<Capability> about(String label) {
        Set<Capability> found = EnumSet.noneOf(Capability.class);
        Matcher named = NAMED.matcher(label);
        if (named.find()) {
            found.add(Capability.valueOf(named.group(1)));
            return found;
        }
        for (String word : label.split(", ")) {
            String name = word.toUpperCase(Locale.ROOT);
            if (NAMES.contains(name)) {
                found.add(Capability.valueOf(name));
            }
        }
        return found;
    }

    @ParameterizedTest
    @DisplayName("a column of the table has what the store's capabilities() has")
    @CsvSource({
        "1, memory://",
        "2, no-such.lmdb",
        "3, redis://no-such-host",
        "3, redis-cluster://no-such-host",
        "4, mongodb://no-such-host",
        "5, mongodb://no-such-host/md?layout=asebytes",
        "6, no-such.xyz",
        "6, no-such.extxyz",
        "6, no-such.xyz.gz",
        "6, no-such.xyz.zst",
        "6, no-such.traj",
        "6, no-such.traj.gz",
        "7, no-such.aselmdb",
        "8, no-such.db",
        "9, no-such.zarr",
        "9, no-such.zarrp",
        "9, no-such.h5",
        "9, no-such.h5p",
        "9, no-such.h5md"
    })
    void tellsWhatStoresTell(int column, String location) {
        Set<Capability> told = EnumSet.noneOf(Capability.class);
        for (List<String> row : rows) {
            if (row.get(column).startsWith("yes") || row.get(column).equals("on request")) {
                told.addAll(about(row.get(0)));
            } else if (!about(row.get(0)).isEmpty()) {
                assertThat(row.get(column)).as(row.get(0)).isEqualTo("–");
            }
        }
        AtomsIO store = AtomsIO.open(location); // opening does no I/O
        assertThat(told).isEqualTo(store.capabilities());
        store.close().block();
    }

    @Test
    @DisplayName("every capability has its place in the table")
    void tellsOfEachCapability() {
        Set<Capability> all = EnumSet.noneOf(Capability.class);
        rows.forEach(row -> all.addAll(about(row.get(0))));
        assertThat(all).containsExactlyInAnyOrder(Capability.values());
    }
}
