package io.atomflux.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atomflux.AtomsIO;
import io.atomflux.ObjectIO;
import io.atomflux.error.RecordingExistsException;
import io.atomflux.testkit.hub.Host;
import io.atomflux.testkit.hub.ImitatedDataset;
import io.atomflux.testkit.hub.ImitationHub;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.Resources;
import redis.embedded.RedisServer;

/** Runs every program as a user would. */
@ResourceLock(Resources.SYSTEM_OUT)
class ExamplesTest {

    @TempDir
    Path folder;

    interface Program {
        void main(String... args) throws Exception;
    }

    static String outputOf(Program program, Object... args) throws Exception {
        PrintStream before = System.out;
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        System.setOut(new PrintStream(bytes, true, StandardCharsets.UTF_8));
        try {
            String[] texts = new String[args.length];
            for (int i = 0; i < args.length; i++) {
                texts[i] = args[i].toString();
            }
            program.main(texts);
        } finally {
            System.setOut(before);
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }

    private Path simulated(String name, int frames) {
        Path store = folder.resolve(name);
        AtomsIO db = AtomsIO.open(store);
        db.extend(ArgonSimulation.liquid(2).frames().take(frames)).block();
        db.close().block();
        return store;
    }

    @Test
    @DisplayName("the simulation shows ten lines of a conserved energy")
    void argonSimulationRuns() throws Exception {
        assertThat(outputOf(ArgonSimulation::main).lines())
                .hasSize(10)
                .allMatch(line -> line.contains("total -3.85"), "total energy -3.85…");
    }

    @Test
    @DisplayName("the plot shows something in three colours, and a store that is there is left alone")
    void storeAndPlotRuns() throws Exception {
        assertThat(outputOf(StoreAndPlot::main, folder)).startsWith("200 frames in ");
        var image = ImageIO.read(folder.resolve("argon.png").toFile());
        assertThat(image.getWidth()).isEqualTo(1200);
        long blue = 0;
        for (int x = 0; x < image.getWidth(); x++) {
            for (int y = 0; y < image.getHeight(); y++) {
                blue += image.getRGB(x, y) == 0xFF0072B2 ? 1 : 0;
            }
        }
        assertThat(blue).as("pixels of the potential energy").isGreaterThan(500);
        assertThatThrownBy(() -> outputOf(StoreAndPlot::main, folder)).hasMessageContaining("remove it first");
    }

    @Test
    @DisplayName("columns are read, single keys changed, rows and keys taken away")
    void columnsAndUpdatesRuns() throws Exception {
        assertThat(outputOf(ColumnsAndUpdates::main, folder))
                .contains("energies: NdArray[float64[50]")
                .contains("some: 5 rows, times [2.45")
                .contains("tags: [crystal, melting, melting, -,")
                .contains("49 rows with keys [")
                .doesNotContain("info.tag");
    }

    @Test
    @DisplayName("a store of one's own serves structures, records and bytes, and opens by its name")
    void writeYourOwnBackendRuns() throws Exception {
        assertThat(outputOf(WriteYourOwnBackend::main, folder))
                .contains("[-14.2, -14.1]")
                .contains("note=no structure at all")
                .contains("3 rows in ");
        assertThat(Files.readAllLines(folder.resolve("water.example.jsonl"))).hasSize(3);
    }

    @Test
    @DisplayName("rows are copied between stores of different kinds without loss")
    void copyFilesRuns() throws Exception {
        Path from = simulated("from.lmdb", 20);
        Path to = folder.resolve("to.example.jsonl");
        assertThat(outputOf(CopyFiles::main, from, to)).startsWith("20 rows in ");
        List<?> original = ObjectIO.open(from).rows().collectList().block();
        assertThat(ObjectIO.open(to).rows().collectList().block()).isEqualTo(original);
    }

    @Test
    @DisplayName("a slow source is asked for each structure once: the second epoch and the next run make no request")
    void cacheSlowSourceRuns() throws Exception {
        Path from = simulated("from.lmdb", 20);
        Path cache = folder.resolve("cache.lmdb");
        AtomicInteger requests = new AtomicInteger();
        for (int run = 0; run < 2; run++) {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            AtomsIO slow = AtomsIO.of(new SlowRows(AtomsIO.open(from), requests));
            CacheSlowSource.run(slow, cache.toString(), 3, new PrintStream(bytes, true, StandardCharsets.UTF_8))
                    .block();
            assertThat(bytes.toString(StandardCharsets.UTF_8)).contains("20 structures in ");
            assertThat(requests).hasValueBetween(20, 22); // a stream looks at the last row of a batch once more
        }
        assertThat(outputOf(CacheSlowSource::main, from, folder.resolve("other.lmdb"))
                        .lines())
                .hasSize(4);
    }

    @Test
    @DisplayName(
            "a dataset of a hub is streamed once; the next time its rows come from the cache, without a request for data")
    void streamAHubRuns() throws Exception {
        try (ImitationHub hub = ImitationHub.builder()
                .dataset(ImitatedDataset.of("colabfit/toy") // its rows are told in HubRows of that module
                        .folder(Path.of("../backend-hub/src/test/resources/hub/colabfit"))
                        .cardData("{\"configs\":[{\"config_name\":\"default\",\"data_files\":\"co/*.parquet\"}]}")
                        .build())
                .start()) {
            String dataset = "colabfit://toy?endpoint=" + hub.endpoint();
            Path cache = folder.resolve("hub.lmdb");
            String first = outputOf(StreamAHub::main, dataset, cache);
            assertThat(first.lines())
                    .hasSize(4)
                    .startsWith("the first is H")
                    .anyMatch(line -> line.startsWith("31 structures, atoms by element {B="))
                    .contains("25 energies, -7.0000 to 0.0000 eV per atom")
                    .contains("20 with forces, the strongest 30.0832 eV/Å");
            hub.forget();
            assertThat(outputOf(StreamAHub::main, dataset, cache)).isEqualTo(first);
            assertThat(hub.requests(Host.CDN)).isEmpty();
        }
    }

    @Test
    @DisplayName("the service answers frames, nothing for a frame that is not there, and the lowest energy")
    void reactiveServiceRuns() throws Exception {
        assertThat(outputOf(ReactiveService::main).lines())
                .filteredOn(line -> line.startsWith("frame: "))
                .hasSize(4); // the fifth asked for is beyond the end
        assertThat(outputOf(ReactiveService::main)).contains("lowest: -");
    }

    @Test
    @DisplayName("a second job goes on where the first one stopped, and sees each row once")
    void followChangesRuns() throws Exception {
        List<String> lines = outputOf(FollowChanges::main).lines().toList();
        assertThat(lines)
                .filteredOn(line -> line.startsWith("first job: APPENDED"))
                .hasSize(3);
        assertThat(lines.get(0)).isEqualTo("first job: APPENDED 0 to 0");
        assertThat(lines.get(lines.size() - 1))
                .startsWith("second job: APPENDED")
                .endsWith(" to 19");
    }

    @Test
    @DisplayName("the README's program for chemists runs")
    void forChemistsRuns() throws Exception {
        Path to = folder.resolve("md.lmdb");
        assertThat(outputOf(ForChemists::main, simulated("argon.example.jsonl", 12), to))
                .contains("2 energies, the first is -")
                .contains("Ar108 NdArray[float64[3]");
        assertThat(ObjectIO.open(to).get(0, "info.tag").block().get("info.tag")).isEqualTo("checked");
    }

    @Test
    @DisplayName("the README's program for machine-learning engineers runs")
    void forMlEngineersRuns() throws Exception {
        assertThat(outputOf(ForMlEngineers::main, simulated("train.lmdb", 70)).lines())
                .hasSize(4)
                .anyMatch(line -> line.equals("batch of 32 structures, 3456 atoms, last offset 3456"))
                .anyMatch(line -> line.equals("batch of 31 structures, 3348 atoms, last offset 3348"));
    }

    @Test
    @DisplayName("the README's program for backend engineers uploads and serves")
    void forBackendEngineersRuns() {
        ForBackendEngineers service = new ForBackendEngineers();
        assertThat(service.upload(ArgonSimulation.liquid(1).frames().take(5)).block())
                .isEqualTo(5);
        assertThat(service.frame(-1).block().formula()).isEqualTo("Ar108");
        assertThat(service.energies(1, 4).collectList().block()).hasSize(3);
    }

    @Test
    @DisplayName("clients of one Redis share a store, and the second of two changes is refused")
    void sharedStorageRuns() throws Exception {
        int port = FreePort.next();
        RedisServer server = RedisServer.newRedisServer()
                .port(port)
                .bind("127.0.0.1")
                .setting("dir " + folder)
                .setting("save \"\"")
                .onShutdownForceStop(true)
                .build();
        server.start();
        try {
            assertThat(outputOf(SharedStorage::main, "redis://127.0.0.1:" + port))
                    .contains("rows: 80", "the second was told", "lowest energy: -");
        } finally {
            server.stop();
        }
    }

    @Test
    @DisplayName("values and folders are kept under keys, a mean is computed once, and their origin is told")
    void keepArtifactsRuns() throws Exception {
        Path results = folder.resolve("results");
        assertThat(outputOf(KeepArtifacts::main, results).lines())
                .containsExactly(
                        "water/300K/box: 1 files, folder",
                        "water/300K/energies: 1 files, npy",
                        "water/300K/mean: 1 files, json",
                        "mean -2.25, changed 1 times");
        assertThat(outputOf(KeepArtifacts::main, results).lines()).last().isEqualTo("mean -2.25, changed 1 times");
    }

    @Test
    @DisplayName("a data class of one's own keeps the better of two and is found by its fields")
    void writeYourOwnDataClassRuns() throws Exception {
        assertThat(outputOf(WriteYourOwnDataClass::main, folder.resolve("relaxed"))
                        .lines())
                .containsExactly(
                        "CREATED PBE",
                        "REPLACED PBE",
                        "KEPT_EXISTING PBE",
                        "CREATED RPBE",
                        "CREATED PBE",
                        "one thing, one key: true",
                        "found Relaxation[formula=H2O, functional=PBE, energy=-14.22, largestForce=0.01]");
    }

    @Test
    @DisplayName("a codec of one's own keeps pictures as PNG")
    void writeYourOwnCodecRuns() throws Exception {
        assertThat(outputOf(WriteYourOwnCodec::main, folder.resolve("plots"))).isEqualTo("4 x 3, #0072B2\n");
    }

    @Test
    @DisplayName("a storage of one's own needs three calls, and an importer one")
    void writeYourOwnArtifactStorageRuns() throws Exception {
        assertThat(outputOf(WriteYourOwnArtifactStorage::main).lines())
                .containsExactly("water/300K/energy = -14.25 eV", "water/400K/energy = -14.0 eV");
    }

    @Test
    @DisplayName("a storage of payloads of one's own needs four calls")
    void writeYourOwnPayloadStorageRuns() throws Exception {
        assertThat(outputOf(WriteYourOwnPayloadStorage::main).lines())
                .containsExactly("loss 0.25, weights kept outside: true", "1000 weights read when asked for");
    }

    @Test
    @DisplayName("an experiment of four runs is kept and loaded, its arrays in files beside the rows")
    void trackExperimentsRuns() throws Exception {
        for (int time = 0; time < 2; time++) { // the second replaces the first
            assertThat(outputOf(TrackExperiments::main, folder.resolve("runs.lmdb"), folder.resolve("payloads"))
                            .lines())
                    .hasSize(5)
                    .contains("fitting of a spring: 4 runs", "last 0.622", "last -0.889");
        }
    }

    @Test
    @DisplayName("the better of two equal simulations is kept, and pure data are found for a mixture")
    void reuseSimulationsRuns() throws Exception {
        assertThat(outputOf(ReuseSimulations::main, folder.resolve("stored_data"))
                        .lines())
                .hasSize(3)
                .startsWith("one thing, one key: true")
                .anyMatch(line -> line.contains("CO{solv}") && line.endsWith("inefficiency 1.0"))
                .anyMatch(line -> line.contains("[O{solv}") && line.endsWith("inefficiency 1.5"));
    }

    @Test
    @DisplayName("a place of one's own to record to: a run stops, goes on where it was, and is a CSV file")
    void writeYourOwnRecordingStorageRuns() throws Exception {
        Path place = folder.resolve("run");
        assertThat(outputOf(WriteYourOwnRecordingStorage::main, place).lines())
                .startsWith("from step 0: 13 samples", "from step 25: 21 samples")
                .hasSize(4)
                .anyMatch(line -> line.startsWith("4.0: Row{displacement=-0.438"));
        try (var files = Files.list(place)) {
            Path csv = files.filter(file -> file.toString().endsWith(".csv"))
                    .findFirst()
                    .orElseThrow();
            assertThat(Files.readAllLines(csv))
                    .hasSize(22)
                    .startsWith("step,time,displacement,step_size", "0,0.0,1.0,0.1");
        }
    }

    @Test
    @DisplayName("measurements are recorded, followed live, and read back in part")
    void recordMeasurementsRuns() throws Exception {
        for (Object[] places : new Object[][] {{}, {folder.resolve("measured.lmdb")}}) {
            assertThat(outputOf(RecordMeasurements::main, places).lines())
                    .hasSize(5)
                    .allMatch(line -> line.matches("mean of \\d000: 3\\.14\\d\\d|every thousandth: \\[.*"));
        }
    }

    @Test
    @DisplayName("a simulation is recorded and read back, once: a second run does not wipe it")
    void recordsSimulation() throws Exception {
        assertThat(outputOf(RecordSimulation::main, folder)).matches("200 samples, last 2\\.704\\d*, tailed 50\\R");
        assertThatThrownBy(() -> RecordSimulation.main(new String[] {folder.toString()}))
                .isInstanceOf(RecordingExistsException.class);
    }
}
