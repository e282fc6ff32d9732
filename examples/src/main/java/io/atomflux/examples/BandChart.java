package io.atomflux.examples;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.List;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.Styler;
import org.knowm.xchart.style.XYStyler;
import org.knowm.xchart.style.lines.SeriesLines;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** A chart of a mean over time in its confidence band, beside the mean that theory gives, as PNG. */
final class BandChart {

    static final int WIDTH = 1200;
    static final int HEIGHT = 750;
    static final Color BAND = new Color(0xBBD9EE);
    static final Color MEAN = new Color(0x0072B2);
    static final Color THEORY = new Color(0xD55E00);

    // More points than this are not seen, but take time.
    private static final int POINTS = 2 * WIDTH;

    // Each piece of a line begins with a dash, so it is to be longer than one. A prime, as the chart puts ticks at
    // uneven
    // times if all points of all lines are equally far apart.
    private static final int PIECES = 41;
    private static final BasicStroke DASHES =
            new BasicStroke(2.2f, BasicStroke.CAP_BUTT, BasicStroke.JOIN_BEVEL, 0, new float[] {16, 8}, 0);

    private BandChart() {}

    /**
     * Writes the chart; who looks at the file sees the chart before or this one, never half of one.
     *
     * @param means at least one, in the order of time
     */
    static void write(List<MeanOverTime> means, DoubleUnaryOperator theory, String title, Path png) throws IOException {
        System.setProperty("java.awt.headless", "true");
        XYChart chart = new XYChartBuilder()
                .width(WIDTH)
                .height(HEIGHT)
                .title(title)
                .xAxisTitle("time")
                .yAxisTitle("X")
                .build();
        List<MeanOverTime> seen = thinned(means);
        band(chart, seen);
        double[] times = seen.stream().mapToDouble(MeanOverTime::time).toArray();
        line(chart, "mean", times, seen.stream().mapToDouble(MeanOverTime::mean).toArray(), MEAN);
        double[] pieces = pieces(times[0], times[times.length - 1]);
        line(chart, "theory", pieces, Arrays.stream(pieces).map(theory).toArray(), THEORY)
                .setLineStyle(DASHES);
        style(chart.getStyler());
        Path beside = png.resolveSibling(png.getFileName() + ".new");
        ImageIO.write(BitmapEncoder.getBufferedImage(chart), "png", beside.toFile());
        Files.move(beside, png, StandardCopyOption.ATOMIC_MOVE);
    }

    private static List<MeanOverTime> thinned(List<MeanOverTime> means) {
        int last = means.size() - 1;
        int every = 1 + last / POINTS;
        return IntStream.rangeClosed(0, last)
                .filter(i -> i % every == 0 || i == last)
                .mapToObj(means::get)
                .toList();
    }

    private static double[] pieces(double from, double to) {
        return IntStream.rangeClosed(0, PIECES)
                .mapToDouble(i -> from + (to - from) * i / PIECES)
                .toArray();
    }

    /** Goes along the upper edge and back along the lower one. */
    private static void band(XYChart chart, List<MeanOverTime> means) {
        int count = means.size();
        double[] x = new double[2 * count];
        double[] y = new double[2 * count];
        for (int i = 0; i < count; i++) {
            MeanOverTime at = means.get(i);
            int back = 2 * count - 1 - i;
            x[i] = at.time();
            y[i] = at.mean() + at.halfWidth();
            x[back] = at.time();
            y[back] = at.mean() - at.halfWidth();
        }
        XYSeries series = chart.addSeries("95 % band", x, y);
        series.setXYSeriesRenderStyle(XYSeries.XYSeriesRenderStyle.PolygonArea);
        series.setFillColor(BAND);
        series.setLineColor(BAND);
        series.setLineStyle(SeriesLines.NONE);
        series.setMarker(SeriesMarkers.NONE);
    }

    private static XYSeries line(XYChart chart, String name, double[] x, double[] y, Color color) {
        XYSeries series = chart.addSeries(name, x, y);
        series.setMarker(SeriesMarkers.NONE);
        series.setLineColor(color);
        series.setLineStyle(SeriesLines.SOLID);
        series.setLineWidth(2.2f);
        return series;
    }

    private static void style(XYStyler styler) {
        Font plain = new Font(Font.SANS_SERIF, Font.PLAIN, 18);
        styler.setChartTitleFont(plain.deriveFont(Font.BOLD, 24f));
        styler.setAxisTitleFont(plain.deriveFont(20f));
        styler.setAxisTickLabelsFont(plain);
        styler.setLegendFont(plain);
        styler.setLegendPosition(Styler.LegendPosition.InsideNW);
        styler.setLegendBorderColor(Color.WHITE);
        styler.setChartBackgroundColor(Color.WHITE);
        styler.setPlotBorderVisible(false);
        styler.setPlotGridLinesColor(new Color(0xDDDDDD));
        styler.setChartTitlePadding(16);
        styler.setAxisTitlePadding(14);
        styler.setXAxisDecimalPattern("#0.0#");
        styler.setXAxisTickMarkSpacingHint(150);
        styler.setYAxisDecimalPattern("#0.00");
    }
}
