package io.atomflux.examples;

import io.atomflux.artifact.ArtifactOptions;
import io.atomflux.artifact.ArtifactStore;
import io.atomflux.artifact.spi.ArtifactCodec;
import io.atomflux.artifact.spi.FileSink;
import io.atomflux.artifact.spi.FileSource;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.Map;
import javax.imageio.ImageIO;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/** A codec of one's own: pictures are kept as PNG, so any program can show them. */
public final class WriteYourOwnCodec {

    private WriteYourOwnCodec() {}

    private static final class PngCodec implements ArtifactCodec {

        @Override
        public String id() {
            return "png";
        }

        @Override
        public int version() {
            return 1;
        }

        @Override
        public boolean accepts(Object value) {
            return value instanceof BufferedImage;
        }

        @Override
        public Mono<Map<String, @Nullable Object>> write(Object value, FileSink files, Map<String, Object> options) {
            Mono<ByteBuffer> content = Mono.fromCallable(() -> {
                        ByteArrayOutputStream png = new ByteArrayOutputStream();
                        ImageIO.write((BufferedImage) value, "png", png);
                        return ByteBuffer.wrap(png.toByteArray());
                    })
                    .subscribeOn(Schedulers.boundedElastic()); // encoding takes time
            return files.write("picture.png", content).thenReturn(Map.of());
        }

        @Override
        public Mono<Object> read(
                FileSource files,
                Map<String, @Nullable Object> parameters,
                Class<?> wanted,
                Map<String, Object> options) {
            return files.read("picture.png") // verified by its hash
                    .collect(ByteArrayOutputStream::new, PngCodec::add)
                    .publishOn(Schedulers.boundedElastic())
                    .map(PngCodec::decoded);
        }

        private static void add(ByteArrayOutputStream all, ByteBuffer buffer) {
            byte[] bytes = new byte[buffer.remaining()];
            buffer.get(bytes);
            all.writeBytes(bytes);
        }

        private static Object decoded(ByteArrayOutputStream png) {
            try {
                return ImageIO.read(new ByteArrayInputStream(png.toByteArray()));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** Takes where to keep the picture, e.g. a folder. */
    public static void main(String[] args) {
        ArtifactStore store = ArtifactStore.open(args[0], ArtifactOptions.none().codecs(new PngCodec()));
        BufferedImage picture = new BufferedImage(4, 3, BufferedImage.TYPE_INT_RGB);
        picture.setRGB(1, 2, 0x0072B2);
        store.put("plots/energy", picture)
                .then(store.get("plots/energy", BufferedImage.class))
                .doOnNext(back -> System.out.printf(
                        "%d x %d, #%06X%n", back.getWidth(), back.getHeight(), back.getRGB(1, 2) & 0xFFFFFF))
                .then(store.close())
                .block();
    }
}
