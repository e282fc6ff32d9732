package io.atomflux.file.lmdb;

import static org.assertj.core.api.Assertions.assertThat;

import io.atomflux.artifact.mltraq.DataStore;
import io.atomflux.artifact.mltraq.Experiment;
import io.atomflux.artifact.mltraq.Experiments;
import io.atomflux.artifact.mltraq.IfExists;
import io.atomflux.artifact.mltraq.Run;
import io.atomflux.artifact.payload.PayloadStore;
import io.atomflux.value.NdArray;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class LmdbExperimentsTest {

    private static final NdArray WEIGHTS = NdArray.of(new double[] {1, 2, 3});

    @TempDir
    Path place;

    @Test
    @DisplayName("experiments in LMDB are persisted, found again by another opening, replaced and deleted")
    void roundTrip() {
        String location = place.resolve("results.lmdb").toString();
        PayloadStore payloads = PayloadStore.folder(place.resolve("payloads"));
        Experiments writing = Experiments.open(location, payloads);
        for (int seed = 0; seed < 2; seed++) {
            Experiment made = writing.create("study", Map.of("seed", seed));
            made.addRun().set("data", DataStore.of(Map.of("weights", WEIGHTS)));
            made.addRun().set("loss", 0.5);
            writing.persist(made, IfExists.REPLACE).block();
        }
        writing.close().block();

        Experiments reading = Experiments.open(location, payloads);
        Experiment back = reading.loadAll("study", 2).block();
        assertThat(back.get("seed", Long.class)).isEqualTo(1);
        assertThat(back.runs()).hasSize(2);
        List<Run> runs = List.copyOf(back.runs());
        assertThat(runs.get(0).get("data", DataStore.class).get("weights")).isEqualTo(WEIGHTS);
        assertThat(runs.get(1).get("loss", Double.class)).isEqualTo(0.5);
        assertThat(payloads.list().collectList().block()).hasSize(1);
        reading.delete("study").block();
        assertThat(reading.names().collectList().block()).isEmpty();
        assertThat(payloads.list().collectList().block()).isEmpty();
        reading.close().block();
    }
}
