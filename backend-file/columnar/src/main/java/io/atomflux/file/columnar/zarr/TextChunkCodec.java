package io.atomflux.file.columnar.zarr;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.atomflux.file.columnar.tree.Chunk;
import io.atomflux.file.columnar.tree.Shape;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.ArrayList;
import java.util.List;

/**
 * Chunks of texts: their number, then of each its length and its UTF-8, then steps from bytes to bytes.
 *
 * <p>Source: "vlen-utf8 codec" of the Zarr extensions, which is numcodecs' filter of that name.
 */
final class TextChunkCodec implements ChunkCodec {

    /** How many bytes are decoded: together with the texts made of them not so many that they take all memory. */
    private static final int MOST_DECODED = (int)
            Math.min(MOST_TEXT_BYTES, Math.max(1 << 25, Runtime.getRuntime().maxMemory() / 8));

    private final Shape chunk;
    private final List<BytesCodec> steps;
    private final List<String> names;

    TextChunkCodec(Shape chunk, List<BytesCodec> steps) {
        this.chunk = chunk;
        this.steps = List.copyOf(steps);
        List<String> all = new ArrayList<>();
        all.add("vlen-utf8");
        steps.forEach(step -> all.add(step.name()));
        this.names = List.copyOf(all);
    }

    @Override
    public Chunk decode(byte[] stored) {
        Span plain = Steps.decode(steps, stored, MOST_DECODED, false);
        byte[] bytes = plain.array();
        int at = plain.from();
        if (plain.length() < 4) {
            throw new IllegalArgumentException("vlen-utf8: %d bytes (expected: at least 4)".formatted(plain.length()));
        }
        long count = LittleEndian.getInt(bytes, at) & 0xffff_ffffL;
        at += 4;
        if (count != chunk.count()) {
            throw new IllegalArgumentException("vlen-utf8: %d texts (expected: %d)".formatted(count, chunk.count()));
        }
        if (count > plain.length() / 4) {
            throw new IllegalArgumentException("vlen-utf8: %d texts in %d bytes (expected: 4 bytes each at least)"
                    .formatted(count, plain.length()));
        }
        String[] texts = new String[(int) count];
        for (int i = 0; i < texts.length; i++) {
            if (plain.to() - at < 4) {
                throw new IllegalArgumentException("vlen-utf8: ends before text %d".formatted(i));
            }
            int length = LittleEndian.getInt(bytes, at);
            at += 4;
            if (length < 0 || length > plain.to() - at) {
                throw new IllegalArgumentException("vlen-utf8: text %d of %s bytes (expected: at most %d)"
                        .formatted(i, Integer.toUnsignedString(length), plain.to() - at));
            }
            texts[i] = text(bytes, at, length, i);
            at += length;
        }
        if (at != plain.to()) {
            throw new IllegalArgumentException("vlen-utf8: %d bytes behind the last text".formatted(plain.to() - at));
        }
        return Chunk.of(texts);
    }

    private static String text(byte[] bytes, int from, int length, int number) {
        int all = 0;
        for (int i = from; i < from + length; i++) {
            all |= bytes[i];
        }
        if (all >= 0) {
            return length == 0 ? "" : new String(bytes, from, length, ISO_8859_1);
        }
        try {
            return UTF_8.newDecoder()
                    .decode(ByteBuffer.wrap(bytes, from, length))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException("vlen-utf8: text %d is not UTF-8".formatted(number), e);
        }
    }

    @Override
    public byte[] encode(Chunk plain) {
        String[] texts = plain.texts();
        if (texts.length != chunk.count()) {
            throw new IllegalArgumentException(
                    "chunk of %d texts (expected: %d)".formatted(texts.length, chunk.count()));
        }
        byte[][] encoded = new byte[texts.length][];
        long size = 4;
        for (int i = 0; i < texts.length; i++) {
            encoded[i] = utf8(texts[i], i);
            size += 4 + encoded[i].length;
        }
        if (size > MOST_TEXT_BYTES) {
            throw new IllegalArgumentException(
                    "chunk of texts of %d bytes (expected: at most %d)".formatted(size, MOST_TEXT_BYTES));
        }
        byte[] bytes = new byte[(int) size];
        LittleEndian.putInt(bytes, 0, texts.length);
        int at = 4;
        for (byte[] text : encoded) {
            LittleEndian.putInt(bytes, at, text.length);
            System.arraycopy(text, 0, bytes, at + 4, text.length);
            at += 4 + text.length;
        }
        return Steps.encode(steps, bytes);
    }

    private static byte[] utf8(String text, int number) {
        for (int i = 0; i < text.length(); i++) {
            if (Character.isSurrogate(text.charAt(i))) {
                if (i + 1 == text.length() || !Character.isSurrogatePair(text.charAt(i), text.charAt(i + 1))) {
                    throw new IllegalArgumentException(
                            "text %d with half a character at %d (expected: what UTF-8 can express)"
                                    .formatted(number, i));
                }
                i++;
            }
        }
        return text.getBytes(UTF_8);
    }

    @Override
    public List<String> names() {
        return names;
    }

    @Override
    public boolean writable() {
        return true;
    }
}
