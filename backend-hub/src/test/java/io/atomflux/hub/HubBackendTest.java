package io.atomflux.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atomflux.AtomsIO;
import io.atomflux.ObjectIO;
import io.atomflux.error.InvalidOptionException;
import io.atomflux.error.LimitExceededException;
import io.atomflux.error.RowOutOfBoundsException;
import io.atomflux.error.StoreNotFoundException;
import io.atomflux.error.UnsupportedDataException;
import io.atomflux.testkit.BlockHoundGuard;
import io.atomflux.testkit.hub.Fault;
import io.atomflux.testkit.hub.Host;
import io.atomflux.testkit.hub.ImitatedDataset;
import io.atomflux.testkit.hub.ImitationHub;
import io.atomflux.testkit.hub.RecordedRequest;
import io.atomflux.value.Row;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;

@Timeout(60)
class HubBackendTest {

    static {
        BlockHoundGuard.install();
    }

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final String TOY = "colabfit://toy?config=default";

    private final ImitationHub hub = ImitationHub.builder()
            .dataset(HubRows.COLABFIT)
            .dataset(HubRows.LEMAT)
            .dataset(HubRows.PLAIN)
            .start();
    private final List<ObjectIO> opened = new ArrayList<>();

    @AfterEach
    void close() {
        opened.forEach(store -> store.close().block(PATIENCE));
        hub.close();
    }

    private ObjectIO open(String location) {
        ObjectIO store = HubRows.open(hub, location);
        opened.add(store);
        return store;
    }

    private static <T> T get(Mono<T> mono) {
        return java.util.Objects.requireNonNull(mono.block(PATIENCE));
    }

    private static <T> List<T> all(Flux<T> flux) {
        return get(flux.collectList());
    }

    @Test
    @DisplayName("the first row costs seven requests at most, five of them to the hub, and nothing is asked before")
    void firstRowIsCheap() {
        ObjectIO store = open(TOY);
        assertThat(hub.requests()).isEmpty();
        assertThat(get(store.rows().next())).isEqualTo(HubRows.colabfit(0));
        assertThat(hub.requests(Host.HUB)).hasSizeLessThanOrEqualTo(5);
        assertThat(hub.requests()).hasSizeLessThanOrEqualTo(7);
        hub.publish(HubRows.COLABFIT.toBuilder()
                .file("README.md", "---\nconfigs:\n- config_name: default\n  data_files: co/*.parquet\n---\n")
                .build());
        hub.forget();
        ImitationHub plain = hub;
        assertThat(get(HubRows.open(plain, TOY).get(0))).isEqualTo(HubRows.colabfit(0));
        assertThat(hub.requests(Host.HUB)).hasSizeLessThanOrEqualTo(5);
        assertThat(hub.requests()).hasSizeLessThanOrEqualTo(7);
    }

    @Test
    @DisplayName("a random row costs one request once the footers are known, and the next rows of its row group none")
    void randomRowIsOneRequest() {
        ObjectIO store = open(TOY);
        assertThat(get(store.size())).isEqualTo(HubRows.COLABFIT_ROWS);
        hub.forget();
        assertThat(get(store.get(8))).isEqualTo(HubRows.colabfit(8));
        assertThat(hub.requests())
                .singleElement()
                .satisfies(r -> assertThat(r.host()).isEqualTo(Host.CDN));
        assertThat(get(store.get(12))).isEqualTo(HubRows.colabfit(12));
        assertThat(get(store.get(7))).isEqualTo(HubRows.colabfit(7));
        assertThat(hub.requests()).hasSize(1);
        assertThat(get(store.get(25, "calc.energy")).keys()).containsExactly("calc.energy");
        assertThat(hub.requests()).hasSize(2);
    }

    @Test
    @DisplayName("another file costs one request to the hub; rows of the first need no footer of the others")
    void furtherFiles() {
        ObjectIO store = open(TOY);
        get(store.get(0));
        hub.forget();
        assertThat(get(store.get(19))).isEqualTo(HubRows.colabfit(19));
        assertThat(hub.requests(Host.HUB)).isEmpty();
        assertThat(get(store.get(20))).isEqualTo(HubRows.colabfit(20)); // behind the file without rows
        assertThat(hub.requests(Host.HUB)).hasSize(2);
        hub.forget();
        ObjectIO last = open(TOY);
        assertThat(get(last.get(-1))).isEqualTo(HubRows.colabfit(30));
        assertThat(hub.requests(Host.HUB).stream().filter(r -> r.path().contains("/resolve/")))
                .extracting(RecordedRequest::path)
                .allMatch(path -> path.endsWith("co_2.parquet"));
    }

