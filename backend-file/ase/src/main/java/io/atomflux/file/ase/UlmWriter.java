package io.atomflux.file.ase;

import io.atomflux.codec.AseJson;
import io.atomflux.value.DType;
import io.atomflux.value.NdArray;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Writes one item after another: its arrays, each at a multiple of eight behind {@code #}, then the length of its text and
 * the text, byte for byte as ASE does.
 */
final class UlmWriter {

    private final TextBuffer out;
    private final long start;

    /**
     * Begins to write.
     *
     * @param start where in the file the bytes go
     */
    UlmWriter(TextBuffer out, long start) {
        this.out = out;
        this.start = start;
    }

    /** An object in the making: the item itself, or one inside it. */
    final class Members {

        private final StringBuilder text = new StringBuilder("{");

        /** Adds a member whose value is JSON already. */
        void raw(String name, String json) {
            text.append(text.length() == 1 ? "\"" : ", \"");
            escaped(name);
            text.append("\": ").append(json);
        }

        private void escaped(String name) {
            String quoted = AseJson.write(name);
            text.append(quoted, 1, quoted.length() - 1);
        }

        /** Adds an array, whose bytes are written at once. */
        void array(String name, NdArray values) {
            DType type = values.dtype();
            ByteBuffer bytes = values.asBuffer();
            array(name, Arrays.toString(values.shape()), type.name(), bytes);
        }

        /**
         * Adds an array of bytes as they are.
         *
         * @param shape as JSON
         * @param type numpy's name
         */
        void array(String name, String shape, String type, ByteBuffer bytes) {
            pad();
            long at = position();
            int length = bytes.remaining();
            int room = out.room(length);
            bytes.get(out.bytes(), room, length);
            raw(name + ".", "{\"ndarray\": [%s, \"%s\", %d]}".formatted(shape, type, at));
        }

        @Override
        public String toString() {
            return text + "}";
        }
    }

    Members members() {
        return new Members();
    }

    /** Writes the item's text and returns the place that goes into the table. */
    long finish(Members item) {
        long place = position();
        byte[] text = item.toString().getBytes(StandardCharsets.UTF_8);
        number(text.length);
        out.put(text);
        return place;
    }

    /** Writes a table of places and returns where it is. */
    long table(long[] places) {
        pad();
        long at = position();
        for (long place : places) {
            number(place);
        }
        return at;
    }

    private void number(long value) {
        int at = out.room(8);
        for (int i = 0; i < 8; i++) {
            out.bytes()[at + i] = (byte) (value >>> 8 * i);
        }
    }

    private void pad() {
        while (position() % 8 != 0) {
            out.put('#');
        }
    }

    /** Returns where in the file the next byte goes. */
    long position() {
        return start + out.length();
    }
}
