package io.atomflux.artifact.payload;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atomflux.artifact.payload.PayloadFormat.Compression;
import io.atomflux.artifact.spi.PayloadStorage;
import io.atomflux.artifact.spi.StoredPayload;
import io.atomflux.error.ArtifactNotFoundException;
import io.atomflux.error.CorruptDataException;
import io.atomflux.error.InvalidNameException;
import io.atomflux.error.LimitExceededException;
import io.atomflux.error.ReadOnlyStoreException;
import io.atomflux.error.StoreAccessException;
import io.atomflux.error.UnsupportedDataException;
import io.atomflux.error.ValueTypeException;
import io.atomflux.value.Bytes;
import io.atomflux.value.Complex;
import io.atomflux.value.NdArray;
import io.atomflux.value.NdScalar;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.reactivestreams.Publisher;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

@Timeout(60)
class PayloadStoreTest {

    private static final Scope ABC = Scope.owner("abc");

    @TempDir
    Path base;

    private PayloadStore store;

    @BeforeEach
    void open() {
        store = PayloadStore.folder(base);
    }

    private static Flux<ByteBuffer> text(String text) {
        return Flux.defer(() -> Flux.just(ByteBuffer.wrap(text.getBytes(UTF_8))));
    }

    private static String textOf(Flux<ByteBuffer> content) {
        return content.map(buffer -> UTF_8.decode(buffer).toString())
                .collect(java.util.stream.Collectors.joining())
                .block();
    }

    @Test
    @DisplayName(
            "DataStoreIO: bytes are written without a header and read back; the URL holds the prefix, the file is there")
    void writesBytes() throws IOException {
        PayloadRef ref = store.write(ABC, text("hello")).block();

        assertThat(ref.url().toString()).matches("file:///abc/[0-9a-f]{32}");
        Path file = base.resolve("abc").resolve(ref.url().name());
        assertThat(file).hasContent("hello");
        assertThat(textOf(store.read(ref))).isEqualTo("hello");
        assertThat(textOf(store.read(ref.url()))).isEqualTo("hello");
        assertThat(store.readObject(ref, Bytes.class).block()).isEqualTo(Bytes.ofText("hello"));
        assertThat(ref.length()).isEqualTo(5);
        assertThat(ref.codec()).isEqualTo(PayloadRef.RAW);
    }

    @Test
    @DisplayName("DataStoreIO: objects are encoded, read back and type-checked; what is gone is named")
    void writesObjects() {
        PayloadRef ref =
                store.writeObject(ABC, Map.of("a", List.of(1, 2.5, "x"))).block();

        assertThat((Object) store.readObject(ref, Map.class).block()).isEqualTo(Map.of("a", List.of(1L, 2.5, "x")));
        assertThatThrownBy(() -> store.readObject(ref, NdArray.class).block())
                .isInstanceOf(ValueTypeException.class)
                .hasMessageContaining(ref.url().toString());
        assertThat(store.delete(ref.url()).block()).isEqualTo(new DeleteReport(1, 0, List.of()));
        assertThatThrownBy(() -> store.readObject(ref, Map.class).block())
                .isInstanceOf(ArtifactNotFoundException.class)
                .hasMessageContaining(ref.url().toString());
    }

    @Test
    @DisplayName("empty, and larger than any buffer")
    void sizes() {
        byte[] large = new byte[1_000_003];
        new Random(7).nextBytes(large);
        PayloadRef none = store.write(ABC, Flux.empty()).block();
        PayloadRef many = store.write(
                        ABC,
                        Flux.range(0, large.length / 1000 + 1)
                                .map(i -> ByteBuffer.wrap(large, i * 1000, Math.min(1000, large.length - i * 1000))))
                .block();

        assertThat(store.readObject(none, Bytes.class).block()).isEqualTo(Bytes.EMPTY);
        assertThat(store.readObject(many, Bytes.class).block()).isEqualTo(Bytes.wrap(large));
    }