    @Test
    @DisplayName(
            "rows of a row group are told, and ascending positions with gaps fetch each row group once and no other")
    void blocksAreRowGroups() {
        ObjectIO store = open(TOY);
        assertThat(get(store.blockRows())).isEqualTo(7);
        get(store.size());
        hub.forget();
        long[] window = {0, 1, 2, 5, 6, 8, 9, 10, 28, 29};
        List<Row> expected =
                LongStream.of(window).mapToObj(i -> HubRows.colabfit((int) i)).toList();
        assertThat(all(store.rowsAt(window))).isEqualTo(expected);
        assertThat(hub.requests()).as("two of the first file, one of the last").hasSize(3);
    }

    @Test
    @DisplayName("fewer columns cost fewer bytes, and no columns none but the footers")
    void projectionsFetchLess() {
        ObjectIO store = open(TOY);
        get(store.size());
        hub.forget();
        assertThat(all(store.columns("info.property_id")).stream().map(row -> row.get("info.property_id")))
                .containsExactlyElementsOf(LongStream.range(0, 31)
                        .mapToObj(i -> (Object) ("PO_" + i))
                        .toList());
        long few = hub.load(Host.CDN).bodyBytes();
        hub.forget();
        assertThat(all(store.rows())).hasSize(31);
        assertThat(few).isLessThan(hub.load(Host.CDN).bodyBytes() / 4);
        hub.forget();
        assertThat(all(store.columns("no.such.key")))
                .hasSize(31)
                .allMatch(row -> row.keys().isEmpty());
        assertThat(hub.requests()).isEmpty();
    }

    @Test
    @DisplayName("slices, lists and steps of either sign give the rows that Python's would")
    void selections() {
        ObjectIO store = open(TOY);
        List<Row> rows = HubRows.colabfit(0, 31);
        assertThat(all(store.rows("::3"))).isEqualTo(every(rows, 0, 31, 3));
        assertThat(all(store.rows("5:29:4"))).isEqualTo(every(rows, 5, 29, 4));
        assertThat(all(store.rows("-9:"))).isEqualTo(rows.subList(22, 31));
        assertThat(all(store.rows("5:-5"))).isEqualTo(rows.subList(5, 26));
        assertThat(all(store.rows("28:100"))).isEqualTo(rows.subList(28, 31));
        assertThat(all(store.rows("40:"))).isEmpty();
        List<Row> reversed = new ArrayList<>(rows);
        Collections.reverse(reversed);
        assertThat(all(store.rows("::-1"))).isEqualTo(reversed);
        assertThat(all(store.rowsAt(30, 2, 2, -1, 21, 0)))
                .containsExactly(rows.get(30), rows.get(2), rows.get(2), rows.get(30), rows.get(21), rows.get(0));
        assertThat(all(store.rowsAt(3, 8, 27))).containsExactly(rows.get(3), rows.get(8), rows.get(27));
        assertThat(all(store.rows("4:8").rows("::-1").rows("1:")))
                .containsExactly(rows.get(6), rows.get(5), rows.get(4));
        assertThatThrownBy(() -> all(store.rowsAt(3, 31)))
                .isInstanceOfSatisfying(
                        RowOutOfBoundsException.class, e -> assertThat(e.size()).isEqualTo(31));
        assertThatThrownBy(() -> get(store.get(-32))).isInstanceOf(RowOutOfBoundsException.class);
    }

    private static List<Row> every(List<Row> rows, int from, int to, int step) {
        List<Row> some = new ArrayList<>();
        for (int i = from; i < to; i += step) {
            some.add(rows.get(i));
        }
        return some;
    }

