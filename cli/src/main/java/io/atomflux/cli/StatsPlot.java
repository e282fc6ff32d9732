package io.atomflux.cli;

import io.atomflux.statistics.Composition;
import io.atomflux.statistics.Distribution;
import io.atomflux.statistics.Histogram;
import io.atomflux.statistics.Moments;
import io.atomflux.statistics.Statistics;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.MathContext;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import javax.imageio.ImageIO;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.Styler;
import org.knowm.xchart.style.XYStyler;
import org.knowm.xchart.style.lines.SeriesLines;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** Histograms with mean and standard deviation, one panel for each key, as PNG. */
final class StatsPlot {

    /** More are no longer seen at once, and the picture is held in memory. */
    static final int MOST_PANELS = 24;

    static final int WIDTH = 640;
    static final int HEIGHT = 460;
    static final Color BARS = new Color(0x9CC7E4);
    static final Color MEAN = new Color(0xD55E00);
    static final Color DEVIATION = new Color(0x009E73);

    /** Axes of a chart count in steps that numbers beyond do not have room for. */
    private static final double LARGEST = 1e100;

    /** Below this part of the values, differences do not show in labels of axes; they are drawn from the mean on. */
    private static final double FINE = 1e-5;

    private static final MathContext TICK = new MathContext(7);

    private static final BasicStroke DASHES =
            new BasicStroke(2f, BasicStroke.CAP_BUTT, BasicStroke.JOIN_BEVEL, 0, new float[] {8, 6}, 0);

    private StatsPlot() {}

    /**
     * What one panel shows.
     *
     * @param title key, and unit in brackets
     */
    record Panel(String title, Distribution values) {}

    /** Returns a panel for each key that has finite numbers, behind the energy one for the energy per atom. */
    static List<Panel> panels(Statistics found, String energyKey) {
        List<Panel> panels = new ArrayList<>();
        found.keys().forEach((key, values) -> {
            add(panels, new Panel(Text.withUnit(Text.shortened(key)), values.values()));
            if (key.equals(energyKey)) {
                String unit = Text.unit(key);
                found.composition()
                        .flatMap(Composition::energyPerAtom)
                        .ifPresent(energies -> add(
                                panels,
                                new Panel(
                                        Text.shortened(key) + " per atom" + (unit.isEmpty() ? "" : " [" + unit + "]"),
                                        energies)));
            }
        });
        return panels;
    }

    private static void add(List<Panel> panels, Panel panel) {
        Moments moments = panel.values().moments();
        if (moments.count() > 0 && Math.max(Math.abs(moments.least()), Math.abs(moments.greatest())) < LARGEST) {
            panels.add(panel);
        }
    }

