package io.atomflux.mongo;

import static org.assertj.core.api.Assertions.assertThat;

import io.atomflux.spi.Columns;
import io.atomflux.spi.Selection;
import io.atomflux.spi.Write;
import io.atomflux.value.Row;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The layout over MongoDB's wire protocol, on the stand-in or on the server named. */
@Timeout(120)
class AsebytesWireTest {

    @Test
    @DisplayName("random histories leave what they leave in a list, through two clients")
    void randomHistories() {
        for (int seed = 0; seed < 3; seed++) {
            String database = MongoServers.freshDatabase();
            List<AsebytesStore> stores = List.of(
                    AsebytesModelTest.store(MongoServers.documents(database, "rows"), "a"),
                    AsebytesModelTest.store(MongoServers.documents(database, "rows"), "b"));
            AsebytesModelTest.history(new SplittableRandom(seed), stores);
            assertThat(stores.get(0).verify().collectList().block()).isEmpty();
            stores.get(0).remove().block();
        }
    }

    @Test
    @DisplayName("rows scattered over the store are found without reading the sort keys between them")
    void scattered() {
        AsebytesStore store =
                AsebytesModelTest.store(MongoServers.documents(MongoServers.freshDatabase(), "rows"), "a");
        store.create().block();
        List<Row> rows = new ArrayList<>();
        for (int i = 0; i < 5000; i++) {
            rows.add(AsebytesModelTest.row(i));
        }
        assertThat(store.apply(new Write.Append<>(rows)).block()).isEqualTo(5000);
        assertThat(AsebytesModelTest.content(store, Selection.ALL.pick(0, 4999, 2500, 17, 2500), Columns.ALL, 1 << 20))
                .containsExactly(rows.get(0), rows.get(4999), rows.get(2500), rows.get(17), rows.get(2500));
        assertThat(AsebytesModelTest.content(store, Selection.ALL, Columns.of(List.of("a.b")), 1 << 16))
                .hasSize(5000)
                .allSatisfy(row -> assertThat(row.keys()).containsExactly("a.b"));
        store.remove().block();
    }
}