    @Test
    @DisplayName(
            "M1: deleteScope(\"\"), . and ../x cannot even be said, and no scope is deleted that nobody registered")
    void deletesRegisteredScopesOnly() throws IOException {
        Path secret = base.resolveSibling(base.getFileName() + "-secret");
        Files.createDirectories(secret);
        try {
            for (String name : List.of("", ".", "..", "../" + secret.getFileName(), secret.toString())) {
                assertThatThrownBy(() -> store.deleteScope(Scope.owner(name))).isInstanceOf(InvalidNameException.class);
            }
            Path foreign = Files.createDirectories(base.resolve("foreign"));
            Files.writeString(foreign.resolve("x"), "x");
            assertThatThrownBy(() -> store.deleteScope(Scope.kept("foreign")).block())
                    .isInstanceOf(StoreAccessException.class)
                    .hasMessageContaining("register");
            store.register(Scope.kept("foreign")).block();
            assertThat(store.deleteScope(Scope.kept("foreign")).block().deleted())
                    .isEqualTo(1);
            assertThat(foreign).doesNotExist();
            assertThat(secret).exists();
            assertThat(base).exists();
        } finally {
            Files.delete(secret);
        }
    }

    @Test
    @DisplayName("M1: a link in the folder leads nowhere: not for reading, writing, deleting or listing")
    void refusesLinks(@TempDir Path outside) throws IOException {
        Files.writeString(outside.resolve("secret"), "secret");
        store.write(ABC, text("x")).block();
        Files.createSymbolicLink(base.resolve("abc/link"), outside.resolve("secret"));
        Files.createSymbolicLink(base.resolve("way"), outside);

        for (String url : List.of("file:///abc/link", "file:///way/secret")) {
            assertThatThrownBy(() -> textOf(store.read(PayloadUrl.parse(url))))
                    .isInstanceOf(StoreAccessException.class);
            assertThat(store.delete(PayloadUrl.parse(url)).block().problems()).hasSize(1);
        }
        assertThatThrownBy(() -> store.write(Scope.owner("way"), text("x")).block())
                .isInstanceOf(StoreAccessException.class);
        assertThatThrownBy(() -> store.write(Scope.owner("way/deep"), text("x")).block())
                .isInstanceOf(StoreAccessException.class);
        assertThat(store.list().collectList().block()).hasSize(1);
        assertThat(outside.resolve("secret")).hasContent("secret");
        try (Stream<Path> files = Files.list(outside)) {
            assertThat(files).hasSize(1);
        }
    }

    @Test
    @DisplayName("M2: replacing a scope removes the old payloads only after the references are stored")
    void replacesScopes() {
        PayloadRef old = store.writeObject(ABC, "old").block();

        assertThatThrownBy(() -> store.replaceScope(
                                ABC, List.of(Payload.of("new")), refs -> Mono.error(new IllegalStateException("no")))
                        .block())
                .hasMessage("no");
        assertThat(store.readObject(old, String.class).block()).isEqualTo("old");
        assertThat(store.list(ABC).collectList().block()).hasSize(1);

        assertThatThrownBy(() -> store.replaceScope(
                                ABC,
                                List.of(Payload.of("new"), Payload.raw(Flux.error(new IllegalStateException("cut")))),
                                refs -> Mono.empty())
                        .block())
                .hasMessage("cut");
        assertThat(store.list(ABC).collectList().block()).hasSize(1);

        AtomicReference<List<PayloadRef>> published = new AtomicReference<>();
        store.replaceScope(
                        ABC,
                        List.of(Payload.of("new")),
                        refs -> store.readObject(old, String.class)
                                .doOnNext(stillThere -> published.set(refs))
                                .then())
                .block();
        assertThat(store.readObject(published.get().get(0), String.class).block())
                .isEqualTo("new");
        assertThatThrownBy(() -> store.readObject(old, String.class).block())
                .isInstanceOf(ArtifactNotFoundException.class);
    }

    @Test
    @DisplayName("Compression: optional, transparent on reading, and not readable as plain text")
    void compresses() throws IOException {
        String value = "the same words ".repeat(100);
        PayloadFormat zlib = PayloadFormat.DEFAULT.compressed(Compression.ZLIB);
        PayloadRef packed = store.writeObject(ABC, value, zlib).block();
        PayloadRef plain = store.writeObject(ABC, value).block();

        assertThat(store.readObject(packed, String.class).block()).isEqualTo(value);
        assertThat(packed.length()).isLessThan(plain.length() / 4);
        assertThat(new String(
                        Files.readAllBytes(base.resolve("abc/" + plain.url().name())), UTF_8))
                .contains("the same words");
        assertThat(new String(
                        Files.readAllBytes(base.resolve("abc/" + packed.url().name())), UTF_8))
                .doesNotContain("the same words");
    }

