package io.atomflux.file.columnar.zarr;

import io.atomflux.value.DType;

/** Each integer less the one before it. Source: filter {@code delta} of numcodecs 0.16, with the same type on both sides. */
final class DeltaFilter implements BytesCodec {

    private final String code;
    private final int size;
    private final boolean swapped;

    private DeltaFilter(String code, int size, boolean swapped) {
        this.code = code;
        this.size = size;
        this.swapped = swapped;
    }

    /**
     * Returns a filter.
     *
     * @param code numpy's name of the type
     * @throws UnsupportedOperationException if that is not an integer
     */
    static DeltaFilter of(String code) {
        DType type = DType.of(code);
        if (type.kind() != DType.Kind.INT && type.kind() != DType.Kind.UINT) {
            throw new UnsupportedOperationException("filter delta of %s (known: integers)".formatted(code));
        }
        return new DeltaFilter(code, type.itemSize(), type.isBigEndian());
    }

    @Override
    public Span decode(Span stored, int most, boolean exact) {
        Sizes.check(name(), stored.length(), most, exact);
        if (stored.length() % size != 0) {
            throw new IllegalArgumentException(
                    "%s: %d bytes (expected: whole elements)".formatted(name(), stored.length()));
        }
        byte[] plain = new byte[stored.length()];
        long sum = 0;
        for (int i = 0; i < plain.length; i += size) {
            sum += get(stored.array(), stored.from() + i);
            put(plain, i, sum);
        }
        return Span.of(plain);
    }

    @Override
    public Span encode(Span plain) {
        byte[] stored = new byte[plain.length()];
        long before = 0;
        for (int i = 0; i < stored.length; i += size) {
            long number = get(plain.array(), plain.from() + i);
            put(stored, i, number - before);
            before = number;
        }
        return Span.of(stored);
    }

    // Sums wrap around; so the bits above an element's own never matter.
    private long get(byte[] bytes, int at) {
        long number = 0;
        for (int j = 0; j < size; j++) {
            number = number << 8 | bytes[swapped ? at + j : at + size - 1 - j] & 0xff;
        }
        return number;
    }

    private void put(byte[] bytes, int at, long number) {
        for (int j = 0; j < size; j++) {
            bytes[swapped ? at + size - 1 - j : at + j] = (byte) (number >>> 8 * j);
        }
    }

    @Override
    public String name() {
        return "delta(%s)".formatted(code);
    }

    @Override
    public long most(long plain) {
        return plain;
    }
}
