package io.atomflux.file.columnar.hdf5;

import static org.bytedeco.hdf5.global.hdf5.H5Eset_auto2;
import static org.bytedeco.hdf5.global.hdf5.H5FD_CLASS_VERSION;
import static org.bytedeco.hdf5.global.hdf5.H5FD_FEAT_ACCUMULATE_METADATA;
import static org.bytedeco.hdf5.global.hdf5.H5FD_FEAT_AGGREGATE_METADATA;
import static org.bytedeco.hdf5.global.hdf5.H5FD_FEAT_AGGREGATE_SMALLDATA;
import static org.bytedeco.hdf5.global.hdf5.H5FD_FEAT_DEFAULT_VFD_COMPATIBLE;
import static org.bytedeco.hdf5.global.hdf5.H5FD_MEM_DRAW;
import static org.bytedeco.hdf5.global.hdf5.H5FDregister;
import static org.bytedeco.hdf5.global.hdf5.H5F_CLOSE_STRONG;
import static org.bytedeco.hdf5.global.hdf5.H5F_OBJ_ALL;
import static org.bytedeco.hdf5.global.hdf5.H5Fget_obj_count;
import static org.bytedeco.hdf5.global.hdf5.H5P_CLS_FILE_ACCESS_ID_g;
import static org.bytedeco.hdf5.global.hdf5.H5Pcreate;
import static org.bytedeco.hdf5.global.hdf5.H5Pset_cache;
import static org.bytedeco.hdf5.global.hdf5.H5Pset_driver;
import static org.bytedeco.hdf5.global.hdf5.H5Pset_fclose_degree;
import static org.bytedeco.hdf5.global.hdf5.H5open;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import org.bytedeco.hdf5.H5E_auto2_t;
import org.bytedeco.hdf5.H5FD_class_t;
import org.bytedeco.hdf5.H5FD_t;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.CLongPointer;
import org.bytedeco.javacpp.Pointer;
import org.jspecify.annotations.Nullable;

/**
 * A virtual file driver of HDF5's library that hands every read and write over to a {@link Backing}.
 *
 * <p>All of it runs on {@link Hdf5Thread}. No exception may pass through the library's frames: the first is kept and thrown
 * when the library has returned. The callbacks stay referenced for good, as the library keeps their addresses. Source: "HDF5
 * Virtual File Layer", and {@code H5FDdevelop.h} of 1.14.
 */
final class Hdf5Driver {

    /** Larger than the {@code H5FD_t} of any version, which the library fills in. */
    private static final int HANDLE_BYTES = 512;

    private static final int CLASS_BYTES = 1024;
    private static final int MEMORY_TYPES = 7;
    private static final int MOST_AT_ONCE = 1 << 28;

    private static final Map<Long, Image> IMAGES = new HashMap<>();
    private static @Nullable Image opening;
    private static @Nullable Throwable failure;

    /** What the library takes for one file. */
    static final class Image {
        private Backing backing;
        private long end;
        private @Nullable H5FD_t handle;
        private boolean capturing;
        private long captured = -1;
        private long capturedBytes;

        Image(Backing backing) {
            this.backing = backing;
        }

        /** Tells whose bytes are meant from now on. */
        void bind(Backing to) {
            backing = to;
        }

        /** Does not read data from now on but takes down where they were wanted from. */
        void capture() {
            capturing = true;
            captured = -1;
        }

        /** Reads again; returns where data were wanted from, or -1. */
        long captured() {
            capturing = false;
            return captured;
        }

        /** Returns how many bytes were wanted from there. */
        long capturedBytes() {
            return capturedBytes;
        }
    }

    private static final H5FD_class_t.Open_BytePointer_int_long_long OPEN =
            new H5FD_class_t.Open_BytePointer_int_long_long() {
                @Override
                public @Nullable H5FD_t call(BytePointer name, int flags, long fapl, long most) {
                    Image image = opening;
                    if (image == null || image.handle != null) {
                        return null;
                    }
                    H5FD_t handle = new H5FD_t(new BytePointer(HANDLE_BYTES).zero());
                    image.handle = handle;
                    IMAGES.put(handle.address(), image);
                    return handle;
                }
            };