    /** Writes the picture; who looks at the file sees the one before or this one, never half of one. */
    static void write(List<Panel> panels, Path png) throws IOException {
        System.setProperty("java.awt.headless", "true");
        int columns = panels.size() <= 4 ? Math.min(panels.size(), 2) : 3;
        int rows = (panels.size() + columns - 1) / columns;
        BufferedImage image = new BufferedImage(columns * WIDTH, rows * HEIGHT, BufferedImage.TYPE_INT_RGB);
        Graphics2D all = image.createGraphics();
        all.setColor(Color.WHITE);
        all.fillRect(0, 0, image.getWidth(), image.getHeight());
        for (int i = 0; i < panels.size(); i++) {
            BufferedImage panel = BitmapEncoder.getBufferedImage(chart(panels.get(i)));
            all.drawImage(panel, i % columns * WIDTH, i / columns * HEIGHT, null);
        }
        all.dispose();
        Path beside = png.resolveSibling(png.getFileName() + ".new");
        try {
            ImageIO.write(image, "png", beside.toFile());
            Files.move(beside, png, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(beside);
        }
    }

    private static XYChart chart(Panel panel) {
        Moments moments = panel.values().moments();
        double span = moments.greatest() - moments.least();
        double size = Math.max(Math.abs(moments.least()), Math.abs(moments.greatest()));
        boolean fine = span == 0 ? size > 1 / FINE : span < FINE * size;
        double origin = fine ? moments.mean() : 0;
        XYChart chart = new XYChartBuilder()
                .width(WIDTH)
                .height(HEIGHT)
                .title(panel.title())
                .xAxisTitle(origin == 0 ? "" : "distance from " + Text.number(origin))
                .yAxisTitle("values")
                .build();
        double top = bars(chart, panel.values().histogram(), origin);
        double mean = moments.mean() - origin;
        double deviation = moments.standardDeviation();
        XYSeries middle = line(chart, "mean " + Text.number(moments.mean()), mean, top, MEAN);
        middle.setLineStyle(SeriesLines.SOLID);
        middle.setLineWidth(3f);
        if (deviation > 0) {
            line(chart, "± std " + Text.number(deviation), mean - deviation, top, DEVIATION)
                    .setLineStyle(DASHES);
            XYSeries upper = line(chart, "upper", mean + deviation, top, DEVIATION);
            upper.setLineStyle(DASHES);
            upper.setShowInLegend(false);
        }
        style(chart.getStyler());
        return chart;
    }

    /** Draws steps from edge to edge; a bin of no width, as equal values have, is drawn as one of width 1. */
    private static double bars(XYChart chart, Histogram histogram, double origin) {
        double[] edges = histogram.edges().toDoubleArray();
        int bins = histogram.bins();
        double half = edges[0] == edges[bins] ? 0.5 : 0;
        double[] x = new double[2 * bins + 2];
        double[] y = new double[2 * bins + 2];
        double top = 0;
        for (int bin = 0; bin < bins; bin++) {
            x[2 * bin + 1] = edges[bin] - origin - half;
            x[2 * bin + 2] = edges[bin + 1] - origin + half;
            y[2 * bin + 1] = y[2 * bin + 2] = histogram.counts().longAt(bin);
            top = Math.max(top, y[2 * bin + 1]);
        }
        x[0] = x[1];
        x[2 * bins + 1] = x[2 * bins];
        XYSeries series = chart.addSeries("values", x, y);
        series.setXYSeriesRenderStyle(XYSeries.XYSeriesRenderStyle.PolygonArea);
        series.setFillColor(BARS);
        series.setLineColor(BARS);
        series.setLineStyle(SeriesLines.NONE);
        series.setMarker(SeriesMarkers.NONE);
        series.setShowInLegend(false);
        return top;
    }

    private static XYSeries line(XYChart chart, String name, double x, double top, Color color) {
        XYSeries series = chart.addSeries(name, new double[] {x, x}, new double[] {0, top});
        series.setMarker(SeriesMarkers.NONE);
        series.setLineColor(color);
        series.setLineWidth(2f);
        return series;
    }

    private static void style(XYStyler styler) {
        Font plain = new Font(Font.SANS_SERIF, Font.PLAIN, 14);
        styler.setChartTitleFont(plain.deriveFont(Font.BOLD, 18f));
        styler.setAxisTitleFont(plain);
        styler.setAxisTickLabelsFont(plain);
        styler.setLegendFont(plain.deriveFont(15f));
        styler.setLegendPosition(Styler.LegendPosition.OutsideS);
        styler.setLegendLayout(Styler.LegendLayout.Horizontal);
        styler.setLegendBorderColor(Color.WHITE);
        styler.setChartBackgroundColor(Color.WHITE);
        styler.setPlotBorderVisible(false);
        styler.setPlotGridLinesColor(new Color(0xDDDDDD));
        styler.setXAxisTickMarkSpacingHint(110);
        styler.setYAxisMin(0.0);
        styler.setXAxisTickLabelsFormattingFunction(StatsPlot::label);
        styler.setYAxisTickLabelsFormattingFunction(
                values -> values == Math.rint(values) ? Text.count(Math.round(values)) : "");
    }

    /** Shows a tick with the few digits that ticks have. */
    private static String label(double tick) {
        BigDecimal rounded = new BigDecimal(tick).round(TICK).stripTrailingZeros();
        int exponent = rounded.precision() - rounded.scale() - 1;
        return exponent < -4 || exponent > 6 ? rounded.toString() : rounded.toPlainString();
    }
}