    @Test
    @DisplayName(
            "M3 M4: every codec with every compression reads back, whatever the reader's own format is; M12: scalars of every width")
    void roundTrips() {
        List<Object> values = List.of(
                true,
                1,
                (short) 2,
                (byte) 3,
                1L << 40,
                2.5f,
                -0.0,
                Double.NaN,
                "text \u00e9",
                Bytes.of((byte) 1),
                BigInteger.ONE.shiftLeft(63),
                new Complex(1, 2),
                NdScalar.of(1.5f),
                NdScalar.of(7L),
                NdArray.of(new double[] {1, 2}),
                List.of(),
                List.of(1, List.of("x")),
                Map.of("a", Map.of("b", 1)),
                new float[] {1, 2});
        for (String codec : List.of("msgpack", "json")) {
            for (Compression compression : Compression.values()) {
                PayloadFormat format = new PayloadFormat(codec, compression);
                for (Object value : values) {
                    PayloadRef ref = store.writeObject(ABC, value, format).block();
                    Object back = store.format(PayloadFormat.of("bytes"))
                            .readObject(ref.url(), Object.class)
                            .block();
                    assertThat(back).as("%s %s", format, value).isEqualTo(io.atomflux.value.Values.of("value", value));
                }
            }
        }
        PayloadRef bytes = store.writeObject(ABC, Bytes.ofText("x"), PayloadFormat.of("bytes"))
                .block();
        assertThat(store.readObject(bytes, Bytes.class).block()).isEqualTo(Bytes.ofText("x"));
        store.list(ABC)
                .map(PayloadEntry::url)
                .collectList()
                .flatMap(store::delete)
                .block();
    }

