package io.atomflux.benchmarks;

import com.mongodb.ReadConcern;
import com.mongodb.reactivestreams.client.FindPublisher;
import com.mongodb.reactivestreams.client.MongoClient;
import com.mongodb.reactivestreams.client.MongoClients;
import com.mongodb.reactivestreams.client.MongoCollection;
import com.mongodb.reactivestreams.client.MongoDatabase;
import io.atomflux.testkit.net.Request;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.bson.BsonArray;
import org.bson.BsonDocument;
import org.bson.BsonInt64;
import org.bson.RawBsonDocument;
import org.bson.codecs.BsonDocumentCodec;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * The driver alone: sends commands that were recorded, so many at a time as waited then, and uses the values of the replies
 * where they arrive. Through {@code find}, as its users do, or through {@code runCommand}, which is the least it can do.
 */
final class BareMongo implements AutoCloseable {

    private static final int HEADER = 16;
    private static final BsonDocumentCodec TREES = new BsonDocumentCodec();
    private static final List<String> OF_THE_DRIVER =
            List.of("$db", "lsid", "$readPreference", "$clusterTime", "txnNumber");

    private final MongoClient client;
    private long lastCursor;

    BareMongo(String uri) {
        this.client = MongoClients.create(uri);
    }

    /** Returns the command of a message as it was given to the driver. */
    static BsonDocument command(Request request) {
        ByteBuffer message = ByteBuffer.wrap(request.bytes()).order(ByteOrder.LITTLE_ENDIAN);
        message.position(HEADER + 4); // behind the flags
        BsonDocument command = new BsonDocument();
        BsonDocument sequences = new BsonDocument();
        while (message.hasRemaining()) {
            int kind = message.get();
            int start = message.position();
            int end = start + message.getInt(start);
            if (kind == 0) {
                command = document(message, start).decode(TREES);
            } else { // documents that belong to the command under a name
                message.position(start + 4);
                StringBuilder name = new StringBuilder();
                for (byte letter = message.get(); letter != 0; letter = message.get()) {
                    name.append((char) letter);
                }
                BsonArray documents = new BsonArray();
                while (message.position() < end) {
                    RawBsonDocument one = document(message, message.position());
                    documents.add(one.decode(TREES));
                    message.position(message.position() + message.getInt(message.position()));
                }
                sequences.put(name.toString(), documents);
            }
            message.position(end);
        }
        command.putAll(sequences);
        OF_THE_DRIVER.forEach(command::remove);
        return command;
    }

    private static RawBsonDocument document(ByteBuffer message, int start) {
        int length = message.getInt(start);
        return new RawBsonDocument(Arrays.copyOfRange(message.array(), start, start + length));
    }

    /** Sends commands in order; returns the sum of what the replies came to. */
    long send(String database, List<BsonDocument> commands, int depth) {
        MongoDatabase target = client.getDatabase(database);
        return Objects.requireNonNull(Flux.fromIterable(commands)
                .flatMap(command -> send(target, command), depth)
                .reduce(0L, Long::sum)
                .block());
    }

    private Mono<Long> send(MongoDatabase target, BsonDocument command) {
        return Mono.defer(() -> Mono.from(target.runCommand(current(command), RawBsonDocument.class)))
                .map(reply -> {
                    if (reply.containsKey("cursor")) {
                        lastCursor = reply.getDocument("cursor").getNumber("id").longValue();
                    }
                    return BsonRows.touch(reply);
                });
    }

    /** As {@link #send}, finding by the driver's own {@code find}, which asks for more by itself. */
    long find(String database, List<BsonDocument> commands, int depth) {
        MongoDatabase target = client.getDatabase(database);
        return Objects.requireNonNull(Flux.fromIterable(commands)
                .filter(command -> !command.containsKey("getMore"))
                .flatMap(command -> found(target, command), depth)
                .reduce(0L, Long::sum)
                .block());
    }

    /** As {@link #find}, each once the caller has used the reply to the one before. */
    long findOneByOne(String database, List<BsonDocument> commands) {
        MongoDatabase target = client.getDatabase(database);
        long sum = 0;
        for (BsonDocument command : commands) {
            sum += Objects.requireNonNull(found(target, command).block());
        }
        return sum;
    }

    private Mono<Long> found(MongoDatabase target, BsonDocument command) {
        if (!command.containsKey("find")) {
            return send(target, command);
        }
        MongoCollection<RawBsonDocument> collection = target.getCollection(
                        command.getString("find").getValue(), RawBsonDocument.class)
                .withReadConcern(ReadConcern.MAJORITY); // as ours, on a server without replicas the same
        FindPublisher<RawBsonDocument> find = collection
                .find(command.getDocument("filter", new BsonDocument()))
                .batchSize(Integer.MAX_VALUE);
        if (command.containsKey("projection")) {
            find.projection(command.getDocument("projection"));
        }
        return Flux.from(find).map(BsonRows::touchDocument).reduce(0L, Long::sum);
    }

    /** Sends each command once the caller has used the reply to the one before. */
    long oneByOne(String database, List<BsonDocument> commands) {
        MongoDatabase target = client.getDatabase(database);
        long sum = 0;
        for (BsonDocument command : commands) {
            sum += Objects.requireNonNull(send(target, command).block());
        }
        return sum;
    }

    /** Cursors have other numbers each time. */
    private BsonDocument current(BsonDocument command) {
        return command.containsKey("getMore") ? command.clone().append("getMore", new BsonInt64(lastCursor)) : command;
    }

    @Override
    public void close() {
        client.close();
    }
}
