package io.atomflux.artifact.payload;

import io.atomflux.value.Values;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;

/** What becomes a payload: bytes, or a value with a way to encode it. Immutable; nothing is read or encoded before it is written. */
public final class Payload {

    private final @Nullable Publisher<ByteBuffer> bytes;
    private final @Nullable Object value;
    private final Optional<PayloadFormat> format;
    private final List<PayloadUrl> holds;

    private Payload(
            @Nullable Publisher<ByteBuffer> bytes,
            @Nullable Object value,
            Optional<PayloadFormat> format,
            List<PayloadUrl> holds) {
        this.bytes = bytes;
        this.value = value;
        this.format = format;
        this.holds = List.copyOf(holds);
    }

    /** Returns bytes, kept as they are. */
    public static Payload raw(Publisher<ByteBuffer> content) {
        return new Payload(Objects.requireNonNull(content, "content"), null, Optional.empty(), List.of());
    }

    /**
     * Returns a value, encoded as the store does by default.
     *
     * @throws IllegalArgumentException if it is not of the closed set of {@link Values}, naming its type
     */
    public static Payload of(@Nullable Object value) {
        return new Payload(null, Values.of("payload", value), Optional.empty(), List.of());
    }

    /** Returns a value, encoded as told. */
    public static Payload of(@Nullable Object value, PayloadFormat format) {
        return new Payload(null, Values.of("payload", value), Optional.of(format), List.of());
    }

    /** Returns this with the addresses of payloads it refers to, for {@link PayloadRef#holds}. */
    public Payload holding(List<PayloadUrl> urls) {
        return new Payload(bytes, value, format, urls);
    }

    @Nullable
    Publisher<ByteBuffer> bytes() {
        return bytes;
    }

    @Nullable
    Object value() {
        return value;
    }

    Optional<PayloadFormat> format() {
        return format;
    }

    List<PayloadUrl> holds() {
        return holds;
    }
}
