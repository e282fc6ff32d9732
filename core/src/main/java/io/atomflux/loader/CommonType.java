package io.atomflux.loader;

import io.atomflux.value.DType;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The element type that several arrays get when they are put into one, whatever their order: as NumPy promotes numbers ("Type
 * promotion" in "Data type promotion in NumPy", NumPy 2 reference), so that integers among floats become floats. Booleans, complex
 * numbers, texts and byte strings stay among themselves, and records among their like. The result is little-endian. For one thread.
 */
final class CommonType {

    private @Nullable DType only; // while there is but one
    private int signed;
    private int unsigned;
    private int floats;
    private int longest;

    /** Takes in a type; false, and nothing is changed, if it cannot be put together with those before. */
    boolean add(DType type) {
        DType seen = only;
        if (seen != null && seen.equals(type)) {
            return true;
        }
        if (seen != null && !fits(seen, type)) {
            return false;
        }
        switch (type.kind()) {
            case INT -> signed = Math.max(signed, type.itemSize());
            case UINT -> unsigned = Math.max(unsigned, type.itemSize());
            case FLOAT -> floats = Math.max(floats, type.itemSize());
            case BOOL, COMPLEX, BYTES, UNICODE, STRUCT -> longest = Math.max(longest, type.itemSize());
        }
        only = seen == null ? type : result();
        return true;
    }

    private static boolean fits(DType seen, DType type) {
        return switch (type.kind()) {
            case INT, UINT, FLOAT ->
                switch (seen.kind()) {
                    case INT, UINT, FLOAT -> true;
                    case BOOL, COMPLEX, BYTES, UNICODE, STRUCT -> false;
                };
            case BOOL, COMPLEX, BYTES, UNICODE -> type.kind() == seen.kind();
            case STRUCT -> false; // equal ones never come here
        };
    }

    /** Returns the type of all; null if there was none. */
    @Nullable
    DType type() {
        DType seen = only;
        return seen == null || !seen.isBigEndian() ? seen : little(seen.kind(), seen.itemSize());
    }

    private DType result() {
        if (longest > 0 || signed + unsigned + floats == 0) {
            DType seen = Objects.requireNonNull(only);
            return little(seen.kind(), longest);
        }
        if (floats > 0) {
            // a float holds integers of half its size; what does not fit into float64 is rounded, as by NumPy
            int needed = Math.max(floats, Math.min(8, 2 * Math.max(signed, unsigned)));
            return little(DType.Kind.FLOAT, needed);
        }
        if (unsigned == 0 || signed == 0) {
            return little(signed > 0 ? DType.Kind.INT : DType.Kind.UINT, Math.max(signed, unsigned));
        }
        return unsigned == 8 ? DType.FLOAT64 : little(DType.Kind.INT, Math.max(signed, 2 * unsigned));
    }

    private static DType little(DType.Kind kind, int itemSize) {
        return DType.of("<" + kind.code() + (kind == DType.Kind.UNICODE ? itemSize / 4 : itemSize));
    }
}
