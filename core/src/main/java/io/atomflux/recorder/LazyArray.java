package io.atomflux.recorder;

import io.atomflux.value.DType;
import io.atomflux.value.NdArray;
import java.util.List;
import reactor.core.publisher.Mono;

/** An array of a recording that is read only where it is asked for. */
public interface LazyArray {

    /**
     * What an array is like.
     *
     * @param dtype type of its elements
     * @param shape lengths of its axes; time is the last one
     */
    record Info(DType dtype, List<Long> shape) {
        public Info {
            shape = List.copyOf(shape);
        }
    }

    /** Looks up type and shape, as of now; cold. */
    Mono<Info> info();

    /**
     * Reads a part, with numpy's rules for basic indexing: for each axis an index, which drops the axis, or a slice; negative
     * ones count from the end; {@code ...} stands for whole axes; axes left out at the end are whole.
     *
     * <p>Reads the chunks of the wanted times, one after another, and keeps of each only what is wanted.
     *
     * @param part e.g. {@code "0, :, -1"} or {@code "..., ::100"}
     * @return cold; the array, with as many axes as there are slices
     * @throws IllegalArgumentException at the call, if the text is no such index
     * @signals IndexOutOfBoundsException naming the axis if an index is not in it, or if there are more of them than axes;
     *     {@link io.atomflux.error.LimitExceededException}, before anything is read, if the part is larger than an array can be
     *     or than half of the memory; {@link io.atomflux.error.StoreChangedException} if the recording was replaced meanwhile
     */
    Mono<NdArray> get(String part);

    /** Reads all of it; see {@link #get}. */
    default Mono<NdArray> all() {
        return get("...");
    }
}
