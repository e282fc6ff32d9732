package io.atomflux.cli;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** Stores of artifacts; its subcommands do the work. */
@Command(
        name = "artifacts",
        header = "Look into stores of artifacts, and put and get them.",
        description = {
            "",
            "An artifact is a value or a set of files under a key such as water/300K/energies,",
            "with a manifest that tells how it came about. STORE is a folder, a file of LMDB or",
            "a URI; folders of OpenFF Evaluator, ISF and MLtraq are recognised.",
            ""
        },
        subcommands = {
            ArtifactsListCommand.class,
            ArtifactsShowCommand.class,
            ArtifactsGetCommand.class,
            ArtifactsPutCommand.class,
            ArtifactsQueryCommand.class,
            ArtifactsVerifyCommand.class,
            ArtifactsSweepCommand.class
        },
        footer = {
            "",
            "Examples:",
            "  atomflux artifacts put results water/energies energies.npy",
            "  atomflux artifacts ls results",
            "  atomflux artifacts show results water/energies",
            "  atomflux artifacts get results water/energies --to copies",
            "  atomflux artifacts query results --where codec=npy",
            "  atomflux artifacts verify results",
            "  atomflux artifacts gc results"
        })
final class ArtifactsCommand implements Runnable {

    @ParentCommand
    @Nullable
    Cli cli;

    @Spec
    @Nullable
    CommandSpec spec;

    Console console() {
        if (cli == null) {
            throw new IllegalStateException("not run as a subcommand");
        }
        return cli.console;
    }

    @Override
    public void run() {
        if (spec == null) {
            throw new IllegalStateException("not run as a subcommand");
        }
        throw new ParameterException(
                spec.commandLine(),
                "Missing required subcommand (expected: one of ls, show, get, put, query, verify, gc)");
    }
}
