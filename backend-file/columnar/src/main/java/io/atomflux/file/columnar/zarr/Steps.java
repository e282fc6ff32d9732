package io.atomflux.file.columnar.zarr;

import java.util.List;

/** Steps from bytes to bytes behind each other. */
final class Steps {

    private Steps() {}

    /**
     * Decodes, the last step first.
     *
     * @param size how many bytes come out of the first step, never more
     * @param exact whether fewer are damage, too
     */
    static Span decode(List<BytesCodec> steps, byte[] stored, int size, boolean exact) {
        long[] most = new long[steps.size() + 1];
        most[0] = size;
        for (int i = 0; i < steps.size(); i++) {
            most[i + 1] = Math.min(steps.get(i).most(most[i]), Integer.MAX_VALUE - 64);
        }
        Span span = Span.of(stored);
        for (int i = steps.size() - 1; i >= 0; i--) {
            span = steps.get(i).decode(span, (int) most[i], exact && i == 0);
        }
        Sizes.check("chunk", span.length(), size, exact);
        return span;
    }

    static byte[] encode(List<BytesCodec> steps, byte[] plain) {
        Span span = Span.of(plain);
        for (BytesCodec step : steps) {
            span = step.encode(span);
        }
        return span.toArray();
    }
}
