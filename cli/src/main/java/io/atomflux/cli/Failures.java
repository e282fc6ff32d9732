package io.atomflux.cli;

import io.atomflux.error.AtomfluxException;
import io.atomflux.error.MissingValueException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.InvalidPathException;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;
import reactor.core.Exceptions;

/** Turns every failure into one line on standard error and an exit code. */
final class Failures implements IParameterExceptionHandler, IExecutionExceptionHandler {

    private final Cli cli;

    Failures(Cli cli) {
        this.cli = cli;
    }

    @Override
    public int handleParseException(ParameterException failure, String[] args) {
        CommandLine line = failure.getCommandLine();
        StringBuilder message = new StringBuilder(firstLine(failure.getMessage()));
        if (failure instanceof UnmatchedArgumentException unmatched
                && !unmatched.getSuggestions().isEmpty()) {
            message.append(" (did you mean ")
                    .append(String.join(" or ", unmatched.getSuggestions()))
                    .append("?)");
        }
        message.append("; see ").append(line.getCommandSpec().qualifiedName()).append(" --help");
        cli.console.note(message.toString());
        return Cli.FAILED;
    }

    @Override
    public int handleExecutionException(Exception failure, CommandLine line, ParseResult parsed) {
        return report(failure);
    }

    /** Reports a failure and returns the exit code. */
    int report(Throwable thrown) {
        Throwable failure = unwrapped(thrown);
        if (failure instanceof OutputException output && output.isBrokenPipe()) {
            return 0; // head has seen enough
        }
        if (!(thrown instanceof OutputException)) {
            flushQuietly(failure);
        }
        if (cli.stacktrace) {
            failure.printStackTrace(cli.console.err());
        }
        cli.console.note(messageOf(failure) + (isKnown(failure) || cli.stacktrace ? "" : "; --stacktrace shows where"));
        return Cli.FAILED;
    }

    /** What was written before the failure belongs to the answer; that it cannot be written either comes second. */
    private void flushQuietly(Throwable failure) {
        try {
            cli.console.flush();
        } catch (OutputException second) {
            failure.addSuppressed(second);
        }
    }

    private static Throwable unwrapped(Throwable thrown) {
        Throwable failure = Exceptions.unwrap(thrown);
        while ((failure instanceof CompletionException || failure instanceof UncheckedIOException)
                && failure.getCause() != null) {
            failure = failure.getCause();
        }
        return failure;
    }

    private static boolean isKnown(Throwable failure) {
        return failure instanceof AtomfluxException
                || failure instanceof RefusedException
                || failure instanceof OutputException
                || failure instanceof IllegalArgumentException
                || failure instanceof IOException;
    }

    private static String messageOf(Throwable failure) {
        if (failure instanceof MissingValueException missing) {
            return "no value for %s in row %d (expected: one in every row); --missing=null or --missing=skip goes on"
                    .formatted(missing.key(), missing.position());
        } else if (failure instanceof OutOfMemoryError) {
            return "out of memory; give more by ATOMFLUX_JAVA_OPTS=-Xmx4g";
        } else if (failure instanceof InvalidPathException path) {
            return "path: \"%s\" (expected: a file name of this system)".formatted(path.getInput());
        } else if (failure instanceof AtomfluxException
                || failure instanceof RefusedException
                || failure instanceof OutputException
                || failure instanceof IllegalArgumentException) {
            return firstLine(failure.getMessage());
        }
        return firstLine(failure.toString());
    }

    private static String firstLine(@Nullable String message) {
        String text = String.valueOf(message);
        int end = text.indexOf('\n');
        return (end < 0 ? text : text.substring(0, end)).strip();
    }
}