    private static final H5FD_class_t.Close_H5FD_t CLOSE = new H5FD_class_t.Close_H5FD_t() {
        @Override
        public int call(H5FD_t file) {
            Image image = IMAGES.remove(file.address());
            if (image != null && image.handle != null) {
                image.handle.close();
                image.handle = null;
            }
            return 0;
        }
    };

    private static final H5FD_class_t.Get_eoa_H5FD_t_int GET_END = new H5FD_class_t.Get_eoa_H5FD_t_int() {
        @Override
        public long call(H5FD_t file, int type) {
            return image(file).end;
        }
    };

    private static final H5FD_class_t.Set_eoa_H5FD_t_int_long SET_END = new H5FD_class_t.Set_eoa_H5FD_t_int_long() {
        @Override
        public int call(H5FD_t file, int type, long end) {
            image(file).end = end;
            return 0;
        }
    };

    private static final H5FD_class_t.Get_eof_H5FD_t_int LENGTH = new H5FD_class_t.Get_eof_H5FD_t_int() {
        @Override
        public long call(H5FD_t file, int type) {
            try {
                return image(file).backing.length();
            } catch (Throwable e) {
                keep(e);
                return 0;
            }
        }
    };

    /** No sieve buffer: what the library has written must be in the file at once, as chunks are read past it. */
    private static final H5FD_class_t.Query_H5FD_t_CLongPointer QUERY = new H5FD_class_t.Query_H5FD_t_CLongPointer() {
        @Override
        public int call(@Nullable H5FD_t file, @Nullable CLongPointer flags) {
            if (flags != null && !flags.isNull()) {
                flags.put(H5FD_FEAT_AGGREGATE_METADATA
                        | H5FD_FEAT_ACCUMULATE_METADATA
                        | H5FD_FEAT_AGGREGATE_SMALLDATA
                        | H5FD_FEAT_DEFAULT_VFD_COMPATIBLE);
            }
            return 0;
        }
    };

    private static final H5FD_class_t.Read_H5FD_t_int_long_long_long_Pointer READ =
            new H5FD_class_t.Read_H5FD_t_int_long_long_long_Pointer() {
                @Override
                public int call(H5FD_t file, int type, long dxpl, long address, long size, Pointer buffer) {
                    if (address < 0 || address > Long.MAX_VALUE - size) {
                        return -1; // a damaged address; the library says whose
                    }
                    try {
                        Image image = image(file);
                        if (address < 0 || size < 0) {
                            return -1; // out of a damaged file; the library says so itself
                        }
                        if (image.capturing && type == H5FD_MEM_DRAW) {
                            image.captured = address;
                            image.capturedBytes = size;
                            return 0;
                        }
                        for (long done = 0; done < size; ) {
                            int n = (int) Math.min(MOST_AT_ONCE, size - done);
                            ByteBuffer target = buffer(buffer, done, n);
                            image.backing.read(address + done, target);
                            while (target.hasRemaining()) {
                                target.put((byte) 0); // beyond the end, as the library's own drivers do
                            }
                            done += n;
                        }
                        return 0;
                    } catch (Throwable e) {
                        return keep(e);
                    }
                }
            };

    private static final H5FD_class_t.Write_H5FD_t_int_long_long_long_Pointer WRITE =
            new H5FD_class_t.Write_H5FD_t_int_long_long_long_Pointer() {
                @Override
                public int call(H5FD_t file, int type, long dxpl, long address, long size, Pointer buffer) {
                    try {
                        Image image = image(file);
                        for (long done = 0; done < size; ) {
                            int n = (int) Math.min(MOST_AT_ONCE, size - done);
                            image.backing.write(address + done, buffer(buffer, done, n));
                            done += n;
                        }
                        return 0;
                    } catch (Throwable e) {
                        return keep(e);
                    }
                }
            };

    private static final H5FD_class_t.Flush_H5FD_t_long_boolean FLUSH = new H5FD_class_t.Flush_H5FD_t_long_boolean() {
        @Override
        public int call(H5FD_t file, long dxpl, boolean closing) {
            return 0;
        }
    };