    @Test
    @DisplayName("LeMaterial's columns become structures: symbols, dimension types, null vectors")
    void optimade() {
        ObjectIO store = open("optimade://LeMaterial/toy");
        assertThat(all(store.rows()))
                .isEqualTo(LongStream.range(0, 8)
                        .mapToObj(i -> HubRows.lemat((int) i))
                        .toList());
        AtomsIO atoms = HubRows.atoms(hub, "hf://LeMaterial/toy");
        assertThat(get(atoms.get(1)).formula()).isNotEmpty();
        assertThat(get(atoms.rows().map(a -> a.size()).collectList())).containsExactly(1, 2, 3, 4, 1, 2, 3, 4);
        atoms.close().block(PATIENCE);
    }

    @Test
    @DisplayName("columns of hf:// are guessed, given, kept as they are, or asked for with what there is")
    void mappings() {
        assertThat(get(open("hf://colabfit/toy?config=default").get(3))).isEqualTo(HubRows.colabfit(3));
        Row raw = get(open("hf://colabfit/toy?config=default&mapping=none").get(5));
        assertThat(raw.keys()).startsWith("property_id", "positions").hasSize(11);
        assertThat(raw.get("atomic_forces")).isNotNull();
        assertThat(get(open("hf://lab/plain?split=test&mapping=none").get(1)))
                .isEqualTo(Row.builder()
                        .put("id", 101L)
                        .put("text", "text 101")
                        .put("half", 25.25)
                        .build());
        assertThatThrownBy(() -> get(open("hf://lab/plain?split=test").get(0)))
                .isInstanceOf(InvalidOptionException.class)
                .hasMessageContaining("id, text, half")
                .hasMessageContaining("mapping=none");
        assertThatThrownBy(() -> get(open(TOY + "&mapping=positions=coords,numbers=atomic_numbers")
                        .get(0)))
                .isInstanceOf(InvalidOptionException.class)
                .hasMessageContaining("\"coords\"")
                .hasMessageContaining("atomic_forces");
        Row own = get(open(TOY
                        + "&mapping=positions=positions,numbers=atomic_numbers,calc.e=energy,info.id=property_id,arrays.f=atomic_forces")
                .get(1));
        assertThat(own.get("calc.e")).isEqualTo(-0.25);
        assertThat(own.get("info.id")).isEqualTo("PO_1");
        assertThat(own.get("arrays.f")).isEqualTo(HubRows.colabfit(1).get("calc.forces"));
        assertThat(own.keys()).contains("info.cell", "cell").doesNotContain("calc.energy", "info.energy");
    }

    @Test
    @DisplayName("symbols that are none are refused with file and row")
    void unknownSymbols() {
        assertThatThrownBy(() -> get(
                        open(TOY + "&mapping=positions=positions,numbers=names").get(8)))
                .isInstanceOf(UnsupportedDataException.class)
                .hasMessageContaining("co/co_0.parquet")
                .hasMessageContaining("row 8")
                .hasMessageContaining("n8");
    }

    @Test
    @DisplayName("columns that a later file lacks are absent there, and those it adds are delivered")
    void changedColumns() {
        hub.publish(HubRows.COLABFIT.toBuilder()
                .file("co/co_3.parquet", HubRows.bytes("changed/co_3.parquet"))
                .build());
        List<Row> rows = all(open(TOY).rows("30:"));
        assertThat(rows).hasSize(4);
        assertThat(rows.get(0).has("info.hash")).isFalse();
        assertThat(rows.get(1))
                .isEqualTo(HubRows.colabfit(31).without(List.of("calc.forces")).merge(Row.of("info.hash", "h31")));
    }

    @Test
    @DisplayName("a dataset stays at the commit it was found at, which its tag names")
    void pinned() {
        ObjectIO store = open(TOY);
        assertThat(get(store.get(0))).isEqualTo(HubRows.colabfit(0));
        hub.publish(HubRows.COLABFIT.toBuilder().remove("co/co_2.parquet").build());
        assertThat(all(store.rows())).hasSize(31);
        assertThat(get(open(TOY).size())).isEqualTo(20);
        String before = get(HubRows.backend(hub, TOY + "&revision=" + HubRows.COLABFIT.commit(), Map.of())
                .etag());
        String after = get(HubRows.backend(hub, TOY, Map.of()).etag());
        assertThat(before).contains(HubRows.COLABFIT.commit()).isNotEqualTo(after);
    }

