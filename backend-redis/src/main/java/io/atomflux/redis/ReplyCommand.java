package io.atomflux.redis;

import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.protocol.Command;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CompleteableCommand;
import io.lettuce.core.protocol.ProtocolKeyword;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One command that reaches a socket at most once, whatever the driver does.
 *
 * <p>With its defaults the driver sends what was not answered again after a reconnect, and a client handed in by the user
 * may have those defaults. So a command asked to be written a second time writes a {@code PING} in its place, which keeps
 * commands and replies in step, and ends as {@link Commands.Unanswered}; so does one that was abandoned before. Only an answer that it was not run ({@code MOVED},
 * {@code ASK}) allows another writing.
 *
 * <p>Its listener is called on the thread of the connection, as a rule.
 *
 * <p>It tells the driver when it is over: the driver cancels its timeout then, which would hold the command and its reply in
 * memory for the whole time otherwise.
 */
final class ReplyCommand extends Command<byte[], byte[], Object> implements CompleteableCommand<Object> {

    private static final byte[] PING = "*1\r\n$4\r\nPING\r\n".getBytes(StandardCharsets.US_ASCII);

    private final ReplyOutput reply;
    private final AtomicBoolean settled = new AtomicBoolean();
    private final AtomicBoolean retired = new AtomicBoolean();
    private final AtomicReference<Ending> ending = new AtomicReference<>(Ending.NONE);
    private volatile @Nullable Listener listener;
    private volatile boolean written;
    private volatile boolean lost;
    private volatile boolean abandoned;

    /** What the driver wants to do in the end, the last one first. */
    private record Ending(
            BiConsumer<? super Object, Throwable> action,
            @Nullable Ending before) {
        static final Ending NONE = new Ending((reply, failure) -> {}, null);
        static final Ending OVER = new Ending((reply, failure) -> {}, null);
    }

    /** Who hears of a command. */
    interface Listener {

        /**
         * Nobody needs to wait any longer; called once.
         *
         * @param failure null when a reply (or an error of the server) came
         */
        void settled(ReplyCommand command, @Nullable Throwable failure);

        /** The driver holds the command no longer; called once, possibly long after it was abandoned. */
        void retired();
    }

    ReplyCommand(ProtocolKeyword type, CommandArgs<byte[], byte[]> arguments, Listener listener) {
        this(type, arguments, new ReplyOutput(), listener);
    }

    private ReplyCommand(
            ProtocolKeyword type, CommandArgs<byte[], byte[]> arguments, ReplyOutput reply, Listener listener) {
        super(type, reply, arguments);
        this.reply = reply;
        this.listener = listener;
    }

    static CommandArgs<byte[], byte[]> arguments() {
        return new CommandArgs<>(ByteArrayCodec.INSTANCE);
    }

    ReplyOutput reply() {
        return reply;
    }

    /** Tells whether the server may have run it, or may still: its bytes left, and no redirection came back. */
    boolean written() {
        return written && !reply.redirected();
    }

    /** Tells whether the subscriber gave up before the driver took it; then the driver need not. */
    boolean withdrawn() {
        if (abandoned && !written) {
            retire();
            return true;
        }
        return false;
    }

    @Override
    public void encode(ByteBuf buffer) {
        boolean again = written && !reply.takeRedirection();
        if (again || abandoned) {
            lost = true;
            buffer.writeBytes(PING);
            return;
        }
        written = true;
        super.encode(buffer);
    }

    @Override
    public void complete() {
        super.complete();
        retire();
        settle(lost ? new Commands.Unanswered(null) : null);
    }

    @Override
    public boolean completeExceptionally(Throwable failure) {
        super.completeExceptionally(failure);
        retire();
        settle(lost ? new Commands.Unanswered(failure) : failure);
        return true;
    }

    /**
     * Gives up waiting: what is not written yet never will be, and a reply still to come is read and dropped.
     *
     * @return whether the listener had not heard of it, and will not now
     */
    boolean abandon() {
        abandoned = true;
        reply.discard();
        return settled.compareAndSet(false, true);
    }

    /** Called by the driver alone, when it closes. */
    @Override
    public void cancel() {
        if (!isDone()) {
            super.cancel();
        }
        retire();
        settle(new CancellationException("the connection was closed"));
    }

    private void settle(@Nullable Throwable failure) {
        if (settled.compareAndSet(false, true)) {
            Listener told = listener;
            if (told != null) {
                told.settled(this, failure);
            }
        }
        release();
    }

    @Override
    public void onComplete(Consumer<? super Object> action) {
        onComplete((reply, failure) -> action.accept(reply));
    }

    /** Calls back once the driver holds the command no longer, without reply and failure: whoever asks needs to know when. */
    @Override
    public void onComplete(BiConsumer<? super Object, Throwable> action) {
        Ending before = ending.getAndUpdate(now -> now == Ending.OVER ? now : new Ending(action, now));
        if (before == Ending.OVER) {
            action.accept(null, null);
        }
    }

    private void retire() {
        for (Ending now = ending.getAndSet(Ending.OVER); now != null; now = now.before) {
            now.action.accept(null, null);
        }
        if (retired.compareAndSet(false, true)) {
            Listener told = listener;
            if (told != null) {
                told.retired();
            }
        }
        release();
    }

    /** Forgets who listens once nothing is left to tell: the driver may remember its last command for long. */
    private void release() {
        if (settled.get() && retired.get()) {
            listener = null;
        }
    }
}
