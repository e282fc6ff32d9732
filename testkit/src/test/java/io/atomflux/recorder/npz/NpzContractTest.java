package io.atomflux.recorder.npz;

import io.atomflux.recorder.RecordingStatus;
import io.atomflux.recorder.RecordingStorage;
import io.atomflux.recorder.RecordingWriter;
import io.atomflux.testkit.recorder.RecordingStorageContract;
import io.atomflux.value.NdArray;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.publisher.Mono;

class NpzContractTest extends RecordingStorageContract<NdArray> {

    @TempDir
    private Path folder;

    private final Mortal disk = new Mortal();

    @Override
    protected RecordingStorage<NdArray> storage(String name) {
        return NpzRecording.on(folder.resolve(name), disk);
    }

    @Override
    protected Mono<Boolean> kill(RecordingWriter<NdArray> writer) {
        return Mono.defer(() -> {
            disk.dead = true;
            return writer.close(RecordingStatus.CLOSED, "")
                    .then(Mono.just(false))
                    .onErrorReturn(true)
                    .doOnNext(killed -> disk.dead = false);
        });
    }

    /** Changes nothing once the process is dead. */
    private static final class Mortal extends Disk {

        private volatile boolean dead;

        @Override
        void makeFolder(Path path) throws IOException {
            alive();
            super.makeFolder(path);
        }

        @Override
        java.nio.channels.FileChannel open(Path file, Set<? extends java.nio.file.OpenOption> options)
                throws IOException {
            alive();
            return super.open(file, options);
        }

        private void alive() throws IOException {
            if (dead) {
                throw new IOException("the process is dead");
            }
        }
    }
}
