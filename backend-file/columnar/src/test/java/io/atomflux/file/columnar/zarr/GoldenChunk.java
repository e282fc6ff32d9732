package io.atomflux.file.columnar.zarr;

import io.atomflux.codec.Json;
import io.atomflux.file.columnar.tree.Chunk;
import io.atomflux.file.columnar.tree.ElementType;
import io.atomflux.file.columnar.tree.Shape;
import io.atomflux.value.DType;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.zip.GZIPInputStream;

/** A chunk written by Python, see {@code zarr/README.md} among the test resources. */
record GoldenChunk(Map<?, ?> made, byte[] stored, String digest) {

    static List<GoldenChunk> all() {
        try (InputStream in = new GZIPInputStream(Objects.requireNonNull(
                GoldenChunk.class.getResourceAsStream("/zarr/chunks.bin.gz"), "chunks.bin.gz"))) {
            ByteBuffer all = ByteBuffer.wrap(in.readAllBytes()).order(ByteOrder.LITTLE_ENDIAN);
            List<GoldenChunk> chunks = new ArrayList<>();
            while (all.hasRemaining()) {
                Object made = Json.read(new String(part(all), StandardCharsets.UTF_8));
                byte[] stored = part(all);
                String digest = HexFormat.of().formatHex(part(all));
                chunks.add(new GoldenChunk((Map<?, ?>) Objects.requireNonNull(made), stored, digest));
            }
            return chunks;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] part(ByteBuffer all) {
        byte[] part = new byte[all.getInt()];
        all.get(part);
        return part;
    }

    String name() {
        return (String) Objects.requireNonNull(made.get("name"));
    }

    boolean sharded() {
        return name().startsWith("sharded");
    }

    Object codecs() {
        return Objects.requireNonNull(made.get("codecs"));
    }

    ElementType element() {
        String type = (String) Objects.requireNonNull(made.get("type"));
        return type.equals("text") ? ElementType.TEXT : ElementType.of(DType.of(type));
    }

    Shape shape() {
        return CodecJson.shape("shape", made.get("shape"));
    }

    ChunkCodec codec() {
        if (Objects.equals(made.get("version"), 3L)) {
            return ChunkCodec.v3(codecs(), element(), shape());
        }
        char order = ((String) Objects.requireNonNull(made.get("order"))).charAt(0);
        boolean big = Objects.equals(made.get("big"), true);
        return ChunkCodec.v2(made.get("codecs"), made.get("filters"), element(), shape(), big, order);
    }

    /** Returns what can be compared of a decoded chunk. */
    static String digest(Chunk chunk, ElementType element) {
        return digest(element.isText() ? pythonJson(chunk.texts()) : chunk.bytes());
    }

    static String digest(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] pythonJson(String[] texts) {
        StringBuilder json = new StringBuilder("[");
        for (String text : texts) {
            json.append(json.length() > 1 ? ", \"" : "\"");
            for (char c : text.toCharArray()) {
                if (c < 128) {
                    json.append(c);
                } else {
                    json.append("\\u%04x".formatted((int) c));
                }
            }
            json.append('"');
        }
        return json.append(']').toString().getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public String toString() {
        return name();
    }
}
