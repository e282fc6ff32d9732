package io.atomflux.file.compressed;

import com.github.luben.zstd.ZstdOutputStreamNoFinalizer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.zip.GZIPOutputStream;

/** How a file is compressed; told by the last suffix of its name. */
public enum Compression {
    /** RFC 1952: members behind each other. */
    GZIP(".gz", "gzip") {
        @Override
        public OutputStream to(OutputStream target) throws IOException {
            return new GZIPOutputStream(target, BLOCK);
        }

        @Override
        Inflation inflation(CompressedInput input) {
            return new GzipInflation(input);
        }
    },
    /** RFC 8878: frames behind each other. */
    ZSTD(".zst", "Zstandard") {
        @Override
        public OutputStream to(OutputStream target) throws IOException {
            return new ZstdOutputStreamNoFinalizer(target, LEVEL).setChecksum(true);
        }

        @Override
        Inflation inflation(CompressedInput input) {
            return new ZstdInflation(input);
        }
    };

    private static final int BLOCK = 1 << 16;
    private static final int LEVEL = 3; // as the command zstd

    private final String suffix;
    private final String title;

    Compression(String suffix, String title) {
        this.suffix = suffix;
        this.title = title;
    }

    /** Tells how a file of this name is compressed; empty if it is not. */
    public static Optional<Compression> of(Path file) {
        String name = file.toString().toLowerCase(Locale.ROOT);
        for (Compression kind : values()) {
            if (name.endsWith(kind.suffix)) {
                return Optional.of(kind);
            }
        }
        return Optional.empty();
    }

    /** Returns a stream that writes one member or frame, which closing it ends; it closes the target, too. */
    public abstract OutputStream to(OutputStream target) throws IOException;

    /** Compresses bytes to one member or frame, which may be put behind others. */
    public byte[] member(byte[] bytes, int length) throws IOException {
        ByteArrayOutputStream member = new ByteArrayOutputStream(Math.max(64, length / 4));
        try (OutputStream out = to(member)) {
            out.write(bytes, 0, length);
        }
        return member.toByteArray();
    }

    abstract Inflation inflation(CompressedInput input);

    @Override
    public String toString() {
        return title;
    }
}
