package io.atomflux.file.columnar.hdf5;

import static org.bytedeco.hdf5.global.hdf5.H5Idec_ref;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.BytePointer;

/** Identifiers and memory of the library that are given back together. */
final class Scope implements AutoCloseable {

    private long[] ids = new long[8];
    private int count;
    private final List<BytePointer> memory = new ArrayList<>(2);

    /** Keeps an identifier the library gave. */
    long keep(long id, String call) throws IOException {
        Hdf5Failure.id(id, call);
        if (count == ids.length) {
            ids = java.util.Arrays.copyOf(ids, 2 * count);
        }
        ids[count++] = id;
        return id;
    }

    /** Allocates, at least a byte. */
    BytePointer bytes(long size) {
        BytePointer pointer = new BytePointer(Math.max(1, size));
        memory.add(pointer);
        return pointer;
    }

    @Override
    public void close() {
        while (count > 0) {
            H5Idec_ref(ids[--count]);
        }
        memory.forEach(BytePointer::close);
    }
}
