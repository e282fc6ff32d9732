package io.atomflux.examples.service;

import io.atomflux.atoms.Atoms;
import io.atomflux.codec.AtomfluxModule;
import io.atomflux.codec.NumpyMsgpack;
import io.atomflux.value.BlobRow;
import io.atomflux.value.Bytes;
import io.lettuce.core.RedisClient;
import io.lettuce.core.api.async.RedisAsyncCommands;
import io.lettuce.core.codec.ByteArrayCodec;
import io.netty.handler.codec.http.HttpHeaderNames;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.function.LongFunction;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Mono;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServer;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;
import tools.jackson.databind.json.JsonMapper;

/**
 * What {@link FrameService} is measured beside: the driver alone, answering the same bytes, with no check of anything.
 *
 * <ul>
 *   <li>{@code /row/{i}}: HGETALL of the hash whose name is known, decoded by the same codec, written by the same mapper; it
 *       does not look for the position, so it would answer another row after a deletion;
 *   <li>{@code /position/{i}}: LINDEX for the name of the hash, then the same;
 *   <li>{@code /ready/{i}}: GET of the answer, which somebody stored as text.
 * </ul>
 */
final class DriverHandler {

    private static final JsonMapper JSON =
            JsonMapper.builder().addModule(new AtomfluxModule()).build();

    private final RedisAsyncCommands<byte[], byte[]> redis;
    private final String group;

    DriverHandler(String uri, String group) {
        this.redis = RedisClient.create(uri).connect(ByteArrayCodec.INSTANCE).async();
        this.group = group;
    }

    DisposableServer start() {
        return HttpServer.create()
                .host("localhost")
                .port(0)
                .route(routes -> routes.get("/row/{i}", (in, out) -> answer(in, out, this::row))
                        .get("/position/{i}", (in, out) -> answer(in, out, this::position))
                        .get("/ready/{i}", (in, out) -> answer(in, out, i -> redis.get(bytes(group + "/ready/" + i)))))
                .bindNow();
    }

    private CompletionStage<Atoms> row(long i) {
        return redis.hgetall(bytes(group + ":row:" + i)).thenApply(DriverHandler::decoded);
    }

    private CompletionStage<Atoms> position(long i) {
        return redis.lindex(bytes(group + ":sort_keys"), i)
                .thenCompose(
                        name -> redis.hgetall(bytes(group + ":row:" + new String(name, StandardCharsets.US_ASCII))))
                .thenApply(DriverHandler::decoded);
    }

    private static Atoms decoded(Map<byte[], byte[]> hash) {
        Map<Bytes, Bytes> cells = new LinkedHashMap<>();
        hash.forEach((name, value) -> cells.put(Bytes.wrap(name), Bytes.wrap(value)));
        return Atoms.fromRow(NumpyMsgpack.decode(BlobRow.of(cells), "driver", 0));
    }

    /** Writes a structure as JSON; what is JSON already is left as it is. */
    private static byte[] line(Object found) {
        if (found instanceof byte[] ready) {
            return ready;
        }
        byte[] json = JSON.writeValueAsBytes(found);
        byte[] line = Arrays.copyOf(json, json.length + 1);
        line[json.length] = '\n';
        return line;
    }

    private static Publisher<Void> answer(
            HttpServerRequest request, HttpServerResponse response, LongFunction<CompletionStage<?>> read) {
        long i = Long.parseLong(String.valueOf(request.param("i")));
        return Mono.fromCompletionStage(() -> read.apply(i))
                .flatMap(found -> response.header(HttpHeaderNames.CONTENT_TYPE, "application/json")
                        .sendByteArray(FrameService.onLoop(response).map(loop -> line(found)))
                        .then());
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
