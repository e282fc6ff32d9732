package io.atomflux.file.columnar.hdf5;

import java.io.IOException;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * The one thread of the process on which HDF5's library runs, which is not made for several.
 *
 * <p>It is never interrupted. Callbacks of the library run on it, too, and wait for nothing but files.
 */
final class Hdf5Thread {

    /** What runs there. */
    @FunctionalInterface
    interface Call<T> {
        T run() throws IOException;
    }

    /** What runs there and gives nothing back. */
    @FunctionalInterface
    interface Action {
        void run() throws IOException;
    }

    /** The library recurses along what a file says. */
    private static final long STACK_BYTES = 16L << 20;

    private static final ExecutorService THREAD = Executors.newSingleThreadExecutor(work -> {
        Thread thread = new Thread(null, work, "atomflux-hdf5", STACK_BYTES);
        thread.setDaemon(true);
        return thread;
    });

    private static final ThreadLocal<Boolean> IS_IT = ThreadLocal.withInitial(() -> false);

    private Hdf5Thread() {}

    /** Runs something there and waits for it, see {@link #call}. */
    static void run(Action action) throws IOException {
        boolean done = call(() -> {
            action.run();
            return true;
        });
        assert done;
    }

    /** Runs something there and waits for it; an interrupt is kept for later. */
    static <T> T call(Call<T> call) throws IOException {
        if (IS_IT.get()) {
            return call.run();
        }
        Callable<T> marked = () -> {
            IS_IT.set(true);
            return call.run();
        };
        Future<T> future = THREAD.submit(marked);
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return future.get();
                } catch (InterruptedException e) {
                    interrupted = true;
                } catch (ExecutionException e) {
                    throw rethrown(e.getCause());
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Throws what is unchecked, returns what is not. */
    static IOException rethrown(@Nullable Throwable failure) {
        if (failure instanceof RuntimeException unchecked) {
            throw unchecked;
        }
        if (failure instanceof Error error) {
            throw error;
        }
        return failure instanceof IOException io ? io : new IOException(failure);
    }
}
