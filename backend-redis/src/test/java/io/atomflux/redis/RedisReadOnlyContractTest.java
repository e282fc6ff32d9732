package io.atomflux.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atomflux.AtomsIO;
import io.atomflux.Store;
import io.atomflux.atoms.Atoms;
import io.atomflux.error.StoreNotFoundException;
import io.atomflux.testkit.ReadOnlyStoreContract;
import io.atomflux.testkit.Samples;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Structures in Redis for reading only")
final class RedisReadOnlyContractTest extends ReadOnlyStoreContract<Atoms> {

    private static final Handles HANDLES = new Handles(RedisServers.single(), Limits.DEFAULT);
    private static final String PLACE = "reading-" + ProcessHandle.current().pid();
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @BeforeAll
    static void fill() {
        AtomsIO store = AtomsIO.of(HANDLES.open(PLACE, Optional.empty()));
        store.extend(molecules()).then(store.close()).block(PATIENCE);
    }

    private static List<Atoms> molecules() {
        return Samples.molecules().stream().map(Atoms::fromRow).toList();
    }

    @Override
    protected Store<Atoms> open() {
        return AtomsIO.of(HANDLES.open(PLACE, Optional.empty(), true));
    }

    @Override
    protected List<Atoms> expected() {
        return molecules();
    }

    @Test
    @DisplayName("a group nobody wrote to is told from one that was emptied")
    void missingIsNoEmptyStore() {
        String place = PLACE + "-other";
        AtomsIO missing = AtomsIO.of(HANDLES.open(place, Optional.empty(), true));
        for (var reading : List.of(
                missing.size(),
                missing.get(0),
                missing.rows().collectList(),
                missing.verify().collectList())) {
            assertThatThrownBy(() -> reading.block(PATIENCE)).isInstanceOf(StoreNotFoundException.class);
        }
        AtomsIO writer = AtomsIO.of(HANDLES.open(place, Optional.empty()));
        writer.extend(molecules()).then(writer.clear()).then(writer.close()).block(PATIENCE);
        assertThat(missing.size().block(PATIENCE)).isZero();
        assertThat(missing.rows().collectList().block(PATIENCE)).isEmpty();
        missing.close().block(PATIENCE);
    }

    @Override
    protected void leakCheck() {
        HANDLES.requireClosed();
    }

    @Override
    protected void quiescenceCheck() {
        HANDLES.requireQuiet();
    }
}
