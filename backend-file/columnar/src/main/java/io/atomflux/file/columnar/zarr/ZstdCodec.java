package io.atomflux.file.columnar.zarr;

import com.github.luben.zstd.Zstd;
import java.util.Arrays;

/** Source: "Zstd codec" of the Zarr extensions, codec {@code zstd} of numcodecs 0.16; level 0 is zstd's default, 3. */
final class ZstdCodec implements BytesCodec {

    private static final int DEFAULT_LEVEL = 3;
    private static final long LIKELY_RATIO = 64;

    // Source: RFC 8878, section 3.1.1.2: what a block decodes to, and the header it has at least.
    private static final long LARGEST_BLOCK = 1 << 17;
    private static final int SMALLEST_BLOCK = 3;
    private static final int SMALL = 1 << 20;

    private final int level;
    private final boolean checksum;

    ZstdCodec(int level, boolean checksum) {
        this.level = level == 0 ? DEFAULT_LEVEL : level;
        this.checksum = checksum;
    }

    @Override
    public Span decode(Span stored, int size, boolean exact) {
        if (stored.length() == 0) {
            throw new IllegalArgumentException("zstd: no bytes (expected: a frame)");
        }
        int most = (int) Math.min(size, (stored.length() / SMALLEST_BLOCK + 1) * LARGEST_BLOCK);
        int room = size;
        if (!exact) {
            long claimed = Zstd.getFrameContentSize(stored.array(), stored.from(), stored.length());
            if (claimed > most) {
                throw Sizes.wrong("zstd", claimed, most, false);
            }
            // A frame need not tell, and others may follow.
            long likely = Math.min(most, Math.max(SMALL, LIKELY_RATIO * stored.length()));
            room = (int) (claimed > 0 ? Math.min(claimed, likely) : likely);
        }
        while (true) {
            byte[] plain = new byte[room];
            int length = Zstandard.decode(stored.array(), stored.from(), stored.length(), plain, 0, room);
            if (length != Zstandard.TOO_SMALL) {
                Sizes.check("zstd", length, size, exact);
                return new Span(plain, 0, length);
            }
            if (room >= most) {
                throw new IllegalArgumentException(
                        "zstd: decodes to more bytes than expected (expected: at most %d)".formatted(most));
            }
            room = (int) Math.min(most, 4L * room);
        }
    }

    @Override
    public Span encode(Span plain) {
        byte[] stored = new byte[Zstandard.most(plain.length())];
        int length = Zstandard.encode(
                plain.array(), plain.from(), plain.length(), stored, 0, stored.length, level, checksum);
        return Span.of(Arrays.copyOf(stored, length));
    }

    @Override
    public String name() {
        return checksum ? "zstd(%d, checksum)".formatted(level) : "zstd(%d)".formatted(level);
    }
}
