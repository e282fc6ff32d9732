package io.atomflux.testkit.hub;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;

/**
 * Serves a folder by hand: {@code ImitationHubMain FOLDER [PORT]}, with one dataset in each {@code FOLDER/namespace/name}.
 * Prints what to set for Python, and runs until it is killed.
 */
public final class ImitationHubMain {

    private ImitationHubMain() {}

    /** Serves until the process ends. */
    public static void main(String[] args) throws IOException, InterruptedException {
        if (args.length < 1) {
            throw new IllegalArgumentException("arguments: none (expected: a folder of datasets, and perhaps a port)");
        }
        ImitationHub hub = start(Path.of(args[0]), args.length > 1 ? Integer.parseInt(args[1]) : 0, System.out);
        Runtime.getRuntime().addShutdownHook(new Thread(hub::close));
        new CountDownLatch(1).await();
    }

    static ImitationHub start(Path folder, int port, PrintStream out) throws IOException {
        ImitationHub.Builder builder = ImitationHub.builder().port(port);
        for (Path namespace : folders(folder)) {
            for (Path dataset : folders(namespace)) {
                builder.dataset(ImitatedDataset.of(namespace.getFileName() + "/" + dataset.getFileName())
                        .folder(dataset)
                        .build());
            }
        }
        ImitationHub hub = builder.start();
        out.println("HF_ENDPOINT=" + hub.endpoint());
        return hub;
    }

    private static List<Path> folders(Path parent) throws IOException {
        try (Stream<Path> children = Files.list(parent)) {
            return children.filter(Files::isDirectory).sorted().toList();
        }
    }
}
