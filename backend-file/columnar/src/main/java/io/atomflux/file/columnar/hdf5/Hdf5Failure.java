package io.atomflux.file.columnar.hdf5;

import static org.bytedeco.hdf5.global.hdf5.H5E_WALK_UPWARD;
import static org.bytedeco.hdf5.global.hdf5.H5Eclear2;
import static org.bytedeco.hdf5.global.hdf5.H5Ewalk2;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.hdf5.H5E_error2_t;
import org.bytedeco.hdf5.H5E_walk2_t;
import org.bytedeco.javacpp.Pointer;
import org.jspecify.annotations.Nullable;

/** HDF5's library refused a call; the message is its stack of errors, the innermost first. */
final class Hdf5Failure extends IOException {

    private static final long serialVersionUID = 1;

    private static final long DEFAULT_STACK = 0;

    /** Filled by {@link #WALK}; of the library's thread alone. */
    private static final List<String> LINES = new ArrayList<>();

    private static final H5E_walk2_t WALK = new H5E_walk2_t() {
        @Override
        public int call(int n, H5E_error2_t error, @Nullable Pointer data) {
            try {
                String line = new String(error.desc().getStringBytes(), StandardCharsets.UTF_8);
                if (LINES.size() < 3 && !LINES.contains(line)) {
                    LINES.add(line);
                }
            } catch (RuntimeException e) {
                LINES.add("(unreadable)");
            }
            return 0;
        }
    };

    private Hdf5Failure(String message) {
        super(message);
    }

    /** Tells whether the library met something that a later version of it may know. */
    boolean isNewerFormat() {
        return String.valueOf(getMessage()).contains("bad version number");
    }

    /** Returns an identifier the library gave. */
    static long id(long id, String call) throws IOException {
        check(id < 0, call);
        return id;
    }

    /** Returns what the library answered, if that is no refusal. */
    static int ok(int answer, String call) throws IOException {
        check(answer < 0, call);
        return answer;
    }

    /** Fails as the library did, or as the driver did below it. */
    static void check(boolean failed, String call) throws IOException {
        Throwable below = Hdf5Driver.takeFailure();
        if (failed || below != null) {
            String told = told(call);
            if (below != null) {
                throw Hdf5Thread.rethrown(below);
            }
            throw new Hdf5Failure(told);
        }
    }

    /** Tells whether a call that failed did so for a reason; fails for any other. */
    static boolean isAbout(String call, String reason) throws IOException {
        if (Hdf5Driver.pendingFailure() == null) {
            String told = told(call);
            if (told.contains(reason)) {
                return true;
            }
            throw new Hdf5Failure(told);
        }
        check(true, call);
        return false;
    }

    /** Takes the library's stack of errors. */
    static String told(String call) {
        LINES.clear();
        H5Ewalk2(DEFAULT_STACK, H5E_WALK_UPWARD, WALK, null);
        H5Eclear2(DEFAULT_STACK);
        return call + " failed: " + (LINES.isEmpty() ? "no reason was given" : String.join(" < ", LINES));
    }
}
