package io.atomflux.hub;

import static org.assertj.core.api.Assertions.assertThat;

import io.atomflux.hub.parquet.ParquetFooter;
import io.atomflux.spi.Columns;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;

class LruTest {

    @Test
    @DisplayName("what is larger than all that may be kept stays if one has to, and is loaded each time if none has to")
    void keepsOneWhateverItTakes() {
        for (int least = 0; least < 2; least++) {
            AtomicInteger loads = new AtomicInteger();
            Lru<String, Integer> lru = new Lru<>(10, least, value -> 1000);
            for (int i = 0; i < 5; i++) {
                lru.get("a", () -> Mono.fromSupplier(loads::incrementAndGet)).block();
            }
            assertThat(loads).hasValue(least == 1 ? 1 : 5);
            lru.get("b", () -> Mono.fromSupplier(loads::incrementAndGet)).block();
            assertThat(lru.bytes()).isEqualTo(1000L * least);
        }
    }

    @Test
    @DisplayName("a row group that is kept does not keep the footer of its file, which can be far larger")
    void rowGroupsKeepNoFooter() {
        byte[] file = HubRows.bytes("colabfit/co/co_0.parquet");
        ParquetFooter footer = ParquetFooter.parse(ByteBuffer.wrap(file), file.length, "co_0");
        Group group = new Group(0, 0, 0, footer.rowsOf(0), Optional.of(footer));
        Loaded loaded = new Loaded(
                group,
                footer.plan(0, Set.of()),
                RowMaker.of(ColumnMapping.NONE, footer.columns(), Columns.of(List.of()), "s", "f"),
                List.of());
        assertThat(loaded.group().footer()).isEmpty();
        assertThat(footer.memory()).isBetween(1000L, 100_000L);
    }
}
