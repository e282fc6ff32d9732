package io.atomflux.file.columnar.zarr;

/** Bytes in another order, all of it at once. Source: filter {@code shuffle} of numcodecs 0.16. */
final class ShuffleFilter implements BytesCodec {

    private final int elementSize;

    ShuffleFilter(int elementSize) {
        this.elementSize = elementSize;
    }

    @Override
    public Span decode(Span stored, int size, boolean exact) {
        Sizes.check(name(), stored.length(), size, exact);
        if (stored.length() % elementSize != 0) {
            throw new IllegalArgumentException(
                    "%s: %d bytes (expected: whole elements)".formatted(name(), stored.length()));
        }
        byte[] plain = new byte[stored.length()];
        ByteShuffle.undo(stored.array(), stored.from(), plain, 0, plain.length, elementSize);
        return Span.of(plain);
    }

    @Override
    public Span encode(Span plain) {
        byte[] stored = new byte[plain.length()];
        ByteShuffle.apply(plain.array(), plain.from(), stored, 0, stored.length, elementSize);
        return Span.of(stored);
    }

    @Override
    public String name() {
        return "shuffle(%d)".formatted(elementSize);
    }

    @Override
    public long most(long plain) {
        return plain;
    }
}
