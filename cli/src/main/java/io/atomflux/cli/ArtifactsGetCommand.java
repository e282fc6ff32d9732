package io.atomflux.cli;

import io.atomflux.artifact.Artifact;
import io.atomflux.artifact.ArtifactStore;
import io.atomflux.artifact.Manifest;
import io.atomflux.artifact.spi.FileEntry;
import io.atomflux.codec.Json;
import io.atomflux.error.CorruptDataException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.WritableByteChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import reactor.core.publisher.Flux;

/** The value or the files of one artifact. */
@Command(
        name = "get",
        header = "Print the value of an artifact, or fetch its files.",
        description = {
            "",
            "Without options the value is printed as JSON. Files are verified by size and hash",
            "while they are copied; a file that exists already is never overwritten.",
            ""
        },
        footer = {
            "",
            "Examples:",
            "  atomflux artifacts get results water/energies",
            "  atomflux artifacts get results water/energies --json        as well",
            "  atomflux artifacts get results box --to copies              all files into a folder",
            "  atomflux artifacts get results box --file output.pdb | head"
        })
final class ArtifactsGetCommand extends ArtifactCommand {

    @Parameters(index = "1", paramLabel = "KEY", description = "The key, parts between slashes.")
    String key = "";

    @Option(names = "--to", paramLabel = "FOLDER", description = "Copy the files into this folder.")
    @Nullable
    Path to;

    @Option(names = "--file", paramLabel = "NAME", description = "Only this file; without --to to standard output.")
    @Nullable
    String file;

    @Override
    int work(ArtifactStore store) {
        Artifact artifact = StoreCommand.await(store.require(key));
        if (artifact.damage().isPresent()) {
            throw new CorruptDataException(store.name(), key, artifact.damage().get(), null);
        }
        if (to != null) {
            copy(artifact, to);
        } else if (file != null) {
            chosen(artifact);
            StoreCommand.forEach(artifact.files().read(file), console()::bytes);
        } else {
            console().line(value(artifact));
        }
        return 0;
    }

    private String value(Artifact artifact) {
        Optional<String> codec = artifact.manifest().codec().map(Manifest.CodecReference::id);
        if (codec.equals(Optional.of("folder"))) {
            throw new RefusedException("%s is files, no value (expected: --to FOLDER, or --file NAME)".formatted(key));
        }
        Object value = StoreCommand.await(artifact.value(Object.class));
        try {
            return Json.plain(value);
        } catch (IllegalArgumentException e) {
            throw new RefusedException(
                    "%s, kept as %s, is nothing that JSON has (expected: --to FOLDER, or --file NAME)"
                            .formatted(key, codec.orElse("files")));
        }
    }

    private List<FileEntry> chosen(Artifact artifact) {
        List<FileEntry> entries = artifact.files().entries().stream()
                .filter(entry -> file == null || entry.name().equals(file))
                .toList();
        if (entries.isEmpty()) {
            throw new RefusedException(
                    file == null
                            ? "%s has no files (get it without --to)".formatted(key)
                            : "%s has no file \"%s\" (see: artifacts show)".formatted(key, file));
        }
        return entries;
    }

    private void copy(Artifact artifact, Path folder) {
        List<FileEntry> entries = chosen(artifact);
        Path root = folder.toAbsolutePath().normalize();
        long bytes = 0;
        try (Progress progress = new Progress(console(), "copying", entries.size(), "file")) {
            for (FileEntry entry : entries) {
                Path target = root.resolve(entry.name()).normalize();
                if (!target.startsWith(root)) {
                    throw new RefusedException("file \"%s\" would lie outside %s".formatted(entry.name(), folder));
                }
                write(target, artifact.files().read(entry.name()));
                bytes += entry.size();
                progress.step();
            }
        }
        console().note("copied %s, %s, to %s".formatted(Text.count(entries.size(), "file"), Text.bytes(bytes), folder));
    }

    /** Writes beside and renames, so that a file of this name is whole; an older one stays. */
    private static void write(Path target, Flux<ByteBuffer> content) {
        try {
            Files.createDirectories(target.getParent());
            if (Files.exists(target)) {
                throw new FileAlreadyExistsException(target.toString());
            }
            Path part = Files.createTempFile(target.getParent(), ".", ".part");
            try {
                try (OutputStream out = Files.newOutputStream(part);
                        WritableByteChannel channel = Channels.newChannel(out)) {
                    StoreCommand.forEach(content, buffer -> drain(channel, buffer));
                }
                Files.move(part, target);
            } finally {
                Files.deleteIfExists(part);
            }
        } catch (FileAlreadyExistsException e) {
            throw new RefusedException("%s exists already (expected: a new file)".formatted(target));
        } catch (FileSystemException e) {
            throw new RefusedException("cannot write %s: %s (expected: a folder that may be written to)"
                    .formatted(target, e.getReason() == null ? "refused" : e.getReason()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void drain(WritableByteChannel channel, ByteBuffer buffer) {
        try {
            while (buffer.hasRemaining()) {
                channel.write(buffer);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