    private static final H5FD_class_t.Truncate_H5FD_t_long_boolean TRUNCATE =
            new H5FD_class_t.Truncate_H5FD_t_long_boolean() {
                @Override
                public int call(H5FD_t file, long dxpl, boolean closing) {
                    try {
                        Image image = image(file);
                        image.backing.truncate(image.end);
                        return 0;
                    } catch (Throwable e) {
                        return keep(e);
                    }
                }
            };

    private static final BytePointer NAME = new BytePointer("atomflux");
    private static final H5FD_class_t CLASS = new H5FD_class_t(new BytePointer(CLASS_BYTES).zero());
    /** Of HDF5's registry of drivers: numbers from 512 on are for trying, and nothing of it is kept in files. */
    private static final int NUMBER = 600;

    private static final long DRIVER = registered();
    /** The library's own types count as open. */
    private static final long ALWAYS_OPEN = H5Fget_obj_count(H5F_OBJ_ALL, H5F_OBJ_ALL);

    private Hdf5Driver() {}

    private static long registered() {
        H5open();
        H5Eset_auto2(0, (H5E_auto2_t) null, null);
        CLASS.version(H5FD_CLASS_VERSION)
                .value(NUMBER)
                .name(NAME)
                .maxaddr(Long.MAX_VALUE)
                .fc_degree(H5F_CLOSE_STRONG);
        CLASS.open(OPEN);
        CLASS._close(CLOSE);
        CLASS.get_eoa(GET_END);
        CLASS.set_eoa(SET_END);
        CLASS.get_eof(LENGTH);
        CLASS.query(QUERY);
        CLASS.read(READ);
        CLASS.write(WRITE);
        CLASS.flush(FLUSH);
        CLASS.truncate(TRUNCATE);
        for (int i = 0; i < MEMORY_TYPES; i++) {
            CLASS.fl_map(i, 0);
        }
        return H5FDregister(CLASS);
    }

    /** Starts the library if nothing has yet. */
    static void prepare() throws IOException {
        Hdf5Failure.id(DRIVER, "H5FDregister");
    }

    /** Returns how many identifiers of files and of what is in them are open; for tests. */
    static long openIds() {
        return H5Fget_obj_count(H5F_OBJ_ALL, H5F_OBJ_ALL) - ALWAYS_OPEN;
    }

    /** Opens or makes a file by a call of the library that is given the list of properties to open with. */
    static long open(Image image, Opening call, String what) throws IOException {
        try (Scope scope = new Scope()) {
            Hdf5Failure.id(DRIVER, "H5FDregister");
            long access = scope.keep(H5Pcreate(H5P_CLS_FILE_ACCESS_ID_g()), "H5Pcreate");
            Hdf5Failure.ok(H5Pset_driver(access, DRIVER, (Pointer) null), "H5Pset_driver");
            Hdf5Failure.ok(H5Pset_fclose_degree(access, H5F_CLOSE_STRONG), "H5Pset_fclose_degree");
            // No chunk is kept: those are decoded and kept above.
            Hdf5Failure.ok(H5Pset_cache(access, 0, 0, 0, 0.75), "H5Pset_cache");
            opening = image;
            return Hdf5Failure.id(call.open(access), what);
        } finally {
            opening = null;
        }
    }

    /** See {@link #open}. */
    @FunctionalInterface
    interface Opening {
        long open(long access);
    }

    /** Returns what a callback failed with since it was asked last. */
    static @Nullable Throwable takeFailure() {
        Throwable taken = failure;
        failure = null;
        return taken;
    }

    /** Returns what a callback failed with since then; it stays to be thrown. */
    static @Nullable Throwable pendingFailure() {
        return failure;
    }

    private static Image image(H5FD_t file) {
        Image image = IMAGES.get(file.address());
        if (image == null) {
            throw new IllegalStateException("HDF5's library asks for a file that is closed");
        }
        return image;
    }

    private static ByteBuffer buffer(Pointer start, long offset, int size) {
        return new BytePointer(start).getPointer(offset).capacity(size).asByteBuffer();
    }

    private static int keep(Throwable e) {
        if (failure == null) {
            failure = e;
        }
        return -1;
    }
}
