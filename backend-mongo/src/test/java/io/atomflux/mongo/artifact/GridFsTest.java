package io.atomflux.mongo.artifact;

import static org.assertj.core.api.Assertions.assertThat;

import com.mongodb.client.gridfs.model.GridFSFile;
import com.mongodb.reactivestreams.client.MongoClient;
import com.mongodb.reactivestreams.client.MongoClients;
import com.mongodb.reactivestreams.client.gridfs.GridFSBucket;
import com.mongodb.reactivestreams.client.gridfs.GridFSBuckets;
import io.atomflux.artifact.spi.ArtifactStorage;
import io.atomflux.mongo.MongoServers;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.bson.Document;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Flux;

@Timeout(120)
@DisplayName("Files of artifacts in MongoDB are GridFS")
class GridFsTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Places places = new Places();

    @ParameterizedTest
    @ValueSource(ints = {0, 1, MongoFiles.CHUNK_BYTES, 2 * MongoFiles.CHUNK_BYTES + 77})
    @DisplayName("the driver's bucket finds and reads what was written, by id and by name")
    void isReadByTheDriver(int size) {
        byte[] bytes = new byte[size];
        new Random(size).nextBytes(bytes);
        ArtifactStorage storage = places.storage();
        try (MongoClient client = MongoClients.create(MongoServers.uri(places.database()))) {
            String set = storage.files().begin().block(PATIENCE);
            storage.files()
                    .write(set, "data.npy", Flux.just(ByteBuffer.wrap(bytes)))
                    .block(PATIENCE);
            storage.files().seal(set).block(PATIENCE);

            GridFSBucket bucket = GridFSBuckets.create(client.getDatabase(places.database()), "artifacts");
            List<GridFSFile> files = Flux.from(bucket.find(new Document("filename", "data.npy")))
                    .collectList()
                    .block(PATIENCE);

            assertThat(files).hasSize(1);
            assertThat(files.get(0).getLength()).isEqualTo(size);
            assertThat(files.get(0).getChunkSize()).isEqualTo(MongoFiles.CHUNK_BYTES);
            assertThat(Duration.ofMillis(System.currentTimeMillis()
                            - files.get(0).getUploadDate().getTime()))
                    .isBetween(Duration.ofMinutes(-10), Duration.ofMinutes(10));
            assertThat(all(Flux.from(bucket.downloadToPublisher(files.get(0).getId()))))
                    .isEqualTo(bytes);
            assertThat(all(Flux.from(bucket.downloadToPublisher("data.npy")))).isEqualTo(bytes);
        } finally {
            storage.close().block(PATIENCE);
        }
    }

    private static byte[] all(Flux<ByteBuffer> content) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        content.doOnNext(buffer -> {
                    byte[] bytes = new byte[buffer.remaining()];
                    buffer.get(bytes);
                    all.writeBytes(bytes);
                })
                .blockLast(PATIENCE);
        return all.toByteArray();
    }
}
