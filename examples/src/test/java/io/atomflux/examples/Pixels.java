package io.atomflux.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.Color;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import javax.imageio.ImageIO;

/** The colours of a picture, counted. */
final class Pixels {

    private Pixels() {}

    /** Checks that a file is a chart of the right size with its band, mean and theory. */
    static void assertShowsBand(Path png) throws IOException {
        BufferedImage image = ImageIO.read(png.toFile());
        assertThat(image).as("picture in %s", png).isNotNull();
        assertThat(image.getWidth()).isEqualTo(BandChart.WIDTH);
        assertThat(image.getHeight()).isEqualTo(BandChart.HEIGHT);
        assertThat(count(image, BandChart.BAND)).as("pixels of the band").isGreaterThan(10_000);
        assertThat(count(image, BandChart.MEAN)).as("pixels of the mean").isGreaterThan(500);
        assertThat(count(image, BandChart.THEORY)).as("pixels of the theory").isGreaterThan(200);
    }

    static long count(BufferedImage image, Color color) {
        long count = 0;
        for (int x = 0; x < image.getWidth(); x++) {
            for (int y = 0; y < image.getHeight(); y++) {
                count += isAlike(new Color(image.getRGB(x, y)), color) ? 1 : 0;
            }
        }
        return count;
    }

    /** Tells whether a colour differs by no more than smoothed edges of lines do. */
    private static boolean isAlike(Color one, Color other) {
        return Math.abs(one.getRed() - other.getRed()) < 40
                && Math.abs(one.getGreen() - other.getGreen()) < 40
                && Math.abs(one.getBlue() - other.getBlue()) < 40;
    }
}
