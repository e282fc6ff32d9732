package io.atomflux.examples;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What a page of this module shows as output. */
final class Page {

    private Page() {}

    /** Returns the lines between fences, block after block, those with commands left out. */
    static List<List<String>> outputs(String name) throws IOException {
        List<List<String>> blocks = new ArrayList<>();
        List<String> block = null;
        for (String line : Files.readAllLines(Path.of(name))) {
            if (!line.equals("```")) {
                if (block != null) {
                    block.add(line);
                }
            } else if (block == null) {
                block = new ArrayList<>();
            } else {
                if (!block.get(0).startsWith("./mvnw")) {
                    blocks.add(block);
                }
                block = null;
            }
        }
        return blocks;
    }
}
