package io.atomflux.testkit.hub;

import java.nio.file.Path;

/** Bytes to send: from memory, or from a file without copying. */
sealed interface Body {

    Body NOTHING = new Memory(new byte[0], 0, 0);

    long length();

    Body slice(long from, long count);

    record Memory(byte[] bytes, int offset, int count) implements Body {
        @Override
        public long length() {
            return count;
        }

        @Override
        public Body slice(long from, long count) {
            return new Memory(bytes, Math.toIntExact(offset + from), Math.toIntExact(count));
        }
    }

    record Region(Path file, long offset, long length) implements Body {
        @Override
        public Body slice(long from, long count) {
            return new Region(file, offset + from, count);
        }
    }

    static Body of(byte[] bytes) {
        return new Memory(bytes, 0, bytes.length);
    }
}
