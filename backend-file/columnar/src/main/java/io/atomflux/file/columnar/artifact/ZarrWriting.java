package io.atomflux.file.columnar.artifact;

import io.atomflux.value.DType;
import io.atomflux.value.NdArray;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.Deflater;
import org.jspecify.annotations.Nullable;

/** The files of an array: "Zarr storage specification version 2". */
final class ZarrWriting {

    private static final int CHUNK_BYTES = 4 << 20;

    private final NdArray array;
    private final boolean packed;
    private final int rows;
    private final int rowsPerChunk;

    ZarrWriting(NdArray array, boolean packed) {
        this.array = array;
        this.packed = packed;
        this.rows = array.rank() == 0 ? 1 : array.length(0);
        long row = rows == 0 ? 1 : Math.max(1, array.byteSize() / rows);
        this.rowsPerChunk = (int) Math.max(1, Math.min(Math.max(1, rows), CHUNK_BYTES / row));
    }

    /** Returns why an array cannot be written; null if it can. */
    static @Nullable String misfit(NdArray array) {
        DType type = array.dtype();
        return switch (type.kind()) {
            case BOOL, INT, UINT, FLOAT, COMPLEX ->
                type.isBigEndian() ? type.code() + " (expected: little-endian elements)" : null;
            case BYTES, UNICODE, STRUCT -> type.code() + " (expected: bool, integers, floats or complex numbers)";
        };
    }

    int chunks() {
        return array.size() == 0 ? 0 : (rows + rowsPerChunk - 1) / rowsPerChunk;
    }

    String name(int chunk) {
        return chunk + ".0".repeat(Math.max(0, array.rank() - 1));
    }

    /** Returns a chunk; the last one is filled up with zeros, as all have one length. */
    ByteBuffer chunk(int chunk) {
        if (array.rank() == 0) {
            return stored(array, array.byteSize());
        }
        int from = chunk * rowsPerChunk;
        int to = Math.min(rows, from + rowsPerChunk);
        return stored(array.slice(from, to), Math.multiplyExact(array.byteSize() / rows, rowsPerChunk));
    }

    private ByteBuffer stored(NdArray part, int length) {
        if (!packed && part.byteSize() == length) {
            return part.asBuffer();
        }
        byte[] bytes = new byte[length];
        part.copyTo(bytes, 0);
        if (!packed) {
            return ByteBuffer.wrap(bytes);
        }
        Deflater deflater = new Deflater(1);
        try {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            byte[] room = new byte[1 << 16];
            deflater.setInput(bytes);
            deflater.finish();
            while (!deflater.finished()) {
                out.write(room, 0, deflater.deflate(room));
            }
            return ByteBuffer.wrap(out.toByteArray());
        } finally {
            deflater.end();
        }
    }

    ByteBuffer document() {
        int[] shape = array.shape();
        int[] chunk = shape.clone();
        for (int i = 0; i < chunk.length; i++) {
            chunk[i] = i == 0 ? rowsPerChunk : Math.max(1, chunk[i]);
        }
        String fill = switch (array.dtype().kind()) {
            case BOOL -> "false";
            case FLOAT -> "0.0";
            case COMPLEX -> "[0.0, 0.0]";
            case INT, UINT, BYTES, UNICODE, STRUCT -> "0";
        };
        return StandardCharsets.UTF_8.encode("""
                {
                    "chunks": %s,
                    "compressor": %s,
                    "dimension_separator": ".",
                    "dtype": "%s",
                    "fill_value": %s,
                    "filters": null,
                    "order": "C",
                    "shape": %s,
                    "zarr_format": 2
                }
                """.formatted(
                        Arrays.toString(chunk),
                        packed ? "{\"id\": \"zlib\", \"level\": 1}" : "null",
                        array.dtype().code(),
                        fill,
                        Arrays.toString(shape)));
    }
}