    @Test
    @DisplayName(
            "Safety: a type no codec knows fails loudly before anything is written; an unknown codec in a header is refused")
    void refusesUnknownTypes() throws IOException {
        assertThatThrownBy(() -> store.writeObject(ABC, Map.of("a", List.of(new Object()))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("java.lang.Object");
        assertThatThrownBy(() -> PayloadFormat.of("java.util.ArrayList")).isInstanceOf(IllegalArgumentException.class);
        PayloadRef ref = store.writeObject(ABC, "x").block();
        Path file = base.resolve("abc/" + ref.url().name());
        byte[] bytes = Files.readAllBytes(file);
        bytes[7] = 'q';
        Files.write(file, bytes);
        assertThatThrownBy(() -> store.readObject(ref.url(), String.class).block())
                .isInstanceOf(UnsupportedDataException.class)
                .hasMessageContaining("qsgpack");
    }

    @Test
    @DisplayName(
            "M5: a payload that was cut or changed is an error naming its address; nothing half-written has a name")
    void tellsDamage() throws IOException {
        PayloadRef ref = store.writeObject(ABC, "value").block();
        Path file = base.resolve("abc/" + ref.url().name());
        byte[] whole = Files.readAllBytes(file);
        for (int cut = 0; cut < whole.length; cut++) {
            Files.write(file, java.util.Arrays.copyOf(whole, cut));
            assertThatThrownBy(() -> store.readObject(ref, String.class).block())
                    .isInstanceOf(CorruptDataException.class)
                    .hasMessageContaining(ref.url().toString());
        }
        for (int at = 0; at < whole.length; at++) {
            byte[] changed = whole.clone();
            changed[at] ^= 1;
            Files.write(file, changed);
            assertThatThrownBy(() -> store.readObject(ref, String.class).block())
                    .isInstanceOf(CorruptDataException.class);
        }
        Files.write(file, java.util.Arrays.copyOf(whole, whole.length - 1));
        assertThatThrownBy(() -> store.readObject(ref.url(), String.class).block())
                .isInstanceOf(CorruptDataException.class);

        Files.delete(file);
        List<Boolean> named = new ArrayList<>();
        Flux<ByteBuffer> cut = Flux.defer(() -> {
            named.add(base.resolve("abc").toFile().exists()
                    && base.resolve("abc").toFile().list().length > 0);
            return Flux.error(new IllegalStateException("cut"));
        });
        assertThatThrownBy(() -> store.write(ABC, text("x").concatWith(cut)).block())
                .hasMessage("cut");
        assertThat(named).containsExactly(false);
        assertThat(store.list().collectList().block()).isEmpty();
        try (Stream<Path> staged = Files.list(base.resolve(".atomflux/writing"))) {
            assertThat(staged).isEmpty();
        }
    }

    @Test
    @DisplayName("a header that tells a huge length takes no memory; what is over the limit is refused")
    void bounded() throws IOException {
        PayloadFormat zlib = PayloadFormat.DEFAULT.compressed(Compression.ZLIB);
        PayloadRef ref = store.writeObject(ABC, "x".repeat(100_000), zlib).block();
        assertThatThrownBy(
                        () -> store.limit(50_000).readObject(ref, String.class).block())
                .isInstanceOf(LimitExceededException.class)
                .hasMessageContaining(ref.url().toString());
        PayloadRef raw = store.write(ABC, text("x".repeat(100_000))).block();
        assertThatThrownBy(
                        () -> store.limit(50_000).readObject(raw, Bytes.class).block())
                .isInstanceOf(LimitExceededException.class);
        Path file = base.resolve("abc/" + ref.url().name());
        byte[] bytes = Files.readAllBytes(file);
        ByteBuffer.wrap(bytes).putLong(7 + "msgpack".length(), 1L << 29);
        Files.write(file, bytes);
        assertThatThrownBy(() -> store.readObject(ref.url(), String.class).block())
                .isInstanceOf(CorruptDataException.class);
    }

    @Test
    @DisplayName("M9: scopes are given with each call, so writers at the same time never share one")
    void parallelScopes() {
        Map<String, List<PayloadRef>> refs = Flux.range(0, 8)
                .flatMap(i -> Flux.range(0, 10)
                        .flatMap(j -> store.writeObject(Scope.owner("scope-" + i), "value " + i))
                        .collectList()
                        .map(all -> Map.entry("scope-" + i, all)))
                .collectMap(Map.Entry::getKey, Map.Entry::getValue)
                .block();
        refs.forEach((scope, written) -> {
            assertThat(written).allMatch(ref -> ref.url().scope().equals(scope));
            assertThat(store.list(Scope.owner(scope)).collectList().block()).hasSize(10);
        });
    }

    @Test
    @DisplayName("M14: a relative base is made absolute at opening")
    void absoluteBase() {
        assertThat(PayloadStore.folder(Path.of("some/where")).name())
                .isEqualTo(Path.of("some/where").toAbsolutePath().toString());
    }

    @Test
    @DisplayName("M15: scopes are known with their owner and time to live")
    void knowsScopes() {
        store.register(Scope.kept("manual").timeToLive(Duration.ofHours(1))).block();
        store.write(ABC, text("x")).block();
        assertThat(store.scopes().collectList().block())
                .anySatisfy(scope -> {
                    assertThat(scope.name()).isEqualTo("manual");
                    assertThat(scope.owned()).isFalse();
                    assertThat(scope.timeToLive()).contains(Duration.ofHours(1));
                })
                .anySatisfy(scope -> {
                    assertThat(scope.name()).isEqualTo("abc");
                    assertThat(scope.owned()).isTrue();
                });
    }

    @Test
    @DisplayName("M19: what a deletion could not remove is in its report")
    void reportsDeletion() throws IOException {
        PayloadRef ref = store.write(ABC, text("x")).block();
        PayloadUrl gone = PayloadUrl.parse("file:///abc/gone");
        Files.createSymbolicLink(base.resolve("abc/link"), base.resolve("nowhere"));
        DeleteReport report = store.delete(List.of(ref.url(), gone, PayloadUrl.parse("file:///abc/link")))
                .block();
        assertThat(report.deleted()).isEqualTo(1);
        assertThat(report.missing()).isEqualTo(1);
        assertThat(report.problems()).singleElement().asString().contains("link");
    }

    @Test
    @DisplayName("a store opened for reading refuses every change")
    void readOnly() {
        PayloadStore reading = store.readOnly();
        for (Mono<?> change : List.of(
                reading.write(ABC, text("x")),
                reading.writeObject(ABC, "x"),
                reading.register(ABC),
                reading.deleteScope(ABC),
                reading.delete(PayloadUrl.parse("file:///a/b")),
                reading.replaceScope(ABC, List.of(), refs -> Mono.empty()))) {
            assertThatThrownBy(change::block).isInstanceOf(ReadOnlyStoreException.class);
        }
        assertThat(base).isEmptyDirectory();
    }

    @Test
    @DisplayName("an address of an artifact store is refused by a folder at the call")
    void otherKindOfAddress() {
        PayloadUrl url = PayloadUrl.parse("store://0123456789abcdef0123456789abcdef/a/b");
        assertThatThrownBy(() -> store.read(url)).isInstanceOf(InvalidNameException.class);
    }

    @Test
    @DisplayName("cancelling a write leaves nothing")
    void cancelled() throws InterruptedException {
        CountDownLatch begun = new CountDownLatch(1);
        Disposable running = store.write(
                        ABC, text("x").concatWith(Flux.<ByteBuffer>never().doOnSubscribe(s -> begun.countDown())))
                .subscribe();
        assertThat(begun.await(30, TimeUnit.SECONDS)).isTrue();
        running.dispose();
        Path writing = base.resolve(".atomflux/writing");
        org.assertj.core.api.Assertions.assertThat(store.list().collectList().block())
                .isEmpty();
        Instant end = Instant.now().plusSeconds(30);
        while (Instant.now().isBefore(end) && writing.toFile().list().length > 0) {
            Thread.onSpinWait();
        }
        assertThat(writing).isEmptyDirectory();
    }

    @Test
    @DisplayName("Pluggability: a storage of one's own needs four calls")
    void ownStorage() {
        PayloadStore own = PayloadStore.of(new MapStorage());
        PayloadRef ref = own.writeObject(ABC, List.of(1, 2)).block();
        own.write(Scope.kept("a/b"), text("y")).block();

        assertThat((Object) own.readObject(ref, List.class).block()).isEqualTo(List.of(1L, 2L));
        assertThat(own.list().collectList().block()).hasSize(2);
        assertThat(own.scopes().map(Scope::name).collectList().block()).containsExactlyInAnyOrder("abc", "a/b");
        assertThat(own.deleteScope(ABC).block().deleted()).isEqualTo(1);
        assertThat(own.deleteScope(ABC).block()).isEqualTo(DeleteReport.NOTHING);
        assertThat(own.list(Scope.kept("a/b")).collectList().block()).hasSize(1);
    }

    /** The smallest storage there can be. */
    static final class MapStorage implements PayloadStorage {

        final ConcurrentSkipListMap<String, Bytes> payloads = new ConcurrentSkipListMap<>();

        @Override
        public String name() {
            return "a map";
        }

        @Override
        public Mono<Long> write(String scope, String name, Publisher<ByteBuffer> content) {
            return Flux.from(content)
                    .collect(java.io.ByteArrayOutputStream::new, (all, buffer) -> {
                        byte[] part = new byte[buffer.remaining()];
                        buffer.get(part);
                        all.writeBytes(part);
                    })
                    .map(all -> {
                        payloads.put(scope + "/" + name, Bytes.wrap(all.toByteArray()));
                        return (long) all.size();
                    });
        }

        @Override
        public Flux<ByteBuffer> read(String scope, String name) {
            return Mono.fromSupplier(() -> payloads.get(scope + "/" + name))
                    .switchIfEmpty(Mono.error(() -> new ArtifactNotFoundException(name(), scope + "/" + name)))
                    .map(Bytes::asBuffer)
                    .flux();
        }

        @Override
        public Mono<Boolean> delete(String scope, String name) {
            return Mono.fromSupplier(() -> payloads.remove(scope + "/" + name) != null);
        }

        @Override
        public Flux<StoredPayload> list(String scope) {
            return Flux.defer(() -> Flux.fromIterable(List.copyOf(payloads.entrySet())))
                    .map(entry -> {
                        int last = entry.getKey().lastIndexOf('/');
                        return new StoredPayload(
                                entry.getKey().substring(0, last),
                                entry.getKey().substring(last + 1),
                                entry.getValue().length(),
                                Instant.EPOCH);
                    })
                    .filter(found -> scope.isEmpty() || found.scope().equals(scope));
        }
    }
}
