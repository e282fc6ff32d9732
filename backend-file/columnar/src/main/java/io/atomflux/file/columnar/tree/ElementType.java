package io.atomflux.file.columnar.tree;

import io.atomflux.value.DType;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What an array holds: elements of a fixed size, or texts of any length.
 *
 * <p>Fixed ones are always handed over little-endian, whatever the file has; bools are one byte, 0 or 1.
 */
public final class ElementType {

    /** Texts of any length. */
    public static final ElementType TEXT = new ElementType(null);

    private final @Nullable DType dtype;

    private ElementType(@Nullable DType dtype) {
        this.dtype = dtype;
    }

    /** Returns the type of elements of a fixed size. */
    public static ElementType of(DType dtype) {
        return new ElementType(Objects.requireNonNull(dtype, "dtype"));
    }

    /** Tells whether the elements are texts. */
    public boolean isText() {
        return dtype == null;
    }

    /**
     * Returns the type of the elements.
     *
     * @throws IllegalStateException if they are texts
     */
    public DType dtype() {
        if (dtype == null) {
            throw new IllegalStateException("texts have no dtype");
        }
        return dtype;
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof ElementType other && Objects.equals(dtype, other.dtype);
    }

    @Override
    public int hashCode() {
        return Objects.hashCode(dtype);
    }

    @Override
    public String toString() {
        return dtype == null ? "text" : dtype.name();
    }
}
