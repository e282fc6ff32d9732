package io.atomflux.file.columnar.zarr;

import io.atomflux.file.columnar.tree.Compression;
import io.atomflux.file.columnar.tree.ElementType;
import io.atomflux.file.columnar.tree.Shape;
import io.atomflux.value.DType;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** From the descriptions of codecs in array documents to codecs, and from what is asked for to descriptions. */
final class CodecLists {

    private static final String KNOWN_3 =
            "bytes, transpose, vlen-utf8, blosc, zstd, gzip, crc32c, sharding_indexed alone; of numcodecs blosc, zstd, gzip, zlib,"
                    + " lz4, shuffle, delta";
    private static final String KNOWN_2 = "blosc, zstd, gzip, zlib, lz4; as filters vlen-utf8, shuffle, delta";
    private static final String NUMCODECS = "numcodecs.";
    private static final int LEAST_ZSTD_LEVEL = -131072;
    private static final int MOST_ZSTD_LEVEL = 22;

    private CodecLists() {}

    static ChunkCodec v3(@Nullable Object codecs, ElementType element, Shape chunk) {
        Transposition order = Transposition.none(chunk.rank());
        List<BytesCodec> steps = new ArrayList<>();
        boolean bytes = false;
        boolean big = false;
        for (Object codec : CodecJson.list("codecs", codecs)) {
            String name = CodecJson.name(codec);
            if (bytes) {
                steps.add(step(name, CodecJson.configuration(codec), 3, element));
                continue;
            }
            switch (name) {
                case "transpose" -> {
                    Object axes = CodecJson.configuration(codec).get("order");
                    order = order.then(CodecJson.shape("order of transpose", axes));
                }
                case "bytes" -> {
                    refuse(element.isText(), "codec bytes on texts (known: vlen-utf8)");
                    big = CodecJson.bigEndian(codec);
                    bytes = true;
                }
                case "vlen-utf8" -> {
                    refuse(!element.isText(), "codec vlen-utf8 on " + element + " (known: bytes)");
                    bytes = true;
                }
                default -> throw unknown(name, KNOWN_3);
            }
        }
        if (!bytes) {
            throw new IllegalArgumentException(
                    "codecs without %s (expected: one)".formatted(element.isText() ? "vlen-utf8" : "bytes"));
        }
        return made(element, chunk, order, big, steps, 3);
    }

    static ChunkCodec v2(
            @Nullable Object compressor,
            @Nullable Object filters,
            ElementType element,
            Shape chunk,
            boolean bigEndian,
            char order) {
        if (order != 'C' && order != 'F') {
            throw new IllegalArgumentException("order: %s (expected: C or F)".formatted(order));
        }
        Transposition axes = order == 'C' ? Transposition.none(chunk.rank()) : Transposition.reversed(chunk.rank());
        List<BytesCodec> steps = new ArrayList<>();
        boolean texts = false;
        if (filters != null) {
            for (Object filter : CodecJson.list("filters", filters)) {
                String id = id(filter);
                if (id.equals("vlen-utf8") && element.isText() && !texts && steps.isEmpty()) {
                    texts = true;
                } else {
                    steps.add(step(id, (Map<?, ?>) filter, 2, element));
                }
            }
        }
        refuse(element.isText() != texts, "texts without the filter vlen-utf8");
        if (compressor != null) {
            steps.add(step(id(compressor), (Map<?, ?>) compressor, 2, element));
        }
        return made(element, chunk, axes, bigEndian, steps, 2);
    }

    private static String id(@Nullable Object codec) {
        if (codec instanceof Map<?, ?> map && map.get("id") instanceof String id) {
            return id;
        }
        throw CodecJson.wrong("codec", codec, "an object with an id");
    }

    private static ChunkCodec made(
            ElementType element, Shape chunk, Transposition order, boolean big, List<BytesCodec> steps, int version) {
        if (!element.isText()) {
            return new FixedChunkCodec(element.dtype(), chunk, order, big, steps, version);
        }
        refuse(!order.isNone(), "transposed texts");
        return new TextChunkCodec(chunk, steps);
    }

    private static BytesCodec step(String name, Map<?, ?> config, int version, ElementType element) {
        if (version == 3) {
            if (name.startsWith(NUMCODECS)) {
                return step(name.substring(NUMCODECS.length()), config, 2, element);
            }
            if (name.equals("crc32c")) {
                return Crc32cCodec.INSTANCE;
            }
        }
        switch (name) {
            case "blosc":
                return blosc(config, element);
            case "zstd":
                int level =
                        CodecJson.integer("level of zstd", config.get("level"), 0, LEAST_ZSTD_LEVEL, MOST_ZSTD_LEVEL);
                return new ZstdCodec(level, CodecJson.flag("checksum of zstd", config.get("checksum")));
            case "gzip":
                return new DeflateCodec(true, deflateLevel(name, config));
            default:
                if (version == 3) {
                    throw unknown(name, KNOWN_3);
                }
        }
        return switch (name) {
            case "zlib" -> new DeflateCodec(false, deflateLevel(name, config));
            case "lz4" -> Lz4Codec.INSTANCE;
            case "shuffle" ->
                new ShuffleFilter(CodecJson.integer("elementsize of shuffle", config.get("elementsize"), 4, 1, 255));
            case "delta" -> {
                String type = CodecJson.text("dtype of delta", config.get("dtype"), "");
                String stored = CodecJson.text("astype of delta", config.get("astype"), type);
                refuse(!stored.equals(type), "filter delta with another astype than dtype");
                yield DeltaFilter.of(type);
            }
            default -> throw unknown(name, KNOWN_2);
        };
    }