    @Test
    @DisplayName("missing repositories, splits and bad options are told of")
    void refusals() {
        assertThatThrownBy(() -> get(open("hf://lab/absent").get(0))).isInstanceOf(StoreNotFoundException.class);
        assertThatThrownBy(() -> get(open("hf://lab/plain?mapping=none").get(0)))
                .hasMessageContaining("train")
                .hasMessageContaining("test");
        assertThatThrownBy(() -> open("hf://nobody")).isInstanceOf(InvalidOptionException.class);
        assertThatThrownBy(() -> open(TOY + "&sizes=1&parallel=0"))
                .isInstanceOf(InvalidOptionException.class)
                .hasMessageContaining("sizes")
                .hasMessageContaining("parallel");
        assertThatThrownBy(() -> get(open(TOY + "&max_row_group=100").get(0)))
                .isInstanceOf(LimitExceededException.class)
                .hasMessageContaining("max_row_group");
    }

    @Test
    @DisplayName("a stream that is cancelled asks for nothing more and holds nothing")
    void cancelled() {
        ObjectIO store = open(TOY);
        get(store.size());
        hub.forget();
        StepVerifier.create(store.rows(), 1).expectNextCount(1).thenCancel().verify(PATIENCE);
        int requests = hub.requests().size();
        assertThat(requests).isLessThanOrEqualTo(1);
        assertThat(Memory.SHARED.used()).isZero();
        assertThat(all(store.rows())).isEqualTo(HubRows.colabfit(0, 31));
    }

    @Test
    @DisplayName("busy servers, broken connections and lapsed signatures cost time, not rows")
    void faultsCostNoRows() {
        ObjectIO store = open(TOY + "&retry_budget_ms=20000");
        hub.inject(Fault.at(Host.HUB).path("resolve").times(1).status(429).header("Retry-After", "0"));
        hub.inject(Fault.at(Host.CDN).skip(1).times(1).resetAfter(100));
        hub.inject(Fault.at(Host.CDN).skip(2).times(1).status(503));
        hub.inject(Fault.at(Host.CDN).skip(3).times(1).cutAfter(50));
        assertThat(all(store.rows())).isEqualTo(HubRows.colabfit(0, 31));
        hub.revokeSignatures();
        assertThat(all(store.rows())).isEqualTo(HubRows.colabfit(0, 31));
    }

    @Test
    @DisplayName("a hub that is away for a while in the middle of a scan costs no row and repeats none")
    void outage() {
        ImitatedDataset.Builder large = ImitatedDataset.of("lab/many").cardData(HubRows.CARD);
        for (int i = 10; i < 30; i++) {
            large.file("co/co_%d.parquet".formatted(i), HubRows.bytes("colabfit/co/co_0.parquet"));
        }
        hub.publish(large.build());
        ObjectIO store = open("hf://lab/many?config=default&read_ahead=10K");
        List<Row> expected = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            expected.addAll(HubRows.colabfit(0, 20));
        }
        List<Row> seen = new ArrayList<>();
        Duration away = Boolean.getBoolean("atomflux.proof") ? Duration.ofSeconds(10) : Duration.ofMillis(300);
        Flux<Row> scan = store.rows()
                .limitRate(1)
                .doOnNext(row -> {
                    seen.add(row);
                    if (seen.size() == 150) {
                        hub.stop();
                        Mono.delay(away, reactor.core.scheduler.Schedulers.boundedElastic())
                                .subscribe(tick -> hub.start());
                    }
                })
                .subscribeOn(reactor.core.scheduler.Schedulers.boundedElastic());
        scan.then().block(Duration.ofSeconds(40));
        assertThat(seen).isEqualTo(expected);
    }

    @Test
    @DisplayName("with streaming=false files are kept in the cache folder, and a second time nothing is fetched")
    void downloads(@TempDir Path cache) {
        String location = TOY + "&streaming=false&cache_dir=" + cache;
        assertThat(all(open(location).rows())).isEqualTo(HubRows.colabfit(0, 31));
        String pinned = location + "&revision=" + HubRows.COLABFIT.commit();
        hub.forget();
        assertThat(all(open(pinned).rows())).isEqualTo(HubRows.colabfit(0, 31));
        assertThat(hub.requests(Host.CDN)).isEmpty();
        hub.forget();
        assertThat(all(open(pinned + "&offline=true").rows())).isEqualTo(HubRows.colabfit(0, 31));
        assertThat(hub.requests()).isEmpty();
    }
}
