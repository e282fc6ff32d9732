package io.atomflux.mongo;

import static org.assertj.core.api.Assertions.assertThat;

import io.atomflux.ObjectIO;
import io.atomflux.error.AtomfluxException;
import io.atomflux.value.Row;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.bson.BsonArray;
import org.bson.BsonDocument;
import org.bson.BsonDouble;
import org.bson.BsonInt32;
import org.bson.BsonInt64;
import org.bson.BsonNull;
import org.bson.BsonString;
import org.bson.BsonValue;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Mono;

/** Documents of a store that another program wrote something else into. */
@Timeout(120)
class MongoHostileDataTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final List<BsonValue> WRONG = List.of(
            BsonNull.VALUE,
            new BsonString("x"),
            new BsonInt32(-7),
            new BsonInt64(Long.MAX_VALUE),
            new BsonDouble(Double.NaN),
            new BsonDocument("x", new BsonInt32(1)),
            new BsonArray(List.of(new BsonString("x"), new BsonDocument(), BsonNull.VALUE)),
            new BsonArray(List.of(new BsonInt64(1), new BsonInt64(-1))));

    private static final Map<String, Function<ObjectIO, Mono<?>>> CALLS = Map.of(
            "size", ObjectIO::size,
            "get", store -> store.get(1),
            "get from the end", store -> store.get(-1),
            "rows", store -> store.rows().collectList(),
            "verify", store -> store.verify().collectList(),
            "append", store -> store.append(Row.of("b", 1)),
            "set", store -> store.set(0, Row.of("b", 1)),
            "delete", store -> store.delete(0),
            "insert", store -> store.insert(1, Row.of("b", 1)));

    @ParameterizedTest
    @DisplayName(
            "whatever stands in a field of root, page, metadata or row, each call ends, with an error that says where")
    @ValueSource(strings = {"paged", "asebytes"})
    void damagedFields(String layout) {
        boolean all = Boolean.getBoolean("atomflux.proof");
        Random random = new Random(19);
        List<String> wrong = new ArrayList<>();
        String database = MongoServers.freshDatabase();
        String uri = MongoServers.uri(database) + "?layout=" + layout + "&deadline_ms=300";
        Documents raw = MongoServers.documents(database, "default");
        ObjectIO first = ObjectIO.open(uri);
        first.extend(IntStream.range(0, 5).mapToObj(i -> Row.of("a", i)).toList())
                .block(PATIENCE);
        first.append(Row.of("a", 5)).block(PATIENCE);
        first.delete(2).block(PATIENCE);
        first.close().block(PATIENCE);
        List<BsonDocument> sound = Objects.requireNonNull(raw.find(Bson.EMPTY, Bson.EMPTY, 0)
                .map(document -> BsonDocument.parse(document.toJson()))
                .collectList()
                .block(PATIENCE));
        for (int document = 0; document < sound.size(); document++) {
            for (String field : sound.get(document).keySet()) {
                for (BsonValue value : all ? WRONG : List.of(WRONG.get(random.nextInt(WRONG.size())))) {
                    if (field.equals("_id")) {
                        continue;
                    }
                    raw.delete(Bson.EMPTY).block(PATIENCE);
                    List<BsonDocument> damaged = new ArrayList<>();
                    sound.forEach(one -> damaged.add(one.clone()));
                    damaged.get(document).put(field, value);
                    raw.insert(damaged).blockLast(PATIENCE);
                    String place = "%s.%s = %s".formatted(sound.get(document).get("_id"), field, value);
                    ObjectIO store = ObjectIO.open(uri);
                    CALLS.forEach((name, call) -> {
                        try {
                            call.apply(store).block(PATIENCE);
                        } catch (AtomfluxException told) {
                            if (told.getMessage().isBlank()) {
                                wrong.add(place + ", " + name + ": no message");
                            }
                        } catch (RuntimeException | Error other) {
                            wrong.add(place + ", " + name + ": " + other);
                        }
                    });
                    store.close().block(PATIENCE);
                }
            }
        }
        assertThat(wrong).isEmpty();
    }
}
