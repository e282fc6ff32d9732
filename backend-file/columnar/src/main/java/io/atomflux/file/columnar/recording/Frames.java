package io.atomflux.file.columnar.recording;

import io.atomflux.recorder.FrameKind;
import io.atomflux.value.DType;
import io.atomflux.value.NdArray;
import java.util.List;

/**
 * How frames of a kind become the arrays of a group.
 *
 * @param <F> the type of a frame
 */
interface Frames<F> {

    /**
     * One array.
     *
     * @param name its name in the group
     * @param dtype type of its elements
     * @param shape lengths of what one frame has of it
     */
    record Part(String name, DType dtype, List<Integer> shape) {
        public Part {
            shape = List.copyOf(shape);
        }
    }

    FrameKind<F> kind();

    /**
     * Returns the arrays that frames like this one need.
     *
     * @throws IllegalArgumentException if it has something that is not kept so
     */
    List<Part> parts(F frame);

    /** Returns what one of the arrays has of a frame. */
    NdArray value(F frame, String name);

    /** Returns the frame that has these values, one for each name. */
    F frame(List<String> names, List<NdArray> values);

    /** Returns the names of the arrays that a group without a record of its own has to have; empty if only recorders make such. */
    List<String> foreign();
}
