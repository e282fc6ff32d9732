package io.atomflux.benchmarks;

import io.atomflux.file.columnar.tree.Chunk;
import io.atomflux.file.columnar.zarr.ZarrChunks;
import io.atomflux.recorder.TimeLast;
import io.atomflux.value.NdArray;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.Objects;

/**
 * The codec alone: writes the chunks a recorder of an ensemble writes, from bytes that are arranged beforehand, each synced;
 * the array's document comes at the end. One after another, by one thread, without times, checksums or commits.
 */
final class BareZarr {

    private static final String FILE = "zarr.json";
    private static final int PIECE = 1 << 20; // as the system's binding copies what is written at once

    private final Ensemble ensemble;
    private final byte[] chunk;
    private final ZarrChunks codec;

    BareZarr(Ensemble ensemble) {
        this.ensemble = ensemble;
        NdArray stacked = TimeLast.stack(ensemble.frames());
        this.chunk = new byte[stacked.byteSize()];
        stacked.copyTo(chunk, 0);
        this.codec = ZarrChunks.of(Map.of(FILE, document(ensemble.chunk())), "bare", 1 << 30);
    }

    private byte[] document(int samples) {
        return """
                {"shape": [1, %d, %d], "data_type": "float64",
                 "chunk_grid": {"name": "regular", "configuration": {"chunk_shape": [1, %d, %d]}},
                 "chunk_key_encoding": {"name": "default", "configuration": {"separator": "/"}}, "fill_value": 0.0,
                 "codecs": [{"name": "bytes", "configuration": {"endian": "little"}},
                            {"name": "zstd", "configuration": {"level": 0, "checksum": false}}],
                 "attributes": {}, "zarr_format": 3, "node_type": "array", "storage_transformers": []}
                """.formatted(ensemble.trajectories(), samples, ensemble.trajectories(), ensemble.chunk())
                .getBytes(StandardCharsets.UTF_8);
    }

    /** Returns how many seconds so many samples took. */
    double write(Path folder, int samples) throws IOException {
        long begun = System.nanoTime();
        Path chunks = Files.createDirectories(folder.resolve("c/0/0"));
        for (int i = 0; i < samples / ensemble.chunk(); i++) {
            write(chunks.resolve(Integer.toString(i)), Objects.requireNonNull(codec.stored(Chunk.of(chunk))));
            sync(chunks);
        }
        write(folder.resolve(FILE), document(samples));
        sync(folder);
        return (System.nanoTime() - begun) * 1e-9;
    }

    private static void write(Path file, byte[] content) throws IOException {
        try (FileChannel out = FileChannel.open(file, StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW)) {
            for (int at = 0; at < content.length; at += PIECE) {
                ByteBuffer piece = ByteBuffer.wrap(content, at, Math.min(PIECE, content.length - at));
                while (piece.hasRemaining()) {
                    out.write(piece);
                }
            }
            out.force(true);
        }
    }

    private static void sync(Path folder) throws IOException {
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }
}
