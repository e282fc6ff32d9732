package io.atomflux.redis;

import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.protocol.Command;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.ProtocolKeyword;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * One command that reaches a socket at most once, whatever the driver does.
 *
 * <p>With its defaults the driver sends what was not answered again after a reconnect, and a client handed in by the user
 * may have those defaults. So a command asked to be written a second time writes a {@code PING} in its place, which keeps
 * commands and replies in step, and ends as {@link Commands.Unanswered}. Only an answer that it was not run ({@code MOVED},
 * {@code ASK}) allows another writing.
 *
 * <p>Signals its outcome once, on the thread of the connection.
 */
final class ReplyCommand extends Command<byte[], byte[], Object> {

    private static final byte[] PING = "*1\r\n$4\r\nPING\r\n".getBytes(StandardCharsets.US_ASCII);

    private final ReplyOutput reply;
    private final AtomicBoolean signalled = new AtomicBoolean();
    private final BiConsumer<ReplyCommand, @Nullable Throwable> outcome;
    private volatile boolean written;
    private volatile boolean lost;

    /** @param outcome hears this command and null when a reply (or an error of the server) came, else what happened */
    ReplyCommand(
            ProtocolKeyword type,
            CommandArgs<byte[], byte[]> arguments,
            BiConsumer<ReplyCommand, @Nullable Throwable> outcome) {
        this(type, arguments, new ReplyOutput(), outcome);
    }

    private ReplyCommand(
            ProtocolKeyword type,
            CommandArgs<byte[], byte[]> arguments,
            ReplyOutput reply,
            BiConsumer<ReplyCommand, @Nullable Throwable> outcome) {
        super(type, reply, arguments);
        this.reply = reply;
        this.outcome = outcome;
    }

    static CommandArgs<byte[], byte[]> arguments() {
        return new CommandArgs<>(ByteArrayCodec.INSTANCE);
    }

    ReplyOutput reply() {
        return reply;
    }

    /** Tells whether any byte of it may have left this process. */
    boolean written() {
        return written;
    }

    @Override
    public void encode(ByteBuf buffer) {
        if (written && !reply.takeRedirection()) {
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
        signal(lost ? new Commands.Unanswered(null) : null);
    }

    @Override
    public boolean completeExceptionally(Throwable failure) {
        super.completeExceptionally(failure);
        signal(lost ? new Commands.Unanswered(failure) : failure);
        return true;
    }

    /** Gives up waiting; what is not written yet never will be, and a reply still to come is read and dropped. */
    @Override
    public void cancel() {
        if (!isDone()) {
            super.cancel();
            reply.discard();
        }
        signal(new CancellationException("cancelled"));
    }

    private void signal(@Nullable Throwable failure) {
        if (signalled.compareAndSet(false, true)) {
            outcome.accept(this, failure);
        }
    }
}
