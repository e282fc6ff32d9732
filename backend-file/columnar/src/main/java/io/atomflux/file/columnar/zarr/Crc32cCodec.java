package io.atomflux.file.columnar.zarr;

import java.util.Arrays;
import java.util.zip.CRC32C;

/** A checksum behind the bytes. Source: "CRC32C codec" (version 1.0) of the Zarr specification 3.0. */
final class Crc32cCodec implements BytesCodec {

    static final Crc32cCodec INSTANCE = new Crc32cCodec();

    private Crc32cCodec() {}

    @Override
    public Span decode(Span stored, int size, boolean exact) {
        int length = stored.length() - 4;
        Sizes.check("crc32c", length, size, exact);
        int sum = sum(stored.array(), stored.from(), length);
        int kept = LittleEndian.getInt(stored.array(), stored.to() - 4);
        if (sum != kept) {
            throw new IllegalArgumentException("crc32c: checksum %08x (expected: %08x)".formatted(sum, kept));
        }
        return new Span(stored.array(), stored.from(), stored.to() - 4);
    }

    @Override
    public Span encode(Span plain) {
        int length = plain.length();
        byte[] result = Arrays.copyOfRange(plain.array(), plain.from(), Math.addExact(plain.to(), 4));
        // What the copy took along, or padded with zeros, beyond the end is overwritten here.
        LittleEndian.putInt(result, length, sum(result, 0, length));
        return Span.of(result);
    }

    private static int sum(byte[] bytes, int from, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, from, length);
        return (int) crc.getValue();
    }

    @Override
    public String name() {
        return "crc32c";
    }

    @Override
    public long most(long plain) {
        return plain + 4;
    }
}
