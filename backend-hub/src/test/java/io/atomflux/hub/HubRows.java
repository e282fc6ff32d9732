package io.atomflux.hub;

import io.atomflux.AtomsIO;
import io.atomflux.ObjectIO;
import io.atomflux.spi.Location;
import io.atomflux.spi.OpenOptions;
import io.atomflux.spi.RowBackend;
import io.atomflux.testkit.hub.ImitatedDataset;
import io.atomflux.testkit.hub.ImitationHub;
import io.atomflux.value.NdArray;
import io.atomflux.value.Row;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** The datasets of {@code make_datasets.py}, with what their rows are, and how tests open them. */
final class HubRows {

    static final String CARD = "{\"configs\":[{\"config_name\":\"default\",\"data_files\":\"co/*.parquet\"},"
            + "{\"config_name\":\"info\",\"data_files\":\"ds.parquet\"}]}";

    /** 31 rows in three files, the second without rows; row groups of 7. */
    static final ImitatedDataset COLABFIT = ImitatedDataset.of("colabfit/toy")
            .folder(folder("colabfit"))
            .cardData(CARD)
            .build();

    static final int COLABFIT_ROWS = 31;

    static final ImitatedDataset LEMAT = ImitatedDataset.of("LeMaterial/toy")
            .folder(folder("lemat"))
            .cardData("{\"configs\":[{\"config_name\":\"compatible_pbe\",\"data_files\":[{\"split\":\"train\",\"path\":"
                    + "\"compatible_pbe/train-*\"}]}]}")
            .build();

    /** No card; splits by the names of the files. */
    static final ImitatedDataset PLAIN =
            ImitatedDataset.of("lab/plain").folder(folder("plain")).build();

    private HubRows() {}

    static Path folder(String name) {
        try {
            return Path.of(Objects.requireNonNull(HubRows.class.getResource("/hub/" + name))
                    .toURI());
        } catch (URISyntaxException e) {
            throw new AssertionError(e);
        }
    }

    static byte[] bytes(String path) {
        try {
            return Files.readAllBytes(folder(path));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Opens a dataset of an imitation, with nothing of this process's environment. */
    static RowBackend<?> backend(ImitationHub hub, String location, Map<String, String> environment) {
        Map<String, String> variables = new LinkedHashMap<>(environment);
        variables.putIfAbsent("HF_ENDPOINT", hub.endpoint().toString());
        variables.putIfAbsent("HF_HOME", "/nonexistent/home");
        return new HubProvider(new HubEnvironment(variables, Path.of("/nonexistent")))
                .open(Location.parse(location), options(Location.parse(location)));
    }

    private static OpenOptions options(Location location) {
        OpenOptions options = OpenOptions.none();
        for (Map.Entry<String, String> option : location.query().entrySet()) {
            options = options.with(option.getKey(), option.getValue());
        }
        return options;
    }

    static ObjectIO open(ImitationHub hub, String location) {
        return ObjectIO.of(backend(hub, location, Map.of()));
    }

    static AtomsIO atoms(ImitationHub hub, String location) {
        return AtomsIO.of(backend(hub, location, Map.of()));
    }

    static List<Row> colabfit(int from, int to) {
        return IntStream.range(from, to).mapToObj(HubRows::colabfit).toList();
    }

    private static int atoms(int i) {
        return i == 9 ? 0 : 1 + i % 4;
    }

    private static NdArray vectors(int i, double... firstIsRow) {
        double[] values = new double[3 * atoms(i)];
        for (int a = 0; a < atoms(i); a++) {
            values[3 * a] = firstIsRow.length == 1 ? i + 0.25 : a;
            values[3 * a + 1] = firstIsRow.length == 1 ? a * 1.5 : i;
            values[3 * a + 2] = firstIsRow.length == 1 ? -0.5 : -1;
        }
        return NdArray.of(values, atoms(i), 3);
    }

    /** Returns row i of {@link #COLABFIT} as it is mapped. */
    static Row colabfit(int i) {
        Map<String, @Nullable Object> row = new LinkedHashMap<>();
        row.put("cell", NdArray.of(new double[] {10.0 + i, 0, 0, 0, 11, 0, 0, 0.5, 12}, 3, 3));
        row.put("pbc", NdArray.of(new boolean[] {true, i % 2 == 0, false}, 3));
        row.put(
                "arrays.numbers",
                NdArray.of(
                        IntStream.range(0, atoms(i))
                                .mapToLong(a -> 1 + (i + a) % 9)
                                .toArray(),
                        atoms(i)));
        row.put("arrays.positions", vectors(i, 1));
        if (i % 5 != 4) {
            row.put("calc.energy", -i / 4.0);
        }
        if (i % 6 < 4 && atoms(i) > 0) {
            row.put("calc.forces", vectors(i));
        }
        if (i % 3 != 2) {
            row.put("calc.stress", NdArray.of(new double[] {1, 2, 3, 2, 4, 5, 3, 5, i}, 3, 3));
        }
        row.put("info.property_id", "PO_" + i);
        row.put("info.names", List.of("n" + i, "é"));
        row.put("info.multiplicity", (long) i);
        row.put("info.last_modified", "2024-01-02T03:04:05" + (i == 0 ? "" : ".%06d".formatted(i)));
        return Row.of(row);
    }

    /** Returns row i of {@link #LEMAT} as it is mapped. */
    static Row lemat(int i) {
        long[] numbers = {14, 8, 0, 26};
        double none = i == 3 ? Double.NaN : 0;
        Map<String, @Nullable Object> row = new LinkedHashMap<>();
        row.put("cell", NdArray.of(new double[] {4, 0, 0, 0, 4, 0, none, none, i == 3 ? none : 9}, 3, 3));
        row.put("pbc", NdArray.of(new boolean[] {true, true, i != 3}, 3));
        row.put(
                "arrays.numbers",
                NdArray.of(
                        IntStream.range(0, atoms(i))
                                .mapToLong(a -> numbers[(i + a) % 4])
                                .toArray(),
                        atoms(i)));
        row.put("arrays.positions", vectors(i, 1));
        row.put("calc.energy", -i / 4.0);
        row.put("calc.forces", vectors(i));
        row.put("calc.stress", NdArray.of(new double[] {1, 2, 3, 2, 4, 5, 3, 5, i}, 3, 3));
        row.put("info.immutable_id", "agm" + i);
        row.put("info.species", "[{\"name\": \"Si\"}]");
        row.put("info.nelements", 2L);
        row.put("info.cross_compatibility", true);
        return Row.of(row);
    }
}
