package io.atomflux.file.columnar.hdf5;

import static org.bytedeco.hdf5.global.hdf5.H5P_CLS_DATASET_XFER_ID_g;
import static org.bytedeco.hdf5.global.hdf5.H5Pcreate;
import static org.bytedeco.hdf5.global.hdf5.H5Pset_vlen_mem_manager;

import io.atomflux.error.LimitExceededException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.bytedeco.hdf5.H5MM_allocate_t;
import org.bytedeco.hdf5.H5MM_free_t;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerPointer;
import org.jspecify.annotations.Nullable;

/**
 * Texts of any length between Java and the library's memory; on the library's thread only.
 *
 * <p>Many elements may refer to one text in the file, so what the library allocates for them is counted.
 */
final class Texts {

    private static final int BYTES_OF_POINTER = 8;

    private static long left;
    private static boolean exceeded;

    private static final H5MM_allocate_t ALLOCATE = new H5MM_allocate_t() {
        @Override
        public @Nullable Pointer call(long size, @Nullable Pointer info) {
            left -= size + BYTES_OF_POINTER;
            if (left < 0) {
                exceeded = true;
                return null;
            }
            return Pointer.malloc(Math.max(1, size));
        }
    };

    private static final H5MM_free_t FREE = new H5MM_free_t() {
        @Override
        public void call(@Nullable Pointer memory, @Nullable Pointer info) {
            if (memory != null && !memory.isNull()) {
                Pointer.free(memory);
            }
        }
    };

    private Texts() {}

    /** Makes the list of properties to read texts with, no more than so many bytes. */
    static long bounded(Scope scope, long most) throws IOException {
        long transfer = scope.keep(H5Pcreate(H5P_CLS_DATASET_XFER_ID_g()), "H5Pcreate");
        Hdf5Failure.ok(H5Pset_vlen_mem_manager(transfer, ALLOCATE, null, FREE, null), "H5Pset_vlen_mem_manager");
        left = most;
        exceeded = false;
        return transfer;
    }

    /** Fails if the last reading wanted more than it was allowed. */
    static void checkBound(String what, long most) {
        if (exceeded) {
            exceeded = false;
            throw new LimitExceededException(
                    "bytes of texts in " + what,
                    most + 1,
                    most,
                    "the file is damaged, or larger chunks have to be allowed");
        }
    }

    /** Copies texts out of memory the library filled; nothing is the empty text. */
    static String[] read(BytePointer pointers, int count) {
        PointerPointer<BytePointer> at = new PointerPointer<>(pointers);
        String[] texts = new String[count];
        for (int i = 0; i < count; i++) {
            BytePointer text = at.get(BytePointer.class, i);
            if (text == null || text.isNull()) {
                texts[i] = "";
            } else {
                byte[] bytes = text.getStringBytes();
                texts[i] = Utf8.lenient(bytes, 0, bytes.length);
            }
        }
        return texts;
    }

    /** Puts texts, none with a NUL in it, into memory of the library. */
    static BytePointer write(Scope scope, String[] texts, int from, int count) {
        byte[][] all = new byte[count][];
        long sum = 0;
        for (int i = 0; i < count; i++) {
            all[i] = texts[from + i].getBytes(StandardCharsets.UTF_8);
            sum += all[i].length + 1;
        }
        BytePointer content = scope.bytes(sum);
        BytePointer pointers = scope.bytes((long) BYTES_OF_POINTER * count);
        PointerPointer<BytePointer> at = new PointerPointer<>(pointers);
        long offset = 0;
        for (int i = 0; i < count; i++) {
            BytePointer start = content.getPointer(offset);
            start.put(all[i], 0, all[i].length);
            start.put(all[i].length, (byte) 0);
            at.put(i, start);
            offset += all[i].length + 1;
        }
        return pointers;
    }
}
