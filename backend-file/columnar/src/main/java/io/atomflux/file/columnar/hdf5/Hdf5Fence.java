package io.atomflux.file.columnar.hdf5;

import static org.bytedeco.hdf5.global.hdf5.H5FDclose;
import static org.bytedeco.hdf5.global.hdf5.H5FDlock;
import static org.bytedeco.hdf5.global.hdf5.H5FDopen;
import static org.bytedeco.hdf5.global.hdf5.H5FDunlock;
import static org.bytedeco.hdf5.global.hdf5.H5F_ACC_RDONLY;
import static org.bytedeco.hdf5.global.hdf5.H5F_ACC_RDWR;
import static org.bytedeco.hdf5.global.hdf5.H5P_CLS_FILE_ACCESS_ID_g;
import static org.bytedeco.hdf5.global.hdf5.H5Pcreate;
import static org.bytedeco.hdf5.global.hdf5.H5Pset_fapl_sec2;

import io.atomflux.error.StoreBusyException;
import io.atomflux.file.columnar.journal.StoreAccess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import org.bytedeco.hdf5.H5FD_t;

/**
 * Locks a file as HDF5's library does in any other program, h5py among them: {@code flock} without waiting, shared to read,
 * exclusive to write.
 *
 * <p>Java has no {@code flock}; the library's own driver of files has, and looks at nothing in the file. Where the environment
 * says {@code HDF5_USE_FILE_LOCKING=FALSE}, nobody locks; with {@code BEST_EFFORT}, not where the file system cannot. Source:
 * {@code H5FDsec2.c} and "File Locking Under SWMR" of the HDF Group.
 */
final class Hdf5Fence implements StoreAccess.Fence {

    static final Hdf5Fence INSTANCE = new Hdf5Fence();

    /** Files are never that long; the driver wants a bound. */
    private static final long MOST_BYTES = Long.MAX_VALUE - 1;

    private Hdf5Fence() {}

    @Override
    public Held lock(Path file, boolean exclusive) throws IOException {
        String environment = System.getenv("HDF5_USE_FILE_LOCKING");
        String use = environment == null ? "" : environment.toUpperCase(Locale.ROOT);
        if (use.equals("FALSE") || use.equals("0") || !Hdf5Natives.available() || !Files.isRegularFile(file)) {
            return () -> {};
        }
        H5FD_t held = Hdf5Thread.call(() -> locked(file, exclusive, use.equals("BEST_EFFORT")))
                .orElse(null);
        return held == null
                ? () -> {}
                : () -> Hdf5Thread.run(() -> {
                    H5FDunlock(held);
                    Hdf5Failure.ok(H5FDclose(held), "H5FDclose");
                });
    }

    private static Optional<H5FD_t> locked(Path file, boolean exclusive, boolean bestEffort) throws IOException {
        Hdf5Driver.prepare();
        try (Scope scope = new Scope()) {
            long access = scope.keep(H5Pcreate(H5P_CLS_FILE_ACCESS_ID_g()), "H5Pcreate");
            Hdf5Failure.ok(H5Pset_fapl_sec2(access), "H5Pset_fapl_sec2");
            int flags = exclusive && Files.isWritable(file) ? H5F_ACC_RDWR() : H5F_ACC_RDONLY();
            H5FD_t opened = H5FDopen(file.toString(), flags, access, MOST_BYTES);
            Hdf5Failure.check(opened == null || opened.isNull(), "H5FDopen");
            if (H5FDlock(opened, exclusive) >= 0) {
                return Optional.of(opened);
            }
            String why = Hdf5Failure.told("H5FDlock");
            H5FDclose(opened);
            if (why.contains("errno = 38") || why.contains("errno = 45") || why.contains("not implemented")) {
                if (bestEffort) {
                    return Optional.empty();
                }
                throw new IOException("%s; if the file system of %s has no locks, set HDF5_USE_FILE_LOCKING=FALSE"
                        .formatted(why, file));
            }
            throw new StoreBusyException(
                    file.toString(),
                    exclusive
                            ? "another program, e.g. h5py, has it open"
                            : "another program, e.g. h5py, has it open for writing",
                    null);
        }
    }
}
