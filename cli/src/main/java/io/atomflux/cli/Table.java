package io.atomflux.cli;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Rows of text in columns as wide as the first hundred rows need; later rows are printed as they come. */
final class Table {

    private static final int LOOKED_AT = 100;

    /** On which side of a column its cells stand. */
    enum Align {
        LEFT,
        RIGHT
    }

    private final Console console;
    private final List<Align> aligns = new ArrayList<>();
    private final List<String[]> waiting = new ArrayList<>();
    private int[] widths = {};

    Table(Console console) {
        this.console = console;
    }

    /** Sets the columns and their heads. */
    Table columns(List<String> heads, List<Align> sides) {
        aligns.addAll(sides);
        waiting.add(heads.toArray(String[]::new));
        return this;
    }

    void row(List<String> cells) {
        if (widths.length == 0 && waiting.size() <= LOOKED_AT) {
            waiting.add(cells.toArray(String[]::new));
        } else {
            begin();
            print(cells.toArray(String[]::new));
        }
    }

    /** Prints what waits. */
    void end() {
        begin();
    }

    private void begin() {
        if (widths.length == 0) {
            widths = new int[aligns.size()];
            for (String[] row : waiting) {
                for (int i = 0; i < row.length; i++) {
                    widths[i] = Math.max(widths[i], width(row[i]));
                }
            }
            waiting.forEach(this::print);
            waiting.clear();
        }
    }

    private void print(String[] row) {
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < row.length; i++) {
            String padding = " ".repeat(Math.max(0, widths[i] - width(row[i])));
            line.append(i == 0 ? "" : "  ");
            line.append(aligns.get(i) == Align.RIGHT ? padding + row[i] : row[i] + padding);
        }
        console.line(line.toString().stripTrailing());
    }

    private static int width(String text) {
        return text.codePointCount(0, text.length());
    }

    static List<Align> aligns(Align... aligns) {
        return Arrays.asList(aligns);
    }
}
