package io.atomflux.file.columnar.zarr;

import com.github.luben.zstd.Zstd;
import java.util.Arrays;

/** Source: "Zstd codec" of the Zarr extensions, codec {@code zstd} of numcodecs 0.16; level 0 is zstd's default, 3. */
final class ZstdCodec implements BytesCodec {

    private static final int DEFAULT_LEVEL = 3;
    private static final int LIKELY_RATIO = 64;
    private static final int SMALL = 1 << 20;

    private final int level;
    private final boolean checksum;

    ZstdCodec(int level, boolean checksum) {
        this.level = level == 0 ? DEFAULT_LEVEL : level;
        this.checksum = checksum;
    }

    @Override
    public Span decode(Span stored, int size, boolean exact) {
        int room = size;
        if (!exact) {
            long claimed = Zstd.getFrameContentSize(stored.array(), stored.from(), stored.length());
            // A frame need not tell, others may follow, and what it tells is not believed before it was seen.
            long likely = Math.max(SMALL, (long) LIKELY_RATIO * stored.length());
            room = (int) Math.min(size, claimed > 0 ? Math.min(claimed, likely) : likely);
        }
        while (true) {
            byte[] plain = new byte[room];
            int length = Zstandard.decode(stored.array(), stored.from(), stored.length(), plain, 0, room);
            if (length != Zstandard.TOO_SMALL) {
                Sizes.check("zstd", length, size, exact);
                return new Span(plain, 0, length);
            }
            if (room == size) {
                throw new IllegalArgumentException(
                        "zstd: decodes to more bytes than expected (expected: at most %d)".formatted(size));
            }
            room = (int) Math.min(size, 4L * room);
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