    private static int deflateLevel(String name, Map<?, ?> config) {
        return CodecJson.integer("level of " + name, config.get("level"), 1, -1, 9);
    }

    private static BytesCodec blosc(Map<?, ?> config, ElementType element) {
        int itemSize = element.isText() ? 1 : element.dtype().itemSize();
        Object shuffle = config.get("shuffle");
        BloscCodec.Shuffle kind = BloscCodec.Shuffle.BYTES;
        if (shuffle instanceof String name) {
            kind = BloscCodec.Shuffle.of(name);
        } else {
            // Version 2 counts; -1 lets numcodecs choose: bits for single bytes, else bytes.
            kind = switch (CodecJson.integer("shuffle of blosc", shuffle, 1, -1, 2)) {
                case -1 -> itemSize == 1 ? BloscCodec.Shuffle.BITS : BloscCodec.Shuffle.BYTES;
                case 0 -> BloscCodec.Shuffle.NONE;
                case 1 -> BloscCodec.Shuffle.BYTES;
                default -> BloscCodec.Shuffle.BITS;
            };
        }
        String cname = CodecJson.text("cname of blosc", config.get("cname"), "lz4");
        int level = CodecJson.integer("clevel of blosc", config.get("clevel"), 5, 0, 9);
        int typeSize = CodecJson.integer("typesize of blosc", config.get("typesize"), itemSize, 1, Integer.MAX_VALUE);
        int blockSize = CodecJson.integer("blocksize of blosc", config.get("blocksize"), 0, 0, Integer.MAX_VALUE);
        return new BloscCodec(BloscCodec.Inner.of(cname), level, kind, typeSize, blockSize);
    }

    /** Source: asebytes 0.3 with zarr 3.1, column by column; complex numbers and texts of fixed length go as bools do. */
    static List<Object> v3Json(Compression compression, ElementType element) {
        if (element.isText()) {
            return List.of(codec("vlen-utf8", Map.of()), zstd());
        }
        DType type = element.dtype();
        boolean ordered = switch (type.kind()) {
            case INT, UINT, FLOAT, COMPLEX -> type.itemSize() > 1;
            case UNICODE -> true;
            case BOOL, BYTES, STRUCT -> false;
        };
        Object bytes = ordered ? codec("bytes", Map.of("endian", "little")) : Map.of("name", "bytes");
        boolean number = switch (type.kind()) {
            case INT, UINT, FLOAT -> true;
            case BOOL, COMPLEX, BYTES, UNICODE, STRUCT -> false;
        };
        return switch (compression.codec()) {
            case "none" -> List.of(bytes);
            case "gzip" -> {
                checkLevel(compression);
                yield List.of(bytes, codec("gzip", Map.of("level", (long) compression.level())));
            }
            case "lz4", "lz4hc", "zstd", "zlib" -> {
                checkLevel(compression);
                yield List.of(bytes, number ? blosc(compression, type) : zstd());
            }
            default ->
                throw new IllegalArgumentException("compression: %s (expected: none, lz4, lz4hc, zstd, zlib or gzip)"
                        .formatted(compression.codec()));
        };
    }

    private static void checkLevel(Compression compression) {
        if (compression.level() < 0 || compression.level() > 9) {
            throw new IllegalArgumentException(
                    "level of %s: %d (expected: 0 to 9)".formatted(compression.codec(), compression.level()));
        }
    }

    private static Object blosc(Compression compression, DType type) {
        Map<String, Object> configuration = new LinkedHashMap<>();
        configuration.put("typesize", (long) type.itemSize());
        configuration.put("cname", compression.codec());
        configuration.put("clevel", (long) compression.level());
        configuration.put("shuffle", compression.shuffle() ? "shuffle" : "noshuffle");
        configuration.put("blocksize", 0L);
        return codec("blosc", configuration);
    }

    private static Object zstd() {
        Map<String, Object> configuration = new LinkedHashMap<>();
        configuration.put("level", 0L);
        configuration.put("checksum", false);
        return codec("zstd", configuration);
    }

    /** Keeps the order of members, so that the same array gives the same document. */
    private static Object codec(String name, Map<String, Object> configuration) {
        Map<String, Object> codec = new LinkedHashMap<>();
        codec.put("name", name);
        codec.put("configuration", configuration);
        return codec;
    }

    private static void refuse(boolean wrong, String what) {
        if (wrong) {
            throw new UnsupportedOperationException(what);
        }
    }

    private static UnsupportedOperationException unknown(String name, String known) {
        return new UnsupportedOperationException("codec %s (known: %s)".formatted(name, known));
    }
}
