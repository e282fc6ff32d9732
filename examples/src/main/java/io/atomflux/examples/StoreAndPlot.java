package io.atomflux.examples;

import io.atomflux.AtomsIO;
import io.atomflux.value.Key;
import java.awt.Color;
import java.awt.Font;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.imageio.ImageIO;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.style.Styler;
import org.knowm.xchart.style.lines.SeriesLines;
import org.knowm.xchart.style.markers.SeriesMarkers;
import reactor.core.publisher.Mono;

/** Simulates, stores every frame as it is computed, reads single columns back, and plots them. */
public final class StoreAndPlot {

    private static final Color[] COLORS = {new Color(0x0072B2), new Color(0xD55E00), new Color(0x444444)};

    private StoreAndPlot() {}

    /** Writes {@code argon.lmdb} and {@code argon.png} into the folder named, or into the current one. */
    public static void main(String[] args) throws IOException {
        Path folder = Path.of(args.length > 0 ? args[0] : ".");
        Path place = folder.resolve("argon.lmdb");
        if (Files.exists(place)) {
            throw new IllegalStateException(place + " exists (expected: not yet); remove it first");
        }
        AtomsIO db = AtomsIO.open(place);
        long frames = got(db.extend(ArgonSimulation.liquid(7).frames().take(200)));
        plot(db, folder.resolve("argon.png"));
        System.out.println(frames + " frames in " + place + ", plot in " + folder.resolve("argon.png"));
        db.close().block();
    }

    /**
     * Plots potential, kinetic and total energy of a trajectory of {@link ArgonSimulation} as PNG.
     *
     * <p>Of each frame only the two energies, the time and, once, the number of atoms are read.
     */
    public static void plot(AtomsIO db, Path png) throws IOException {
        System.setProperty("java.awt.headless", "true");
        double perAtom = 1000.0 / got(db.get(0, Key.NUMBERS)).size();
        double[] time = doubles(db, "info.time");
        double[] potential = doubles(db, Key.ENERGY.name());
        double[] total = doubles(db, "info.total_energy");
        double[] kinetic = new double[total.length];
        for (int i = 0; i < total.length; i++) {
            total[i] *= perAtom;
            potential[i] *= perAtom;
            kinetic[i] = total[i] - potential[i];
        }
        XYChart chart = new XYChartBuilder()
                .width(1200)
                .height(750)
                .title("Argon melts: energy of %d frames".formatted(time.length))
                .xAxisTitle("time [ps]")
                .yAxisTitle("energy per atom [meV]")
                .build();
        line(chart, "kinetic", time, kinetic, COLORS[1]);
        line(chart, "total", time, total, COLORS[2]);
        line(chart, "potential", time, potential, COLORS[0]);
        style(chart.getStyler());
        ImageIO.write(BitmapEncoder.getBufferedImage(chart), "png", png.toFile());
    }

    private static double[] doubles(AtomsIO db, String key) {
        return got(db.column(key).toArray()).toDoubleArray();
    }

    private static void line(XYChart chart, String name, double[] x, double[] y, Color color) {
        var series = chart.addSeries(name, x, y);
        series.setMarker(SeriesMarkers.NONE);
        series.setLineColor(color);
        series.setLineStyle(SeriesLines.SOLID);
        series.setLineWidth(2.2f);
    }

    private static void style(org.knowm.xchart.style.XYStyler styler) {
        Font plain = new Font(Font.SANS_SERIF, Font.PLAIN, 18);
        styler.setChartTitleFont(plain.deriveFont(Font.BOLD, 24f));
        styler.setAxisTitleFont(plain.deriveFont(20f));
        styler.setAxisTickLabelsFont(plain);
        styler.setLegendFont(plain);
        styler.setLegendPosition(Styler.LegendPosition.OutsideE);
        styler.setLegendBorderColor(Color.WHITE);
        styler.setChartBackgroundColor(Color.WHITE);
        styler.setPlotBorderVisible(false);
        styler.setPlotGridLinesColor(new Color(0xDDDDDD));
        styler.setChartTitlePadding(16);
        styler.setAxisTitlePadding(14);
        styler.setXAxisDecimalPattern("#0");
        styler.setYAxisDecimalPattern("#0");
        styler.setXAxisMin(0.0);
    }

    private static <T> T got(Mono<T> mono) {
        return mono.blockOptional().orElseThrow();
    }
}
