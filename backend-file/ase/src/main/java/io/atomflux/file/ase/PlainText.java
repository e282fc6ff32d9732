package io.atomflux.file.ase;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** A file that is its text. */
final class PlainText implements FrameText {

    private final FileChannel channel;
    private volatile long limit;

    private PlainText(FileChannel channel, long limit) {
        this.channel = channel;
        this.limit = limit;
    }

    static PlainText open(Path path, FileState state) throws IOException {
        return new PlainText(FileChannel.open(path, StandardOpenOption.READ), state.committed());
    }

    @Override
    public int read(ByteBuffer room, long at) throws IOException {
        return channel.read(room, at);
    }

    @Override
    public long transferTo(long at, long count, WritableByteChannel target) throws IOException {
        return channel.transferTo(at, count, target);
    }

    @Override
    public long limit() {
        return limit;
    }

    @Override
    public boolean continues(FileState seen, FileState now, FrameIndex index) throws IOException {
        boolean fits = now.committed() >= seen.committed() || index.isComplete() && now.committed() >= index.end();
        return fits && index.isTailUnchanged(now.committed());
    }

    /** Streams know up to where the text counted when they began. */
    @Override
    public boolean grow(FileState now, int streams) {
        limit = now.committed();
        return true;
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
