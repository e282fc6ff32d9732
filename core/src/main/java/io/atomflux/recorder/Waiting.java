package io.atomflux.recorder;

import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Somebody who waits for the engine, in the order of coming. It is told one thing, never under the engine's lock, and never
 * on a thread of the storage.
 *
 * @param <F> the kind of frame
 */
final class Waiting<F> {

    /** What is waited for. */
    enum Wish {
        /** That a sample is taken. */
        SAMPLE,
        /** That a sample can be taken. */
        ROOM,
        /** That all taken up to here is committed. */
        COMMIT,
        /** That all taken up to here is committed, and where other programs look for it. */
        SAVE
    }

    final Wish wish;
    final @Nullable Sample<F> sample;
    final BiConsumer<Boolean, Progress> done;
    final Consumer<Throwable> failed;

    private Waiting(
            Wish wish, @Nullable Sample<F> sample, BiConsumer<Boolean, Progress> done, Consumer<Throwable> failed) {
        this.wish = wish;
        this.sample = sample;
        this.done = done;
        this.failed = failed;
    }

    /** Wants a sample to be taken; told false if it was recorded before. */
    static <F> Waiting<F> toTake(Sample<F> sample, Consumer<Boolean> done, Consumer<Throwable> failed) {
        return new Waiting<>(Wish.SAMPLE, sample, (taken, progress) -> done.accept(taken), failed);
    }

    static <F> Waiting<F> forRoom(Runnable done, Consumer<Throwable> failed) {
        return new Waiting<>(Wish.ROOM, null, (there, progress) -> done.run(), failed);
    }

    /** Wants all that was taken to be committed and shown; told how far the recording is then. */
    static <F> Waiting<F> forSave(Consumer<Progress> done, Consumer<Throwable> failed) {
        return new Waiting<>(Wish.SAVE, null, (saved, progress) -> done.accept(progress), failed);
    }

    /** Tells whether this waits for a commit. */
    boolean isForCommit() {
        return wish == Wish.COMMIT || wish == Wish.SAVE;
    }

    /** Wants all that was taken to be committed, or the place to be open or closed; told how far the recording is then. */
    static <F> Waiting<F> forCommit(Consumer<Progress> done, Consumer<Throwable> failed) {
        return new Waiting<>(Wish.COMMIT, null, (committed, progress) -> done.accept(progress), failed);
    }
}
